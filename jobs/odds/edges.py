"""What each price is worth: expected value and stake, for all offers at once.

Whole and quarter points may give stakes back. The fair probability of such a line is the chance to win among
what is decided (for quarter points, weighted by the stake that is decided), so that expected value is per
unit of the stake that is decided: of the right sign, and too large by the share that comes back on average.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.odds.fair import Fair
from jobs.odds.model import METHODS, Method, Policy
from jobs.odds.offers import Flags, Floats


def ev_percent(probability: Floats, price: Floats) -> Floats:
    """Expected profit for a stake of 100: what the bet pays times how often, less the stake."""
    return 100.0 * (probability * price - 1.0)


def full_kelly(probability: Floats, price: Floats) -> Floats:
    """The share of a bankroll that makes it grow fastest; 0 where a bet does not pay.

    J. L. Kelly, "A new interpretation of information rate", Bell System Technical Journal 35 (1956): the
    expected profit over the profit if the bet wins. A chance that the stake comes back does not change it.
    """
    return np.maximum(0.0, (probability * price - 1.0) / (price - 1.0))


@dataclass(frozen=True)
class Edges:
    """What all offers are worth.

    Attributes:
        fair: what they are judged by.
        policy: which method counts, what is listed and what is staked.
        ev: expected values in percent by method, row of the table and outcome; NaN where nothing judges a
            price.
    """

    fair: Fair
    policy: Policy
    ev: Floats

    @property
    def method(self) -> int:
        """Place of the policy's method in ``METHODS``."""
        return METHODS.index(self.policy.method)

    @property
    def listed(self) -> Flags:
        """Prices worth the policy's least expected value; if that is 0, those worth more than nothing."""
        counted, least = self.ev[self.method], self.policy.min_ev_percent
        listed: Flags = counted >= least if least else counted > 0.0
        return listed

    def by_method(self, row: int, side: int) -> dict[Method, float]:
        """The expected values of one price."""
        return dict(zip(METHODS, self.ev[:, row, side].tolist(), strict=True))


def edges(fair: Fair, policy: Policy) -> Edges:
    """Work out what all offers are worth."""
    # Rounded far below what a price can tell, so that the last digit makes no edge of a price that is fair.
    return Edges(fair, policy, np.round(ev_percent(fair.of_rows, fair.table.prices), 9))
