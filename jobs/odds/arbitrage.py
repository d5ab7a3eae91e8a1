"""Bets on every outcome of a line at the best prices, where these cost less than they pay."""

from __future__ import annotations

import numpy as np

from jobs.odds.ages import oldest
from jobs.odds.best import Best
from jobs.odds.bets import about, leg, stable_id
from jobs.odds.model import Arbitrage


def arbitrages(best: Best) -> list[Arbitrage]:
    """Every line whose best prices' inverses sum to less than 1, the highest profit first.

    A book's prices alone are none, even if they pay back more than they take: it would not take such bets. On
    whole and quarter points stakes may come back, and the bets end without a profit or with half of it, but
    never with a loss.
    """
    ways = np.array([group.ways for group in best.table.groups], dtype=np.int64)
    offered = np.sum(~np.isnan(best.price), axis=1) == ways
    cost = np.nansum(1.0 / best.price, axis=1)
    cheap: list[int] = np.flatnonzero(offered & (cost < 1.0)).tolist()
    found = [_arbitrage(best, group, float(cost[group])) for group in cheap]
    some = [one for one in found if len({each.book for each in one.legs}) > 1]
    return sorted(some, key=lambda one: (-one.profit_percent, one.id))


def _arbitrage(best: Best, number: int, cost: float) -> Arbitrage:
    group, sides = best.table.groups[number], range(best.table.groups[number].ways)
    # Each stake is its outcome's inverse price, so that every outcome pays 1, scaled to stakes of 1 in all.
    legs = tuple(leg(best, number, side, float(1.0 / best.price[number, side]) / cost) for side in sides)
    return Arbitrage(
        id=stable_id("arbitrage", group.event.id, group.market, group.ways, group.point),
        market=group.market,
        point=group.point,
        profit_percent=100.0 * (1.0 / cost - 1.0),
        legs=legs,
        oldest_price_seconds=oldest(*(float(best.table.age[best.row[number, side]]) for side in sides)),
        **about(group.event),
    )
