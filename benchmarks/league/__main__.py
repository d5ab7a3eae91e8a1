"""``python -m benchmarks.league``: the sample league, solved and checked for several seeds.

Owns the measuring only. Each seed has a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import time
from typing import Any

SEEDS = (1, 2, 3)
TIME_LIMIT = 120.0  # seconds; far more than is needed, so that none of the figures is cut off


def main() -> None:
    """Measure each seed and print a line for it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.league", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one is not None:
        print(json.dumps(measure(given.one)))
        return
    print(f"Python {platform.python_version()}, 200 teams, 20 venues, 10 weekends, 629 games")
    print("seed slots/game  solve s  check s  at home  broken  peak MB")
    for seed in given.seeds:
        one = json.loads(_in_a_process(seed))
        print(
            f"{seed:>4} {one['slots_per_game']:>10.2f} {one['solve']:>8.1f} {one['check']:>8.2f} "
            f"{one['home']:>8.1%} {one['broken']:>7} {one['peak_mb']:>8.0f}",
            flush=True,
        )


def measure(seed: int) -> dict[str, Any]:
    """Solve and check the sample of one seed; the time of loading the solver counts as solving."""
    begun = time.perf_counter()
    from jobs.league.sample import sample_league
    from jobs.league.solver.openings import Openings
    from jobs.league.solver.solve import solve
    from jobs.league.validate import validate

    league = sample_league(seed)
    schedule = solve(league, seed, TIME_LIMIT, lambda current, total, message: None)
    solved = time.perf_counter()
    found = validate(league, schedule.games)
    checked = time.perf_counter()
    openings = Openings(league)
    slots = sum(opening.pitches for date in openings.dates for opening in openings.on(date))
    return {
        "slots_per_game": slots / league.total_games,
        "solve": solved - begun,
        "check": checked - solved,
        "home": found.stats.home_venue_share,
        "broken": found.violation_count,
        "peak_mb": _peak_mb(),
    }


def _in_a_process(seed: int) -> str:
    command = [sys.executable, "-m", "benchmarks.league", "--one", str(seed)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def _peak_mb() -> float:
    """Peak resident memory: in kilobytes on Linux, in bytes on macOS."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
