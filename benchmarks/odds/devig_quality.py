"""`python -m benchmarks.odds.devig_quality`: which way to take the margin out fits what happened.

Each method's probabilities are held against the results of 14 seasons: log loss and Brier score (less is
better), and how often outcomes won beside how often they should have, by bands of odds. Differences have a
95 % interval from resampling the matches.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.odds import football
from benchmarks.odds.football import Priced
from benchmarks.odds.resample import Resample, ends
from benchmarks.worker.report import table
from jobs.odds import devig
from jobs.odds.model import METHODS

Floats = NDArray[np.float64]
RESAMPLES, SEED = 2_000, 1
BANDS = (1.0, 1.3, 1.6, 2.0, 3.0, 5.0, 8.0, 12.0, 1_000.0)
RESULTS = {
    "PS": "Pinnacle, before",
    "PSC": "Pinnacle, closing",
    "B365": "Bet365",
    "WH": "William Hill",
    "BW": "bwin",
}
GOALS = {"P": "Pinnacle, 2.5 goals", "PC": "Pinnacle, 2.5 goals, closing", "B365": "Bet365, 2.5 goals"}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds.devig_quality", description=__doc__)
    parser.add_argument("--files", type=Path, default=football.FILES, help="folder of SEASON/DIVISION.csv")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help=f"for the intervals ({RESAMPLES})")
    options = parser.parse_args(arguments)
    rows = football.matches(options.files)
    if not rows:
        parser.error(f"no matches under {options.files}")
    draw = Resample(options.resamples, SEED)
    sources = {title: football.result(rows, book) for book, title in RESULTS.items()}
    totals = {title: football.goals(rows, book) for book, title in GOALS.items()}
    print(
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, NumPy {version('numpy')}; {len(rows):,} matches, seed {SEED}."
    )
    print(f"\n{losses({**sources, **totals}, draw)}")
    print(f"\n{long_shots(sources, draw)}")
    for title in ("Pinnacle, closing", "Bet365"):
        print(f"\n{title}: won % less expected %, in points\n\n{calibration(sources[title], draw)}")


def log_loss(fair: Floats, matches: Priced) -> Floats:
    """Of each match: the negative logarithm of the probability of what happened."""
    return -np.log(fair[np.arange(len(matches)), matches.won])


def brier(fair: Floats, matches: Priced) -> float:
    """The mean of the squared differences, summed over the outcomes of a match."""
    return float(((fair - matches.hit) ** 2).sum(axis=1).mean())


def losses(sources: dict[str, Priced], draw: Resample) -> str:
    """Log loss of each method, and what it loses beside the power method."""
    heading = ("odds", "matches", "margin %", "method", "log loss", "less power's, × 10⁻⁴", "95 %", "Brier")
    rows = [row for title, matches in sources.items() for row in _losses(title, matches, draw)]
    return table(heading, rows)


def _losses(title: str, matches: Priced, draw: Resample) -> Iterable[tuple[str, ...]]:
    fair = devig.by_every_method(matches.prices)
    margin = 100 * float(devig.margin(matches.prices).mean())
    best = log_loss(fair["power"], matches)
    for method in METHODS:
        loss = log_loss(fair[method], matches)
        more = 1e4 * (loss - best)
        yield (
            title,
            f"{len(matches):,}",
            f"{margin:.1f}",
            method,
            f"{loss.mean():.5f}",
            "0" if method == "power" else f"{more.mean():+.1f}",
            "" if method == "power" else ends(draw.interval(more), 1),
            f"{brier(fair[method], matches):.5f}",
        )


def long_shots(sources: dict[str, Priced], draw: Resample) -> str:
    """Outcomes at 8 and more: how many won for each 100 that should have."""
    heading = ("odds of 8 and more", "outcomes", *(f"{method}: won of 100 due" for method in METHODS))
    rows = []
    for title, matches in sources.items():
        long = matches.prices >= 8.0
        cells = [
            _won_of_due(fair, matches, long, draw) for fair in devig.by_every_method(matches.prices).values()
        ]
        rows.append((title, f"{long.sum():,}", *cells))
    return table(heading, rows)


def _won_of_due(fair: Floats, matches: Priced, which: NDArray[np.bool_], draw: Resample) -> str:
    won, due = (matches.hit * which).sum(axis=1), (fair * which).sum(axis=1)
    return f"{100 * won.sum() / due.sum():.0f} ({ends(draw.interval(100 * won, due), 0)})"


def calibration(matches: Priced, draw: Resample) -> str:
    """By bands of odds, the share that won less the mean probability."""
    fair = devig.by_every_method(matches.prices)
    rows = []
    for low, high in pairwise(BANDS):
        which = (matches.prices >= low) & (matches.prices < high)
        cells = [_off(fair[method], matches, which, draw) for method in METHODS]
        rows.append(
            (f"{low:g} to {high:g}" if high < BANDS[-1] else f"{low:g} and more", f"{which.sum():,}", *cells)
        )
    return table(("odds", "outcomes", *METHODS), rows)


def _off(fair: Floats, matches: Priced, which: NDArray[np.bool_], draw: Resample) -> str:
    off, number = ((matches.hit - fair) * which).sum(axis=1), which.sum(axis=1).astype(float)
    return f"{100 * off.sum() / number.sum():+.1f} ({ends(draw.interval(100 * off, number), 1)})"


if __name__ == "__main__":
    main()
