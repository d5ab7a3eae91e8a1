"""Our solver, as the benchmark calls it. The one place that knows its door."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any

from benchmarks.league.found import Watch
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec


def run(league: LeagueSpec, seed: int, seconds: float, watch: Watch) -> float | None:
    """Solve; returns the largest share of games at home that may be possible, as far as that is proved."""
    from jobs.league.solver.solve import solve

    door: Any = solve
    if "watch" not in inspect.signature(solve).parameters:  # the first version: one schedule, and no bound
        games: Sequence[Game] = door(league, seed, seconds, _nobody).games
        watch(lambda: games)
        return None
    solution = door(league, seed, seconds, _nobody, watch=lambda found: watch(_maker(found)))
    bound = getattr(solution, "bound", None)
    return None if bound is None else float(bound)


def _maker(found: Any) -> Any:
    return found.games if callable(found.games) else lambda: found.games


def _nobody(current: int, total: int, message: str) -> None:
    """A report that nobody reads."""
