"""The engine's front door: events in, everything that one refresh finds out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from jobs.odds.arbitrage import arbitrages
from jobs.odds.best import best_prices
from jobs.odds.counts import Seen, by_sport
from jobs.odds.edges import edges
from jobs.odds.fair import judge
from jobs.odds.ladders import Lines
from jobs.odds.lines import Group, comparable
from jobs.odds.middles import middles
from jobs.odds.model import Analysis, Event, Policy
from jobs.odds.offers import table
from jobs.odds.opportunities import opportunities


def analyse(events: Sequence[Event], policy: Policy, now: datetime) -> Analysis:
    """Compare all prices with each other.

    Args:
        events: what the upstream sent, of any number of sports; of several with one id the first counts.
        policy: what is taken for what.
        now: the time that ages are counted from, and from which on a game is in play; with its zone.
    """
    seen = Seen()
    offers = table(_groups(events, now, seen), policy, now)
    found = edges(judge(offers, policy), policy)
    best = best_prices(offers)  # after judge, which takes outliers out
    listed = opportunities(found, best)
    return Analysis(
        at=now,
        opportunities=listed,
        arbitrages=arbitrages(best),
        middles=middles(best),
        lines=Lines(found),
        counts=by_sport(seen, found, listed),
    )


def _groups(events: Sequence[Event], now: datetime, seen: Seen) -> list[Group]:
    """What can be compared, of events that have not started."""
    groups: list[Group] = []
    unique: dict[str, Event] = {}
    for event in events:
        unique.setdefault(event.id, event)
    for event in unique.values():
        if seen.event(event, now):
            found = comparable(event)
            seen.drop(event, found.dropped)
            groups.extend(found.groups)
    return groups
