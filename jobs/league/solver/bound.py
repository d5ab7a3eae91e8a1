"""How good a schedule of these pairings could be at best, as CP-SAT proves it.

Owns a relaxation: each game is at its home venue or is not, whoever of the two is at home, and only a venue's
slots in the season and the balance of home and away are counted. Any schedule with these pairings and with
balanced sides costs at least as much.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass

from ortools.sat.python import cp_model

from jobs.league.solver import cpsat
from jobs.league.solver.board import Board
from jobs.league.solver.deadline import Deadline

MANNER = cpsat.Manner(2.0, relaxation=True)


@dataclass(frozen=True)
class Bound:
    """What no schedule of these pairings can beat.

    Attributes:
        home_venue_share: the largest share of games at the home venue, from 0 to 1.
        cost: the least weighted cost.
    """

    home_venue_share: float
    cost: float


def bound(board: Board, deadline: Deadline, seed: int) -> Bound:
    """Prove both.

    Raises:
        OutOfTime: the deadline or the effort ended first.
    """
    total, goals = len(board.fixtures), board.league.goals
    away = _least_away(board, deadline, seed)
    travel = goals.travel * round(_least_kilometres(board) / 10, 1)  # as ``scores`` rounds it
    return Bound(1 - away / total if total else 1.0, round(travel + goals.home_venue * away, 1))


def _least_away(board: Board, deadline: Deadline, seed: int) -> int:
    """Games that no choice of sides lets be at home: at a venue, those above its slots in the season."""
    model = cp_model.CpModel()
    room = _room(board)
    at: dict[int, list[cp_model.LiteralT]] = defaultdict(list)
    homes: dict[str, list[cp_model.LiteralT]] = defaultdict(list)
    for fixture in board.fixtures:
        side = model.new_bool_var("")
        for team, literal in ((fixture.home, side), (fixture.away, ~side)):
            at[board.home_of(team)].append(literal)
            homes[team.name].append(literal)
        model.add_hint(side, True)
    for sides in homes.values():
        model.add_linear_constraint(sum(sides), len(sides) // 2, (len(sides) + 1) // 2)
    over = []
    for venue, games in at.items():
        if len(games) > room[venue]:
            above = model.new_int_var(0, len(games), "")
            model.add(above >= sum(games) - room[venue])
            over.append(above)
    model.minimize(sum(over))
    solver = cpsat.run(model, deadline, seed=seed, manner=MANNER)
    assert solver is not None  # the sides of the fixtures are balanced, and any number may be above
    return max(0, math.ceil(solver.best_objective_bound - 1e-6))


def _least_kilometres(board: Board) -> float:
    """Of all teams, there and back: nowhere are two teams' ways shorter in sum than from one to the other.

    That holds where all venues say where they are.
    """
    if any(venue.location is None for venue in board.league.venues):
        return 0.0
    legs = (
        board.distance(board.home_of(fixture.home), board.home_of(fixture.away)) for fixture in board.fixtures
    )
    return math.floor(20 * sum(legs)) / 10


def _room(board: Board) -> dict[int, int]:
    """Games that each venue can take in the season."""
    room: dict[int, int] = defaultdict(int)
    for slot in board.slots:
        room[slot.venue] += slot.pitches
    return room
