"""`python -m benchmarks.odds.counts`: what the engine finds in recorded answers at the time of recording."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.odds.snapshots import FILES, snapshots
from benchmarks.worker.report import table
from jobs.odds import devig
from jobs.odds.analyse import analyse
from jobs.odds.lines import comparable
from jobs.odds.model import METHODS, Analysis, Event, Policy
from jobs.odds.offers import LEAST_FOR_OUTLIER
from jobs.odds.offers import table as offers_table

POLICY = Policy()


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.odds.counts", description=__doc__)
    parser.add_argument("--snapshots", type=Path, default=FILES, help="folder of recorded answers")
    options = parser.parse_args(arguments)
    found = list(snapshots(options.snapshots))
    if not found:
        parser.error(f"no recorded answers under {options.snapshots}")
    print(counts(found))
    print(f"\n{by_method(found)}\n\n{in_play(found)}\n\n{limits(found)}")


def counts(found: Sequence[tuple[str, datetime, list[Event]]]) -> str:
    """Events, prices and edges of each sport by the default policy."""
    heading = (
        "sport",
        "events",
        "in play",
        "books",
        "prices",
        "left out",
        "EV > 0",
        "EV > 2 %",
        "highest EV %",
    )
    rows = [_counts(sport, analyse(events, POLICY, at)) for sport, at, events in found]
    return table((*heading, "sharp reference", "arbitrages", "middles"), rows)


def _counts(sport: str, analysis: Analysis) -> tuple[str, ...]:
    one, listed = analysis.counts[sport], analysis.opportunities
    sharp = sum(each.reference.kind == "sharp" for each in listed)
    numbers = (one.events, one.in_play, one.books, one.prices)
    left_out = ", ".join(f"{number:,} {reason}" for reason, number in one.dropped.items())
    return (
        sport,
        *(f"{number:,}" for number in numbers),
        left_out,
        f"{one.positive}",
        f"{one.above_two}",
        f"{listed[0].ev_percent:.2f}",
        f"{sharp} of {len(listed)}",
        f"{len(analysis.arbitrages)}",
        f"{len(analysis.middles)}",
    )


def by_method(found: Sequence[tuple[str, datetime, list[Event]]]) -> str:
    """Edges of each sport by each method: above 0, and above 2 %."""
    return table(("EV > 0, EV > 2 %", *METHODS), list(_by_method(found)))


def _by_method(found: Sequence[tuple[str, datetime, list[Event]]]) -> Iterator[tuple[str, ...]]:
    for sport, at, events in found:
        some = [analyse(events, replace(POLICY, method=method), at).counts[sport] for method in METHODS]
        yield sport, *(f"{one.positive}, {one.above_two}" for one in some)


def in_play(found: Sequence[tuple[str, datetime, list[Event]]]) -> str:
    """What games in play would add if they were not left out."""
    rows = []
    for sport, at, events in found:
        begun = [
            replace(one, commence_time=at + timedelta(days=1)) for one in events if one.commence_time <= at
        ]
        if begun:
            wrong = analyse(begun, POLICY, at)
            highest = f"{wrong.opportunities[0].ev_percent:.0f}"
            gain = f"{wrong.arbitrages[0].profit_percent:.0f}" if wrong.arbitrages else "-"
            rows.append((sport, f"{len(begun)}", f"{wrong.counts[sport].positive}", highest, gain))
    return table(
        ("if games in play were not left out", "games", "EV > 0", "highest EV %", "arbitrage %"), rows
    )


def limits(found: Sequence[tuple[str, datetime, list[Event]]]) -> str:
    """How far what takes part is from what would not: sums of inverse prices, distance from the middle."""
    rows = []
    for sport, at, events in found:
        groups = [group for one in events if one.commence_time > at for group in comparable(one).groups]
        offered = offers_table(groups, POLICY, at)
        used = offered.used
        sums = devig.margin(offered.prices[used]) + 1.0
        far = [_farthest(offered.prices[used & (offered.group == number)]) for number in range(len(groups))]
        ends = f"{sums.min():.3f} to {sums.max():.3f}"
        rows.append((sport, f"{used.sum():,}", ends, f"{max(far):.2f}"))
    return table(
        ("before the game", "offers", "inverse prices sum to", "farthest from the middle, log-odds"), rows
    )


def _farthest(prices: NDArray[np.float64]) -> float:
    if len(prices) < LEAST_FOR_OUTLIER:
        return 0.0
    fair = devig.fair(prices, POLICY.method)[:, ~np.isnan(prices[0])]
    logits = np.log(fair / (1.0 - fair))
    return float(np.abs(logits - np.median(logits, axis=0)).max())


if __name__ == "__main__":
    main()
