"""The events of the record: which of them an analysis may still add to, and when they start.

Owns what happens to an event until its start: it is noted when something is listed on it for the first
time, it may be moved, and one that was moved to a later time after its closing lines were settled is open
again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from jobs.odds.model import Analysis
from jobs.odds.rows import AnyRow, chunks, select_in, update_each
from jobs.odds.tables import OddsEvent, OddsOpportunity


@dataclass
class _Changes:
    """What an analysis changes about events that are known."""

    open: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    reopened: list[int] = field(default_factory=list)


def open_events(
    session: Session, analysis: Analysis, source: str, starts: Mapping[str, datetime]
) -> dict[str, int]:
    """Note the events of an analysis.

    Args:
        session: whose writer has its turn.
        analysis: what was found.
        source: "live" or "sandbox".
        starts: when events start by their ids; where it lacks one, its opportunities say.

    Returns:
        Rows of the events that are noted, have not started at ``analysis.at``, are not settled, and have not
        been looked at then or later, by the events' ids.
    """
    listed = {one.event_id: one.commence_time for one in analysis.opportunities}
    begins = {**listed, **starts}
    known = _known(session, source, sorted({*analysis.lines, *begins}))
    changes = _Changes()
    for row in known:
        _compare(row, begins.get(row.event_id, row.commence_time), analysis.at, changes)
    update_each(session, OddsEvent, changes.rows)
    _reopen(session, changes.reopened)
    fresh = listed.keys() - {row.event_id for row in known}
    return changes.open | _insert(session, analysis, source, {one: begins[one] for one in fresh})


def _known(session: Session, source: str, ids: Sequence[str]) -> list[AnyRow]:
    columns = (
        OddsEvent.id, OddsEvent.event_id, OddsEvent.commence_time, OddsEvent.looked_at,
        OddsEvent.closed_at, OddsEvent.settled_at,
    )  # fmt: skip
    of_source = select(*columns).where(OddsEvent.source == source)
    return select_in(session, of_source, OddsEvent.event_id, ids)


def _compare(row: AnyRow, begins: datetime, at: datetime, changes: _Changes) -> None:
    if row.settled_at is not None or row.looked_at >= at:
        return
    looked_at, closed_at = row.looked_at, row.closed_at
    if begins > at:
        changes.open[row.event_id] = row.id
        looked_at, closed_at = at, None
        if row.closed_at is not None:
            changes.reopened.append(row.id)
    changes.rows.append(
        {"id": row.id, "commence_time": begins, "looked_at": looked_at, "closed_at": closed_at}
    )


def _reopen(session: Session, rows: Sequence[int]) -> None:
    for part in chunks(rows):
        again = update(OddsOpportunity).where(OddsOpportunity.event.in_(part))
        session.execute(again.values(closing="open", clv_percent=None))


def _insert(
    session: Session, analysis: Analysis, source: str, begins: Mapping[str, datetime]
) -> dict[str, int]:
    """Add events on which something is listed for the first time, unless they have started."""
    fresh = {
        one.event_id: {
            "source": source,
            "event_id": one.event_id,
            "sport": one.sport,
            "home_team": one.home_team,
            "away_team": one.away_team,
            "commence_time": begins[one.event_id],
            "looked_at": analysis.at,
        }
        for one in analysis.opportunities
        if one.event_id in begins and begins[one.event_id] > analysis.at
    }
    if not fresh:
        return {}
    adding = insert(OddsEvent).returning(OddsEvent.event_id, OddsEvent.id)
    return {row.event_id: row.id for row in session.execute(adding, list(fresh.values()))}
