"""The fewest moves that repair a schedule, and then the best slots for the games that moved.

Owns the order of the steps. First only the games that have lost their slots look for others: every one of
them must move, so if all find a place, fewer moves are not possible. Where they do not, ``models`` says how
many others must move at least, and those may: all at once if the season is small, else those nearest to the
trouble (``rings``). At last the games that moved are given better slots among those that nobody else has.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from jobs.league.errors import OutOfTime
from jobs.league.repair.models import fewest, least
from jobs.league.repair.puzzle import Puzzle
from jobs.league.repair.rings import ring
from jobs.league.solver.board import TENTHS
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.patch import Patch
from jobs.league.solver.state import UNPLACED

Report = Callable[[int, int, str], None]

WHOLE = 60_000  # games times slots up to which a model is made of all at once
PART = 30_000  # and of a part
SIZES = (40, 120, 300)  # games of a part, when others make room
BATCH = 8  # games in trouble that a part is made around
EFFORT = 3.0  # CP-SAT's deterministic time for one model; it doubles when that was not enough
HARDER = 3  # times that it doubles
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
        """Place what can be placed with as few moves as possible, then in as good slots as possible."""
        puzzle = self._puzzle
        try:
            self._say(f"Placing {len(puzzle.affected)} games")
            self._greedy()
            if not puzzle.whole:
                self._alone()
            if not puzzle.whole:
                self._make_room()
            self._say("Looking for better slots")
            self._improve([*puzzle.affected, *puzzle.moved])
        except OutOfTime:
            pass

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
        """Only the affected games, with every slot that they may have."""
        free = self._puzzle.affected
        if self._puzzle.size(free) > WHOLE:
            self._around(free, SIZES[1], EFFORT)
        elif not free or fewest(self._puzzle, free, None, self._deadline, EFFORT):
            self.least = int(not self._puzzle.whole)

    def _make_room(self) -> None:
        """Others move as well, as few as possible."""
        puzzle = self._puzzle
        self._say("Counting the games that must move")
        if puzzle.size(puzzle.affected) <= WHOLE and (bound := least(puzzle, self._deadline, EFFORT)):
            self.least = max(self.least, bound.moves)
            self.proved = bound.homeless > 0
        self._say("Making room")
        if puzzle.size(self._everything) <= WHOLE:
            self._with_all()
        if not puzzle.whole and not self.proved:
            self._in_rings()
        if puzzle.whole and len(puzzle.moved) > self.least:
            self._say("Moving fewer games")
            self._around(self._everything, SIZES[-1], EFFORT, again=True)

    def _with_all(self) -> None:
        """Every game that may move at all, which proves what is the best or that there is no way."""
        puzzle = self._puzzle
        if fewest(puzzle, self._everything, None, self._deadline, 2 * EFFORT):
            self.least = max(self.least, len(puzzle.moved))
            self.proved = not puzzle.whole

    def _in_rings(self) -> None:
        """Parts around the games in trouble, larger and larger, then with more effort."""
        for effort in (EFFORT * 2**times for times in range(HARDER + 1)):
            for size in SIZES:
                self._around(self._everything, size, effort)
                if self._puzzle.whole:
                    return

    def _around(self, pool: Sequence[int], size: int, effort: float, *, again: bool = False) -> None:
        """Parts around some games in trouble at a time; or, again, around those that moved."""
        puzzle = self._puzzle
        waiting = puzzle.moved if again else self._trouble(pool)
        while waiting and (again or not puzzle.whole):
            some, waiting = waiting[:BATCH], waiting[BATCH:]
            free = ring(puzzle, some, pool, size)
            most = max(FEWER_SLOTS, PART // max(1, len(free)))
            fewest(puzzle, free, most, self._deadline, effort)
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
