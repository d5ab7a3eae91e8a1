"""Our solver, as the benchmark calls it. The one place that knows its door."""

from __future__ import annotations

from benchmarks.league.found import Watch
from jobs.league.spec import LeagueSpec


def run(league: LeagueSpec, seed: int, seconds: float, watch: Watch) -> float | None:
    """Solve; returns the largest share of games at home that is possible, as far as that is proved."""
    from jobs.league.solver.solve import solve

    found = solve(league, seed, seconds, watch=lambda state: watch(state.games))
    return found.bound.home_venue_share if found.bound else None
