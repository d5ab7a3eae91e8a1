"""A schedule in the making: its games' slots, what they cost, and changes that can be taken back.

Owns the one schedule that ``construct`` and ``improve`` work on by turns. Rules are in ``grid``, costs in
``costs`` and ``fairness``.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from jobs.league.solver.costs import Costs
from jobs.league.solver.fairness import Fairness
from jobs.league.solver.grid import Grid
from jobs.league.solver.state import UNPLACED, State

UNPLACED_COST = 1e10  # more than all the goals of a game can cost, and what it can break
TINY = 1e-4  # less than a difference of two costs that matters, more than an error of rounding

Moves = Mapping[int, tuple[int, bool]]  # game: its slot, and whether its sides change


class Draft:
    """A schedule that changes game by game.

    Args:
        state: where to begin; it is not changed.
        seed: moves the choices between equal slots about.
    """

    def __init__(self, state: State, seed: int) -> None:
        self.board = state.board
        self.grid = Grid(state)
        self._costs, self.fair = Costs(self.grid), Fairness(self.grid)
        self.dice, self._noise = random.Random(seed), np.random.default_rng(seed)
        self.games = range(len(self.grid.fixtures))

    @property
    def state(self) -> State:
        """The schedule as it is now."""
        return State(self.board, self.grid.slots, self.grid.fixtures)

    @property
    def unplaced(self) -> list[int]:
        """Games without a slot."""
        return [game for game in self.games if self.grid.slots[game] == UNPLACED]

    @property
    def broken(self) -> list[str]:
        """Teams with a longer stretch without a game than the season allows."""
        return [team.name for team in self.board.league.teams if self.fair.broken(team.name)]

    @property
    def valid(self) -> bool:
        """Whether every rule is kept; those of ``grid`` always are."""
        return not self.unplaced and not self.broken

    def cost(self, some: Iterable[int]) -> float:
        """The weighted cost of these games, their teams and their divisions."""
        some = list(some)
        alone = sum(self.cost_of(game) for game in some)
        return alone + self.fair.cost(some)

    def cost_of(self, game: int) -> float:
        """What a game costs by itself."""
        slot = self.grid.slots[game]
        return UNPLACED_COST if slot == UNPLACED else self._costs.at(game, slot)

    def put(self, game: int) -> bool:
        """Give a game its best free slot, if there is one."""
        places = np.flatnonzero(self.grid.clear(game))
        if not len(places):
            return False
        costs = (self._costs.of(game) + self.fair.pull(game))[places] + self._noise.random(len(places))
        self.give(game, int(places[costs.argmin()]))
        return True

    def force(self, game: int) -> list[int]:
        """Give a game a slot where few others are in the way; the games that have none for it."""
        places = np.flatnonzero(self.grid.allowed(game))
        crowd = self.grid.conflicts(game)[places] + 1.5 * self._noise.random(len(places))
        slot = int(places[crowd.argmin()])
        blocking = self.grid.blocking(game, slot, self.dice)
        self.take_out(blocking)
        self.give(game, slot)
        return blocking

    def give(self, game: int, slot: int) -> None:
        """Give a game without a slot this one."""
        self.grid.put(game, slot)
        self.fair.move(game, slot, 1)

    def take_out(self, some: Iterable[int]) -> None:
        """Take their slots from games."""
        for game in some:
            if (slot := self.grid.take_out(game)) != UNPLACED:
                self.fair.move(game, slot, -1)

    def replace(self, some: Sequence[int]) -> float:
        """Take games out and put them back in this order; as before if that costs more. What was gained."""
        before = {game: (self.grid.slots[game], False) for game in some}
        cost = self.cost(some)
        self.take_out(some)
        gain = cost - self.cost(some) if all(self.put(game) for game in some) else -1.0
        if gain < -TINY:
            self._set(before)
            return 0.0
        return gain if gain > TINY else 0.0

    def move(self, moves: Moves) -> float:
        """Make moves, unless they cost more. What was gained."""
        before = {game: (self.grid.slots[game], flipped) for game, (_, flipped) in moves.items()}
        cost = self.cost(moves)
        self._set(moves)
        gain = cost - self.cost(moves)
        if gain < -TINY:
            self._set(before)
            return 0.0
        return gain if gain > TINY else 0.0

    def _set(self, moves: Moves) -> None:
        self.take_out(moves)
        for game, (slot, flipped) in moves.items():
            if flipped:
                one = self.grid.fixtures[game]
                self.grid.fixtures[game] = replace(one, home=one.away, away=one.home)
            if slot != UNPLACED:
                self.give(game, slot)
