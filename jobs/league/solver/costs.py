"""What each slot costs a game by itself: away from home, travel, unwelcome times; over all slots at once."""

from __future__ import annotations

import numpy as np

from jobs.league.solver.grid import Amounts, Grid
from jobs.league.spec import Team


class Costs:
    """The weighted costs of ``jobs.league.scores`` that a game has by itself.

    Args:
        grid: its fixtures' sides are those that count.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid, self._board, self._goals = grid, grid.board, grid.board.league.goals
        venues = range(len(self._board.league.venues))
        homes = {self._board.home_of(team) for team in self._board.league.teams}
        self._km = {
            home: np.array([self._board.distance(home, other) for other in venues], dtype=np.float64)
            for home in homes
        }
        self._missed = {team.name: self._not_preferred(team) for team in self._board.league.teams}

    def of(self, game: int) -> Amounts:
        """For every slot."""
        fixture, goals = self._grid.fixtures[game], self._goals
        home, away = self._board.home_of(fixture.home), self._board.home_of(fixture.away)
        there_and_back = 2 * (self._km[home] + self._km[away])
        venues = goals.home_venue + goals.travel * there_and_back / 10
        venues[home] -= goals.home_venue
        costs: Amounts = venues[self._grid.venue]
        for missed in (self._missed[fixture.home.name], self._missed[fixture.away.name]):
            if missed is not None:
                costs = costs + missed
        return costs

    def at(self, game: int, slot: int) -> float:
        """For one slot."""
        fixture, goals = self._grid.fixtures[game], self._goals
        home, away = self._board.home_of(fixture.home), self._board.home_of(fixture.away)
        venue = self._board.slots[slot].venue
        cost = 0.0 if venue == home else float(goals.home_venue)
        cost += goals.travel * 2 * float(self._km[home][venue] + self._km[away][venue]) / 10
        for missed in (self._missed[fixture.home.name], self._missed[fixture.away.name]):
            if missed is not None:
                cost += float(missed[slot])
        return cost

    def _not_preferred(self, team: Team) -> Amounts | None:
        if not team.preferred_times or not self._goals.preferred_times:
            return None
        weight = float(self._goals.preferred_times)
        slots = range(len(self._board.slots))
        return np.array([0.0 if self._board.prefers(team, slot) else weight for slot in slots])
