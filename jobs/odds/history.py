"""What is recorded of one opportunity: how it was listed, its prices until the start, and what became of
it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from jobs.odds.rows import AnyRow
from jobs.odds.tables import OddsEvent, OddsOpportunity, OddsPrice
from jobs.odds.writing import checked
from longshore.storage import session_scope


@dataclass(frozen=True)
class Snapshot:
    """A price, from then until the next one.

    Attributes:
        at: when.
        price: the book's decimal odds; None if it offered none.
        fair_price: decimal odds without a margin; None if too few books offered the line.
        ev_percent: expected profit for a stake of 100; None without both.
    """

    at: datetime
    price: float | None
    fair_price: float | None
    ev_percent: float | None


@dataclass(frozen=True)
class Recorded:
    """An opportunity in the record.

    Attributes:
        id: the opportunity's.
        event_id: the event's.
        sport: the upstream's key.
        home_team: the home team.
        away_team: the away team.
        commence_time: when the event starts, as was last known.
        market: which market.
        outcome: what is bet on.
        point: the handicap or line; None in h2h.
        book: the book's key.
        first_listed_at: when it was first listed.
        last_listed_at: when it was last listed.
        price: decimal odds when first listed: those that count as taken.
        fair_price: decimal odds without a margin, of then.
        ev_percent: of then.
        method: how the margin was taken out then.
        reference: "sharp" or "consensus", then.
        long_shot: whether the price was one.
        closing: "open", "closed", "vanished" or "unseen", see closing.py.
        closing_at: when the line last had a fair price before the start.
        closing_minutes: how long before the start that was.
        closing_price: the book's price then; None if it offered none.
        closing_fair_price: the fair price then.
        clv_percent: closing line value; None unless it is closed.
        result: see grading.py; None before.
        profit: for a stake of 1; None before, and where the bet did not count.
        prices: snapshots, oldest first.
    """

    id: str
    event_id: str
    sport: str
    home_team: str
    away_team: str
    commence_time: datetime
    market: str
    outcome: str
    point: float | None
    book: str
    first_listed_at: datetime
    last_listed_at: datetime
    price: float
    fair_price: float
    ev_percent: float
    method: str
    reference: str
    long_shot: bool
    closing: str
    closing_at: datetime
    closing_minutes: float
    closing_price: float | None
    closing_fair_price: float
    clv_percent: float | None
    result: str | None
    profit: float | None
    prices: list[Snapshot]


_EVENT = ("event_id", "sport", "home_team", "away_team", "commence_time")
_BET = (
    "market", "outcome", "point", "book", "first_listed_at", "last_listed_at", "price", "ev_percent",
    "method", "reference", "long_shot", "closing", "closing_at", "closing_price", "clv_percent", "result",
    "profit",
)  # fmt: skip


def of(event_id: str, *, source: str) -> list[Recorded]:
    """All that was ever listed on an event, oldest first; empty if nothing was.

    Raises:
        ValueError: the source is neither "live" nor "sandbox".
    """
    wanted = (
        select(OddsEvent, OddsOpportunity)
        .join(OddsOpportunity, OddsOpportunity.event == OddsEvent.id)
        .where(OddsEvent.source == checked(source), OddsEvent.event_id == event_id)
        .order_by(OddsOpportunity.first_listed_at, OddsOpportunity.id)
    )
    with session_scope() as session:
        prices = _prices(session, source, event_id)
        return [_recorded(event, bet, prices.get(bet.id, [])) for event, bet in session.execute(wanted)]


def _prices(session: Session, source: str, event_id: str) -> dict[int, list[Snapshot]]:
    wanted = (
        select(OddsPrice.opportunity, OddsPrice.at, OddsPrice.price, OddsPrice.fair_probability)
        .join(OddsOpportunity, OddsOpportunity.id == OddsPrice.opportunity)
        .join(OddsEvent, OddsEvent.id == OddsOpportunity.event)
        .where(OddsEvent.source == source, OddsEvent.event_id == event_id)
        .order_by(OddsPrice.at)
    )
    found: dict[int, list[Snapshot]] = {}
    for row in session.execute(wanted):
        found.setdefault(row.opportunity, []).append(_snapshot(row))
    return found


def _snapshot(row: AnyRow) -> Snapshot:
    price, fair = row.price, row.fair_probability
    return Snapshot(
        at=row.at,
        price=price,
        fair_price=None if fair is None else 1.0 / fair,
        ev_percent=None if fair is None or price is None else 100.0 * (price * fair - 1.0),
    )


def _recorded(event: OddsEvent, bet: OddsOpportunity, prices: list[Snapshot]) -> Recorded:
    before: timedelta = event.commence_time - bet.closing_at
    return Recorded(
        id=bet.key,
        fair_price=1.0 / bet.fair_probability,
        closing_minutes=before.total_seconds() / 60.0,
        closing_fair_price=1.0 / bet.closing_probability,
        prices=prices,
        **{name: getattr(event, name) for name in _EVENT},
        **{name: getattr(bet, name) for name in _BET},
    )
