"""Takes the margin out of books' prices: fair probabilities by four methods, for many markets at once.

Owns the formulas and nothing else: no events, no books, no choice between the methods. A row is one market
of one book; its columns are the outcomes, NaN where a row has fewer. Every method gives probabilities above 0
that sum to 1 and keep the order of the prices, and returns the inverse prices where these sum to 1 already. A
book that pays back more than it takes (its inverse prices sum to less than 1) has a negative margin; the same
formulas hold.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from jobs.odds.model import METHODS, Method

Floats = NDArray[np.float64]
Curve = Callable[[Floats], tuple[Floats, Floats]]
"""Values and slopes of one function a row at one point a row."""

TOLERANCE = 1e-14
"""How far from 0 a curve may be where its row counts as solved: what a sum of probabilities misses 1 by."""
ITERATIONS = 100
"""Most steps. Real prices need about six, and bisection alone would need 50."""


def fair(prices: Floats, method: Method) -> Floats:
    """Fair probabilities of each row by one method.

    Args:
        prices: decimal odds, a row a market, a column an outcome; NaN where a market has no such outcome.
        method: one of ``METHODS``.

    Returns:
        Probabilities in the same shape, NaN where the price is. A row that is no market, as it has fewer than
        two prices or one that is not finite or not above 1, is all NaN.
    """
    absent = np.isnan(prices)
    usable = _usable(prices, absent)
    inverse = np.divide(1.0, prices, out=np.zeros(prices.shape), where=~absent & usable[:, None])
    inverse[~usable] = np.nan
    probabilities = np.full(prices.shape, np.nan)
    probabilities[usable] = _METHODS[method](inverse[usable])
    probabilities[absent] = np.nan
    return probabilities


def by_every_method(prices: Floats) -> dict[Method, Floats]:
    """``fair`` by each method, in the order of ``METHODS``."""
    return {method: fair(prices, method) for method in METHODS}


def margin(prices: Floats) -> Floats:
    """What the inverse prices of each row sum to above 1: 0.05 is a margin of 5 %."""
    total: Floats = np.nansum(1.0 / prices, axis=1)
    return total - 1.0


def _usable(prices: Floats, absent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    possible: NDArray[np.bool_] = absent | (np.isfinite(prices) & (prices > 1.0))
    enough: NDArray[np.bool_] = np.sum(~absent, axis=1) >= 2
    return possible.all(axis=1) & enough


# Below, `inverse` is 1 / price with 0 where there is no outcome, which no formula gives a probability.


def _multiplicative(inverse: Floats) -> Floats:
    """Each outcome bears the margin in proportion to its probability."""
    total: Floats = inverse.sum(axis=1, keepdims=True)
    return inverse / total


def _additive(inverse: Floats) -> Floats:
    """Each outcome bears the same margin.

    A long shot may have less to give than its part. Such a row has no additive answer, and Shin's stands in:
    it is the same for two outcomes, and never falls to 0.
    """
    present = inverse > 0
    part = (inverse.sum(axis=1) - 1.0) / present.sum(axis=1)
    probabilities = np.where(present, inverse - part[:, None], 0.0)
    none = (present & (probabilities <= 0)).any(axis=1)
    if none.any():
        probabilities[none] = _shin(inverse[none])
    return probabilities


def _power(inverse: Floats) -> Floats:
    """Each probability is a power of the inverse price, with the one exponent that makes them sum to 1.

    The logarithm of the sum is convex in the exponent, falls, and is nearly straight, so that Newton's method
    gets there in a few steps.
    """
    logs = np.log(np.where(inverse > 0, inverse, 1.0))
    present = inverse > 0

    def curve(exponent: Floats) -> tuple[Floats, Floats]:
        powers = np.where(present, np.exp(exponent[:, None] * logs), 0.0)
        total = powers.sum(axis=1)
        return np.log(total), (powers * logs).sum(axis=1) / total

    ones = np.ones(len(inverse))
    # No price is 1, so that every logarithm is below 0 and this exponent is large enough.
    most = np.log(present.sum(axis=1)) / -np.max(np.where(present, logs, -np.inf), axis=1)
    exponent = _falling_root(curve, ones, np.zeros(len(inverse)), np.maximum(most, 1.0))
    return _multiplicative(np.where(present, np.exp(exponent[:, None] * logs), 0.0))


def _shin(inverse: Floats) -> Floats:
    """A share of the stakes, z, comes from bettors who know the winner, and the book prices against them.

    H. S. Shin, "Measuring the incidence of insider trading in a market for state-contingent claims", The
    Economic Journal 103 (1993), solved for the probabilities as in B. Jullien and B. Salanié, "Measuring the
    incidence of insider trading: a comment on Shin", The Economic Journal 104 (1994). With two outcomes the
    solution is closed: it is the additive one. A negative margin gives a negative z, which is nobody's share;
    the formula is taken as it stands, so that probabilities change smoothly where the margin crosses 0.
    """
    present = inverse > 0
    pairs = present.sum(axis=1) == 2
    probabilities = np.empty(inverse.shape)
    part = (inverse[pairs].sum(axis=1, keepdims=True) - 1.0) / 2.0
    probabilities[pairs] = np.where(present[pairs], inverse[pairs] - part, 0.0)
    probabilities[~pairs] = _shin_of_more(inverse[~pairs], present[~pairs])
    return probabilities


def _shin_of_more(inverse: Floats, present: NDArray[np.bool_]) -> Floats:
    squares = 4.0 * inverse**2 / inverse.sum(axis=1, keepdims=True)
    others = present.sum(axis=1) - 2.0

    def curve(z: Floats) -> tuple[Floats, Floats]:
        """The sum of the probabilities less 1, times 2 (1 - z): convex, and falling up to its first root."""
        column = z[:, None]
        roots = np.where(present, np.sqrt(column**2 + squares * (1.0 - column)), 0.0)
        slopes = np.divide(column - squares / 2.0, roots, out=np.zeros_like(roots), where=present)
        return roots.sum(axis=1) - 2.0 - others * z, slopes.sum(axis=1) - others

    zeros = np.zeros(len(inverse))
    # The curve is above 2 (others + 1) |z| - 2 left of 0, and so above 0 at this z.
    z = _falling_root(curve, zeros, -1.0 / (others + 1.0), zeros + 1.0)[:, None]
    roots = np.sqrt(z**2 + squares * (1.0 - z))
    # (root - z) / 2 (1 - z), for a positive z in the form in which nothing cancels.
    positive = squares / (2.0 * (roots + np.maximum(z, 0.0)))
    negative = (roots - z) / (2.0 * (1.0 - np.minimum(z, 0.0)))
    return _multiplicative(np.where(present, np.where(z > 0, positive, negative), 0.0))


def _falling_root(curve: Curve, start: Floats, low: Floats, high: Floats) -> Floats:
    """Where each row's convex curve falls through 0, by Newton's method held inside a shrinking bracket.

    On a convex falling curve Newton's steps come from the left and never pass the root; a step that leaves
    the bracket for want of precision is replaced by the bracket's middle.
    """
    at, low, high = start.copy(), low.copy(), high.copy()
    for _ in range(ITERATIONS):
        value, slope = curve(at)
        low = np.where(value > 0, at, low)
        high = np.where(value < 0, at, high)
        solved = (np.abs(value) <= TOLERANCE) | (high - low <= TOLERANCE)
        if solved.all():
            break
        newton = at - np.divide(value, slope, out=np.full(at.shape, np.inf), where=slope < 0)
        inside = (newton >= low) & (newton <= high)
        at = np.where(solved, at, np.where(inside, newton, (low + high) / 2.0))
    return at


_METHODS: dict[Method, Callable[[Floats], Floats]] = {
    "multiplicative": _multiplicative,
    "additive": _additive,
    "power": _power,
    "shin": _shin,
}
