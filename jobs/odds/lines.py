"""Which prices may be compared: offers of books on the same event, market, point and number of outcomes.

Owns the matching of outcomes by name and of sides by point. A book's 2-way prices never stand beside 3-way
ones (ice hockey has both under one key), the home team's -3.5 stands with the away team's +3.5, and lay
prices are no offers. Whether an offer is to be trusted is decided in offers.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from jobs.odds.model import MARKETS, BookMarket, Event, Market, Outcome

DRAW, OVER, UNDER = "Draw", "Over", "Under"
LAY = "_lay"
"""How the upstream's keys of lay markets end: what is asked there by those who bet against an outcome."""
LEAST_BOOK = 0.9
"""Least sum of inverse prices of a market in trade; below it an outcome is missing."""

Sides = tuple[Outcome | None, Outcome | None, Outcome | None]
"""Home, away and draw, or over, under and nothing."""
_NO_SIDES: Sides = (None, None, None)


class Offer(NamedTuple):
    """What one book offers on one line: a tuple, as a refresh makes 20,000.

    Attributes:
        source: the book's market.
        point: the total, or the home team's handicap; None in h2h.
        sides: its prices; None where it shows none.
        ways: outcomes that the market has by what is shown; 0 if that does not say.
    """

    source: BookMarket
    point: float | None
    sides: Sides
    ways: int


@dataclass(frozen=True, slots=True)
class Group:
    """Offers that may be compared with each other.

    Attributes:
        event: the event.
        market: which market.
        point: the total, or the home team's handicap; None in h2h.
        ways: 2 or 3.
        offers: one a book, by the books' keys.
    """

    event: Event
    market: Market
    point: float | None
    ways: int
    offers: tuple[Offer, ...]

    @property
    def outcomes(self) -> tuple[tuple[str, float | None], ...]:
        """Names and points in the order of an offer's sides."""
        if self.market == "totals":
            return (OVER, self.point), (UNDER, self.point)
        away = None if self.point is None else -self.point + 0.0
        return ((self.event.home, self.point), (self.event.away, away), (DRAW, None))[: self.ways]


@dataclass(frozen=True)
class Comparable:
    """The groups of one event.

    Attributes:
        groups: by market, point and ways.
        dropped: prices that are in none, by reason: "lay", "unpriced" for a market that the engine does not
            price, "unmatched" for names or points that do not fit the market, "duplicate" for the older of
            two offers of one book.
    """

    groups: list[Group]
    dropped: Counter[str] = field(default_factory=Counter)


def comparable(event: Event) -> Comparable:
    """Sort all that books offer on an event into groups."""
    dropped: Counter[str] = Counter()
    offers: dict[Market, list[Offer]] = {market: [] for market in MARKETS}
    for source in event.markets:
        reason, found = _offers(event, source)
        dropped[reason] += len(source.outcomes) if reason else 0
        if not reason:
            offers[source.market].extend(found)  # type: ignore[index]
    groups = [group for market in MARKETS for group in _groups(event, market, offers[market], dropped)]
    return Comparable(groups, +dropped)


def _offers(event: Event, source: BookMarket) -> tuple[str, list[Offer]]:
    """The offers of one book's market, or why there are none."""
    if source.market == "h2h":
        found = _h2h(event, source)
    elif source.market == "spreads":
        found = _pairs(source, event.home, event.away, -1.0)
    elif source.market == "totals":
        found = _pairs(source, OVER, UNDER, 1.0)
    else:
        return ("lay" if source.market.endswith(LAY) else "unpriced"), []
    return ("", found) if found is not None else ("unmatched", [])


def _h2h(event: Event, source: BookMarket) -> list[Offer] | None:
    by_name = {outcome.name: outcome for outcome in source.outcomes}
    home, away, draw = by_name.pop(event.home, None), by_name.pop(event.away, None), by_name.pop(DRAW, None)
    shown = (home is not None) + (away is not None) + (draw is not None)
    if by_name or shown < len(source.outcomes):
        return None
    return [Offer(source, None, (home, away, draw), _ways(home, away, draw))] if shown else []


def _ways(home: Outcome | None, away: Outcome | None, draw: Outcome | None) -> int:
    if draw is not None:
        return 3
    if home is None or away is None or 1 / home.price + 1 / away.price < LEAST_BOOK:
        return 0
    return 2


def _pairs(source: BookMarket, first: str, second: str, sign: float) -> list[Offer] | None:
    """The two sides by point, which the second side shows with this sign."""
    by_point: dict[float, Sides] = {}
    for outcome in source.outcomes:
        name, point = outcome.name, outcome.point
        if point is None or name not in (first, second):
            return None
        point = (point if name == first else point * sign) + 0.0  # not -0.0
        one, other, _ = by_point.get(point, _NO_SIDES)
        if (one if name == first else other) is not None:
            return None
        by_point[point] = (outcome, other, None) if name == first else (one, outcome, None)
    return [Offer(source, point, sides, 2) for point, sides in by_point.items()]


def _groups(event: Event, market: Market, offers: list[Offer], dropped: Counter[str]) -> list[Group]:
    usual = _usual_ways(offers)
    sorted_out: dict[tuple[float | None, int], dict[str, Offer]] = defaultdict(dict)
    for offer in offers:
        same_line = sorted_out[offer.point, offer.ways or usual]
        other = same_line.setdefault(offer.source.book, offer)
        if other is not offer:
            same_line[offer.source.book], older = _by_age(other, offer)
            dropped["duplicate"] += sum(side is not None for side in older.sides)
    keys = sorted(sorted_out, key=lambda key: (key[0] or 0.0, key[1]))
    return [Group(event, market, *key, _by_book(sorted_out[key].values())) for key in keys]


def _usual_ways(offers: list[Offer]) -> int:
    """What an offer that lacks outcomes is taken for: what most others are."""
    counted = Counter(ways for offer in offers if (ways := offer.ways))
    return max(counted, key=lambda ways: (counted[ways], ways), default=2)


def _by_age(one: Offer, other: Offer) -> tuple[Offer, Offer]:
    """The newer first; a time that is not known is old."""
    first, second = one.source.updated_at, other.source.updated_at
    swap = second is not None and (first is None or second > first)
    return (other, one) if swap else (one, other)


def _by_book(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    return tuple(sorted(offers, key=lambda offer: offer.source.book))
