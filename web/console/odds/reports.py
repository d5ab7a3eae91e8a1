"""The reports that the page of the record shows. Each is made from all that is recorded, and kept a while."""

from __future__ import annotations

from datetime import datetime

from jobs.odds.report import Report
from web.api.odds.serving import serving
from web.console.odds.asked import Asked


def get(asked: Asked, source: str, now: datetime) -> Report:
    """A report, at most a minute old.

    Args:
        asked: what it is narrowed to.
        source: "live" or "sandbox".
        now: the time.
    """
    key = f"page {source} {asked.but(source='')}"
    made = serving().reports.get(key, now.timestamp(), lambda: _make(asked, source, now))
    return Report.model_validate_json(made.body)


def _make(asked: Asked, source: str, now: datetime) -> bytes:
    from jobs.odds import analytics, standing  # NumPy: only where the record is asked for

    found = None if asked.narrows else standing.load(source)
    found = found or analytics.report(now, source=source, **asked.filters(now))
    return found.model_dump_json().encode()
