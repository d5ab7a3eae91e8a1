"""One run of one system, in a process of its own so that its peak memory is its own.

Owns the measuring of a run. ``python -m benchmarks.league.run '<json of a Task>'`` prints the JSON of an
``Outcome``; the time begins before OR-tools is imported, and the peak is taken before anything is scored.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.league.found import Found, Make

GRACE_SECONDS = 240.0  # for building a model, scoring and checking, beside the time that was given


@dataclass(frozen=True)
class Task:
    """What to run: a sample league, a system, and for how long."""

    system: str
    teams: int
    slots_per_game: float
    seed: int
    seconds: float
    marks: tuple[float, ...]


@dataclass(frozen=True)
class Quality:
    """A schedule's soft scores, and how many rules it breaks."""

    home: float
    cost: float
    balance: int
    goals: dict[str, float]
    broken: int


@dataclass(frozen=True)
class Outcome:
    """What came of it; times are in seconds, ``bound`` is a share of games at home."""

    games: int = 0
    first: float | None = None
    found: int = 0
    marks: dict[str, Quality | None] = field(default_factory=dict)
    end: Quality | None = None
    bound: float | None = None
    peak_mb: float = 0.0
    took: float = 0.0
    error: str = ""


def measure(task: Task) -> Outcome:
    """Run it in this process."""
    begun = time.perf_counter()
    from jobs.league.sample import sample_league

    league = sample_league(task.seed, teams=task.teams, slots_per_game=task.slots_per_game)
    found, bound, error = Found(task.marks, begun), None, ""
    try:
        system = importlib.import_module(f"benchmarks.league.{task.system}")
        left = task.seconds - (time.perf_counter() - begun)
        bound = system.run(league, task.seed, left, found)
    except Exception as problem:  # told in the tables: one that fails must not end the comparison
        error = f"{type(problem).__name__}: {problem}"
    took, peak = time.perf_counter() - begun, _peak_mb()

    def quality(make: Make | None) -> Quality | None:
        return _quality(league, make) if make else None

    return Outcome(
        games=league.total_games,
        first=found.first,
        found=found.count,
        marks={f"{mark:g}": quality(make) for mark, make in found.at.items()},
        end=quality(found.end),
        bound=bound,
        peak_mb=peak,
        took=took,
        error=error,
    )


def _quality(league: Any, make: Make) -> Quality:
    from jobs.league.scores import score
    from jobs.league.validate import validate

    games = list(make())
    scores = score(league, games)
    return Quality(
        home=scores.home_venue_share,
        cost=scores.cost,
        balance=scores.home_away_balance_max,
        goals={goal.name: goal.cost for goal in scores.goals},
        broken=validate(league, games).violation_count,
    )


def apart(task: Task) -> Outcome:
    """Run it in a process of its own; one that dies or hangs is an outcome, too."""
    command = [sys.executable, "-m", "benchmarks.league.run", json.dumps(asdict(task))]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, timeout=task.seconds + GRACE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return Outcome(error=f"had not ended after {task.seconds + GRACE_SECONDS:g} s")
    if done.returncode:
        return Outcome(error=f"the process ended with {done.returncode}")
    return _read(json.loads(done.stdout.splitlines()[-1]))


def _read(data: dict[str, Any]) -> Outcome:
    marks = {mark: Quality(**one) if one else None for mark, one in data["marks"].items()}
    end = Quality(**data["end"]) if data["end"] else None
    return Outcome(**{**data, "marks": marks, "end": end})


def _peak_mb() -> float:
    """Peak resident memory, with that of the largest child: in kilobytes on Linux, in bytes on macOS."""
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Read the task, print the outcome."""
    data = json.loads(sys.argv[1])
    outcome = measure(Task(**{**data, "marks": tuple(data["marks"])}))
    print(json.dumps(asdict(outcome)), flush=True)
    os._exit(0)  # CP-SAT's threads may still be busy, and nothing is left to tidy up


if __name__ == "__main__":
    main()
