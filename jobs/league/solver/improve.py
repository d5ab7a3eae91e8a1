"""Making a schedule better: again and again a part of it is taken out and put back by CP-SAT.

Owns the choice of the part (large neighbourhood search). ``patch`` solves each part, ``polish`` says when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from jobs.league.errors import OutOfTime
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.solver.patch import Patch
from jobs.league.solver.state import State

EFFORT = 0.25  # CP-SAT's deterministic time for one part
LEAST, MOST = 12, 120  # free games
ELSEWHERE = 4  # venues beside the two homes that a free game may look at
RARELY = 0.05  # weight of a kind of part that has gained nothing of late


@dataclass
class _Kind:
    """A way to choose a part, how large it may be, and how much it has gained of late."""

    choose: Callable[[Improver, State], Iterator[int]]
    size: float = 40.0
    gain: float = 10.0


class Improver:
    """Takes parts out of a draft and puts them back better."""

    def __init__(self, draft: Draft) -> None:
        self.draft, self.board, self.dice = draft, draft.board, draft.dice
        self.context = Context(draft.board, draft.state)
        self._kinds = [
            _Kind(choose) for choose in (_not_whole, _homeless, _venues, _day, _weeks, _division, _teams)
        ]

    def step(self, deadline: Deadline) -> float:
        """Take out one part and put it back; what was gained.

        Raises:
            OutOfTime: the deadline has passed.
        """
        state = self.draft.state
        kind = self.dice.choices(self._kinds, [one.gain for one in self._kinds])[0]
        free = list(dict.fromkeys(islice(kind.choose(self, state), int(kind.size))))
        gained = self._put_back(state, free, kind, deadline) if free else 0.0
        kind.gain = max(RARELY, 0.8 * kind.gain + 0.2 * gained)
        return gained

    def _put_back(self, state: State, free: list[int], kind: _Kind, deadline: Deadline) -> float:
        self.context.refresh(state)
        patch = Patch(
            self.context,
            state,
            self.choices(state, free),
            flips=frozenset(free) & self.context.met_once,
            optional=bool(self.draft.unplaced),
        )
        try:
            moves = patch.solve(deadline, seed=self.dice.randrange(2**31), effort=EFFORT)
        except OutOfTime:
            deadline.remaining()
            kind.size = max(LEAST, 0.8 * kind.size)
            return 0.0
        kind.size = min(MOST, 1.05 * kind.size) if patch.proved else max(LEAST, 0.9 * kind.size)
        return self.draft.move(moves) if moves is not None else 0.0

    def choices(self, state: State, free: list[int]) -> dict[int, list[int]]:
        """For each free game its own slot, and others that it may have."""
        taken, has_room = frozenset(free), self.context.room(state, free) > 0
        grid = self.draft.grid
        return {
            number: self.context.candidates(
                state,
                number,
                taken,
                has_room & grid.allowed(number) & np.isin(grid.venue, self._venues(state, number)),
            )
            for number in free
        }

    def _venues(self, state: State, number: int) -> list[int]:
        """Where a free game may look: both homes, and some others near them or anywhere."""
        fixture = state.fixtures[number]
        home, other = self.board.home_of(fixture.home), self.board.home_of(fixture.away)
        near = self.board.nearby[home]
        anywhere = self.dice.sample(near, min(ELSEWHERE // 2, len(near)))
        return list(dict.fromkeys([home, other, *near[: ELSEWHERE // 2], *anywhere]))

    def shuffled(self, numbers: Iterable[int]) -> list[int]:
        """The numbers in a random order."""
        found = list(numbers)
        self.dice.shuffle(found)
        return found


def _not_whole(search: Improver, state: State) -> Iterator[int]:
    """Games without a slot and of teams with too long a gap, and others of their teams."""
    broken = [number for team in search.draft.broken for number in search.context.of_team[team]]
    for number in search.shuffled([*search.draft.unplaced, *broken]):
        yield number
        fixture = state.fixtures[number]
        for team in (fixture.home.name, fixture.away.name):
            yield from search.context.of_team[team]
        yield from search.shuffled(_at(state, {search.board.home_of(fixture.home)}))[:10]


def _homeless(search: Improver, state: State) -> Iterator[int]:
    """Games away from their home venue, with some that are at it."""
    for number in search.shuffled(state.away_from_home()):
        yield number
        home = search.board.home_of(state.fixtures[number].home)
        yield from search.shuffled(_at(state, {home}))[:15]


def _venues(search: Improver, state: State) -> Iterator[int]:
    """All games of some venues that lie near each other."""
    first = search.dice.randrange(len(search.board.nearby))
    for venue in (first, *search.board.nearby[first]):
        yield from search.shuffled(_at(state, {venue}))


def _day(search: Improver, state: State) -> Iterator[int]:
    """The games of one date."""
    date = search.dice.randrange(len(search.board.dates))
    slots = search.board.slots
    yield from search.shuffled(
        n for n, slot in enumerate(state.slots) if slot >= 0 and slots[slot].date == date
    )


def _weeks(search: Improver, state: State) -> Iterator[int]:
    """Games of two weeks."""
    count, slots = len(search.board.weeks), search.board.slots
    weeks = search.dice.sample(range(count), min(2, count))
    yield from search.shuffled(
        n for n, slot in enumerate(state.slots) if slot >= 0 and slots[slot].week in weeks
    )


def _division(search: Improver, state: State) -> Iterator[int]:
    """The games of a division."""
    name = search.dice.choice(search.board.league.divisions).name
    yield from search.shuffled(n for n, one in enumerate(state.fixtures) if one.division.name == name)


def _teams(search: Improver, state: State) -> Iterator[int]:
    """All games of some teams, those with the worst of them first."""
    names = search.dice.sample(list(search.context.of_team), min(12, len(search.context.of_team)))
    names.sort(key=lambda name: -sum(search.draft.cost_of(n) for n in search.context.of_team[name]))
    for name in names:
        yield from search.context.of_team[name]


def _at(state: State, venues: set[int]) -> Iterator[int]:
    slots = state.board.slots
    return (n for n, slot in enumerate(state.slots) if slot >= 0 and slots[slot].venue in venues)
