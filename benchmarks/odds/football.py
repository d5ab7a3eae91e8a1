"""Results and odds of English and Spanish football, as football-data.co.uk publishes them, as arrays.

Owns the reading. The files are not part of the project: by default they are looked for beside it.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILES = Path(__file__).parents[3] / "shared" / "data" / "football" / "mmz4281"
SOFT = ("B365", "BW", "IW", "WH", "VC", "LB", "GB", "SJ", "BS", "BF", "1XB", "BFD", "BMGM", "BV", "CL")
"""Books other than the sharp one, by the prefix of their columns; each season has some of them."""

Row = dict[str, str]


@dataclass(frozen=True)
class Priced:
    """Matches that a book has priced.

    Attributes:
        prices: decimal odds, a row a match, a column an outcome.
        won: the column that won.
    """

    prices: NDArray[np.float64]
    won: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.won)

    @property
    def hit(self) -> NDArray[np.float64]:
        """1 where an outcome won, 0 elsewhere."""
        return np.eye(self.prices.shape[1])[self.won]


def matches(folder: Path) -> list[Row]:
    """All matches of all files that have a result."""
    found: list[Row] = []
    for path in sorted(folder.glob("*/*.csv")):
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            found.extend(row for row in csv.DictReader(file) if row.get("FTR") in {"H", "D", "A"})
    return found


def result(rows: list[Row], book: str) -> Priced:
    """Home, draw and away of one book, e.g. "PS" before the match or "PSC" when betting closed."""
    won = ["HDA".index(row["FTR"]) for row in rows]
    return _priced(rows, [f"{book}{side}" for side in "HDA"], won)


def goals(rows: list[Row], book: str) -> Priced:
    """Over and under 2.5 goals of one book, e.g. "P" or "PC"."""
    won = [int(float(row["FTHG"]) + float(row["FTAG"]) < 2.5) for row in rows]
    return _priced(rows, [f"{book}>2.5", f"{book}<2.5"], won)


def _priced(rows: list[Row], columns: list[str], won: list[int]) -> Priced:
    prices = np.array([[_number(row.get(name)) for name in columns] for row in rows])
    complete = (prices > 1.0).all(axis=1)
    return Priced(prices[complete], np.array(won)[complete])


def by_book(rows: list[Row]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Home, draw and away of the books in ``SOFT``: match, book, outcome; NaN where a book has none."""
    columns = [[f"{book}{side}" for side in "HDA"] for book in SOFT]
    prices = np.array([[[_number(row.get(name)) for name in names] for names in columns] for row in rows])
    prices[~(prices > 1.0).all(axis=2)] = np.nan
    return prices, np.array(["HDA".index(row["FTR"]) for row in rows])


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return float("nan")
