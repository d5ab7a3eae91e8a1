"""Durations as people write them."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest

from longshore.durations import seconds, spoken, written


@pytest.mark.parametrize(
    ("given", "length"),
    [(90, 90), (1.5, 1.5), ("90", None), ("90s", 90), ("5m", 300), ("1h 30m", 5400), ("7d", 604_800),
     ("0.5m", 30), (timedelta(minutes=2), 120), ("", None), ("5 parsecs", None), (-1, None), ("m5", None),
     ("3 hours", 10_800), ("5 Minutes", 300), ("2 days", 172_800), ("1 hour 30 minutes", 5_400),
     ("1 week", 604_800), (10**400, None), ("9" * 400 + "s", None), (-(10**400), None),
     ("1 hour and 30 minutes", 5_400), ("1 hour, 5 seconds", 3_605), ("90 sec", 90), ("10 mins", 600),
     ("2 hrs", 7_200),
     ("3 months", None), ("-5m", None), ("and 5m", None), (math.nan, None), (math.inf, None),
     ("5 minutesx", None)],
)  # fmt: skip
def test_a_duration_is_read_or_refused(given: Any, length: float | None) -> None:
    if length is None:
        with pytest.raises(ValueError, match="duration"):
            seconds(given)
    else:
        assert seconds(given) == length


@pytest.mark.parametrize(("length", "text"), [(0, "0s"), (0.25, "250ms"), (59, "59s"), (5400, "1h 30m")])
def test_a_duration_is_said_in_two_units_at_most(length: float, text: str) -> None:
    assert spoken(length) == text


@pytest.mark.parametrize("length", [0, 1, 59, 60, 5_405, 86_400, 694_861])
def test_a_written_duration_reads_back_exactly(length: int) -> None:
    assert seconds(written(length)) == length
