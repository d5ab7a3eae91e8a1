"""The report on the whole record, made after each settling and kept ready: what most readers ask for."""

from __future__ import annotations

import functools
from datetime import datetime, timedelta
from typing import Any

from jobs.odds import analytics
from jobs.odds.report import Report
from longshore import connections, snapshots
from longshore.snapshots import Held, Snapshot, UnreadableSnapshot

NAME = "odds_record"
"""The snapshot's name."""
_REPORT = "report"
_PATIENCE = timedelta(hours=1)


def publish(now: datetime, source: str) -> Report:
    """Make the report anew, and put it where all readers find it.

    Args:
        now: the time that it bears.
        source: "live" or "sandbox".
    """
    made = analytics.report(now, source=source)
    parts = {_REPORT: made.model_dump_json().encode()}
    snapshots.publish(connections.shared(), NAME, parts, at=now, meta={"source": source})
    _held(connections.shared()).forget()
    return made


def load(source: str) -> Report | None:
    """The last report on such data; None if there is none that can be read."""
    found = _held(connections.shared()).get().value
    return found if found is not None and found.source == source else None


@functools.lru_cache(maxsize=1)
def _held(connection: Any) -> Held[Report]:
    return Held(connection, NAME, (_REPORT,), _read, patience=_PATIENCE)


def _read(found: Snapshot) -> Report:
    try:
        return Report.model_validate_json(found.parts[_REPORT])
    except (KeyError, ValueError):
        raise UnreadableSnapshot("the report has another form than this code's") from None
