"""Where and at what time the games of one day are played, when their day is given.

Owns the day by itself: whether its games fit, and which of them are too many if they do not. Used where
single games found no way (``construct``) and the days were chosen by proof (``days``).
"""

from __future__ import annotations

from collections.abc import Collection

from jobs.league.errors import OutOfTime
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.grid import Grid
from jobs.league.solver.patch import Moves, Patch
from jobs.league.solver.state import State

EFFORT = 2.0  # a day of the 200-team sample needs 0.01
FEW = 12  # openings that a game may choose from beside those at home, before all are looked at


class Day:
    """The games of one date, none of which has a slot yet.

    Args:
        context: the league's rules.
        grid: its slots.
        state: the schedule; the games of other dates stay where they are.
        date: the date's number.
    """

    def __init__(self, context: Context, grid: Grid, state: State, date: int) -> None:
        self._context, self._grid, self._state, self._date = context, grid, state, date

    def place(self, games: Collection[int], deadline: Deadline, seed: int) -> Moves | None:
        """A slot for each game, or None when the day has no room for them.

        Raises:
            OutOfTime: neither was known in time.
        """
        try:
            moves = self._solve(games, FEW, deadline, seed)
        except OutOfTime:
            deadline.remaining()  # the effort was used up; if it was the deadline, this raises
            moves = None
        return self._solve(games, None, deadline, seed) if moves is None else moves

    def crowd(self, games: Collection[int], deadline: Deadline, seed: int) -> frozenset[int]:
        """Of games that do not fit some that are already too many: without any one of them the rest fits."""
        kept = dict.fromkeys(games)
        for game in list(kept):
            fewer = [other for other in kept if other != game]
            if self._solve(fewer, None, deadline, seed) is None:
                del kept[game]
        return frozenset(kept)

    def _solve(self, games: Collection[int], most: int | None, deadline: Deadline, seed: int) -> Moves | None:
        choices = {game: self._choices(game, games, most) for game in games}
        if not all(choices.values()):
            return None
        return Patch(self._context, self._state, choices).solve(deadline, seed=seed, effort=EFFORT)

    def _choices(self, game: int, games: Collection[int], most: int | None) -> list[int]:
        today = self._grid.allowed(game) & (self._grid.date == self._date)
        home = self._grid.venue == self._context.board.home_of(self._state.fixtures[game].home)
        at_home = self._context.candidates(self._state, game, games, today & home)
        elsewhere = self._context.candidates(self._state, game, games, today & ~home)
        return at_home + elsewhere[:most]
