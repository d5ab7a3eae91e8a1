"""Drops what the record keeps no longer: snapshots of prices first, as they are most of it, then all else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from jobs.odds.rows import CHUNK
from jobs.odds.tables import OddsEvent, OddsOpportunity, OddsPrice
from jobs.odds.writing import writing
from longshore import settings

PRICE_DAYS = 30
"""Days after an event that snapshots are kept. What they prove is in their opportunities, kept longer."""


@dataclass(frozen=True)
class Pruned:
    """What was dropped.

    Attributes:
        events: how many events.
        opportunities: how many opportunities.
        histories: of how many other opportunities the snapshots.
    """

    events: int
    opportunities: int
    histories: int


def prune(now: datetime) -> Pruned:
    """Drop events that started more than ODDS_KEEP_DAYS ago, and snapshots after ``PRICE_DAYS``.

    At most ``CHUNK`` opportunities go in one transaction, so that others get their turn between. A stop in
    the middle leaves the rest for the next time.
    """
    before = now - timedelta(days=settings.current().odds_keep_days)
    opportunities = events = histories = 0
    while some := _drop_opportunities(before):
        opportunities += some
    while some := _drop_events(before):
        events += some
    while some := _drop_snapshots(now - timedelta(days=PRICE_DAYS)):
        histories += some
    return Pruned(events, opportunities, histories)


def _drop_opportunities(before: datetime) -> int:
    old = (
        select(OddsOpportunity.id)
        .join(OddsEvent, OddsEvent.id == OddsOpportunity.event)
        .where(OddsEvent.commence_time < before)
        .limit(CHUNK)
    )
    with writing() as session:
        rows = session.scalars(old).all()
        session.execute(delete(OddsPrice).where(OddsPrice.opportunity.in_(rows)))
        session.execute(delete(OddsOpportunity).where(OddsOpportunity.id.in_(rows)))
    return len(rows)


def _drop_events(before: datetime) -> int:
    """Those that have no opportunities left."""
    old = select(OddsEvent.id).where(OddsEvent.commence_time < before).limit(CHUNK)
    with writing() as session:
        rows = session.scalars(old).all()
        session.execute(delete(OddsEvent).where(OddsEvent.id.in_(rows)))
    return len(rows)


def _drop_snapshots(before: datetime) -> int:
    """Of how many opportunities."""
    old = (
        select(OddsOpportunity.id)
        .join(OddsEvent, OddsEvent.id == OddsOpportunity.event)
        .where(OddsEvent.commence_time < before, OddsOpportunity.snapshots > 0)
        .limit(CHUNK)
    )
    with writing() as session:
        rows = session.scalars(old).all()
        session.execute(delete(OddsPrice).where(OddsPrice.opportunity.in_(rows)))
        emptied = update(OddsOpportunity).where(OddsOpportunity.id.in_(rows))
        session.execute(emptied.values(snapshots=0))
    return len(rows)
