"""The best price on each outcome, of those that take part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.odds.lines import Offer
from jobs.odds.model import BookMarket, Outcome
from jobs.odds.offers import Floats, Ints, Table


@dataclass(frozen=True)
class Best:
    """Best prices by group and outcome.

    Attributes:
        table: what they were taken from.
        price: decimal odds; NaN where no price takes part.
        row: the row of the table that shows it; of several, the one whose book's key comes first in the
            alphabet.
    """

    table: Table
    price: Floats
    row: Ints

    def source(self, group: int, side: int) -> BookMarket:
        """Which book's market shows it."""
        return self._offer(group, side).source

    def outcome(self, group: int, side: int) -> Outcome:
        """The price as the book shows it."""
        shown = self._offer(group, side).sides[side]
        assert shown is not None
        return shown

    def _offer(self, group: int, side: int) -> Offer:
        return self.table.offers[int(self.row[group, side])]


def best_prices(table: Table) -> Best:
    """Find the best price on each outcome of each group."""
    if not len(table.offers):
        return Best(table, np.empty((0, 3)), np.empty((0, 3), dtype=np.int64))
    prices = np.where(table.used[:, None] & ~np.isnan(table.prices), table.prices, -np.inf)
    best = np.maximum.reduceat(prices, table.start, axis=0)
    rows = np.arange(len(prices))[:, None]
    first = np.minimum.reduceat(np.where(prices == best[table.group], rows, len(prices)), table.start, axis=0)
    return Best(table, np.where(np.isfinite(best), best, np.nan), first)
