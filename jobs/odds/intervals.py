"""Estimates with 95 % confidence intervals, of bets of which several are on one event. Pure.

Bets on one event win and lose together, and their lines move together: a hundred bets on one game say
hardly more than one. Events are therefore the independent units, "clusters". A mean over bets is the ratio
of two sums over events, and its variance is estimated from how the events differ, whatever happens inside
them.

Sources: the ratio estimator by clusters, W. G. Cochran, Sampling Techniques, 3rd ed. (1977), 6.3 and 9A.1;
the same as a cluster-robust standard error, and Student's t with one degree of freedom less than there are
clusters, A. C. Cameron and D. L. Miller, A Practitioner's Guide to Cluster-Robust Inference, Journal of
Human Resources 50 (2015), 317-372; the interval of a share, E. B. Wilson, Journal of the American
Statistical Association 22 (1927), 209-212, with the effective number in place of the number of bets, L.
Kish, Survey Sampling (1965), 8.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CONFIDENCE = 0.95
LEAST_EVENTS = 20
"""Events below which there is no interval: the variance between so few says too little about itself."""
_Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2.0)


@dataclass(frozen=True)
class Estimates:
    """One estimate for each group.

    Attributes:
        value: NaN where a group has nothing to estimate it from.
        low: lower limit; NaN where there are fewer than ``LEAST_EVENTS`` events.
        high: upper limit.
        weight: what the mean is over: bets, or the part of them that was decided.
        events: events that have any.
    """

    value: Floats
    low: Floats
    high: Floats
    weight: Floats
    events: Ints


class Clusters:
    """Bets sorted into groups and, within these, by event.

    Args:
        group: each bet's group, counted from 0.
        event: each bet's event, counted from 0.
        groups: how many groups there are.

    Attributes:
        events: on how many events each group has bets.
    """

    def __init__(self, group: Ints, event: Ints, groups: int) -> None:
        self._groups = groups
        width = int(event.max(initial=0)) + 1
        pair = group * width + event
        is_there = np.zeros(groups * width, dtype=np.bool_)
        is_there[pair] = True
        self._group = np.flatnonzero(is_there) // width
        self._of_bet = np.cumsum(is_there)[pair] - 1  # as np.unique would number them, without sorting
        self.events: Ints = np.bincount(self._group, minlength=groups)

    def means(self, value: Floats, weight: Floats) -> Estimates:
        """Weighted means by group, with symmetric intervals.

        With sums x and w of value and weight by event, over C events that have any weight,

            R = sum(x) / sum(w),  Var(R) = C / (C - 1) x sum((x - R w)^2) / sum(w)^2,

        and the interval is R +- t(C - 1) x sqrt(Var(R)).

        Args:
            value: of each bet; of no account where the weight is 0.
            weight: of each bet, 0 or more.
        """
        mean, variance, total, events = self._ratio(value, weight)
        reach = _t(events) * np.sqrt(variance)
        return Estimates(mean, mean - reach, mean + reach, total, events)

    def shares(self, hit: Floats, weight: Floats) -> Estimates:
        """Shares by group, with Wilson's interval, which stays between 0 and 1.

        The number of bets in it is the effective one, n = p (1 - p) / Var(p), with Var(p) from ``means``: as
        many independent bets would say as much. It is at most the number of bets, and where all have hit or
        all have missed the number of events.

        Args:
            hit: of each bet, from 0 to 1.
            weight: of each bet, 0 or more.
        """
        share, variance, total, events = self._ratio(hit, weight)
        spread = share * (1.0 - share)
        n = np.divide(spread, variance, out=events.astype(np.float64), where=variance > 0)
        n = np.maximum(np.minimum(n, total), 1e-9)
        t2 = _t(events) ** 2
        centre = (share + t2 / (2 * n)) / (1 + t2 / n)
        reach = np.sqrt(t2 * (spread / n + t2 / (4 * n * n))) / (1 + t2 / n)
        low, high = np.maximum(centre - reach, 0.0), np.minimum(centre + reach, 1.0)
        return Estimates(share, low, high, total, events)

    def _ratio(self, value: Floats, weight: Floats) -> tuple[Floats, Floats, Floats, Ints]:
        x = self._by_event(np.where(weight > 0, value * weight, 0.0))
        w = self._by_event(weight)
        total = self._by_group(w)
        events = np.bincount(self._group[w > 0], minlength=self._groups)
        mean = np.divide(self._by_group(x), total, out=np.full(self._groups, np.nan), where=total > 0)
        squares = self._by_group(np.where(w > 0, x - mean[self._group] * w, 0.0) ** 2)
        some = events > 1
        variance = np.full(self._groups, np.nan)
        variance[some] = (events * squares)[some] / ((events - 1) * total**2)[some]
        return mean, variance, total, events

    def _by_event(self, values: Floats) -> Floats:
        return np.bincount(self._of_bet, values, len(self._group)).astype(np.float64)

    def _by_group(self, values: Floats) -> Floats:
        return np.bincount(self._group, values, self._groups).astype(np.float64)


def _t(events: Ints) -> Floats:
    """Student's t for the confidence and one degree of freedom less than events; NaN for too few of them.

    The expansion in powers of 1 / df of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions
    (1964), 26.7.5; from 19 degrees of freedom on it is right to 5 digits.
    """
    df, z = np.maximum(events - 1, 1).astype(np.float64), _Z
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    found = np.full(df.shape, z)
    for power, term in enumerate(terms, 1):
        found += term / df**power
    return np.where(events >= LEAST_EVENTS, found, np.nan)
