"""On which day each game could be: a far smaller question than when and where, with a proof for an answer.

Owns the model of days: slots are counted by date and by the divisions that may use them, teams play no more
often than the season allows, and a game that stays on its day and in its kind of slot costs nothing. Whatever
is impossible here is impossible with starts and coaches too, and no repair moves fewer games than this.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from ortools.sat.python import cp_model

from jobs.league.errors import OutOfTime
from jobs.league.repair.puzzle import Puzzle
from jobs.league.solver import cpsat
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.state import UNPLACED

ROUNDING = 1e-6

Literal = cp_model.IntVar


@dataclass(frozen=True)
class Plan:
    """What the model of days has found.

    Attributes:
        dates: for each game that is to have another kind of slot than now the number of its date.
        least: games beside the affected ones that must move at least.
        homeless: games, or teams' gaps, for which it is proved that there is no way.
    """

    dates: dict[int, int]
    least: int
    homeless: int


def plan(puzzle: Puzzle, deadline: Deadline, effort: float, pool: Sequence[int] | None = None) -> Plan | None:
    """The days of a repair that moves as few games as possible.

    Args:
        puzzle: the schedule with holes; it is not changed.
        deadline: when to stop.
        effort: how long to look, in CP-SAT's deterministic time.
        pool: games that may move; all that may at all when left out. Only then is anything proved.

    Returns:
        The plan, or None if none was found within the effort.

    Raises:
        OutOfTime: the deadline has passed.
    """
    everything = [*puzzle.affected, *puzzle.others]
    found = _solved(_Days(puzzle, everything if pool is None else pool), deadline, effort)
    return found if pool is None or found is None else replace(found, least=0, homeless=0)


def bounds(puzzle: Puzzle, divisions: Collection[str], deadline: Deadline, effort: float) -> tuple[int, int]:
    """What is proved by the teams' dates alone, as if there were slots without end: division by division.

    Returns:
        Games that must move beside the affected ones, and games for which there is no way.

    Raises:
        OutOfTime: the deadline has passed.
    """
    least = homeless = 0
    of_division: dict[str, list[int]] = defaultdict(list)
    for game in (*puzzle.affected, *puzzle.others):
        of_division[puzzle.games[game].division].append(game)
    for name in divisions:
        if found := _solved(_Days(puzzle, of_division[name], room=False), deadline, effort):
            least += found.least
            homeless += found.homeless
    return least, homeless


def size(puzzle: Puzzle) -> int:
    """How large the model of all games is: games times kinds of slots."""
    return _Days(puzzle, [*puzzle.affected, *puzzle.others]).size


def _solved(days: _Days, deadline: Deadline, effort: float) -> Plan | None:
    try:
        return days.solve(deadline, effort)
    except OutOfTime:
        deadline.remaining()
        return None


class _Days:
    """The model."""

    def __init__(self, puzzle: Puzzle, games: Sequence[int], *, room: bool = True) -> None:
        self._puzzle, self._model = puzzle, cp_model.CpModel()
        self._games, self._counts_room = list(games), room
        slots = puzzle.board.slots
        kinds = {(one.date, one.divisions): None for one in slots}
        self._dates = [date for date, _ in kinds]
        number = {kind: place for place, kind in enumerate(kinds)}
        self._kind = np.array([number[one.date, one.divisions] for one in slots], dtype=np.int64)
        self._open = {game: self._kinds_of(game) for game in self._games}
        self.size = sum(map(len, self._open.values()))

    def _kinds_of(self, game: int) -> list[int]:
        found: list[int] = np.unique(self._kind[self._puzzle.open_to(game)]).tolist()
        return found

    def _now(self, game: int) -> int:
        slot = self._puzzle.draft.grid.slots[game]
        return UNPLACED if slot == UNPLACED else int(self._kind[slot])

    def solve(self, deadline: Deadline, effort: float) -> Plan:
        puzzle, model = self._puzzle, self._model
        heavy = len(puzzle.others) + 1  # a game without a day outweighs all moves
        plays = {game: {kind: model.new_bool_var("") for kind in some} for game, some in self._open.items()}
        costs: list[cp_model.LinearExpr] = [heavy * one for one in self._each_once(plays)]
        costs += [heavy * one for one in self._teams(plays)]
        costs += [
            play
            for game, some in plays.items()
            if puzzle.original[game] != UNPLACED
            for kind, play in some.items()
            if kind != self._kind[puzzle.original[game]]
        ]
        if self._counts_room:
            self._room(plays)
        model.minimize(sum(costs))
        seed = puzzle.dice.randrange(2**31)
        solver = cpsat.run(model, deadline, seed=seed, manner=cpsat.Manner(effort, relaxation=True))
        if solver is None:
            raise deadline.passed()
        bound = int(np.ceil(solver.best_objective_bound - ROUNDING))
        dates = {
            game: self._dates[kind]
            for game, some in plays.items()
            for kind, play in some.items()
            if solver.boolean_value(play) and kind != self._now(game)
        }
        return Plan(dates, least=max(0, bound) if bound < heavy else 0, homeless=max(0, bound) // heavy)

    def _each_once(self, plays: Mapping[int, Mapping[int, Literal]]) -> Iterable[Literal]:
        """Each game on one day; those that may be without one. To begin with all are where they are now."""
        for game, some in plays.items():
            now = self._now(game)
            for kind, play in some.items():
                self._model.add_hint(play, kind == now)
            if self._puzzle.original[game] == UNPLACED:
                missing = self._model.new_bool_var("")
                self._model.add_hint(missing, now == UNPLACED)
                self._model.add_exactly_one([missing, *some.values()])
                yield missing
            else:
                self._model.add_exactly_one(some.values())

    def _room(self, plays: Mapping[int, Mapping[int, Literal]]) -> None:
        here: dict[int, list[Literal]] = defaultdict(list)
        for some in plays.values():
            for kind, play in some.items():
                here[kind].append(play)
        context = self._puzzle.context
        pitches = context.room(self._puzzle.draft.state, self._games)
        for kind, there in here.items():
            room = int(pitches[self._kind == kind].sum())
            if len(there) > room:
                self._model.add(sum(there) <= room)

    def _teams(self, plays: Mapping[int, Mapping[int, Literal]]) -> Iterable[Literal]:
        """How often each team plays; one literal for each stretch that is too long without a game."""
        context, state = self._puzzle.context, self._puzzle.draft.state
        for team, numbers in context.of_team.items():
            on: dict[int, list[Literal]] = defaultdict(list)
            for game in numbers:
                for kind, play in plays.get(game, {}).items():
                    on[self._dates[kind]].append(play)
            fixed = context.dates_of_others(state, team, self._games)
            self._limits(on, fixed)
            for dates in context.gaps:
                if not any(date in fixed for date in dates):
                    broken = self._model.new_bool_var("")
                    self._model.add_bool_or([broken, *(play for date in dates for play in on.get(date, ()))])
                    yield broken

    def _limits(self, on: Mapping[int, list[Literal]], fixed: Counter[int]) -> None:
        for dates, most in self._puzzle.context.limits:
            some = [play for date in dates for play in on.get(date, ())]
            left = max(0, most - sum(fixed[date] for date in dates if date in fixed))
            if len(some) > left:
                self._model.add(sum(some) <= left)
        for dates in self._puzzle.context.rests:
            if any(date in fixed for date in dates):
                near = [play for date in dates if date not in fixed for play in on.get(date, ())]
                self._model.add(sum(near) == 0)
                continue
            active = [self._any(on[date]) for date in dates if on.get(date)]
            if len(active) > 1:
                self._model.add_at_most_one(active)

    def _any(self, plays: list[Literal]) -> Literal:
        if len(plays) == 1:
            return plays[0]
        active = self._model.new_bool_var("")
        for play in plays:
            self._model.add_implication(play, active)
        return active
