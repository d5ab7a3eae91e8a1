"""Instants: as RQ writes them into hashes (ISO 8601, UTC, microseconds, Z), and the next month's first."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta


def stamp(seconds: float) -> str:
    """An instant as text. The second's part is made once a second.

    Args:
        seconds: since the epoch.
    """
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1_000_000):06d}Z"


def moment(text: str) -> datetime | None:
    """An instant from whole seconds since 1970, as text; None if it is none, or out of the calendar."""
    try:
        return datetime.fromtimestamp(int(text), UTC) if text.isdigit() else None
    except (OverflowError, ValueError, OSError):
        return None


def next_month(now: datetime) -> datetime:
    """The 1st of the next month, 00:00 UTC: when credits are renewed."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first + timedelta(days=32)).replace(day=1)


@functools.lru_cache(maxsize=4)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]
