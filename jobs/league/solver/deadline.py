"""How long may this still take: one deadline, handed down through the phases.

Owns the clock of a run. Each phase asks for what remains and stops by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from jobs.league.errors import OutOfTime


class Deadline:
    """A moment in the future.

    Args:
        seconds: How far away it is.
        now: Reads a monotonic clock in seconds; another one can be given in tests.
    """

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._limit = seconds
        self._end = now() + seconds

    def remaining(self) -> float:
        """Seconds left.

        Raises:
            OutOfTime: none are left.
        """
        left = self._end - self._now()
        if left <= 0:
            raise self.passed()
        return left

    @property
    def elapsed(self) -> float:
        """Seconds since it was set."""
        return self._limit - (self._end - self._now())

    def passed(self) -> OutOfTime:
        """The error to raise when work had to stop."""
        return OutOfTime(
            f"no valid schedule was found within {self._limit:g} seconds; one may exist: allow more time, "
            "or give the league more slots, more days or fewer blackout dates"
        )
