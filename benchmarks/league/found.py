"""What a system found, and when: the first schedule, and the last one before each mark.

Owns the clock of a run. A schedule is only kept as the way to make it, and scored when the run is over, so
that scoring takes no time from the search.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from jobs.league.games import Game

Make = Callable[[], Sequence[Game]]
Watch = Callable[[Make], None]


class Found:
    """Schedules of one run.

    Args:
        marks: seconds after the begin.
        begun: the begin, on the clock of ``time.perf_counter``.
    """

    def __init__(self, marks: Sequence[float], begun: float) -> None:
        self._begun = begun
        self.first: float | None = None
        self.last: float | None = None
        self.count = 0
        self.end: Make | None = None
        self.at: dict[float, Make | None] = dict.fromkeys(marks)

    def __call__(self, make: Make) -> None:
        """A schedule that is better than the one before."""
        seconds = time.perf_counter() - self._begun
        self.count += 1
        self.first = seconds if self.first is None else self.first
        self.last, self.end = seconds, make
        for mark in self.at:
            if seconds <= mark:
                self.at[mark] = make
