"""For one game at a time, over all slots at once: which ones it could have and who is in the way there.

Owns the rules as NumPy arrays over the slots, for ``construct`` and ``recreate``, which look at one game at a
time and many thousand times a second. ``patch`` has the same rules for CP-SAT.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from jobs.league.solver.board import Board
from jobs.league.solver.limits import limits, rests
from jobs.league.solver.openings import forbids
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import Team

Mask = NDArray[np.bool_]
Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]
Span = tuple[int, int, int]  # date, start and end


class Grid:
    """Which game has which slot, and what follows for the others.

    Args:
        state: where to begin; it is not changed.
    """

    def __init__(self, state: State) -> None:
        self.board = board = state.board
        self.fixtures = list(state.fixtures)
        self.slots = [UNPLACED] * len(self.fixtures)
        self.date = np.array([slot.date for slot in board.slots], dtype=np.int64)
        self.week = np.array([slot.week for slot in board.slots], dtype=np.int64)
        self.venue = np.array([slot.venue for slot in board.slots], dtype=np.int64)
        self._start = np.array([slot.start for slot in board.slots], dtype=np.int64)
        self._pitches = np.array([slot.pitches for slot in board.slots], dtype=np.int64)
        self._used = np.zeros(len(board.slots), dtype=np.int64)
        self._fits = {
            division.name: np.array([division.name in slot.divisions for slot in board.slots], dtype=bool)
            for division in board.league.divisions
        }
        self._playable = {team.name: self._playable_slots(team) for team in board.league.teams}
        self._frequency = _Frequency(board)
        self._in_slot: dict[int, list[int]] = defaultdict(list)
        self._at: dict[int, dict[int, None]] = defaultdict(dict)
        self._of: dict[str, dict[int, None]] = defaultdict(dict)
        """Placed games of each person, in the order in which they were placed."""
        self._clashing = _clashing(board)
        for number, slot in enumerate(state.slots):
            if slot != UNPLACED:
                self.put(number, slot)

    def allowed(self, game: int) -> Mask:
        """Slots that a game could have if it were alone."""
        fixture = self.fixtures[game]
        found: Mask = self._fits[fixture.division.name] & self._playable[fixture.home.name]
        return found & self._playable[fixture.away.name]

    def clear(self, game: int) -> Mask:
        """Slots that a game could have with the others where they are."""
        found: Mask = self.allowed(game) & (self.conflicts(game) == 0)
        return found

    def conflicts(self, game: int) -> Numbers:
        """For each slot in how many ways others are in the way there."""
        fixture = self.fixtures[game]
        found = (self._used >= self._pitches).astype(np.int64)
        blocked = self._frequency.blocked(fixture.home.name) + self._frequency.blocked(fixture.away.name)
        found += blocked[self.date]
        end = self._start + fixture.division.game_minutes
        for other in self._clashes(game):
            date, start, until = self._span(other)
            found += (self.date == date) & (self._start < until) & (start < end)
        return found

    def blocking(self, game: int, slot: int, dice: random.Random) -> list[int]:
        """Games to take out, so that this one can have the slot."""
        fixture, one = self.fixtures[game], self.board.slots[slot]
        found = []
        if self._used[slot] >= self._pitches[slot]:
            found.append(dice.choice(self._in_slot[slot]))
        for team in (fixture.home.name, fixture.away.name):
            stay = (number for number in self._of[f"team {team}"] if number not in found)
            dates = {number: self.board.slots[self.slots[number]].date for number in stay}
            found += self._frequency.blocking(team, one.date, dates, dice)
        end = one.start + fixture.division.game_minutes
        for other in self._clashes(game):
            date, start, until = self._span(other)
            if date == one.date and one.start < until and start < end:
                found.append(other)
        return list(dict.fromkeys(found))

    def put(self, game: int, slot: int) -> None:
        """Give a game without a slot one."""
        self.slots[game] = slot
        self._used[slot] += 1
        self._in_slot[slot].append(game)
        self._at[self.board.slots[slot].venue][game] = None
        self._move(game, slot, 1)
        for person in self.board.people[game]:
            self._of[person][game] = None

    def take_out(self, game: int) -> int:
        """Take its slot from a game; which one that was, ``UNPLACED`` if it had none."""
        slot = self.slots[game]
        if slot != UNPLACED:
            self.slots[game] = UNPLACED
            self._used[slot] -= 1
            self._in_slot[slot].remove(game)
            del self._at[self.board.slots[slot].venue][game]
            self._move(game, slot, -1)
            for person in self.board.people[game]:
                del self._of[person][game]
        return slot

    def _move(self, game: int, slot: int, step: int) -> None:
        fixture, date = self.fixtures[game], self.board.slots[slot].date
        for team in (fixture.home.name, fixture.away.name):
            self._frequency.move(team, date, step)

    def at_venue(self, venue: int) -> list[int]:
        """Games that are at a venue."""
        return list(self._at[venue])

    def of_team(self, team: str) -> list[int]:
        """A team's games that have a slot."""
        return list(self._of[f"team {team}"])

    def is_home(self, game: int) -> bool:
        """Whether a game has a slot at its home team's venue."""
        slot, home = self.slots[game], self.board.home_of(self.fixtures[game].home)
        return slot != UNPLACED and self.board.slots[slot].venue == home

    def _clashes(self, game: int) -> Iterator[int]:
        """Placed games that cannot be at the same time, by people whom ``_Frequency`` knows nothing of."""
        for person in self._clashing[game]:
            for other in self._of[person]:
                if other != game:
                    yield other

    def _span(self, game: int) -> Span:
        one = self.board.slots[self.slots[game]]
        return one.date, one.start, one.start + self.fixtures[game].division.game_minutes

    def _playable_slots(self, team: Team) -> Mask:
        barred = self.board.barred(team)
        found = np.array([date not in barred for date in range(len(self.board.dates))], dtype=bool)[self.date]
        if team.forbidden_times:
            minutes = self.board.league.division_of(team).game_minutes
            for number in np.flatnonzero(found):
                one = self.board.slots[number]
                found[number] = not forbids(team, self.board.dates[one.date], one.start, minutes)
        return found


class _Frequency:
    """How often each team plays: by day, week and weekend, and its rest."""

    def __init__(self, board: Board) -> None:
        season, dates = board.league.season, len(board.dates)
        groups = limits(board.dates, season)
        self._groups = np.zeros((len(groups), dates), dtype=np.int64)
        self._most = np.array([most for _, most in groups], dtype=np.int64)
        for place, (some, _) in enumerate(groups):
            self._groups[place, list(some)] = 1
        self._near = np.zeros((dates, dates), dtype=np.int64)
        for some in rests(board.dates, season):
            for other in some[1:]:
                self._near[some[0], other] = self._near[other, some[0]] = 1
        self._played = {team.name: np.zeros(dates, dtype=np.int64) for team in board.league.teams}
        self._blocked: dict[str, Numbers] = {}

    def blocked(self, team: str) -> Numbers:
        """For each date in how many ways a team cannot play once more on it."""
        if team not in self._blocked:
            played = self._played[team]
            full = (self._groups @ played >= self._most).astype(np.int64)
            self._blocked[team] = full @ self._groups + (played > 0).astype(np.int64) @ self._near
        return self._blocked[team]

    def move(self, team: str, date: int, step: int) -> None:
        """A team plays once more on a date, or once less."""
        self._played[team][date] += step
        self._blocked.pop(team, None)

    def blocking(self, team: str, date: int, dates: dict[int, int], dice: random.Random) -> list[int]:
        """Games to take out so that the team can play on a date, given the dates of its games."""
        found: dict[int, None] = dict.fromkeys(
            number for number, other in dates.items() if self._near[date, other]
        )
        for group, most in zip(self._groups, self._most, strict=True):
            if group[date]:
                inside = [number for number, other in dates.items() if group[other] and number not in found]
                too_many = len(inside) - int(most) + 1
                if too_many > 0:
                    found.update(dict.fromkeys(dice.sample(inside, too_many)))
        return list(found)


def _clashing(board: Board) -> list[list[str]]:
    """For each game the people of several teams, and its teams where they may play twice a day."""
    often = board.league.season.max_games_per_team_per_day > 1
    teams = Counter(team.coach for team in board.league.teams if team.coach)
    shared = {f"coach {coach}" for coach, count in teams.items() if count > 1}
    return [
        [person for person in people if person in shared or (often and person.startswith("team "))]
        for people in board.people
    ]
