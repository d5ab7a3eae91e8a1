"""The league's rules by number, and what the games that stay where they are leave open to one that moves.

Owns the reading of limits, rests and gaps for ``patch``, and which slots a free fixture may have.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from jobs.league.solver.board import TENTHS, Board
from jobs.league.solver.limits import gaps, limits, rests
from jobs.league.solver.state import UNPLACED, Share, State, games_by_team
from jobs.league.weeks import stretches


class Context:
    """The rules of a board, and the fair shares of the schedule that is being improved.

    Attributes:
        limits: sets of dates with the most games that a team may have on them.
        rests: sets of dates of which a team may play on one only.
        gaps: sets of dates of which a team must play on one at least.
        of_team: each team's fixtures.
        rematches: fixtures of two teams that meet more than once.
        shares: for each division, the fair shares of early and late games.
    """

    def __init__(self, board: Board, state: State) -> None:
        self.board, self.league = board, board.league
        season = self.league.season
        self.limits = limits(board.dates, season)
        self.rests = rests(board.dates, season)
        self.gaps = gaps(board.dates, season)
        self.of_team = games_by_team(board.fixtures)
        self._of_person: dict[str, list[int]] = defaultdict(list)
        for number, people in enumerate(board.people):
            for person in people:
                self._of_person[person].append(number)
        pairs: dict[frozenset[str], list[int]] = defaultdict(list)
        for number, fixture in enumerate(board.fixtures):
            pairs[frozenset((fixture.home.name, fixture.away.name))].append(number)
        self.rematches = [numbers for numbers in pairs.values() if len(numbers) > 1]
        self.met_once = frozenset(numbers[0] for numbers in pairs.values() if len(numbers) == 1)
        self.away_cost = TENTHS * self.league.goals.home_venue
        self.shares: dict[str, tuple[Share, Share]] = {}
        self._stretches: dict[int, list[range]] = {}
        self._rests_on: dict[int, set[int]] = defaultdict(set)
        for dates in self.rests:
            for date in dates:
                self._rests_on[date].update(other for other in dates if other != date)
        self._pitches = np.array([slot.pitches for slot in board.slots], dtype=np.int64)
        self._date = np.array([slot.date for slot in board.slots], dtype=np.int64)
        self.refresh(state)

    def refresh(self, state: State) -> None:
        """Take the fair shares from a schedule."""
        self.shares = state.fair_shares()

    def stretches_of(self, team: str) -> list[range]:
        """The stretches of weeks in which a team should have a game."""
        games = len(self.of_team[team])
        if games not in self._stretches:
            self._stretches[games] = list(stretches(len(self.board.weeks), games))
        return self._stretches[games]

    def room(self, state: State, free: Iterable[int]) -> NDArray[np.int64]:
        """Each slot's pitches that no fixture has which stays."""
        room = self._pitches - np.array(state.used, dtype=np.int64)
        for number in free:
            if state.slots[number] != UNPLACED:
                room[state.slots[number]] += 1
        return room

    def dates_of_others(self, state: State, team: str, free: Collection[int]) -> Counter[int]:
        """Dates on which the team's games are that stay, with how many."""
        return Counter(self.board.slots[slot].date for slot in self._others(state, team, free))

    def weeks_of_others(self, state: State, team: str, free: Collection[int]) -> set[int]:
        """Weeks in which the team's games are that stay."""
        return {self.board.slots[slot].week for slot in self._others(state, team, free)}

    def parts_of_others(self, state: State, team: str, free: Collection[int]) -> tuple[int, int]:
        """Early and late games of the team that stay."""
        parts = [self.board.parts[slot] for slot in self._others(state, team, free)]
        return sum(early for early, _ in parts), sum(late for _, late in parts)

    def _others(self, state: State, team: str, free: Collection[int]) -> list[int]:
        return [
            state.slots[number]
            for number in self.of_team[team]
            if number not in free and state.slots[number] != UNPLACED
        ]

    def candidates(
        self, state: State, number: int, free: Collection[int], allowed: NDArray[np.bool_]
    ) -> list[int]:
        """Slots that a free fixture may have beside the games that stay; its own comes first.

        Args:
            state: the schedule.
            number: the fixture.
            free: all free fixtures.
            allowed: for each slot whether it is one to choose from: it has room, and the fixture fits in it.
        """
        own = state.slots[number]
        found = allowed & self._open_dates(state, number, free)[self._date]
        busy = self._busy(state, number, free)
        minutes = state.fixtures[number].division.game_minutes
        slots = [] if own == UNPLACED else [own]
        for slot in np.flatnonzero(found).tolist():
            one = self.board.slots[slot]
            spans = busy.get(one.date, ())
            if slot != own and not any(
                one.start < end and begin < one.start + minutes for begin, end in spans
            ):
                slots.append(slot)
        return slots

    def _open_dates(self, state: State, number: int, free: Collection[int]) -> NDArray[np.bool_]:
        fixture = state.fixtures[number]
        found = np.ones(len(self.board.dates), dtype=bool)
        for team in (fixture.home.name, fixture.away.name):
            fixed = self.dates_of_others(state, team, free)
            for dates, most in self.limits if fixed else ():
                if sum(fixed[date] for date in dates if date in fixed) >= most:
                    found[list(dates)] = False
            for date in fixed:
                found[list(self._rests_on[date])] = False
        return found

    def _busy(self, state: State, number: int, free: Collection[int]) -> dict[int, list[tuple[int, int]]]:
        """When the fixture's people are at games that stay, date by date."""
        busy: dict[int, list[tuple[int, int]]] = defaultdict(list)
        others = {other for person in self.board.people[number] for other in self._of_person[person]}
        for other in others:
            slot = state.slots[other]
            if other not in free and slot != UNPLACED:
                one = self.board.slots[slot]
                minutes = self.board.fixtures[other].division.game_minutes
                busy[one.date].append((one.start, one.start + minutes))
        return busy
