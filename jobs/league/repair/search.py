"""The fewest moves that repair a schedule, and then the best slots for the games that moved.

Owns the order of the steps. First only the games that have lost their slots look for others: every one of
them must move, so if all find a place, fewer moves are not possible. Where they do not, others make room.
``days`` says how few: it looks at dates alone, proves a bound or that there is no way, and mostly gives the
answer; where the starts do not fit, games make room one for one (``ejection``) or in parts around the trouble
(``rings``, ``models``). At last the games that moved are given better slots among those that nobody else has.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from jobs.league.errors import OutOfTime
from jobs.league.repair import days
from jobs.league.repair.ejection import eject
from jobs.league.repair.models import fewest, least, settle
from jobs.league.repair.puzzle import Puzzle
from jobs.league.repair.rings import ring
from jobs.league.solver.board import TENTHS
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.patch import Patch
from jobs.league.solver.state import UNPLACED

Report = Callable[[int, int, str], None]
Faults = tuple[int, int, int]
T = TypeVar("T")

WHOLE = 60_000  # games times slots up to which a model is made of all at once
SMALL = 8_000  # and up to which that comes first
PART = 30_000  # and of a part
SIZES = (40, 120, 300)  # games of a part, when others make room
PLANNED = 20_000  # games times kinds of slots up to which the days of all are planned at once
PLANS = 4  # plans that are tried, if the starts do not fit the days of one
PLANNED_AT_ONCE, PLANNED_AROUND = 40, 600  # else: games in trouble, and games that may move for them
BATCH = 8  # games in trouble that a part is made around
EFFORT = 3.0  # CP-SAT's deterministic time for one model; it doubles when that was not enough
HARDER = 3  # times that it doubles
PROOF = 10.0  # effort for the proof of how many must move
FEWER_SLOTS = 30  # that a game of a large part looks at, at least
PATIENCE = 6  # parts in a row without a gain after which the slots are good enough
SOME = 60  # games of a part whose slots are made better
QUICK = 0.5  # effort for one of those


class Search:
    """One search on a puzzle, which it changes.

    Args:
        puzzle: the schedule with holes.
        deadline: when to stop at the latest; what was found until then counts.
        report: told how many games have a slot, of how many, and what is being done.

    Attributes:
        least: games beside the affected ones that are proved to have to move.
        proved: whether it is proved that not every game can have a slot and every rule be kept.
    """

    def __init__(self, puzzle: Puzzle, deadline: Deadline, report: Report) -> None:
        self._puzzle, self._deadline, self._tell = puzzle, deadline, report
        self._everything = [*puzzle.affected, *puzzle.others]
        self.least, self.proved = 0, False

    def run(self) -> None:
        """Place what can be placed with as few moves as possible."""
        puzzle = self._puzzle
        try:
            self._say(f"Placing {len(puzzle.affected)} games")
            self._greedy()
            if not puzzle.whole:
                self._alone()
            if not puzzle.whole:
                self._make_room()
        except OutOfTime:
            pass

    def polish(self) -> None:
        """Give the games that moved better slots, as long as there is time."""
        self._say("Looking for better slots")
        with contextlib.suppress(OutOfTime):
            self._improve([*self._puzzle.affected, *self._puzzle.moved])

    def _greedy(self) -> None:
        """Each in the best free slot, those with the fewest first: good enough for most, and quick."""
        puzzle, draft = self._puzzle, self._puzzle.draft
        room = {number: int(puzzle.clear_to(number).sum()) for number in puzzle.affected}
        for number in sorted(room, key=lambda each: room[each]):
            self._deadline.remaining()
            places = np.flatnonzero(puzzle.clear_to(number)).tolist()
            if places:
                fixture, pull = draft.grid.fixtures[number], draft.fair.pull(number)
                draft.give(
                    number,
                    min(places, key=lambda slot: puzzle.board.cost(fixture, slot) / TENTHS + pull[slot]),
                )

    def _alone(self) -> None:
        """Only the affected games, with every slot that is free for them."""
        free = self._puzzle.affected
        if self._puzzle.chances(free) <= WHOLE and (
            not free or fewest(self._puzzle, free, None, self._deadline, EFFORT)
        ):
            self.least = int(not self._puzzle.whole)

    def _make_room(self) -> None:
        """Others move as well, as few as possible."""
        puzzle = self._puzzle
        self._say("Making room")
        size = puzzle.size(self._everything)
        if size <= SMALL and self._with_all():
            return
        self._by_days()
        if self._done or (SMALL < size <= WHOLE and self._with_all()):
            return
        if not puzzle.whole:
            self._eject()
            self._in_rings(EFFORT)
        self._say("Counting the games that must move")
        self._count()
        if not puzzle.whole and not self.proved:
            self._say("Making room")
            for times in range(1, HARDER + 1):
                self._in_rings(EFFORT * 2**times)
        if puzzle.whole and not self._done:
            self._say("Moving fewer games")
            self._for_half(lambda end: self._around(self._everything, SIZES[-1], EFFORT, end, again=True))

    @property
    def _done(self) -> bool:
        """Whether it is proved that no search finds a better repair, or any."""
        return self.proved or (self._puzzle.whole and len(self._puzzle.moved) <= self.least)

    def _by_days(self) -> None:
        """First on which days, then when and where."""
        if days.size(self._puzzle) <= PLANNED:
            self._by_plans()
        if not self._puzzle.whole and not self.proved:
            self._by_days_in_parts()

    def _by_plans(self) -> None:
        """For all games at once; other days with as few moves may do where the starts do not fit some."""
        puzzle = self._puzzle
        begin = dict(enumerate(puzzle.draft.grid.slots))
        best = puzzle.faults, begin
        try:
            for _ in range(PLANS):
                found = days.plan(puzzle, self._deadline, 2 * EFFORT)
                if found is None:
                    return
                self.least, self.proved = max(self.least, found.least), found.homeless > 0
                settle(puzzle, found.dates, self._deadline, QUICK)
                best = min(best, (puzzle.faults, dict(enumerate(puzzle.draft.grid.slots))), key=_faults)
                if self._done:
                    return
                puzzle.set(begin)
        finally:
            puzzle.set(best[1])

    def _by_days_in_parts(self) -> None:
        """For some games in trouble at a time, as long as that is of use."""
        puzzle, left = self._puzzle, None
        divisions = dict.fromkeys(puzzle.games[game].division for game in self._trouble(self._everything))
        bound, homeless = days.bounds(puzzle, divisions, self._deadline, QUICK)
        self.least, self.proved = max(self.least, bound), homeless > 0
        while sum(puzzle.faults[:2]) > homeless and left != puzzle.faults:
            left, waiting = puzzle.faults, self._trouble(self._everything)
            while waiting:
                some, waiting = waiting[:PLANNED_AT_ONCE], waiting[PLANNED_AT_ONCE:]
                pool = ring(puzzle, some, self._everything, PLANNED_AROUND)
                if found := days.plan(puzzle, self._deadline, EFFORT, pool):
                    settle(puzzle, found.dates, self._deadline, QUICK)
                self._say("Making room")

    def _eject(self) -> None:
        """Each in a slot where a single other game is in the way, if that one finds another."""
        pool = frozenset(self._everything)
        for number in self._puzzle.homeless:
            self._deadline.remaining()
            eject(self._puzzle, number, pool)
        self._say("Making room")

    def _with_all(self) -> bool:
        """Every game that may move at all; whether that proves what is the best, or that there is no way."""
        puzzle = self._puzzle
        if not fewest(puzzle, self._everything, None, self._deadline, 2 * EFFORT):
            return False
        self.least, self.proved = len(puzzle.moved), not puzzle.whole
        return True

    def _count(self) -> None:
        """How many others must move at least; those that the proof takes are tried as well."""
        puzzle = self._puzzle
        if puzzle.size(puzzle.affected) > WHOLE:
            return
        bound = self._for_half(lambda end: least(puzzle, end, PROOF))
        if bound is None:
            return
        self.least, self.proved = max(self.least, len(bound.moves)), bound.homeless > 0
        if not self.proved and (not puzzle.whole or len(puzzle.moved) > self.least):
            free = dict.fromkeys([*puzzle.affected, *puzzle.moved, *bound.moves])
            fewest(puzzle, list(free), None, self._deadline, EFFORT)

    def _for_half(self, what: Callable[[Deadline], T]) -> T | None:
        """Do something that may take half of the time that is left; None if it was not done by then."""
        try:
            return what(Deadline(self._deadline.remaining() / 2))
        except OutOfTime:
            self._deadline.remaining()
            return None

    def _in_rings(self, effort: float) -> None:
        """Parts around the games in trouble, larger and larger."""
        for size in SIZES:
            if self._puzzle.whole:
                return
            self._around(self._everything, size, effort)

    def _around(
        self,
        pool: Sequence[int],
        size: int,
        effort: float,
        deadline: Deadline | None = None,
        *,
        again: bool = False,
    ) -> None:
        """Parts around some games in trouble at a time; or, again, around those that moved."""
        puzzle = self._puzzle
        waiting = puzzle.moved if again else self._trouble(pool)
        while waiting and (again or not puzzle.whole):
            some, waiting = waiting[:BATCH], waiting[BATCH:]
            free = ring(puzzle, some, pool, size)
            most = max(FEWER_SLOTS, PART // max(1, len(free)))
            fewest(puzzle, free, most, deadline or self._deadline, effort)
            self._say("Moving fewer games" if again else "Making room")
            if again and len(puzzle.moved) <= self.least:
                return

    def _trouble(self, pool: Sequence[int]) -> list[int]:
        """Games without a slot, and those of teams that are without a game for too long."""
        puzzle, may = self._puzzle, set(pool)
        broken = [number for team in puzzle.draft.broken for number in puzzle.context.of_team[team]]
        found = list(dict.fromkeys(number for number in [*puzzle.homeless, *broken] if number in may))
        puzzle.dice.shuffle(found)
        return found

    def _improve(self, games: Sequence[int]) -> None:
        """Better slots for these games, among all that are free; all others stay."""
        puzzle, idle = self._puzzle, 0
        placed = [number for number in games if puzzle.draft.grid.slots[number] != UNPLACED]
        if len(placed) <= SOME:
            self._better(placed, EFFORT)
            return
        while idle < PATIENCE:
            some = ring(puzzle, [puzzle.dice.choice(placed)], placed, SOME)
            idle = 0 if self._better(some, QUICK) else idle + 1
            self._say("Looking for better slots")

    def _better(self, some: Sequence[int], effort: float) -> float:
        """Put these games in the best slots that are free; what was gained."""
        puzzle = self._puzzle
        if not some:
            return 0.0
        state = puzzle.draft.state
        puzzle.context.refresh(state)
        choices, _ = puzzle.choices(some, most=max(FEWER_SLOTS, PART // len(some)))
        patch = Patch(puzzle.context, state, choices)
        try:
            moves = patch.solve(self._deadline, seed=puzzle.dice.randrange(2**31), effort=effort)
        except OutOfTime:
            self._deadline.remaining()
            return 0.0
        return puzzle.draft.move(moves) if moves else 0.0

    def _say(self, what: str) -> None:
        total = len(self._puzzle.games)
        self._tell(total - len(self._puzzle.homeless), total, f"{what}…")


def _faults(one: tuple[Faults, dict[int, int]]) -> Faults:
    return one[0]
