"""Everything in one model: a variable for each game and each slot of the season, and CP-SAT on all cores.

Owns the model. Its rules are those of the sample, its one aim is games at the home venue, and it is given
the same pairs and sides as our solver finds. Days are variables of their own, so that the rules about weeks
do not repeat each slot.
"""

from __future__ import annotations

import time
from collections import defaultdict

from ortools.sat.python import cp_model

from benchmarks.league.board import Board, board_of, coaches_of
from benchmarks.league.found import Watch
from jobs.league.spec import LeagueSpec

WORKERS = 2

Places = list[dict[int, cp_model.IntVar]]  # for each fixture, its variable for each slot that it could have


def run(league: LeagueSpec, seed: int, seconds: float, watch: Watch) -> float | None:
    """Solve; returns the largest share of games at home that may be possible, as far as that is proved."""
    end = time.perf_counter() + seconds
    board = board_of(league, seed)
    model = cp_model.CpModel()
    places: Places = [
        {slot: model.new_bool_var("") for slot in board.choices(fixture)} for fixture in board.fixtures
    ]
    _days(model, board, places)
    _slots(model, board, places)
    _coaches(model, board, places)
    model.minimize(
        sum(
            place
            for fixture, each in zip(board.fixtures, places, strict=True)
            for slot, place in each.items()
            if not board.at_home(fixture, slot)
        )
    )
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    solver.parameters.num_workers = WORKERS
    solver.parameters.max_time_in_seconds = max(1.0, end - time.perf_counter())
    status = solver.solve(model, _Watcher(board, places, watch))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
        raise RuntimeError(f"the model ended as {solver.status_name(status)}")
    return 1 - max(0.0, solver.best_objective_bound) / len(board.fixtures)


def _days(model: cp_model.CpModel, board: Board, places: Places) -> None:
    """Each game has one day and one slot on it; each team has one game a week."""
    weeks: dict[tuple[str, int], list[cp_model.IntVar]] = defaultdict(list)
    for fixture, each in zip(board.fixtures, places, strict=True):
        dates: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        week_of = {board.slots[slot].date: board.slots[slot].week for slot in each}
        for slot, place in each.items():
            dates[board.slots[slot].date].append(place)
        days = {date: model.new_bool_var("") for date in dates}
        model.add_exactly_one(days.values())
        for date, day in days.items():
            model.add_exactly_one([*dates[date], day.negated()])
            weeks[fixture.home.name, week_of[date]].append(day)
            weeks[fixture.away.name, week_of[date]].append(day)
    for games in weeks.values():
        model.add_at_most_one(games)


def _slots(model: cp_model.CpModel, board: Board, places: Places) -> None:
    """No slot has more games than pitches."""
    held: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for each in places:
        for slot, place in each.items():
            held[slot].append(place)
    for slot, games in held.items():
        pitches = board.slots[slot].opening.pitches
        if pitches == 1:
            model.add_at_most_one(games)
        else:
            model.add(sum(games) <= pitches)


def _coaches(model: cp_model.CpModel, board: Board, places: Places) -> None:
    """Of games that overlap one begins while the others are on: at no start has a coach two games on."""
    coached: dict[str, list[int]] = defaultdict(list)
    for number, fixture in enumerate(board.fixtures):
        for coach in coaches_of(fixture):
            coached[coach].append(number)
    starts: dict[int, set[int]] = defaultdict(set)
    for slot in board.slots:
        starts[slot.date].add(slot.opening.start)
    teams = {coach: {team.name for team in board.league.teams if team.coach == coach} for coach in coached}
    for games in (games for coach, games in coached.items() if len(teams[coach]) > 1):
        on: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for number in games:
            minutes = board.fixtures[number].division.game_minutes
            for at, place in places[number].items():
                date, _, opening = board.slots[at]
                for moment in starts[date]:
                    if opening.start <= moment < opening.start + minutes:
                        on[date, moment].append(place)
        for some in on.values():
            model.add_at_most_one(some)


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Passes each solution on as the slot of each fixture."""

    def __init__(self, board: Board, places: Places, watch: Watch) -> None:
        super().__init__()
        self._board, self._watch = board, watch
        self._places = [[(slot, place.index) for slot, place in each.items()] for each in places]

    def on_solution_callback(self) -> None:
        values = list(self.response_proto.solution)
        assigned = [next(slot for slot, index in each if values[index]) for each in self._places]
        self._watch(lambda: self._board.games(assigned))
