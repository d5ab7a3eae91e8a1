"""A schedule that is to be repaired, by number: which games have lost their slots, and which may move.

Owns the ground that the search stands on: the board, the schedule as it is now, where each game was before,
and the slots that a game may look at. ``search`` decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from jobs.league.games import Game
from jobs.league.solver.board import Board
from jobs.league.solver.context import Context
from jobs.league.solver.draft import Draft
from jobs.league.solver.fixtures import Fixture
from jobs.league.solver.grid import Mask
from jobs.league.solver.openings import Openings, minutes_of
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec

Pair = tuple[str, str]  # names of a home and an away team
Slots = dict[int, int]  # games with their slots


class Puzzle:
    """A schedule with holes.

    Args:
        league: the league as it is now.
        games: its games, each where it was.
        affected: places in ``games`` of those that cannot stay there.
        from_date: no game moves from an earlier date, nor to one.
        seed: moves the choices between equal slots about.
        extra: teams that may have a game together on top; they have no slot yet.

    Attributes:
        original: for each game its slot, or ``UNPLACED`` where that is gone.
        affected: games that must move.
        others: games that may move to make room.
        added: games on top.
        future: slots to which games may move.
        context: the league's rules, with its goals.
        bare: the same without goals, so that only the number of moves counts.
    """

    def __init__(
        self,
        league: LeagueSpec,
        games: Sequence[Game],
        affected: Collection[int],
        from_date: dt.date,
        seed: int,
        extra: Sequence[Pair] = (),
    ) -> None:
        self.league, self.games = league, games
        self.board = Board(league, Openings(league), _fixtures(league, games, extra))
        self.original = self._originals(affected) + [UNPLACED] * len(extra)
        state = State(self.board, self.original)
        self.draft = Draft(state, seed)
        self.dice = self.draft.dice
        self.future: Mask = np.array([date >= from_date for date in self.board.dates], dtype=bool)[
            self.draft.grid.date
        ]
        self.affected = sorted(affected)
        gone = set(affected)
        self.others = [
            number for number, game in enumerate(games) if game.date >= from_date and number not in gone
        ]
        self.added = range(len(games), len(games) + len(extra))
        self.context = Context(self.board, state)
        self.bare = Context(self.board.without_goals(), state)

    def _originals(self, affected: Collection[int]) -> list[int]:
        places = {(one.date, one.venue, one.start): number for number, one in enumerate(self.board.slots)}
        dates = {date: number for number, date in enumerate(self.board.dates)}
        return [
            UNPLACED
            if number in affected
            else places[dates[game.date], self.board.venues[game.venue], minutes_of(game.start)]
            for number, game in enumerate(self.games)
        ]

    def open_to(self, number: int) -> Mask:
        """Slots to which a game may move, if it were alone."""
        found: Mask = self.draft.grid.allowed(number) & self.future
        return found

    def clear_to(self, number: int) -> Mask:
        """Slots to which a game may move, with the others where they are."""
        found: Mask = self.draft.grid.clear(number) & self.future
        return found

    def size(self, some: Collection[int]) -> int:
        """Slots of all these games together: how large a model of them would be at most."""
        return sum(int(self.open_to(number).sum()) for number in some)

    def chances(self, some: Collection[int]) -> int:
        """The same, with the slots only that are free as long as all others stay."""
        return sum(len(slots) for slots in self.choices(some)[0].values())

    def choices(
        self,
        free: Collection[int],
        *,
        most: int | None = None,
        taken: Collection[int] = (),
        date: int | None = None,
    ) -> tuple[dict[int, list[int]], bool]:
        """For each free game the slots that it may have, its own and its original one among them.

        Args:
            free: games that may move.
            most: slots of each, those at home first, then any.
            taken: games that are in nobody's way; the free ones when left out.
            date: the number of the only date to look at.

        Returns:
            The slots, and whether those are all of them.
        """
        state = self.draft.state
        taken = frozenset(taken or free)
        has_room = self.context.room(state, taken) > 0
        if date is not None:
            has_room &= self.draft.grid.date == date
        found, whole = {}, True
        for number in free:
            slots = self.context.candidates(state, number, taken, has_room & self.open_to(number))
            if most is not None and len(slots) > most:
                slots, whole = self._fewer(number, slots, most), False
            found[number] = slots
        return found, whole

    def _fewer(self, number: int, slots: list[int], most: int) -> list[int]:
        keep = {self.draft.grid.slots[number], self.original[number]}
        home = self.board.home_of(self.draft.grid.fixtures[number].home)
        rank = {
            slot: (slot not in keep, self.board.slots[slot].venue != home, self.dice.random())
            for slot in slots
        }
        return sorted(slots, key=lambda slot: rank[slot])[:most]

    def set(self, slots: Mapping[int, int]) -> Slots:
        """Give games these slots, whatever it costs; the slots that they had."""
        before = {number: self.draft.grid.slots[number] for number in slots}
        self.draft.take_out(slots)
        for number, slot in slots.items():
            if slot != UNPLACED:
                self.draft.give(number, slot)
        return before

    @property
    def homeless(self) -> list[int]:
        """Games without a slot that must have one."""
        return [number for number in self.draft.unplaced if number not in self.added]

    @property
    def moved(self) -> list[int]:
        """Games that could have stayed and have moved."""
        slots = self.draft.grid.slots
        return [number for number in self.others if slots[number] != self.original[number]]

    @property
    def faults(self) -> tuple[int, int, int]:
        """What is wrong, the worst first: games without a slot, teams with too long a gap, games moved."""
        return len(self.homeless), len(self.draft.broken), len(self.moved)

    @property
    def whole(self) -> bool:
        """Whether every game has a slot and every rule is kept."""
        return self.faults[:2] == (0, 0)


def _fixtures(league: LeagueSpec, games: Sequence[Game], extra: Sequence[Pair]) -> list[Fixture]:
    teams = {team.name: team for team in league.teams}
    pairs = [(game.home, game.away) for game in games] + list(extra)
    return [Fixture(league.division_of(teams[home]), teams[home], teams[away]) for home, away in pairs]
