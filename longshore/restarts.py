"""When a pool may start workers again: at once as a rule, later and later when they die at their start.

A pure decision, like `longshore.scaling`: it starts nothing and reads no clock.
"""

from __future__ import annotations

LIVED = 10.0
"""Seconds after which a worker has not died at its start."""

FIRST_WAIT = 0.5
"""Seconds before the second try; they double with each."""

LONGEST_WAIT = 10.0
"""Most seconds between two tries."""

TRIES = 6
"""Starts in a row that fail before the pool gives up."""


class Restarts:
    """Counts starts that failed in a row. Workers that were started together count once.

    Args:
        lived: seconds after which a worker has not died at its start.
        first_wait: seconds before the second try.
        tries: starts in a row that may fail.
    """

    def __init__(self, *, lived: float = LIVED, first_wait: float = FIRST_WAIT, tries: int = TRIES) -> None:
        self._lived, self._first_wait, self._tries = lived, first_wait, tries
        self._in_a_row = self._to_blame = 0
        self._last = self._next = float("-inf")

    @property
    def hopeless(self) -> bool:
        """Whether so many starts in a row have failed that another try is no use."""
        return self._to_blame >= self._tries

    def died(self, born: float, now: float, *, redis: bool = False) -> None:
        """A worker has ended that nobody had asked to.

        Args:
            born: when it was started.
            now: the time.
            redis: whether it ended because of Redis, which will come back: never hopeless.
        """
        if now - born >= self._lived or born <= self._last:
            return
        self._in_a_row += 1
        self._to_blame += not redis
        self._last = now
        self._next = now + min(self._first_wait * 2 ** min(self._in_a_row - 1, 30), LONGEST_WAIT)

    def lives(self, born: float, now: float) -> None:
        """A worker runs; long enough, and all is forgotten."""
        if now - born >= self._lived and born > self._last:
            self._in_a_row = self._to_blame = 0

    def allowed(self, now: float) -> bool:
        """Whether workers may be started now."""
        return not self._in_a_row or now >= self._next
