"""A part of a schedule, taken out and put back better: some fixtures are free, all others stay.

Owns the CP-SAT model of such a part, with every rule of the league and every goal. It is what improves a
schedule, what places a game that found no slot on its day, and what repairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from jobs.league.solver import cpsat
from jobs.league.solver.board import TENTHS
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.state import UNPLACED, Share, State
from jobs.league.weeks import rematch_gap

BROKEN_COST = 50_000  # for each stretch without a game that the season does not allow
UNPLACED_COST = 1_000_000
Literal = cp_model.IntVar
Moves = dict[int, tuple[int, bool]]  # fixture: its slot, and whether its sides change


@dataclass(frozen=True)
class Cost:
    """A term of the objective."""

    of: Literal
    weight: int


class Patch:
    """The model of some free fixtures.

    Args:
        context: what is known of the league's rules.
        state: the schedule; it is not changed.
        choices: for each free fixture, the slots that it may have: see ``candidates``.
        flips: free fixtures whose sides may change.
        optional: whether a fixture may stay without a slot, at a high cost; or which ones, each at its cost.
        extra: for each free fixture, what a slot costs on top.
    """

    def __init__(
        self,
        context: Context,
        state: State,
        choices: Mapping[int, Sequence[int]],
        *,
        flips: frozenset[int] = frozenset(),
        optional: bool | Mapping[int, int] = False,
        extra: Mapping[int, Mapping[int, int]] | None = None,
    ) -> None:
        self._context, self._board, self._state = context, context.board, state
        self._free, self._flips, self._extra = list(choices), flips, extra or {}
        self._model = cp_model.CpModel()
        self._costs: list[Cost] = []
        self._fixed_cost = 0
        self._plays = {
            number: {slot: self._model.new_bool_var("") for slot in slots}
            for number, slots in choices.items()
        }
        self._sides = {number: self._model.new_bool_var("") for number in self._free if number in flips}
        self._missing: dict[int, Literal] = {}
        self.proved = False
        self._each_once(optional)
        self._capacity()
        self._people()
        self._teams()
        self._home_and_away()
        self._goals()
        self._model.minimize(sum(cost.weight * cost.of for cost in self._costs))
        self._hint()

    def solve(self, deadline: Deadline, *, seed: int, effort: float) -> Moves | None:
        """The best moves found, or None if there is no way to place the free fixtures.

        Raises:
            OutOfTime: neither was known in time.
        """
        manner = cpsat.Manner(effort, relaxation=True)
        solver = cpsat.run(self._model, deadline, seed=seed, manner=manner)
        if solver is None:
            return None
        self.bound = solver.best_objective_bound
        self.proved = self.bound >= solver.objective_value
        self.effort = solver.deterministic_time
        moves: Moves = {}
        for number, plays in self._plays.items():
            slot = next((slot for slot, play in plays.items() if solver.boolean_value(play)), UNPLACED)
            flipped = number in self._sides and solver.boolean_value(self._sides[number])
            moves[number] = (slot, flipped)
        return moves

    def _each_once(self, optional: bool | Mapping[int, int]) -> None:
        costs = dict.fromkeys(self._free, UNPLACED_COST) if optional is True else optional or {}
        for number, plays in self._plays.items():
            if number in costs:
                self._missing[number] = self._model.new_bool_var("")
                self._costs.append(Cost(self._missing[number], costs[number]))
                self._model.add_exactly_one([*plays.values(), self._missing[number]])
            else:
                self._model.add_exactly_one(plays.values())

    def _capacity(self) -> None:
        here: dict[int, list[Literal]] = defaultdict(list)
        for plays in self._plays.values():
            for slot, play in plays.items():
                here[slot].append(play)
        room = self._context.room(self._state, self._plays)
        for slot, plays_here in here.items():
            self._at_most(plays_here, int(room[slot]))

    def _people(self) -> None:
        """Nobody has two games at once; where a team may play once a day, ``_teams`` sees to its own."""
        once = self._context.league.season.max_games_per_team_per_day == 1
        games: dict[str, list[int]] = defaultdict(list)
        for number in self._free:
            for person in self._board.people[number]:
                if not (once and person.startswith("team ")):
                    games[person].append(number)
        for numbers in games.values():
            if len(numbers) > 1:
                self._one_at_a_time(numbers)

    def _one_at_a_time(self, numbers: Sequence[int]) -> None:
        """Of games that overlap, one begins while the others are on."""
        spans: dict[int, list[tuple[int, int, Literal]]] = defaultdict(list)
        for number in numbers:
            minutes = self._board.fixtures[number].division.game_minutes
            for slot, play in self._plays[number].items():
                one = self._board.slots[slot]
                spans[one.date].append((one.start, one.start + minutes, play))
        for some in spans.values():
            for moment in {start for start, _, _ in some}:
                on = [play for start, end, play in some if start <= moment < end]
                if len(on) > 1:
                    self._model.add_at_most_one(on)

    def _teams(self) -> None:
        """How often a team plays on a day, in a week, on a weekend; its rest, and its longest gap."""
        for team, numbers in self._by_team().items():
            literals: dict[int, list[Literal]] = defaultdict(list)
            for number in numbers:
                for slot, play in self._plays[number].items():
                    literals[self._board.slots[slot].date].append(play)
            fixed = self._context.dates_of_others(self._state, team, self._plays)
            for dates, most in self._context.limits:
                on = [play for date in dates for play in literals.get(date, ())]
                if on:
                    self._at_most(on, most - sum(fixed[date] for date in dates if date in fixed))
            self._rest(literals)
            for dates in self._context.gaps:
                if not any(date in fixed for date in dates):
                    broken = self._model.new_bool_var("")
                    self._costs.append(Cost(broken, BROKEN_COST))
                    self._model.add_bool_or(
                        [broken, *(play for date in dates for play in literals.get(date, ()))]
                    )

    def _rest(self, literals: Mapping[int, list[Literal]]) -> None:
        if not self._context.rests:
            return
        active = {date: self._any_of(plays) for date, plays in literals.items()}
        for dates in self._context.rests:
            some = [active[date] for date in dates if date in active]
            if len(some) > 1:
                self._model.add_at_most_one(some)

    def _home_and_away(self) -> None:
        """Sides may change only as long as every team stays balanced, or gets no worse than it is."""
        for team, numbers in self._by_team().items():
            flipping = [number for number in numbers if number in self._sides]
            if not flipping:
                continue
            homes = [
                ~self._sides[number]
                if self._state.fixtures[number].home.name == team
                else self._sides[number]
                for number in flipping
            ]
            games = self._context.of_team[team]
            at_home = sum(self._state.fixtures[number].home.name == team for number in games)
            before = sum(self._state.fixtures[number].home.name == team for number in flipping)
            low, high = min(at_home, len(games) // 2), max(at_home, (len(games) + 1) // 2)
            self._model.add_linear_constraint(sum(homes), low - at_home + before, high - at_home + before)

    def _goals(self) -> None:
        for number in self._free:
            self._of_one_game(number)
        goals = self._context.league.goals
        if goals.early_late:
            self._early_late(TENTHS * goals.early_late)
        if goals.spread:
            self._spread(TENTHS * goals.spread)
        if goals.rematch:
            self._rematches(TENTHS * goals.rematch)

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
        for team, numbers in self._by_team().items():
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
        for team, numbers in self._by_team().items():
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
        return {week: plays[0] if len(plays) == 1 else self._any_of(plays) for week, plays in weeks.items()}

    def _by_team(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for number in self._free:
            fixture = self._state.fixtures[number]
            found[fixture.home.name].append(number)
            found[fixture.away.name].append(number)
        return found

    def _any_of(self, plays: Sequence[Literal]) -> Literal:
        active = self._model.new_bool_var("")
        for play in plays:
            self._model.add_implication(play, active)
        return active

    def _at_most(self, plays: Sequence[Literal], most: int) -> None:
        if len(plays) <= most:
            return
        if most == 1:
            self._model.add_at_most_one(plays)
        else:
            self._model.add(sum(plays) <= max(0, most))

    def _hint(self) -> None:
        """Begin with the schedule as it is, which is never lost by that."""
        for number, plays in self._plays.items():
            for slot, play in plays.items():
                self._model.add_hint(play, slot == self._state.slots[number])
        for side in self._sides.values():
            self._model.add_hint(side, False)
        for number, missing in self._missing.items():
            self._model.add_hint(missing, self._state.slots[number] == UNPLACED)
