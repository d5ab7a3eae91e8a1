"""Who plays whom in a division whose teams do not all play as many games, e.g. after a withdrawal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from ortools.sat.python import cp_model

from jobs.league.solver import cpsat
from jobs.league.solver.deadline import Deadline

SECONDS = 10.0
MANNER = cpsat.Manner(1.0, relaxation=False)

Pair = tuple[int, int]  # places of two teams in their division


def uneven_pairings(due: Sequence[int], full: int, shared_dates: dict[Pair, int], seed: int) -> list[Pair]:
    """Pairs in which each team appears as often as it is due.

    No two teams meet more often than the games of the busiest ask for; two that play all their division's
    games meet at least as often as those of a full round. Of all such pairings one whose pairs have many
    dates in common.

    Args:
        due: games of each team.
        full: games of a team that plays all of them.
        shared_dates: for each pair, dates on which both can play.
        seed: seed of the solver.

    Raises:
        OutOfTime: no pairing was found; a league that its faults were looked for in has one.
    """
    teams = len(due)
    most = math.ceil(max(due) / (teams - 1))
    model = cp_model.CpModel()
    times = {}
    for one, other in combinations(range(teams), 2):
        least = full // (teams - 1) if due[one] == due[other] == full else 0
        times[one, other] = model.new_int_var(least, most, "")
    for team, games in enumerate(due):
        model.add(sum(count for pair, count in times.items() if team in pair) == games)
    model.maximize(sum(min(10, shared_dates[pair]) * count for pair, count in times.items()))
    deadline = Deadline(SECONDS)
    solver = cpsat.run(model, deadline, seed=seed, manner=MANNER)
    if solver is None:
        raise deadline.passed()
    return [pair for pair, count in times.items() for _ in range(solver.value(count))]
