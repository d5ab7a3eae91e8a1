from __future__ import annotations

import pytest

from jobs.league.errors import OutOfTime
from jobs.league.solver.deadline import Deadline


def test_what_remains_shrinks_until_none_is_left() -> None:
    clock = iter([100.0, 104.0, 110.0])
    deadline = Deadline(10, now=lambda: next(clock))
    assert deadline.remaining() == 6
    with pytest.raises(OutOfTime, match="within 10 seconds"):
        deadline.remaining()
