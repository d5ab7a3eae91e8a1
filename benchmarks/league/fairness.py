"""The goals that all games of a team or a division have a part in: fair shares of early and late, and spread.

Owns how far a schedule in the making is from them, and which slots bring it nearer. The costs are those of
``jobs.league.scores``, which the result is measured with.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from benchmarks.league.board import Board
from benchmarks.league.slotwise import Amounts, Mask
from jobs.league.dayparts import Dayparts
from jobs.league.scores import off_fair_share
from jobs.league.solver.openings import time_of
from jobs.league.spec import Team
from jobs.league.weeks import play_weeks, stretches


class Fairness:
    """Counts of early and late games, and of weeks with a game, for each team."""

    def __init__(self, board: Board) -> None:
        self._board, self._goals = board, board.league.goals
        self._week = np.array([slot.week for slot in board.slots])
        self._parts = _parts(board)
        weeks = len(play_weeks(board.league.season.play_dates))
        teams = board.league.teams
        self._counts = [{team.name: 0 for team in teams} for _ in self._parts]
        self._played = {team.name: np.zeros(weeks, dtype=np.int64) for team in teams}
        self._stretches = {team.name: _stretches(weeks, board.league.games_of(team)) for team in teams}
        self._members = {
            name: [team.name for team in some] for name, some in board.league.teams_by_division.items()
        }

    def move(self, game: int, slot: int, step: int) -> None:
        """A game has got this slot (1) or has lost it (-1)."""
        fixture = self._board.fixtures[game]
        for team in (fixture.home, fixture.away):
            self._played[team.name][self._week[slot]] += step
            for part, counts in zip(self._parts, self._counts, strict=True):
                counts[team.name] += step if part[slot] else 0

    def pull(self, game: int) -> Amounts:
        """What a game adds to the cost in each slot, or takes from it, as the others are now."""
        fixture = self._board.fixtures[game]
        home, away = fixture.home, fixture.away
        weeks = self._goals.spread * (self._filled(home) + self._filled(away))
        found: Amounts = -weeks[self._week].astype(np.float64)
        for part, counts in zip(self._parts, self._counts, strict=True):
            members = self._members[fixture.division.name]
            mean = sum(counts[name] for name in members) / len(members)
            over = sum(
                (counts[team.name] >= np.ceil(mean)) - int(counts[team.name] < np.floor(mean))
                for team in (home, away)
            )
            if over:
                found += self._goals.early_late * over * part
        return found

    def cost(self, games: Iterable[int]) -> float:
        """The weighted cost of the teams and divisions of these games."""
        fixtures = [self._board.fixtures[game] for game in games]
        teams = {team.name: team for fixture in fixtures for team in (fixture.home, fixture.away)}
        empty = sum(int(self._empty(team).sum()) for team in teams.values())
        off = sum(
            off_fair_share([counts[name] for name in self._members[division]])
            for division in {fixture.division.name for fixture in fixtures}
            for counts in self._counts
        )
        return float(self._goals.spread * empty + self._goals.early_late * off)

    def _empty(self, team: Team) -> Mask:
        """The team's stretches without a game."""
        found: Mask = self._stretches[team.name] @ (self._played[team.name] > 0) == 0
        return found

    def _filled(self, team: Team) -> Amounts:
        """For each week how many of those stretches a game in it would fill."""
        found: Amounts = self._empty(team) @ self._stretches[team.name]
        return found


def _parts(board: Board) -> list[Mask]:
    """Which slots are early, and which are late."""
    parts, dates = Dayparts(board.league), board.league.season.play_dates
    times = [(dates[slot.date], time_of(slot.opening.start)) for slot in board.slots]
    return [np.array([is_part(*time) for time in times]) for is_part in (parts.early, parts.late)]


def _stretches(weeks: int, games: int) -> Amounts:
    """A line of ones and zeros for each stretch of weeks in which a team of so many games should have one."""
    return np.array([[float(week in each) for week in range(weeks)] for each in stretches(weeks, games)])
