"""All offers of a refresh as arrays, a row an offer, and which of them take part.

Owns what makes an offer one that nobody should be told of: suspended, without a market's margin, stale, or
far from all others. What is compared with what was decided in lines.py; nothing is priced here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from jobs.odds import devig
from jobs.odds.ages import ages
from jobs.odds.lines import LEAST_BOOK, Group, Offer
from jobs.odds.model import Policy

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

REASONS = ("", "suspended", "margin", "stale", "outlier")
"""Why an offer takes no part; "" if it does. What comes first is said where several hold."""
SUSPENDED_PRICE = 1.01
"""A price that is no higher is not for sale: it is what exchanges show of an empty side."""
MOST_BOOK = 1.3
"""Most that inverse prices of a market in trade sum to. The real feeds of tests/ go up to 1.19 before a game,
and the one beyond, at 1.64, is an exchange on which nobody trades yet."""
OUTLIER = 0.8
"""Log-odds by which an offer may differ from the middle of all: where that says 50 %, 31 % or 69 %. Before a
game the real feeds go up to 0.63, on a chance of 2 %; home and away mixed up at 40 % and 60 % give 0.81."""
LEAST_FOR_OUTLIER = 5
"""Offers that a group needs before one of them can be called an outlier."""


@dataclass
class Table:
    """Offers by group and, within it, by the books' keys.

    Attributes:
        groups: what each row's number of a group stands for.
        offers: what each row was made from.
        group: number of the row's group.
        start: first row of each group.
        prices: decimal odds, three columns; NaN where an offer shows none.
        age: seconds since the upstream last saw the prices; NaN if it does not say.
        reason: number of the reason in ``REASONS``.
        weight: the policy's weight of the book as a reference; 0 if it is none.
    """

    groups: Sequence[Group]
    offers: list[Offer]
    group: Ints
    start: Ints
    prices: Floats
    age: Floats
    weight: Floats
    reason: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.reason = np.zeros(len(self.offers), dtype=np.int64)

    @property
    def used(self) -> Flags:
        """Which rows take part."""
        used: Flags = self.reason == 0
        return used

    def count(self, rows: Flags) -> Ints:
        """How many of these rows each group has."""
        return np.bincount(self.group[rows], minlength=len(self.groups))

    def drop(self, rows: Flags, reason: str) -> None:
        """Take rows out, unless they are out already for a reason that comes first."""
        self.reason[rows & self.used] = REASONS.index(reason)


def table(groups: Sequence[Group], policy: Policy, now: datetime) -> Table:
    """Lay groups out as arrays and take out what is suspended, out of proportion or stale."""
    offers = [offer for group in groups for offer in group.offers]
    sizes = np.array([len(group.offers) for group in groups], dtype=np.int64)
    nan = float("nan")
    rows = [[nan if side is None else side.price for side in offer.sides] for offer in offers]
    found = Table(
        groups=groups,
        offers=offers,
        group=np.repeat(np.arange(len(groups)), sizes),
        start=np.cumsum(sizes) - sizes,
        prices=np.array(rows, dtype=np.float64).reshape(len(offers), 3),
        age=ages([offer.source.updated_at for offer in offers], now),
        weight=np.array([policy.sharp.get(offer.source.book, 0.0) for offer in offers], dtype=np.float64),
    )
    _drop_untrustworthy(found, policy)
    return found


def _drop_untrustworthy(found: Table, policy: Policy) -> None:
    ways = np.array([group.ways for group in found.groups], dtype=np.int64)
    shown = np.sum(~np.isnan(found.prices), axis=1)
    low = (found.prices <= SUSPENDED_PRICE).any(axis=1)
    found.drop((shown < ways[found.group]) | low, "suspended")
    book = devig.margin(found.prices) + 1.0
    found.drop((book < LEAST_BOOK) | (book > MOST_BOOK), "margin")
    found.drop(found.age > policy.stale_seconds, "stale")


def drop_outliers(found: Table, probabilities: Floats) -> None:
    """Take out offers that are far from the middle of their group: mixed up teams, slips, wrong lines.

    Args:
        found: the table.
        probabilities: each row's own fair probabilities; NaN where it takes no part.
    """
    logits = np.log(probabilities) - np.log1p(-probabilities)
    far = np.abs(logits - _medians(found, logits)[found.group]) > OUTLIER
    enough = found.count(found.used) >= LEAST_FOR_OUTLIER
    found.drop(far.any(axis=1) & enough[found.group], "outlier")


def _medians(found: Table, values: Floats) -> Floats:
    """Medians of the rows that take part, by group and column; NaN where there are none."""
    rows = np.flatnonzero(found.used)
    sizes = found.count(found.used)
    medians = np.full((len(found.groups), values.shape[1]), np.nan)
    for column in range(values.shape[1]):
        order = rows[np.lexsort((values[rows, column], found.group[rows]))]
        first = np.cumsum(sizes) - sizes
        some = sizes > 0
        low, high = first + (sizes - 1) // 2, first + sizes // 2
        middle = values[order[low[some]], column] + values[order[high[some]], column]
        medians[some, column] = middle / 2.0
    return medians
