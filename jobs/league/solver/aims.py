"""What a part of a schedule is to be good at: the league's goals as terms of a CP-SAT model's objective.

Owns the costs of ``jobs.league.scores`` for the free fixtures of a ``patch``, beside those that stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from jobs.league.solver.board import TENTHS
from jobs.league.solver.context import Context
from jobs.league.solver.state import UNPLACED, Share, State
from jobs.league.weeks import rematch_gap

Literal = cp_model.IntVar
Plays = Mapping[int, Mapping[int, Literal]]  # for each free fixture, whether it has a slot


@dataclass(frozen=True)
class Cost:
    """A term of the objective."""

    of: Literal
    weight: int


class Aims:
    """The goals of some free fixtures.

    Args:
        model: the model, which gets variables for them.
        context: what is known of the league.
        state: the schedule.
        plays: the free fixtures' variables.
        sides: whether the sides of a fixture change, where they may.
        by_team: each team's free fixtures.
        extra: for each free fixture, what a slot costs on top.
    """

    def __init__(
        self,
        model: cp_model.CpModel,
        context: Context,
        state: State,
        plays: Plays,
        sides: Mapping[int, Literal],
        by_team: Mapping[str, Sequence[int]],
        extra: Mapping[int, Mapping[int, int]],
    ) -> None:
        self._model, self._context, self._board, self._state = model, context, context.board, state
        self._plays, self._sides, self._by_team, self._extra = plays, sides, by_team, extra
        self._costs: list[Cost] = []

    def costs(self) -> list[Cost]:
        """The terms of all goals."""
        for number in self._plays:
            self._of_one_game(number)
        goals = self._context.league.goals
        if goals.early_late:
            self._early_late(TENTHS * goals.early_late)
        if goals.spread:
            self._spread(TENTHS * goals.spread)
        if goals.rematch:
            self._rematches(TENTHS * goals.rematch)
        return self._costs

    def _of_one_game(self, number: int) -> None:
        fixture, plays = self._state.fixtures[number], self._plays[number]
        extra = self._extra.get(number, {})
        home, other = self._board.home_of(fixture.home), self._board.home_of(fixture.away)
        away = self._context.away_cost
        side = self._sides.get(number)
        for slot, play in plays.items():
            cost = self._board.cost(fixture, slot) + extra.get(slot, 0)
            venue = self._board.slots[slot].venue
            if side is not None and home != other and venue in (home, other):
                off = self._model.new_bool_var("")
                cost -= 0 if venue == home else away
                self._model.add_bool_or([~play, off, ~side if venue == home else side])
                self._costs.append(Cost(off, away))
            if cost:
                self._costs.append(Cost(play, cost))

    def _early_late(self, weight: int) -> None:
        for team, numbers in self._by_team.items():
            shares = self._context.shares[self._board.teams[team].division]
            fixed = self._context.parts_of_others(self._state, team, self._plays)
            for part in (0, 1):
                on = [
                    play
                    for number in numbers
                    for slot, play in self._plays[number].items()
                    if self._board.parts[slot][part]
                ]
                if on:
                    self._fair(on, fixed[part], shares[part], len(numbers), weight)

    def _fair(self, on: list[Literal], fixed: int, share: Share, games: int, weight: int) -> None:
        low, high = share
        if fixed + games > high:
            over = self._model.new_int_var(0, fixed + games, "")
            self._model.add(over >= sum(on) + fixed - high)
            self._costs.append(Cost(over, weight))
        if fixed < low:
            under = self._model.new_int_var(0, low - fixed, "")
            self._model.add(under >= low - fixed - sum(on))
            self._costs.append(Cost(under, weight))

    def _spread(self, weight: int) -> None:
        for team, numbers in self._by_team.items():
            weeks: dict[int, list[Literal]] = defaultdict(list)
            for number in numbers:
                for slot, play in self._plays[number].items():
                    weeks[self._board.slots[slot].week].append(play)
            played = self._context.weeks_of_others(self._state, team, self._plays)
            for stretch in self._context.stretches_of(team):
                if played.isdisjoint(stretch):
                    empty = self._model.new_bool_var("")
                    self._model.add_bool_or(
                        [empty, *(play for week in stretch for play in weeks.get(week, ()))]
                    )
                    self._costs.append(Cost(empty, weight))

    def _rematches(self, weight: int) -> None:
        for numbers in self._context.rematches:
            free = [number for number in numbers if number in self._plays]
            if not free:
                continue
            wanted = rematch_gap(len(self._board.weeks), len(numbers))
            held = [
                self._board.slots[self._state.slots[number]].week
                for number in numbers
                if number not in self._plays and self._state.slots[number] != UNPLACED
            ]
            weeks = [self._week_literals(number) for number in free]
            for place, one in enumerate(weeks):
                for week, play in one.items():
                    short = sum(max(0, wanted - abs(week - other)) for other in held)
                    if short:
                        self._costs.append(Cost(play, weight * short))
                for other_weeks in weeks[place + 1 :]:
                    self._keep_apart(one, other_weeks, wanted, weight)

    def _keep_apart(
        self, one: Mapping[int, Literal], other: Mapping[int, Literal], wanted: int, weight: int
    ) -> None:
        short = self._model.new_int_var(0, wanted, "")
        self._costs.append(Cost(short, weight))
        for week, play in one.items():
            for other_week, other_play in other.items():
                if (lacking := wanted - abs(week - other_week)) > 0:
                    self._model.add(short >= lacking).only_enforce_if([play, other_play])

    def _week_literals(self, number: int) -> dict[int, Literal]:
        weeks: dict[int, list[Literal]] = defaultdict(list)
        for slot, play in self._plays[number].items():
            weeks[self._board.slots[slot].week].append(play)
        return {
            week: plays[0] if len(plays) == 1 else any_of(self._model, plays) for week, plays in weeks.items()
        }


def any_of(model: cp_model.CpModel, plays: Sequence[Literal]) -> Literal:
    """A variable that is true where any of these is."""
    active = model.new_bool_var("")
    for play in plays:
        model.add_implication(play, active)
    return active
