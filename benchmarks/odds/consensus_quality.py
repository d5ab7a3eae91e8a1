"""`python -m benchmarks.odds.consensus_quality`: how to make one probability of several books'.

Ways to do it are held against results of football, and against the sharp book's own probabilities in recorded
answers: a way that comes near these stands in for it where it is missing. The intervals come from resampling
matches, or events.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.odds import football
from benchmarks.odds.resample import Resample, ends
from benchmarks.odds.snapshots import FILES, snapshots
from benchmarks.worker.report import table
from jobs.odds import devig
from jobs.odds.lines import comparable
from jobs.odds.model import METHODS, Method, Policy
from jobs.odds.offers import Table
from jobs.odds.offers import table as offers_table

Floats = NDArray[np.float64]
Way = Callable[[Floats, Floats], Floats]
"""Probabilities (book, outcome) and margins of the books of one line."""
RESAMPLES, SEED, LEAST_BOOKS, SHARP = 2_000, 1, 4, "pinnacle"


def _trimmed(fair: Floats, _margins: Floats) -> Floats:
    cut = len(fair) // 4
    return np.sort(fair, axis=0)[cut : len(fair) - cut].mean(axis=0)


def _tight_half(fair: Floats, margins: Floats) -> Floats:
    half = max(LEAST_BOOKS, (len(fair) + 1) // 2)
    return np.median(fair[np.argsort(margins, kind="stable")[:half]], axis=0)


WAYS: dict[str, Way] = {
    "mean": lambda fair, _margins: fair.mean(axis=0),
    "mean of the middle half": _trimmed,
    "median": lambda fair, _margins: np.median(fair, axis=0),
    "median of the tighter half": _tight_half,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds.consensus_quality", description=__doc__)
    parser.add_argument("--files", type=Path, default=football.FILES, help="folder of SEASON/DIVISION.csv")
    parser.add_argument("--snapshots", type=Path, default=FILES, help="folder of recorded answers")
    options = parser.parse_args(arguments)
    draw = Resample(RESAMPLES, SEED)
    print(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, NumPy {version('numpy')}, seed {SEED}.")
    if rows := football.matches(options.files):
        print(f"\n{against_results(*football.by_book(rows), draw)}")
    if lines := list(_sharp_lines(options.snapshots)):
        print(f"\n{against_sharp(lines, draw)}")


def against_results(prices: Floats, won: NDArray[np.int64], draw: Resample) -> str:
    """Log loss of each way to make a consensus of the soft books, margins taken out by the power method."""
    enough = np.sum(~np.isnan(prices[:, :, 0]), axis=1) > LEAST_BOOKS
    prices, won = prices[enough], won[enough]
    fair = devig.fair(prices.reshape(-1, 3), "power").reshape(prices.shape)
    margins = np.nansum(1.0 / prices, axis=2) - 1.0
    loss = {
        name: -np.log(_agreed(fair, margins, way)[np.arange(len(won)), won]) for name, way in WAYS.items()
    }
    rows = []
    for name, each in loss.items():
        more = 1e4 * (each - loss["median"])
        cells = ("0", "") if name == "median" else (f"{more.mean():+.1f}", ends(draw.interval(more), 1))
        rows.append((name, f"{len(won):,}", f"{each.mean():.5f}", *cells))
    return table(("against results", "matches", "log loss", "less the median's, × 10⁻⁴", "95 %"), rows)


def _agreed(fair: Floats, margins: Floats, way: Way) -> Floats:
    there = ~np.isnan(fair[:, :, 0])
    found = [
        _sums_to_one(way(one[here], each[here])) for one, each, here in zip(fair, margins, there, strict=True)
    ]
    return np.array(found)


def _sums_to_one(probabilities: Floats) -> Floats:
    total: float = probabilities.sum()
    return probabilities / total


Line = tuple[str, Floats, Floats]
"""An event, the sharp book's prices, and those of all others (book, outcome)."""


def _sharp_lines(folder: Path) -> Iterator[Line]:
    """Lines of games not yet begun that the sharp book offers, and enough others with it."""
    for _, at, events in snapshots(folder):
        groups = [group for one in events if one.commence_time > at for group in comparable(one).groups]
        found = offers_table(groups, Policy(sharp={SHARP: 1.0}), at)
        for number, group in enumerate(groups):
            rows = np.flatnonzero((found.group == number) & found.used)
            sharp = rows[found.weight[rows] > 0]
            if len(sharp) and len(rows) > LEAST_BOOKS:
                yield group.event.id, *_prices(found, sharp, rows, group.ways)


def _prices(
    found: Table, sharp: NDArray[np.int64], rows: NDArray[np.int64], ways: int
) -> tuple[Floats, Floats]:
    return found.prices[sharp][:, :ways], found.prices[np.setdiff1d(rows, sharp)][:, :ways]


def against_sharp(lines: Sequence[Line], draw: Resample) -> str:
    """How far each way is from the sharp book's probabilities, in percent of these."""
    heading = ("against Pinnacle", "lines", *(f"{method}, %" for method in METHODS), "power, 95 %")
    rows = []
    for name, way in WAYS.items():
        for kind, once in (("of all books", False), ("each set of prices once", True)):
            cells = [_distance(lines, way, once, method) for method in METHODS]
            power = _by_event(lines, way, once, "power")
            interval = ends(draw.interval(*power), 2)
            rows.append((f"{name}, {kind}", f"{len(lines)}", *(f"{one:.2f}" for one in cells), interval))
    return table(heading, rows)


def _distance(lines: Sequence[Line], way: Way, once: bool, method: Method) -> float:
    sums, counts = _by_event(lines, way, once, method)
    return float(sums.sum() / counts.sum())


def _by_event(lines: Sequence[Line], way: Way, once: bool, method: Method) -> tuple[Floats, Floats]:
    """Sums of the distances and numbers of the lines of each event."""
    events: dict[str, list[float]] = defaultdict(list)
    for event, sharp, others in lines:
        prices = np.unique(others, axis=0) if once else others
        agreed = _sums_to_one(way(devig.fair(prices, method), np.abs(devig.margin(prices))))
        events[event].append(100.0 * float(np.abs(np.log(agreed / devig.fair(sharp, method)[0])).mean()))
    return np.array([sum(some) for some in events.values()]), np.array(
        [float(len(some)) for some in events.values()]
    )


if __name__ == "__main__":
    main()
