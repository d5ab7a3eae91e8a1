"""Bets on both sides of a market at two points, so that both win if the event ends between these.

Scores are whole numbers: a middle is one only where a whole number lies between its points, and far enough
from quarter points for both bets to win in full.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator

from jobs.odds.ages import oldest
from jobs.odds.best import Best
from jobs.odds.bets import about, leg, stable_id
from jobs.odds.model import Middle

MOST_OF_EVENT = 10
"""Most middles of one event and market: those that have to win least often."""
MOST_BREAK_EVEN = 0.1
"""A middle that has to win more often than this is no bargain, and is left out."""


def middles(best: Best) -> list[Middle]:
    """Middles of all events, the one that has to win least often first."""
    by_market: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, group in enumerate(best.table.groups):
        if group.point is not None:
            by_market[group.event.id, group.market].append(number)
    found = (middle for numbers in by_market.values() for middle in _of_market(best, numbers))
    return sorted(found, key=_order)


def _of_market(best: Best, numbers: list[int]) -> list[Middle]:
    return sorted(_pairs(best, numbers), key=_order)[:MOST_OF_EVENT]


def _order(middle: Middle) -> tuple[float, str]:
    return middle.break_even_probability, middle.id


def _pairs(best: Best, numbers: Iterable[int]) -> Iterator[Middle]:
    """Over at the lower point with under at the higher; the home team with the higher handicap likewise."""
    points = {number: best.table.groups[number].point or 0.0 for number in numbers}
    spreads = best.table.groups[next(iter(points))].market == "spreads"
    for first, one in points.items():
        for second, other in points.items():
            # The home team at +3.5 wins above a margin of -3.5; the away team at the same point, below it.
            low, high = (-one, -other) if spreads else (one, other)
            if _both_can_win(low, high) and (middle := _middle(best, first, second, high - low)):
                yield middle


def _both_can_win(low: float, high: float) -> bool:
    """Whether a whole number is a full win above ``low`` and below ``high``."""
    lowest = math.floor(low + _quarter(low)) + 1
    return lowest < high - _quarter(high)


def _quarter(point: float) -> float:
    """How far beyond a point a full win begins: half the stake of a quarter point is on the next half."""
    return 0.25 if (2.0 * point) % 1.0 else 0.0


def _middle(best: Best, first: int, second: int, gap: float) -> Middle | None:
    prices = best.price[first, 0], best.price[second, 1]
    cost = float(1.0 / prices[0] + 1.0 / prices[1])
    if not cost - 1.0 <= MOST_BREAK_EVEN:  # nor if a price is missing
        return None
    group, places = best.table.groups[first], ((first, 0), (second, 1))
    legs = [leg(best, *place, float(1.0 / price) / cost) for place, price in zip(places, prices, strict=True)]
    ages = (float(best.table.age[best.row[place]]) for place in places)
    return Middle(
        id=stable_id("middle", group.event.id, group.market, legs[0].point, legs[1].point),
        market=group.market,
        gap=gap,
        # Stakes of 1 in all pay 1 / cost if one bet wins, and twice that if both do.
        profit_percent=100.0 * (2.0 / cost - 1.0),
        cost_percent=100.0 * (1.0 - 1.0 / cost),
        break_even_probability=max(0.0, cost - 1.0),
        legs=(legs[0], legs[1]),
        oldest_price_seconds=oldest(*ages),
        **about(group.event),
    )
