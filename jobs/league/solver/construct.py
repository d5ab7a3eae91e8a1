"""A first schedule, and a quick better one: game by game, in its best slot, and whoever is in the way moves.

Owns the search by single games: the hardest first, ejecting others where there is no free slot; then, for as
long as it gains, some games are taken out and put back in another order (ruin and recreate). It proves
nothing: that is for ``days``; ``improve`` goes on where it ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from jobs.league.solver.costs import Costs
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.fairness import Fairness
from jobs.league.solver.grid import Grid
from jobs.league.solver.state import UNPLACED, State

STEPS = 30  # placements for each game before an attempt is given up
TAKEN_OUT = (3, 20)  # games that are put back together
LOOKED_AT = 20  # games among which one with a fault is looked for

Count = Callable[[int], None]


class Constructor:
    """A schedule that grows game by game.

    Args:
        state: where to begin; it is not changed.
        seed: moves the order and the choices about.
    """

    def __init__(self, state: State, seed: int) -> None:
        self._state = state
        self.grid = Grid(state)
        self._costs, self._fair = Costs(self.grid), Fairness(self.grid)
        self._dice, self._noise = random.Random(seed), np.random.default_rng(seed)
        self._games = range(len(self.grid.fixtures))

    @property
    def state(self) -> State:
        """The schedule as it is."""
        return State(self.grid.board, self.grid.slots, self.grid.fixtures)

    def place_all(self, deadline: Deadline, placed: Count) -> bool:
        """Give every game a slot; whether that came to an end before there were too many steps.

        Raises:
            OutOfTime: the deadline has passed.
        """
        room = [int(self.grid.allowed(game).sum()) for game in self._games]
        waiting = [game for game in self._games if self.grid.slots[game] == UNPLACED]
        waiting.sort(key=lambda game: (-room[game], self._dice.random()))
        if waiting and not min(room[game] for game in waiting):
            return False
        for step in range(STEPS * len(self._games)):
            if not waiting:
                return True
            if step % 100 == 0:
                deadline.remaining()
                placed(len(self._games) - len(waiting))
            game = waiting.pop()
            if not self._put(game):
                waiting += self._force(game)
        return not waiting

    def recreate(self) -> bool:
        """Take some games out and put them back, as before if that costs more. Whether it costs less now."""
        some = self._some()
        before = {game: self.grid.slots[game] for game in some}
        cost = self._cost(some)
        self._take_out(some)
        after = self._cost(some) if all(self._put(game) for game in some) else cost + 1
        if after > cost + 1e-6:
            self._take_out(some)
            for game, slot in before.items():
                self._give(game, slot)
        return after < cost - 1e-6

    def broken(self) -> int:
        """Stretches without a game that the season does not allow, over all teams."""
        return sum(self._fair.broken(team.name) for team in self.grid.board.league.teams)

    def _some(self) -> list[int]:
        """Games to take out: around one that is not at home or has an unfair team, or any."""
        number = self._dice.randint(*TAKEN_OUT)
        found = self._dice.sample(self._games, min(LOOKED_AT, len(self._games)))
        away = next((game for game in found if not self.grid.is_home(game)), None)
        if away is not None:
            home = self.grid.board.home_of(self.grid.fixtures[away].home)
            return [away, *(game for game in self._few(self.grid.at_venue(home), number) if game != away)]
        if self._dice.random() < 0.5:
            return found[:number]
        worst = max(found, key=lambda game: self._fair.cost([game]))
        fixture = self.grid.fixtures[worst]
        theirs = self.grid.of_team(fixture.home.name) + self.grid.of_team(fixture.away.name)
        return list(dict.fromkeys([worst, *self._few(theirs, number)]))

    def _few(self, games: Sequence[int], number: int) -> list[int]:
        return self._dice.sample(games, min(number, len(games)))

    def _cost(self, some: Sequence[int]) -> float:
        alone = sum(float(self._costs.of(game)[self.grid.slots[game]]) for game in some)
        return alone + self._fair.cost(some)

    def _put(self, game: int) -> bool:
        """In its best free slot, if there is one."""
        places = np.flatnonzero(self.grid.clear(game))
        if not len(places):
            return False
        costs = (self._costs.of(game) + self._fair.pull(game))[places] + self._noise.random(len(places))
        self._give(game, int(places[costs.argmin()]))
        return True

    def _give(self, game: int, slot: int) -> None:
        self.grid.put(game, slot)
        self._fair.move(game, slot, 1)

    def _take_out(self, some: Iterator[int] | Sequence[int]) -> None:
        for game in some:
            if (slot := self.grid.take_out(game)) != UNPLACED:
                self._fair.move(game, slot, -1)

    def _force(self, game: int) -> list[int]:
        """In a slot where few others are in the way; those have none then."""
        places = np.flatnonzero(self.grid.allowed(game))
        crowd = self.grid.conflicts(game)[places] + 1.5 * self._noise.random(len(places))
        slot = int(places[crowd.argmin()])
        blocking = self.grid.blocking(game, slot, self._dice)
        self._take_out(blocking)
        self._give(game, slot)
        return blocking
