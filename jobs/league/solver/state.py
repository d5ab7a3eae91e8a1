"""A schedule while it is being searched for: which slot each fixture has, and who is at home.

Owns the assignment and what can be counted from it. Knows no solver.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from jobs.league.games import Game
from jobs.league.solver.board import Board
from jobs.league.solver.fixtures import Fixture
from jobs.league.solver.openings import time_of

UNPLACED = -1
Share = tuple[int, int]  # fewest and most games that are a fair share


class State:
    """The slots of all fixtures.

    Args:
        board: the league by number.
        slots: each fixture's slot, or ``UNPLACED``.
        fixtures: the fixtures, with the sides that they have here; those of the board when left out.
    """

    def __init__(self, board: Board, slots: Sequence[int], fixtures: Sequence[Fixture] | None = None) -> None:
        self.board = board
        self.slots = list(slots)
        self.fixtures = list(board.fixtures if fixtures is None else fixtures)
        self.used = [0] * len(board.slots)
        for slot in self.slots:
            if slot != UNPLACED:
                self.used[slot] += 1

    def copy(self) -> State:
        """The same assignment, to be changed by itself."""
        return State(self.board, self.slots, self.fixtures)

    def put(self, number: int, slot: int, *, flipped: bool = False) -> None:
        """Move a fixture, and change its sides if it is flipped."""
        before = self.slots[number]
        if before != UNPLACED:
            self.used[before] -= 1
        self.slots[number] = slot
        if slot != UNPLACED:
            self.used[slot] += 1
        if flipped:
            one = self.fixtures[number]
            self.fixtures[number] = replace(one, home=one.away, away=one.home)

    @property
    def unplaced(self) -> list[int]:
        """Fixtures that have no slot yet."""
        return [number for number, slot in enumerate(self.slots) if slot == UNPLACED]

    def away_from_home(self) -> list[int]:
        """Fixtures that are not at their home team's venue."""
        board = self.board
        return [
            number
            for number, (slot, fixture) in enumerate(zip(self.slots, self.fixtures, strict=True))
            if slot != UNPLACED and board.slots[slot].venue != board.home_of(fixture.home)
        ]

    def fair_shares(self) -> dict[str, tuple[Share, Share]]:
        """For each division, the fair shares of early and of late games of a team."""
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for fixture, slot in zip(self.fixtures, self.slots, strict=True):
            if slot != UNPLACED:
                early, late = self.board.parts[slot]
                sums[fixture.division.name][0] += 2 * early
                sums[fixture.division.name][1] += 2 * late
        return {
            name: (_share(sums[name][0], len(teams)), _share(sums[name][1], len(teams)))
            for name, teams in self.board.league.teams_by_division.items()
        }

    def games(self) -> list[Game]:
        """The games of all placed fixtures, each on a pitch of its own."""
        taken: dict[int, int] = defaultdict(int)
        found = []
        for fixture, slot in zip(self.fixtures, self.slots, strict=True):
            if slot != UNPLACED:
                taken[slot] += 1
                found.append(self._game(fixture, slot, taken[slot]))
        return found

    def _game(self, fixture: Fixture, slot: int, pitch: int) -> Game:
        one = self.board.slots[slot]
        venue = self.board.league.venues[one.venue].name
        return Game(
            division=fixture.division.name,
            home=fixture.home.name,
            away=fixture.away.name,
            date=self.board.dates[one.date],
            start=time_of(one.start),
            end=time_of(one.start + fixture.division.game_minutes),
            venue=venue,
            pitch=pitch,
            at_home_venue=venue == fixture.home.home_venue,
        )


def games_by_team(fixtures: Iterable[Fixture]) -> dict[str, list[int]]:
    """Each team's fixtures by number."""
    found: dict[str, list[int]] = defaultdict(list)
    for number, fixture in enumerate(fixtures):
        found[fixture.home.name].append(number)
        found[fixture.away.name].append(number)
    return found


def _share(total: int, teams: int) -> Share:
    return math.floor(total / teams), math.ceil(total / teams)
