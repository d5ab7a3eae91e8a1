"""A part of a schedule, taken out and put back better: some fixtures are free, all others stay.

Owns the CP-SAT model of such a part, with every rule of the league; ``aims`` adds the goals. It is what
improves a schedule, what places the games of a day, and what repairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ortools.sat.python import cp_model

from jobs.league.solver import cpsat
from jobs.league.solver.aims import Aims, Cost, Literal, any_of
from jobs.league.solver.context import Context
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.state import UNPLACED, State

BROKEN_COST = 50_000  # for each stretch without a game that the season does not allow
UNPLACED_COST = 1_000_000
Moves = dict[int, tuple[int, bool]]  # fixture: its slot, and whether its sides change


class Patch:
    """The model of some free fixtures.

    Args:
        context: what is known of the league's rules.
        state: the schedule; it is not changed.
        choices: for each free fixture, the slots that it may have: see ``candidates``.
        flips: free fixtures whose sides may change.
        optional: whether a fixture may stay without a slot, at a high cost; or which ones, each at its cost.
        extra: for each free fixture, what a slot costs on top.

    Attributes:
        proved: whether no other moves cost less than those that were found.
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
        self._free = list(choices)
        self._model = cp_model.CpModel()
        self._costs: list[Cost] = []
        self._plays = {
            number: {slot: self._model.new_bool_var("") for slot in slots}
            for number, slots in choices.items()
        }
        self._sides = {number: self._model.new_bool_var("") for number in self._free if number in flips}
        self._missing: dict[int, Literal] = {}
        self._by_team: dict[str, list[int]] = defaultdict(list)
        for number in self._free:
            for team in (state.fixtures[number].home, state.fixtures[number].away):
                self._by_team[team.name].append(number)
        self.proved = False
        self._each_once(optional)
        self._capacity()
        self._people()
        self._teams()
        self._home_and_away()
        self._costs += Aims(
            self._model, context, state, self._plays, self._sides, self._by_team, extra or {}
        ).costs()
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
        self.proved = solver.best_objective_bound >= solver.objective_value
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
        for team, numbers in self._by_team.items():
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
        active = {date: any_of(self._model, plays) for date, plays in literals.items()}
        for dates in self._context.rests:
            some = [active[date] for date in dates if date in active]
            if len(some) > 1:
                self._model.add_at_most_one(some)

    def _home_and_away(self) -> None:
        """Sides may change only as long as every team stays balanced, or gets no worse than it is."""
        for team, numbers in self._by_team.items():
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
