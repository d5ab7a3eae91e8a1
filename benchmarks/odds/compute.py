"""`python -m benchmarks.odds.compute`: a refresh of 100 events, 65 books and 3 markets.

The engine beside a plain Python loop with the same formulas, and its taking out of margins beside that loop's
and the packages penaltyblog and shin, which requirements.txt beside this names; absent ones are left out.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median

from benchmarks.odds.run import Measured, apart
from benchmarks.worker.report import say, spread, table
from jobs.odds.model import METHODS

STEPS = ("read", "compute", "ladders")
TITLES = {"engine": "the engine", "plain": "plain loop"}
DEVIG = {
    "devig engine": "the engine",
    "devig plain": "plain loop",
    "devig penaltyblog": "penaltyblog",
    "devig shin": "shin",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds.compute", description=__doc__)
    parser.add_argument("--events", type=int, default=100, help="events (100)")
    parser.add_argument("--books", type=int, default=65, help="books of each event (65)")
    parser.add_argument(
        "--rounds", type=int, default=7, help="rounds of the engine; a third of the others (7)"
    )
    options = parser.parse_args(arguments)
    print(_head(options))
    done = {}
    for system in (*TITLES, *DEVIG):
        rounds = options.rounds if "engine" in system else max(1, options.rounds // 3)
        say(f"{system}, {rounds} rounds…")
        done[system] = apart(system, options.events, options.books, rounds)
    print(f"\n{_refresh(done)}\n\n{_devig(done)}\n\nLoad average at the end: {_load()}.")


def _refresh(done: dict[str, Measured]) -> str:
    """Medians by the wall clock and, in brackets, of processor time, which the ratio is of."""
    heading = (
        *(f"{step} ms" for step in STEPS),
        "least to most of computing",
        "is × the engine's",
        "peak MB",
    )
    ours = median(done["engine"].processor["compute"])
    rows = []
    for system, title in TITLES.items():
        one = done[system]
        took = one.seconds["compute"]
        beside = (
            spread([1_000 * each for each in took]),
            f"{median(one.processor['compute']) / ours:.1f}",
            f"{one.peak_mb:.0f}",
        )
        found = (f"{one.found[0]:,}", f"{one.found[1]:.4f}")
        rows.append((title, *(_both(one, step) for step in STEPS), *beside, *found))
    return table(("a refresh", *heading, "EV > 0", "sum of EV %"), rows)


def _both(one: Measured, step: str) -> str:
    if step not in one.seconds:
        return "-"
    return f"{1_000 * median(one.seconds[step]):.0f} ({1_000 * median(one.processor[step]):.0f})"


def _devig(done: dict[str, Measured]) -> str:
    rows = []
    for system, title in DEVIG.items():
        one = done[system]
        if one.missing:
            rows.append((title, *[f"{one.missing} is not installed"] * len(METHODS), ""))
            continue
        cells = [
            f"{1_000 * median(one.processor[name]):.1f}" if name in one.processor else "-" for name in METHODS
        ]
        rows.append((title, *cells, f"{one.failed:,}"))
    return table(("margins taken out of all markets, processor ms", *METHODS, "not solved"), rows)


def _head(options: argparse.Namespace) -> str:
    now = f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return (
        f"{now}, Python {platform.python_version()}, NumPy {version('numpy')}; {os.cpu_count()} cores, load "
        f"average {_load()}; {options.events} events, {options.books} books, 3 markets, seed 1."
    )


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg())


if __name__ == "__main__":
    main()
