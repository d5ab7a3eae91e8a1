"""Making a valid schedule better: again and again a part of it is taken out and put back.

Owns the choice of the part (large neighbourhood search) and when to stop. ``patch`` solves each part.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from jobs.league.errors import OutOfTime
from jobs.league.scores import Scores, score
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.patch import Patch
from jobs.league.solver.state import State

EFFORT = 0.25  # CP-SAT's deterministic time for one part
LEAST, MOST = 12, 120  # free fixtures
ELSEWHERE = 4  # venues beside the two homes that a free fixture may look at
PATIENCE = 60  # parts in a row without a gain after which it is enough

Neighbourhood = Callable[["Improver"], Iterator[int]]


@dataclass
class _Kind:
    """A way to choose a part, and how it has fared."""

    choose: Neighbourhood
    size: float = 40.0
    gain: float = 1.0
    tried: int = field(default=0)


class Improver:
    """A schedule that gets better.

    Args:
        state: a valid schedule; it is changed.
        seed: moves the choices about.
    """

    def __init__(self, state: State, seed: int) -> None:
        self.state, self.board = state, state.board
        self.context = Context(state.board, state)
        self.dice = random.Random(seed)
        self.scores: Scores = score(self.board.league, state.games())
        self._kinds = [_Kind(choose) for choose in (_homeless, _venue, _day, _division, _teams, _weeks)]
        self._by_venue: dict[int, list[int]] = defaultdict(list)

    def step(self, deadline: Deadline) -> bool:
        """Take out one part and put it back; whether that was a gain.

        Raises:
            OutOfTime: the deadline has passed.
        """
        kind = self.dice.choices(self._kinds, [one.gain for one in self._kinds])[0]
        free = list(dict.fromkeys(islice(kind.choose(self), int(kind.size))))
        if len(free) < 2:
            kind.gain = 0.05
            return False
        gained = self._put_back(free, kind, deadline)
        kind.tried += 1
        kind.gain = max(0.05, 0.8 * kind.gain + 0.2 * gained)
        return gained > 0

    def _put_back(self, free: list[int], kind: _Kind, deadline: Deadline) -> float:
        """The gain in cost."""
        room = self.context.room(self.state, free)
        taken = set(free)
        choices = {}
        for number in free:
            found = self.context.candidates(self.state, number, taken, room, self.venues(number))
            choices[number] = list(dict.fromkeys([self.state.slots[number], *found]))
        patch = Patch(self.context, self.state, choices, flips=frozenset(taken & self.context.met_once))
        try:
            moves = patch.solve(deadline, seed=self.dice.randrange(2**31), effort=EFFORT)
        except OutOfTime:
            deadline.remaining()
            kind.size = max(LEAST, 0.8 * kind.size)
            return 0.0
        if moves is None:
            return 0.0
        kind.size = min(MOST, 1.05 * kind.size) if patch.proved else max(LEAST, 0.9 * kind.size)
        after = self.state.copy()
        for number, (slot, flipped) in moves.items():
            after.put(number, slot, flipped=flipped)
        scores = score(self.board.league, after.games())
        gain = self.scores.cost - scores.cost
        if gain >= 0:
            self.state, self.scores = after, scores
            self.context.refresh(after)
        return gain

    def venues(self, number: int) -> list[int]:
        """Where a free fixture may look: both homes, and some others near them."""
        fixture = self.state.fixtures[number]
        home, other = self.board.home_of(fixture.home), self.board.home_of(fixture.away)
        near = self.board.nearby[home]
        some = near[: ELSEWHERE // 2] + self.dice.sample(near, min(ELSEWHERE // 2, len(near)))
        return list(dict.fromkeys([home, other, *some]))


def _homeless(search: Improver) -> Iterator[int]:
    """Games away from their home venue, with those that are at it."""
    away = search.state.away_from_home()
    search.dice.shuffle(away)
    for number in away:
        yield number
        yield from islice(_at_home_of(search, number), 15)


def _at_home_of(search: Improver, number: int) -> Iterator[int]:
    home = search.board.home_of(search.state.fixtures[number].home)
    yield from _shuffled(
        search, (n for n, slot in enumerate(search.state.slots) if search.board.slots[slot].venue == home)
    )


def _venue(search: Improver) -> Iterator[int]:
    """All games of some venues that lie near each other."""
    first = search.dice.randrange(len(search.board.nearby))
    for venue in (first, *search.board.nearby[first]):
        yield from _shuffled(
            search,
            (n for n, slot in enumerate(search.state.slots) if search.board.slots[slot].venue == venue),
        )


def _day(search: Improver) -> Iterator[int]:
    """The games of one date."""
    date = search.dice.randrange(len(search.board.dates))
    yield from _shuffled(
        search, (n for n, slot in enumerate(search.state.slots) if search.board.slots[slot].date == date)
    )


def _weeks(search: Improver) -> Iterator[int]:
    """Games of two weeks."""
    weeks = set(search.dice.sample(range(len(search.board.weeks)), min(2, len(search.board.weeks))))
    yield from _shuffled(
        search, (n for n, slot in enumerate(search.state.slots) if search.board.slots[slot].week in weeks)
    )


def _division(search: Improver) -> Iterator[int]:
    """The games of a division."""
    name = search.dice.choice(search.board.league.divisions).name
    yield from _shuffled(
        search, (n for n, one in enumerate(search.state.fixtures) if one.division.name == name)
    )


def _teams(search: Improver) -> Iterator[int]:
    """All games of some teams."""
    names = list(search.context.of_team)
    search.dice.shuffle(names)
    for name in names:
        yield from search.context.of_team[name]


def _shuffled(search: Improver, numbers: Iterator[int]) -> list[int]:
    found = list(numbers)
    search.dice.shuffle(found)
    return found
