"""The health of odds, as a worker sees it."""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from jobs.odds import board, chosen, feed
from jobs.odds.answers import Health
from longshore import settings


def look(now: datetime | None = None) -> Health:
    """How old the odds are, and whether there is a key. The upstream is not asked: it costs nothing."""
    at, there, using = now or datetime.now(UTC), board.cover(), settings.current()
    age = (at - there.at).total_seconds() if there is not None else None
    stale = age is None or age > using.odds_max_age_minutes * 60
    return Health(
        status="degraded" if stale or not chosen.keys() else "healthy",
        message=_words(age, stale),
        worker=platform.node(),
        at=at,
        source=using.upstreams,
        credits_remaining=feed.feed().remaining(),
        last_update=there.at if there is not None else None,
        age_seconds=None if age is None else round(age, 1),
        stale=stale,
    )


def _words(age: float | None, stale: bool) -> str:
    if not chosen.keys():
        return "A worker responds, but there is no key: set ODDS_API_KEY, or UPSTREAMS=sandbox."
    if age is None:
        return "A worker responds; no odds have been read yet."
    return f"A worker responds; the odds are {age / 60:.0f} minutes old" + (
        ", which is too old." if stale else "."
    )
