"""A schedule by proof: days first, then the slots of each day; or the proof that there is none.

Owns what is done where single games found no way. A day that turns out too crowded is learned from: what does
not fit together is forbidden, and the days are chosen again. Where that goes on for long, a small league is
looked at as a whole: days and slots in one model.
"""

from __future__ import annotations

from collections import defaultdict

from jobs.league.errors import OutOfTime
from jobs.league.solver.context import Context
from jobs.league.solver.days import Cut, DayModel
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.draft import Draft
from jobs.league.solver.grid import Grid
from jobs.league.solver.patch import Patch
from jobs.league.solver.slots import Day
from jobs.league.solver.state import UNPLACED, State

MAX_CUTS = 60  # days that may turn out too crowded, for one pairing
FEW_CUTS = 8  # as many before a small league is looked at as a whole
SMALL = 30_000  # slots of all games of a small league, each counted for each game that fits in it
EFFORT = 10.0  # for a small league as a whole; the sample of 50 teams needs 7


class Proof:
    """The search for one pairing.

    Args:
        state: a schedule of the pairing; its slots do not matter.

    Attributes:
        cuts: games that were too many for their day.
    """

    def __init__(self, state: State, deadline: Deadline, seed: int) -> None:
        self._board, self._deadline, self._seed = state.board, deadline, seed
        self._empty = State(state.board, [UNPLACED] * len(state.slots), state.fixtures)
        self._grid, self._context = Grid(self._empty), Context(state.board, self._empty)
        self.cuts: list[Cut] = []

    def schedule(self) -> State | None:
        """A schedule that keeps every rule; None when the pairing has none.

        Raises:
            OutOfTime: neither was known in time.
        """
        board, look = self._board, self._small
        days = DayModel(board.league, board.openings, self._empty.fixtures)
        while len(self.cuts) <= MAX_CUTS:
            dates = days.choose(self._deadline, self._seed)
            if dates is None:
                return None
            found, cuts = self._place([board.dates.index(date) for date in dates])
            if not cuts:
                return found
            for cut in cuts:
                days.forbid(cut)
            self.cuts += cuts
            if look and len(self.cuts) > FEW_CUTS:
                look = False
                try:
                    return self._whole()
                except OutOfTime:
                    self._deadline.remaining()  # the effort was used up; if it was the deadline, this raises
        raise OutOfTime(
            f"no valid schedule was found: {len(self.cuts)} days that could be chosen were too crowded; one "
            "may exist: give the league more slots, more days or fewer coaches of several teams"
        )

    @property
    def _small(self) -> bool:
        return sum(int(self._grid.allowed(game).sum()) for game in range(len(self._empty.slots))) <= SMALL

    def _whole(self) -> State | None:
        """All games at once, without any goal."""
        state = State(self._board.without_goals(), self._empty.slots, self._empty.fixtures)
        games = range(len(state.slots))
        choices = {game: self._grid.allowed(game).nonzero()[0].tolist() for game in games}
        patch = Patch(Context(state.board, state), state, choices)
        moves = patch.solve(self._deadline, seed=self._seed, effort=EFFORT)
        if moves is None:
            return None
        for game, (slot, _) in moves.items():
            state.put(game, slot)
        if not Draft(state, self._seed).broken:
            return State(self._board, state.slots, state.fixtures)
        if not patch.proved:
            raise self._deadline.passed()
        return None

    def _place(self, dates: list[int]) -> tuple[State, list[Cut]]:
        """The slots of every day, and the cuts of the days on which the games do not fit."""
        games: dict[int, list[int]] = defaultdict(list)
        for game, date in enumerate(dates):
            games[date].append(game)
        found, cuts = self._empty.copy(), []
        for date, some in sorted(games.items()):
            day = Day(self._context, self._grid, self._empty, date)
            moves = day.place(some, self._deadline, self._seed)
            if moves is None:
                crowd = day.crowd(some, self._deadline, self._seed)
                cuts.append(Cut(self._board.dates[date], crowd))
            for game, (slot, _) in (moves or {}).items():
                found.put(game, slot)
        return found, cuts
