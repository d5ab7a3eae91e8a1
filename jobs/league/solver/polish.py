"""When to improve a schedule in which way, and when it is good enough.

Owns the turns of the two ways: ``recreate`` tries many small changes, ``Improver`` a few large ones. Which
one has gained more of late gets the next turn, so that a run is the same whatever the machine's speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from jobs.league.errors import OutOfTime
from jobs.league.solver.construct import recreate
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.solver.improve import Improver

SMALL, LARGE = 250, 4  # changes of a turn, which takes about a second either way
EXPLORE = 4  # every so many turns it is the other one's
PATIENCE = 24  # turns in a row without a gain after which it is enough

Turn = Callable[[Draft, Improver, Deadline], Iterator[float]]


class Polish:
    """A draft that gets better, turn by turn.

    Attributes:
        turns: how many there have been.
        idle: how many in a row have gained nothing.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft, self._improver = draft, Improver(draft)
        self._gains: dict[Turn, float] = {_small: 1.0, _large: 0.5}
        self.turns = self.idle = 0

    def turn(self, deadline: Deadline, stop: Callable[[], bool]) -> float:
        """Improve for about a second; what was gained.

        Args:
            deadline: when to stop at the latest; then what was gained until there counts.
            stop: asked between two changes.
        """
        self.turns += 1
        way = max(self._gains, key=lambda one: self._gains[one])
        if self.turns % EXPLORE == 0:
            way = min(self._gains, key=lambda one: self._gains[one])
        gained = 0.0
        try:
            for one in way(self._draft, self._improver, deadline):
                gained += one
                if stop():
                    break
        except OutOfTime:
            self.idle = PATIENCE
        self._gains[way] = 0.5 * self._gains[way] + 0.5 * gained
        self.idle = 0 if gained else self.idle + 1
        return gained

    @property
    def enough(self) -> bool:
        """Whether nothing has been gained for long."""
        return self.idle >= PATIENCE


def _small(draft: Draft, improver: Improver, deadline: Deadline) -> Iterator[float]:
    for _ in range(SMALL):
        deadline.remaining()
        yield recreate(draft)


def _large(draft: Draft, improver: Improver, deadline: Deadline) -> Iterator[float]:
    for _ in range(LARGE):
        yield improver.step(deadline)
