"""Closing lines: what an opportunity's price was worth when its event started.

The closing fair probability is the last one that was recorded before the start, of the same outcome at the
same point; closing line value (CLV) is the EV that the price taken has by it. A bet that beats the closing
line was worth taking whether it won or not, and says so with far less noise than results do.

It has to be of a later look than the one that listed the bet: by its own prices every bet has a CLV as high
as its EV. Where there is none, it is said why: the line had vanished (books had moved to another point, or
too few were left), or it was unseen (nothing was read in time, or not once more). Neither counts as a value
of 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from jobs.odds.rows import AnyRow, chunks, table_of, update_each
from jobs.odds.tables import OddsEvent, OddsOpportunity
from jobs.odds.writing import writing

MOST_MINUTES = 60
"""How long before the start the last fair price may have been recorded to count as the closing one."""
MOST_EVENTS = 2_000
"""Events that are settled in one transaction; the next one takes the others."""


@dataclass(frozen=True)
class Settled:
    """What became of the opportunities whose events have started.

    Attributes:
        events: events that have started.
        closed: opportunities with a closing line.
        vanished: without one, though the event was looked at again, within ``MOST_MINUTES`` before its start.
        unseen: without one, as the event was not.
    """

    events: int
    closed: int
    vanished: int
    unseen: int

    @property
    def without_closing(self) -> int:
        """Opportunities that have no closing line."""
        return self.vanished + self.unseen


def settle(now: datetime) -> Settled:
    """Settle the closing lines of all events that have started.

    CLV in percent is 100 x (price taken / closing fair price - 1) = 100 x (price x closing probability - 1).
    An event that turns out to have been moved to a later time is opened again by record.note.
    """
    counted: Counter[str] = Counter()
    events = 0
    while due := _settle_some(now, counted):
        events += due
    return Settled(events, counted["closed"], counted["vanished"], counted["unseen"])


def _settle_some(now: datetime, counted: Counter[str]) -> int:
    with writing() as session:
        due = session.execute(
            select(OddsEvent.id, OddsEvent.commence_time, OddsEvent.looked_at)
            .where(OddsEvent.closed_at.is_(None), OddsEvent.commence_time <= now)
            .order_by(OddsEvent.commence_time)
            .limit(MOST_EVENTS)
        ).all()
        _close(session, due)
        update_each(session, OddsEvent, [{"id": row.id, "closed_at": now} for row in due])
        _count(session, [row.id for row in due], counted)
    return len(due)


def _close(session: Session, due: Sequence[AnyRow]) -> None:
    """Say of each opportunity what closing line it has, in three statements that run once an event."""
    if not due:
        return
    table, connection = table_of(OddsOpportunity), session.connection()
    of_event = update(table).where(table.c.event == bindparam("_event"), table.c.closing == "open")
    is_later = table.c.closing_at > table.c.first_listed_at
    in_time = table.c.closing_at.between(bindparam("_from"), bindparam("_start"))
    clv = 100.0 * (table.c.price * table.c.closing_probability - 1.0)
    connection.execute(
        of_event.where(is_later, in_time).values(closing="closed", clv_percent=clv),
        [{"_event": row.id, "_from": _from(row.commence_time), "_start": row.commence_time} for row in due],
    )
    if seen := [{"_event": row.id, "_seen": row.looked_at} for row in due if _is_seen(row)]:
        was_listed_before = table.c.first_listed_at < bindparam("_seen")
        connection.execute(of_event.where(was_listed_before).values(closing="vanished"), seen)
    connection.execute(of_event.values(closing="unseen"), [{"_event": row.id} for row in due])


def _is_seen(event: AnyRow) -> bool:
    return bool(event.looked_at >= _from(event.commence_time))


def _from(start: datetime) -> datetime:
    return start - timedelta(minutes=MOST_MINUTES)


def _count(session: Session, events: Sequence[int], counted: Counter[str]) -> None:
    by_closing = select(OddsOpportunity.closing, func.count()).group_by(OddsOpportunity.closing)
    for part in chunks(events):
        for closing, number in session.execute(by_closing.where(OddsOpportunity.event.in_(part))):
            counted[closing] += number
