"""The goals that all games of a team, a division or a pair have a part in, for a schedule in the making.

Owns how far it is from them and which slots bring it nearer: fair shares of early and late games, spread over
the season, rematches, and the longest gap that the season allows. The costs are those of
``jobs.league.scores``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from jobs.league.scores import off_fair_share
from jobs.league.solver.grid import Amounts, Grid, Mask
from jobs.league.solver.limits import gaps
from jobs.league.solver.state import UNPLACED
from jobs.league.weeks import rematch_gap, stretches

BROKEN = 1e9  # for each stretch without a game that the season does not allow: never worth any goal


class Fairness:
    """Counts of early and late games, and of weeks and gaps with a game, for each team.

    Args:
        grid: the games that are placed there are counted.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid, self._board = grid, grid.board
        self._goals = self._board.league.goals
        self._parts = [np.array([part[side] for part in self._board.parts]) for side in (0, 1)]
        teams, weeks = self._board.league.teams, len(self._board.weeks)
        self._counts = [{team.name: 0 for team in teams} for _ in self._parts]
        self._weeks = {team.name: np.zeros(weeks, dtype=np.int64) for team in teams}
        self._dates = {team.name: np.zeros(len(self._board.dates), dtype=np.int64) for team in teams}
        shapes = {
            games: _stretches(weeks, games) for games in map(self._board.league.games_of, teams) if games
        }
        self._stretches = {team.name: shapes.get(self._board.league.games_of(team)) for team in teams}
        self._gaps = _gaps(grid)
        self._playing = {team.name for team in teams if self._board.league.games_of(team)}
        self._members = {
            name: [team.name for team in some] for name, some in self._board.league.teams_by_division.items()
        }
        self._pairs = _rematches(grid)
        for game, slot in enumerate(grid.slots):
            if slot != UNPLACED:
                self.move(game, slot, 1)

    def move(self, game: int, slot: int, step: int) -> None:
        """A game has got this slot (1) or has lost it (-1)."""
        fixture, one = self._grid.fixtures[game], self._board.slots[slot]
        for team in (fixture.home.name, fixture.away.name):
            self._weeks[team][one.week] += step
            self._dates[team][one.date] += step
            for part, counts in zip(self._parts, self._counts, strict=True):
                counts[team] += step if part[slot] else 0

    def pull(self, game: int) -> Amounts:
        """What a game adds to the cost in each slot, or takes from it, as the others are now."""
        fixture = self._grid.fixtures[game]
        home, away = fixture.home.name, fixture.away.name
        weeks = -self._goals.spread * (self._filled(home) + self._filled(away)) + self._too_soon(game)
        found: Amounts = weeks[self._grid.week]
        if self._gaps is not None:
            found -= BROKEN * (self._closed(home) + self._closed(away))[self._grid.date]
        for part, counts in zip(self._parts, self._counts, strict=True):
            members = self._members[fixture.division.name]
            mean = sum(counts[name] for name in members) / len(members)
            over = sum(
                int(counts[team] >= np.ceil(mean)) - int(counts[team] < np.floor(mean))
                for team in (home, away)
            )
            if over:
                found += self._goals.early_late * over * part
        return found

    def cost(self, games: Iterable[int]) -> float:
        """The weighted cost of the teams and divisions of these games."""
        fixtures = [self._grid.fixtures[game] for game in games]
        teams = {team.name for fixture in fixtures for team in (fixture.home, fixture.away)}
        empty = sum(int(self._empty(team).sum()) for team in teams)
        off = sum(
            off_fair_share([counts[name] for name in self._members[division]])
            for division in {fixture.division.name for fixture in fixtures}
            for counts in self._counts
        )
        pairs = {self._pairs[game] for game in games if game in self._pairs}
        short = sum(self._short(pair) for pair in pairs)
        broken = BROKEN * sum(self.broken(team) for team in teams)
        goals = self._goals
        return float(goals.spread * empty + goals.early_late * off + goals.rematch * short) + broken

    def broken(self, team: str) -> int:
        """Stretches without a game of the team that the season does not allow."""
        if self._gaps is None or team not in self._playing:
            return 0
        return int((self._gaps @ self._dates[team] == 0).sum())

    def _closed(self, team: str) -> Amounts:
        """For each date how many such stretches a game on it would fill."""
        assert self._gaps is not None
        found: Amounts = (self._gaps @ self._dates[team] == 0).astype(np.float64) @ self._gaps
        return found

    def _empty(self, team: str) -> Mask:
        """The team's stretches of weeks without a game."""
        shape = self._stretches[team]
        if shape is None:
            return np.zeros(0, dtype=bool)
        found: Mask = shape @ (self._weeks[team] > 0) == 0
        return found

    def _filled(self, team: str) -> Amounts:
        """For each week how many of those stretches a game in it would fill."""
        shape = self._stretches[team]
        if shape is None:
            return np.zeros(len(self._board.weeks))
        found: Amounts = self._empty(team) @ shape
        return found

    def _too_soon(self, game: int) -> Amounts | float:
        """For each week what a game costs that is too near to another of the same teams."""
        pair = self._pairs.get(game)
        if pair is None or not self._goals.rematch:
            return 0.0
        weeks = np.arange(len(self._board.weeks))
        wanted = rematch_gap(len(weeks), len(pair))
        short = np.zeros(len(weeks))
        for other in pair:
            slot = self._grid.slots[other]
            if other != game and slot != UNPLACED:
                short += np.maximum(0, wanted - np.abs(weeks - self._board.slots[slot].week))
        return self._goals.rematch * short

    def _short(self, pair: tuple[int, ...]) -> int:
        held = (self._grid.slots[game] for game in pair)
        weeks = sorted(self._board.slots[slot].week for slot in held if slot != UNPLACED)
        wanted = rematch_gap(len(self._board.weeks), len(pair))
        return sum(max(0, wanted - (other - one)) for one, other in pairwise(weeks))


def _stretches(weeks: int, games: int) -> Amounts | None:
    """A line of ones and zeros for each stretch of weeks in which a team of so many games should have one."""
    found = [[float(week in each) for week in range(weeks)] for each in stretches(weeks, games)]
    return np.array(found) if found else None


def _gaps(grid: Grid) -> Amounts | None:
    """The same for each set of dates of which a team must have one."""
    board = grid.board
    sets = gaps(board.dates, board.league.season)
    if not sets:
        return None
    found = np.zeros((len(sets), len(board.dates)))
    for line, dates in zip(found, sets, strict=True):
        line[list(dates)] = 1
    return found


def _rematches(grid: Grid) -> dict[int, tuple[int, ...]]:
    """For each game of two teams that meet several times, all of theirs."""
    pairs: dict[frozenset[str], list[int]] = defaultdict(list)
    for number, fixture in enumerate(grid.fixtures):
        pairs[frozenset((fixture.home.name, fixture.away.name))].append(number)
    return {number: tuple(some) for some in pairs.values() if len(some) > 1 for number in some}
