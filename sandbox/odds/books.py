"""The books: real keys, titles and regions as The Odds API names them, with made-up habits.

books.csv has a line for each:

- margin: what the book keeps of a two-way market, in percent; method: how it puts that on its prices
- feed: books of one feed think nearly the same of a game, as those that buy their prices from one supplier do
- noise: how far its opinion strays, in standard deviations of a game's margin
- lag: seconds by which it learns of news too late
- opens: when it opens an event, as a share of the sport's horizon
- grid: which prices it can show; lines: where it puts handicaps and totals
- markets: h h2h, s spreads, S spreads in soccer, t totals, l lay prices, 3 three-way h2h in ice hockey
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REGIONS = ("us", "us2", "us_dfs", "us_ex", "uk", "eu", "fr", "se", "au")
"""All regions of the real service."""

SHARP = "pinnacle"


@dataclass(frozen=True, eq=False)
class Book:
    """One book; the module says what its numbers are. `margin` is a fraction here."""

    key: str
    title: str
    regions: frozenset[str]
    feed: str = ""
    margin: float = 0.0
    method: str = "multiplicative"
    noise: float = 0.0
    lag: float = 0.0
    opens: float = 1.0
    grid: str = "cents"
    lines: str = "half"
    markets: str = ""


@cache
def books() -> dict[str, Book]:
    """All books by key, in the order in which events list them."""
    with open(Path(__file__).parent / "books.csv", encoding="utf-8", newline="") as file:
        return {row["key"]: _book(row) for row in csv.DictReader(file)}


def _book(row: dict[str, str]) -> Book:
    return Book(
        key=row["key"],
        title=row["title"],
        regions=frozenset(row["regions"].split()),
        feed=row["feed"],
        margin=float(row["margin"]) / 100,
        method=row["method"],
        noise=float(row["noise"]),
        lag=float(row["lag"]),
        opens=float(row["opens"]),
        grid=row["grid"],
        lines=row["lines"],
        markets=row["markets"],
    )
