"""The board at this moment: which of its sports are too old, and which of its events have begun.

What a page shows hangs on these and on the board's version, so together they make the tag that a page is kept
under and that its ETag begins with. It is worked out anew only when one of them changes.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from jobs.odds.board import Board
from longshore import settings
from longshore.snapshots import Copy

FRESH = 15
"""Most seconds that a cache between us and a client need not ask again."""
FRESH_WHEN_STALE = 5
"""The same while better data may come at any moment."""


@dataclass(frozen=True)
class Edition:
    """What is shown at this moment.

    Attributes:
        board: the board; None before the first refresh.
        tag: different whenever pages are.
        now: the moment that it was worked out at. It holds until something changes that hangs on the time.
        old: sports whose prices were judged too long ago.
        fallback: whether the board is what is left, as Redis is away or has lost it.
        why: why so, in words.
        next_refresh: when better data should come, as Unix time.
    """

    board: Board | None
    tag: str
    now: datetime
    old: frozenset[str] = frozenset()
    fallback: bool = False
    why: str = ""
    next_refresh: float = field(default=0.0)

    def is_stale(self, sports: Collection[str] = ()) -> bool:
        """Whether all that is known of these sports, or of all, is too old or a kept copy."""
        if self.board is None:
            return False
        known = [one.sport for one in self.board.sports.values() if one.updated_at is not None]
        chosen = [one for one in known if not sports or one in sports]
        return self.fallback or (bool(chosen) and self.old.issuperset(chosen))

    def age(self, now: float) -> int:
        """Whole seconds since the newest prices were judged; 0 if there are none."""
        return max(int(now - self.board.at.timestamp()), 0) if self.board is not None else 0

    def cache_control(self, now: float) -> str:
        """How long caches may keep a page: until the next refresh, and not for long.

        A cache counts from when the data were judged, as Age tells it, so the limit includes that age.
        """
        if self.board is None:
            return "public, no-cache"
        left = self.next_refresh - now
        may = FRESH_WHEN_STALE if left <= 0 or self.is_stale() else max(min(FRESH, int(left)), 1)
        return f"public, max-age={self.age(now) + may}"


class Editions:
    """Knows the edition of this moment."""

    def __init__(self) -> None:
        self._copy: Copy[Board] | None = None
        self._from = self._until = 0.0
        self._edition = Edition(None, "", datetime.now(UTC))

    def at(self, now: float, copy: Copy[Board]) -> Edition:
        """The edition of a board at a moment.

        Args:
            now: Unix time.
            copy: this process's copy of the board.
        """
        if copy is self._copy and self._from <= now < self._until:
            return self._edition
        made, until = _edition(copy, now), _until(copy.value, now)
        self._edition, self._from, self._until, self._copy = made, now, until, copy
        return made


def _edition(copy: Copy[Board], now: float) -> Edition:
    board, at = copy.value, datetime.fromtimestamp(now, UTC)
    if board is None:
        return Edition(None, "none", at, why=copy.why)
    old = frozenset(board.old(at, _most()))
    kept = f".{zlib.crc32(copy.why.encode()):x}" if copy.fallback else ""
    return Edition(
        board=board,
        tag=f"{board.version}.{board.begun(now):x}.{len(old):x}{kept}",
        now=at,
        old=old,
        fallback=copy.fallback,
        why=copy.why,
        next_refresh=_next_refresh(board),
    )


def _until(board: Board | None, now: float) -> float:
    """When the next event begins or the next sport becomes too old."""
    if board is None:
        return now + 60
    most = _most().total_seconds()
    ends = [one.updated_at.timestamp() + most for one in board.sports.values() if one.updated_at is not None]
    begun = board.begun(now)
    starts = board.starts[begun : begun + 1]
    return min((one for one in (*ends, *starts) if one > now), default=now + 60)


def _next_refresh(board: Board) -> float:
    """When the next refresh is due: by the interval, or later by the credits plan."""
    due = board.at.timestamp() + settings.current().refresh_interval_minutes * 60
    planned = board.plan.get("due_at")
    try:
        return max(due, datetime.fromisoformat(str(planned)).timestamp()) if planned else due
    except ValueError:
        return due


def _most() -> timedelta:
    return timedelta(minutes=settings.current().odds_max_age_minutes)
