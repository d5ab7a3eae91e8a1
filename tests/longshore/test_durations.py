"""Durations as people write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from longshore.durations import seconds, spoken


@pytest.mark.parametrize(
    ("written", "length"),
    [(90, 90), (1.5, 1.5), ("90", None), ("90s", 90), ("5m", 300), ("1h 30m", 5400), ("7d", 604_800),
     ("0.5m", 30), (timedelta(minutes=2), 120), ("", None), ("5 parsecs", None), (-1, None), ("m5", None)],
)  # fmt: skip
def test_a_duration_is_read_or_refused(written: Any, length: float | None) -> None:
    if length is None:
        with pytest.raises(ValueError, match="duration"):
            seconds(written)
    else:
        assert seconds(written) == length


@pytest.mark.parametrize(("length", "text"), [(0, "0s"), (0.25, "250ms"), (59, "59s"), (5400, "1h 30m")])
def test_a_duration_is_said_in_two_units_at_most(length: float, text: str) -> None:
    assert spoken(length) == text
