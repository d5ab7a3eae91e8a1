"""The engine's formulas in plain loops: one book after the other, without arrays.

What a straightforward program would do, to compare speed and results with. Matching of outcomes is the
engine's own (jobs/odds/lines.py), as that is plain Python there as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median

from jobs.odds.lines import Group, comparable
from jobs.odds.model import METHODS, Event, Policy

Market = tuple[float, ...]
Edge = tuple[str, str, str, float | None, float]
"""Event, book, outcome, point and expected value in percent."""


def edges(events: Sequence[Event], policy: Policy) -> list[Edge]:
    """Every price of positive expected value by the policy's method, all four worked out."""
    found: list[Edge] = []
    for event in events:
        for group in comparable(event).groups:
            found.extend(_edges(group, policy))
    return found


def _edges(group: Group, policy: Policy) -> list[Edge]:
    prices: dict[str, Market] = {
        offer.source.book: tuple(side.price for side in offer.sides if side) for offer in group.offers
    }
    fair = {method: {book: DEVIG[method](market) for book, market in prices.items()} for method in METHODS}
    found = []
    for book, market in prices.items():
        judged = {method: _reference(book, prices, fair[method], policy) for method in METHODS}
        probabilities = judged[policy.method]
        if probabilities is None:
            continue
        for price, probability, outcome in zip(market, probabilities, group.outcomes, strict=True):
            ev = round(100.0 * (probability * price - 1.0), 9)
            if ev > 0:
                found.append((group.event.id, book, *outcome, ev))
    return found


def _reference(
    judged: str, prices: dict[str, Market], fair: dict[str, Market], policy: Policy
) -> Market | None:
    sharp = {book: weight for book, weight in policy.sharp.items() if book in prices and weight > 0}
    if sharp:
        sharp.pop(judged, None)
        if not sharp:
            return None
        total = sum(sharp.values())
        columns = zip(*(fair[book] for book in sharp), strict=True)
        weights = list(sharp.values())
        return tuple(
            sum(w * one for w, one in zip(weights, column, strict=True)) / total for column in columns
        )
    others = {market: book for book, market in prices.items() if market != prices[judged]}
    if len(others) < policy.min_consensus:
        return None
    tight = sorted(others, key=lambda market: (abs(sum(1 / one for one in market) - 1), market))
    half = tight[: max(policy.min_consensus, (len(tight) + 1) // 2)]
    medians = [median(column) for column in zip(*(fair[others[market]] for market in half), strict=True)]
    return tuple(one / sum(medians) for one in medians)


def multiplicative(market: Market) -> Market:
    """In proportion."""
    inverse = [1 / price for price in market]
    total = sum(inverse)
    return tuple(one / total for one in inverse)


def additive(market: Market) -> Market:
    """The same from each; Shin's where that leaves nothing."""
    inverse = [1 / price for price in market]
    part = (sum(inverse) - 1) / len(inverse)
    found = tuple(one - part for one in inverse)
    return found if min(found) > 0 else shin(market)


def power(market: Market) -> Market:
    """The exponent by bisection."""
    inverse = [1 / price for price in market]

    def at(exponent: float) -> Market:
        return tuple(one**exponent for one in inverse)

    return at(_bisect(lambda exponent: sum(at(exponent)) - 1, 0.0, 50.0))


def shin(market: Market) -> Market:
    """The insiders' share by bisection."""
    inverse = [1 / price for price in market]
    total = sum(inverse)

    def at(z: float) -> Market:
        return tuple(
            (math.sqrt(z * z + 4 * (1 - z) * one * one / total) - z) / (2 * (1 - z)) for one in inverse
        )

    low, high = (0.0, 1 - 1e-9) if total > 1 else (-1.0, 0.0)
    return at(_bisect(lambda z: sum(at(z)) - 1, low, high))


def _bisect(falling: Callable[[float], float], low: float, high: float) -> float:
    while high - low > 1e-12:
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


DEVIG: dict[str, Callable[[Market], Market]] = {
    "multiplicative": multiplicative,
    "additive": additive,
    "power": power,
    "shin": shin,
}
