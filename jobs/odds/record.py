"""The record: each opportunity as it was first listed, and what its price was worth until the start.

The price that counts is the one at which a bet was first listed, and no other: being listed again later, at
a better or a worse price, changes nothing. A later look adds a snapshot if something has changed, and keeps
what would be the closing line if the event started now. What comes after the start is in closing.py and
results.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from jobs.odds import prices
from jobs.odds.current import Current, Now
from jobs.odds.events import open_events
from jobs.odds.model import Analysis, Opportunity
from jobs.odds.rows import AnyRow, select_in, table_of, update_each
from jobs.odds.tables import OddsOpportunity
from jobs.odds.writing import checked, writing

_OPEN = (
    OddsOpportunity.id, OddsOpportunity.event, OddsOpportunity.key, OddsOpportunity.market,
    OddsOpportunity.outcome, OddsOpportunity.point, OddsOpportunity.ways, OddsOpportunity.book,
    OddsOpportunity.method, OddsOpportunity.last_listed_at, OddsOpportunity.noted_price,
    OddsOpportunity.noted_probability, OddsOpportunity.snapshots, OddsOpportunity.closing_price,
    OddsOpportunity.closing_probability, OddsOpportunity.closing_at,
)  # fmt: skip


@dataclass(frozen=True)
class Noted:
    """What an analysis has added to the record.

    Attributes:
        new: opportunities that were listed for the first time.
        updated: earlier ones of which a price or a fair price has changed.
        watched: all earlier ones whose events were looked at.
    """

    new: int
    updated: int
    watched: int


def note(analysis: Analysis, source: str, starts: Mapping[str, datetime] | None = None) -> Noted:
    """Add what an analysis has found to the record, in one transaction.

    Of each event only an analysis that is newer than all before counts, so that the same one twice, or an
    older one late, changes nothing. Events that have started are left alone.

    Args:
        analysis: what a refresh has found.
        source: "live" or "sandbox".
        starts: when events start by their ids, of all events that were read, so that one that was moved is
            noticed though nothing is listed on it.

    Raises:
        ValueError: the source is neither.
    """
    source, current = checked(source), Current(analysis)
    listed = {(one.event_id, one.id): one for one in analysis.opportunities}
    with writing() as session:
        events = open_events(session, analysis, source, starts or {})
        ids = {row: event_id for event_id, row in events.items()}
        known = {
            (ids[row.event], row.key): row
            for row in select_in(session, select(*_OPEN), OddsOpportunity.event, list(ids))
        }
        updated = _look_again(session, analysis.at, current, known, listed.keys())
        fresh = {key: one for key, one in listed.items() if key not in known and one.event_id in events}
        _insert(session, analysis.at, current, list(fresh.values()), events)
    return Noted(len(fresh), updated, len(known))


Key = tuple[str, str]
"""Ids of an event and of an opportunity on it."""


def _look_again(
    session: Session, at: datetime, current: Current, known: Mapping[Key, AnyRow], listed: Set[Key]
) -> int:
    """Keep what earlier opportunities are worth now; how many of them have changed."""
    rows, changed = [], []
    for key, row in known.items():
        now = current.look(key[0], row, row.ways, row.method)
        is_change = prices.is_change(Now(row.noted_price, row.noted_probability), now)
        if is_change:
            changed.append((row.id, row.snapshots, now))
        if is_change or now.probability is not None or key in listed:
            rows.append(_looked(row, at, now, is_change, key in listed))
    prices.add(session, at, changed)
    update_each(session, OddsOpportunity, rows)
    return len(changed)


def _looked(row: AnyRow, at: datetime, now: Now, is_change: bool, is_listed: bool) -> dict[str, Any]:
    """The columns that a look changes; a line without a fair price leaves the last one what it was."""
    known = now.probability is not None
    return {
        "id": row.id,
        "last_listed_at": at if is_listed else row.last_listed_at,
        "noted_price": now.price if is_change else row.noted_price,
        "noted_probability": now.probability if is_change else row.noted_probability,
        "snapshots": prices.kept(row.snapshots) + 1 if is_change else row.snapshots,
        "closing_price": now.price if known else row.closing_price,
        "closing_probability": now.probability if known else row.closing_probability,
        "closing_at": at if known else row.closing_at,
    }


def _insert(
    session: Session,
    at: datetime,
    current: Current,
    fresh: Sequence[Opportunity],
    events: Mapping[str, int],
) -> None:
    """Add opportunities with their first snapshots."""
    if not fresh:
        return
    rows = [
        _first(at, events[one.event_id], one, current.ways(one.event_id, one, one.price)) for one in fresh
    ]
    table = table_of(OddsOpportunity)
    adding = insert(table).returning(table.c.id, table.c.price, table.c.fair_probability)
    added = session.connection().execute(adding, rows).all()
    prices.add(session, at, [(row.id, 0, Now(row.price, row.fair_probability)) for row in added])


def _first(at: datetime, event: int, one: Opportunity, ways: int) -> dict[str, Any]:
    return {
        "event": event,
        "key": one.id,
        "market": one.market,
        "outcome": one.outcome,
        "point": one.point,
        "ways": ways,
        "book": one.book,
        "first_listed_at": at,
        "last_listed_at": at,
        "price": one.price,
        "fair_probability": one.fair_probability,
        "ev_percent": one.ev_percent,
        "method": one.method,
        "reference": one.reference.kind,
        "long_shot": one.long_shot,
        "lead_hours": (one.commence_time - at).total_seconds() / 3600.0,
        "noted_price": one.price,
        "noted_probability": one.fair_probability,
        "snapshots": 1,
        "closing_price": one.price,
        "closing_probability": one.fair_probability,
        "closing_at": at,
        "closing": "open",
    }
