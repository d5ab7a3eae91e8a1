"""For one game at a time, with NumPy over all slots: which ones it could have, who is in the way, the cost.

Owns the rules and costs that ``greedy`` searches with. The costs are of the goals that a game has by itself:
home venue, preferred times and travel.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict

import numpy as np
from numpy.typing import NDArray

from benchmarks.league.board import Board, coaches_of
from jobs.league.distances import Distances
from jobs.league.scores import prefers
from jobs.league.solver.openings import time_of
from jobs.league.spec import Team

FREE = -1

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]


class Rules:
    """Which game has which slot, and what follows for the others.

    ``slots`` has each game's slot, or ``FREE``.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self.slots = [FREE] * len(board.fixtures)
        every = board.slots
        self._pitches = np.array([slot.opening.pitches for slot in every])
        self._date = np.array([slot.date for slot in every])
        self._week = np.array([slot.week for slot in every])
        self._start = np.array([slot.opening.start for slot in every])
        self._used = np.zeros(len(every), dtype=np.int64)
        self._fits = {
            division.name: np.array([division.name in slot.opening.divisions for slot in every])
            for division in board.league.divisions
        }
        self._playable = {team.name: self._dates_of(team) for team in board.league.teams}
        weeks = int(self._week.max()) + 1
        self._busy = {team.name: np.zeros(weeks, dtype=np.int64) for team in board.league.teams}
        self._in_slot: dict[int, list[int]] = defaultdict(list)
        self._at: dict[str, dict[int, None]] = defaultdict(dict)
        self._of_team: dict[str, dict[int, None]] = defaultdict(dict)
        self._of_coach: dict[str, dict[int, None]] = defaultdict(dict)
        shared = Counter(team.coach for team in board.league.teams)  # others' games are in different weeks
        self._coaches = [
            [coach for coach in coaches_of(fixture) if shared[coach] > 1] for fixture in board.fixtures
        ]

    def allowed(self, game: int) -> Mask:
        """Slots that the game could have if it were alone."""
        fixture = self._board.fixtures[game]
        found: Mask = self._fits[fixture.division.name] & self._playable[fixture.home.name]
        return found & self._playable[fixture.away.name]

    def clear(self, game: int) -> Mask:
        """Slots that the game could have with the others where they are."""
        found: Mask = self.allowed(game) & (self.conflicts(game) == 0)
        return found

    def conflicts(self, game: int) -> Numbers:
        """For each slot how many others are in the way there."""
        fixture = self._board.fixtures[game]
        found = (self._used >= self._pitches).astype(np.int64)
        found += (self._busy[fixture.home.name] + self._busy[fixture.away.name])[self._week]
        end = self._start + fixture.division.game_minutes
        for other in self._coached(game):
            date, start, until = self._span(other)
            found += (self._date == date) & (self._start < until) & (start < end)
        return found

    def blocking(self, game: int, slot: int, dice: random.Random) -> list[int]:
        """Games to take out, so that this one can have the slot."""
        fixture = self._board.fixtures[game]
        found = []
        if self._used[slot] >= self._pitches[slot]:
            found.append(dice.choice(self._in_slot[slot]))
        for team in (fixture.home, fixture.away):
            week = self._week[slot]
            found += [other for other in self._of_team[team.name] if self._week[self.slots[other]] == week]
        start = self._start[slot]
        for other in self._coached(game):
            date, begin, until = self._span(other)
            if date == self._date[slot] and start < until and begin < start + fixture.division.game_minutes:
                found.append(other)
        return list(dict.fromkeys(found))

    def put(self, game: int, slot: int) -> None:
        """Give a free game a slot."""
        fixture = self._board.fixtures[game]
        self.slots[game] = slot
        self._used[slot] += 1
        self._in_slot[slot].append(game)
        self._at[self._board.slots[slot].opening.venue][game] = None
        for team in (fixture.home, fixture.away):
            self._busy[team.name][self._week[slot]] += 1
            self._of_team[team.name][game] = None
        for coach in self._coaches[game]:
            self._of_coach[coach][game] = None

    def take_out(self, game: int) -> None:
        """Take its slot from a game, if it has one."""
        slot = self.slots[game]
        if slot == FREE:
            return
        fixture = self._board.fixtures[game]
        self.slots[game] = FREE
        self._used[slot] -= 1
        self._in_slot[slot].remove(game)
        del self._at[self._board.slots[slot].opening.venue][game]
        for team in (fixture.home, fixture.away):
            self._busy[team.name][self._week[slot]] -= 1
            del self._of_team[team.name][game]
        for coach in self._coaches[game]:
            del self._of_coach[coach][game]

    def at_venue(self, venue: str) -> list[int]:
        """Games that are at a venue."""
        return list(self._at[venue])

    def is_home(self, game: int) -> bool:
        """Whether a game is at its home team's venue."""
        return self._board.at_home(self._board.fixtures[game], self.slots[game])

    def _coached(self, game: int) -> list[int]:
        """Placed games of the same coaches."""
        return [other for coach in self._coaches[game] for other in self._of_coach[coach] if other != game]

    def _span(self, game: int) -> tuple[int, int, int]:
        """Date, start and end of a placed game."""
        slot = self.slots[game]
        start = int(self._start[slot])
        return int(self._date[slot]), start, start + self._board.fixtures[game].division.game_minutes

    def _dates_of(self, team: Team) -> Mask:
        free = [date not in team.blackout_dates for date in self._board.league.season.play_dates]
        found: Mask = np.array(free)[self._date]
        return found


class Costs:
    """What each slot costs a game."""

    def __init__(self, board: Board) -> None:
        self._board, self._goals = board, board.league.goals
        names = [venue.name for venue in board.league.venues]
        self._number = {name: place for place, name in enumerate(names)}
        self._venue = np.array([self._number[slot.opening.venue] for slot in board.slots])
        distances = Distances(board.league)
        homes = {team.home_venue for team in board.league.teams}
        self._km = {home: np.array([distances.km(home, other) or 0.0 for other in names]) for home in homes}
        self._missed = {team.name: self._not_preferred(team) for team in board.league.teams}

    def of(self, game: int) -> Amounts:
        """For every slot."""
        fixture, goals = self._board.fixtures[game], self._goals
        home, away = fixture.home, fixture.away
        there_and_back = 2 * (self._km[home.home_venue] + self._km[away.home_venue])
        venues = goals.home_venue + goals.travel * there_and_back / 10
        venues[self._number[home.home_venue]] -= goals.home_venue
        costs: Amounts = venues[self._venue]
        for missed in (self._missed[home.name], self._missed[away.name]):
            if missed is not None:
                costs = costs + missed
        return costs

    def _not_preferred(self, team: Team) -> Amounts | None:
        if not team.preferred_times:
            return None
        dates, weight = self._board.league.season.play_dates, self._goals.preferred_times
        return np.array(
            [
                0.0 if prefers(team, dates[date], time_of(opening.start)) else weight
                for date, _, opening in self._board.slots
            ]
        )
