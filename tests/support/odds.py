"""Made-up analyses, as the engine would make them of feeds that are not needed here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from jobs.odds.model import METHODS, Analysis, BookPrice, Line, Market, Opportunity, Reference

START = datetime(2026, 4, 18, 19, 0, tzinfo=UTC)
"""When made-up events start unless it is said otherwise."""
HOME, AWAY = "Ants", "Bees"


@dataclass(frozen=True)
class Bet:
    """A bet at a book. The event's number stands for its id, and its start is that of its event."""

    event: int = 1
    book: str = "fanduel"
    market: Market = "h2h"
    outcome: str = HOME
    point: float | None = None
    ways: int = 2
    sport: str = "basketball_nba"
    start: datetime = START
    reference: Literal["sharp", "consensus"] = "sharp"
    long_shot: bool = False

    @property
    def event_id(self) -> str:
        """32 hexadecimal digits, as the upstream's are."""
        return event_id(self.event)

    @property
    def id(self) -> str:
        """The opportunity's id."""
        parts = (self.event, self.book, self.market, self.outcome, self.point, self.ways)
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Offer:
    """What a bet is offered at.

    Attributes:
        bet: the bet.
        price: the book's decimal odds; None if the book has gone, and others have not.
        fair: the fair probability; None if it cannot be said.
        listed: whether it is an opportunity.
        used: whether the price takes part.
    """

    bet: Bet
    price: float | None = 2.1
    fair: float | None = 0.5
    listed: bool = True
    used: bool = True


def event_id(number: int) -> str:
    """An event's id by its number."""
    return f"{number:032x}"


def before(minutes: float, start: datetime = START) -> datetime:
    """So many minutes before the start."""
    return start - timedelta(minutes=minutes)


def analysis(at: datetime, *offers: Offer) -> Analysis:
    """What the engine would say if this, and nothing else, were on offer."""
    by_line: dict[tuple[object, ...], list[Offer]] = {}
    for offer in offers:
        by_line.setdefault(_line_of(offer.bet), []).append(offer)
    lines: dict[str, list[Line]] = {}
    for same in by_line.values():
        lines.setdefault(same[0].bet.event_id, []).append(_line(same))
    listed = [_opportunity(at, one) for one in offers if one.listed]
    listed.sort(key=lambda one: -one.ev_percent)
    return Analysis(at=at, opportunities=listed, arbitrages=[], middles=[], lines=lines, counts={})


def _line_of(bet: Bet) -> tuple[object, ...]:
    return bet.event, bet.market, bet.outcome, bet.point, bet.ways


def _line(offers: Sequence[Offer]) -> Line:
    """The line that these offers are all on; what is fair by the first one is what it shows."""
    bet, fair = offers[0].bet, offers[0].fair
    return Line(
        event_id=bet.event_id,
        market=bet.market,
        outcome=bet.outcome,
        point=bet.point,
        ways=bet.ways,
        fair_by_method={} if fair is None else dict.fromkeys(METHODS, fair),
        reference=None if fair is None else reference(bet),
        prices=tuple(_price(one, one.price) for one in offers if one.price is not None),
    )


def _price(offer: Offer, price: float) -> BookPrice:
    ev = None if offer.fair is None or not offer.used else 100.0 * (price * offer.fair - 1.0)
    why_not = None if offer.used else "stale"
    return BookPrice(offer.bet.book, offer.bet.book.title(), price, None, ev, offer.used, why_not)


def reference(bet: Bet) -> Reference:
    """Where its fair price comes from."""
    books = ("pinnacle",) if bet.reference == "sharp" else ("betmgm", "bovada", "draftkings", "unibet_us")
    return Reference(bet.reference, books, 30.0, len(books))


def _opportunity(at: datetime, offer: Offer) -> Opportunity:
    bet, price, fair = offer.bet, offer.price, offer.fair
    assert price is not None
    assert fair is not None
    ev = 100.0 * (price * fair - 1.0)
    full = 100.0 * (price * fair - 1.0) / (price - 1.0)
    return Opportunity(
        id=bet.id,
        event_id=bet.event_id,
        sport=bet.sport,
        sport_title=bet.sport.upper(),
        commence_time=bet.start,
        home_team=HOME,
        away_team=AWAY,
        market=bet.market,
        outcome=bet.outcome,
        point=bet.point,
        book=bet.book,
        book_title=bet.book.title(),
        price=price,
        price_updated_at=at,
        fair_price=1.0 / fair,
        fair_probability=fair,
        ev_percent=ev,
        ev_by_method=dict.fromkeys(METHODS, ev),
        method="power",
        method_spread=0.0,
        reference=reference(bet),
        books_offering=12,
        oldest_price_seconds=30.0,
        best_price=price,
        best_book=bet.book,
        is_best=True,
        edge_percent=ev,
        kelly_percent=min(full / 4.0, 2.0),
        full_kelly_percent=full,
        long_shot=bet.long_shot,
    )
