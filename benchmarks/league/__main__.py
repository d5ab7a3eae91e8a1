"""`python -m benchmarks.league`: our solver beside one model for everything and a greedy with repair."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TypeVar

from benchmarks.league import tables
from benchmarks.league.run import Task, apart
from benchmarks.worker.report import say
from jobs.league.sample import sample_league

SYSTEMS = ("ours", "greedy", "monolith")
SIZES, TIGHTNESS, SEEDS = (50, 200, 500, 2_000), (1.35, 1.2, 1.1), (1, 2, 3)
MARKS = (5.0, 30.0, 120.0)
MONOLITH_TEAMS = 200  # a model of everything for more takes many gigabytes
PACKAGES = ("ortools", "numpy")
Number = TypeVar("Number", int, float)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure case by case and print the tables."""
    options = _parse(arguments)
    print(_head(options), flush=True)
    measured: tables.Measured = {}
    for case in _cases(options):
        systems = [one for one in options.systems if one != "monolith" or case[0] <= MONOLITH_TEAMS]
        measured[case] = {system: [] for system in systems}
        for seed in options.seeds:  # systems in turn, so that a busy hour is shared
            for system in systems:
                _measure(measured, case, system, seed, options)
    for render in _tables(options):
        print(f"\n{render(measured)}", flush=True)
    if wrong := tables.errors(measured):
        print(f"\n{wrong}")
    print(f"\nLoad average at the end: {_load()}.")


def _measure(
    measured: tables.Measured,
    case: tables.Case,
    system: str,
    seed: int,
    options: argparse.Namespace,
) -> None:
    seconds = options.monolith_seconds if system == "monolith" else options.seconds
    outcome = apart(Task(system, *case, seed, seconds, _marks(options)))
    measured[case][system].append(outcome)
    first = "nothing" if outcome.first is None else f"the first after {outcome.first:.1f} s"
    end = f", {outcome.end.home:.1%} at home, cost {outcome.end.cost:,.0f}" if outcome.end else ""
    say(
        f"{case[0]:,} teams at {case[1]:g}, seed {seed}, {system}: {first}{end}, {outcome.took:.0f} s "
        f"{outcome.error}"
    )


def _tables(options: argparse.Namespace) -> list[Callable[[tables.Measured], str]]:
    marks = _marks(options)
    return [tables.speed, lambda measured: tables.quality(measured, marks), tables.goals]


def _marks(options: argparse.Namespace) -> tuple[float, ...]:
    """The marks that lie within the time, which is one itself."""
    return (*(mark for mark in MARKS if mark < options.seconds), options.seconds)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.league", description=__doc__)
    parser.add_argument("--sizes", type=_list(int), default=SIZES, help="teams, e.g. 50,200,500,2000")
    parser.add_argument("--tightness", type=_list(float), default=TIGHTNESS, help="slots a game")
    parser.add_argument("--seeds", type=_list(int), default=SEEDS, help="of league and search, e.g. 1,2,3")
    parser.add_argument("--seconds", type=float, default=MARKS[-1], help="of a run (default 120)")
    parser.add_argument("--monolith-seconds", type=float, default=300.0, help="of the one model's (300)")
    parser.add_argument("--systems", type=_systems, default=SYSTEMS, help=f"some of {','.join(SYSTEMS)}")
    parser.add_argument(
        "--quick", action="store_true", help="50 and 200 teams, one seed, 20 s and 40 s: 6 minutes"
    )
    options = parser.parse_args(arguments)
    if options.quick:
        options.sizes = [teams for teams in options.sizes if teams <= MONOLITH_TEAMS]
        options.tightness, options.seeds = [1.35, 1.1], options.seeds[:1]
        options.seconds, options.monolith_seconds = 20.0, 40.0
    try:
        for teams, slots in _cases(options):
            sample_league(teams=teams, slots_per_game=slots)
    except ValueError as problem:
        parser.error(str(problem))
    return options


def _cases(options: argparse.Namespace) -> list[tables.Case]:
    return [(teams, slots) for teams in options.sizes for slots in options.tightness]


def _list(kind: Callable[[str], Number]) -> Callable[[str], list[Number]]:
    return lambda text: [kind(one) for one in text.split(",")]


def _systems(text: str) -> list[str]:
    given = text.split(",")
    if unknown := [one for one in given if one not in SYSTEMS]:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(unknown)}; there are {', '.join(SYSTEMS)}")
    return given


def _head(options: argparse.Namespace) -> str:
    when, python = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC", f"Python {platform.python_version()}"
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    seeds = ", ".join(map(str, options.seeds))
    return (
        f"{when}, {python}, {packages}; {os.cpu_count()} cores, load average {_load()}; seeds {seeds}, "
        f"{options.seconds:g} s a run, {options.monolith_seconds:g} s for the one model."
    )


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    main()
