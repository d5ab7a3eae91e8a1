"""Instants as RQ writes them into hashes: ISO 8601 in UTC with microseconds and a Z."""

from __future__ import annotations

import functools
from datetime import UTC, datetime


def stamp(seconds: float) -> str:
    """An instant as text. The second's part is made once a second.

    Args:
        seconds: since the epoch.
    """
    whole = int(seconds)
    return f"{_second(whole)}.{int((seconds - whole) * 1_000_000):06d}Z"


@functools.lru_cache(maxsize=4)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).isoformat()[:19]
