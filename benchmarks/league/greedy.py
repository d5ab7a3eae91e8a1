"""Greedy with repair: the hardest games first, each in its best slot, and whoever is in the way moves.

Owns the search. A game without a free slot takes one from others, which are then placed anew; when that goes
on for too long, all begins again in another order. A valid schedule is made better by taking some games out
and putting them back, for as long as there is time. Rules and costs of a slot are in ``slotwise``.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.league.board import Board, board_of
from benchmarks.league.fairness import Fairness
from benchmarks.league.found import Watch
from benchmarks.league.slotwise import FREE, Costs, Rules
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec

STEPS = 30  # placements for each game before all begins again
TAKEN_OUT = (3, 20)  # games that are put back


def run(league: LeagueSpec, seed: int, seconds: float, watch: Watch) -> float | None:
    """Search until the time is over; proves nothing about what is possible."""
    end = time.perf_counter() + seconds
    board = board_of(league, seed)
    search = _Search(board, seed)
    while not search.place_all(end):
        if time.perf_counter() > end:
            return None
    watch(_maker(board, search.rules.slots))
    while time.perf_counter() < end:
        if search.improve():
            watch(_maker(board, search.rules.slots))
    return None


def _maker(board: Board, slots: Sequence[int]) -> Callable[[], list[Game]]:
    assigned = list(slots)
    return lambda: board.games(assigned)


class _Search:
    """A schedule, and the ways to change it."""

    def __init__(self, board: Board, seed: int) -> None:
        self.rules, self._costs, self._fair = Rules(board), Costs(board), Fairness(board)
        self._dice, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._games = range(len(board.fixtures))
        self._home = [fixture.home.home_venue for fixture in board.fixtures]
        self._room = [int(self.rules.allowed(game).sum()) for game in self._games]

    def place_all(self, end: float) -> bool:
        """From nothing; whether it came to an end before there were too many steps or no time left."""
        self._take_out(self._games)
        waiting = sorted(self._games, key=lambda game: (-self._room[game], self._dice.random()))
        for step in range(STEPS * len(self._games)):
            if not waiting:
                return True
            if step % 100 == 0 and time.perf_counter() > end:
                return False
            game = waiting.pop()
            if not self._put(game):
                waiting += self._force(game)
        return not waiting

    def improve(self) -> bool:
        """Take some games out and put them back; as before if that costs more. Whether it costs less now."""
        some = self._some()
        before = {game: self.rules.slots[game] for game in some}
        cost = self._cost(some)
        self._take_out(some)
        after = self._cost(some) if all(self._put(game) for game in some) else cost + 1
        if after > cost:
            self._take_out(some)
            for game, slot in before.items():
                self._give(game, slot)
        return after < cost - 1e-6

    def _some(self) -> list[int]:
        """Games to take out: one with some that are where it would like to be, or any."""
        number = self._dice.randint(*TAKEN_OUT)
        game = self._dice.choice(self._games)
        away = [other for other in self._dice.sample(self._games, 20) if not self.rules.is_home(other)]
        if not away:
            return self._dice.sample(self._games, min(number, len(self._games)))
        game = away[0]
        here = self.rules.at_venue(self._home[game])
        return list(dict.fromkeys([game, *self._dice.sample(here, min(number, len(here)))]))

    def _cost(self, some: Sequence[int]) -> float:
        alone = sum(float(self._costs.of(game)[self.rules.slots[game]]) for game in some)
        return alone + self._fair.cost(some)

    def _put(self, game: int) -> bool:
        """In its best free slot, if there is one."""
        places = np.flatnonzero(self.rules.clear(game))
        if not len(places):
            return False
        costs = (self._costs.of(game) + self._fair.pull(game))[places] + self._noise.random(len(places))
        self._give(game, int(places[costs.argmin()]))
        return True

    def _give(self, game: int, slot: int) -> None:
        self.rules.put(game, slot)
        self._fair.move(game, slot, 1)

    def _take_out(self, some: Sequence[int]) -> None:
        for game in some:
            if (slot := self.rules.slots[game]) != FREE:
                self.rules.take_out(game)
                self._fair.move(game, slot, -1)

    def _force(self, game: int) -> list[int]:
        """In a slot where few others are in the way; those have none then."""
        places = np.flatnonzero(self.rules.allowed(game))
        if not len(places):
            raise RuntimeError("a game has no slot even by itself")
        crowd = self.rules.conflicts(game)[places] + 1.5 * self._noise.random(len(places))
        slot = int(places[crowd.argmin()])
        blocking = self.rules.blocking(game, slot, self._dice)
        self._take_out(blocking)
        self._give(game, slot)
        return blocking
