"""The board: what the last refresh has found, as everybody reads it.

Owns publishing it as the snapshot "odds" and this process's copy of it. What it holds is in shown.py, what
stays of the board before in draft.py, and HTTP is elsewhere.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from jobs.odds import draft, shown
from jobs.odds.draft import KEPT as KEPT
from jobs.odds.draft import Draft
from jobs.odds.draft import Refreshed as Refreshed
from jobs.odds.shown import Board as Board
from jobs.odds.shown import EventHead as EventHead
from jobs.odds.shown import EventLadders as EventLadders
from jobs.odds.shown import SportState as SportState
from longshore import connections, settings, snapshots
from longshore.snapshots import Copy, Head, Held, UnreadableSnapshot

log = logging.getLogger(__name__)
NAME = "odds"
"""The snapshot's name."""


@dataclass(frozen=True)
class Cover:
    """What the board says of itself: enough to know whether it is worth reading.

    Attributes:
        version: different for each board.
        at: when the newest of it was judged.
        source: "live" or "sandbox".
        totals: how many opportunities, arbitrages, middles and events it has.
        sports: how each sport stands, by key.
        plan: the credits plan, as JSON; empty if there is none.
        size: bytes, compressed.
        redis_away: whether this is a kept copy, as Redis is away or has lost it.
    """

    version: str
    at: datetime
    source: str
    totals: Mapping[str, int]
    sports: Mapping[str, SportState]
    plan: Mapping[str, Any]
    size: int
    redis_away: bool

    @property
    def updated(self) -> dict[str, datetime]:
        """When each sport was last read."""
        return {one.sport: one.updated_at for one in self.sports.values() if one.updated_at is not None}

    @property
    def failed(self) -> dict[str, str]:
        """Why not, for each sport that was not read when it was asked for last."""
        return {one.sport: one.error for one in self.sports.values() if not one.ok}


def publish(done: Refreshed) -> Cover:
    """Put a refresh on the board: readers see all of the old one or all of the new one.

    A sport that is on the old board and has not been read this time stays as it was, see draft.py. While
    Redis is away or full, the new board is in SQL only, and served from there.

    Raises:
        SnapshotTooLarge: it exceeds the snapshot's bounds, even without ladders. The old board stays.
        sqlalchemy.exc.SQLAlchemyError: neither Redis nor SQL takes it.
    """
    made = draft.draw(done)
    _carry(made)
    draft.settle(made)
    kept = snapshots.publish(
        connections.shared(), NAME, made.parts(), at=made.at, meta=made.meta(), spare=made.spare()
    )
    forget()
    if made.cut or kept.left_out:
        log.warning("the board is full: %d lines cut, %d events without prices", made.cut, len(kept.left_out))
    return _cover(kept.head, redis_away=not kept.in_redis)


def _carry(made: Draft) -> None:
    """Add what stays of the board before, if that can be read."""
    known = snapshots.info(connections.shared(), NAME)
    try:
        if known is None or not draft.staying(made, known.head):
            return
        before = snapshots.newest(connections.shared(), NAME)
        if before is not None:
            draft.carry(made, shown.read(before), before)
    except UnreadableSnapshot as error:
        log.warning("nothing stays of the board before: %s", error)


def load() -> Board | None:
    """The newest board; None before the first refresh.

    It is this process's copy, so it costs nothing; it is at most half a second behind.

    Raises:
        redis.exceptions.TimeoutError: nothing is known yet, and finding out takes too long.
    """
    copy = current()
    if copy.value is None:
        return None
    return replace(copy.value, away=True, why=copy.why) if copy.fallback else copy.value


def current() -> Copy[Board]:
    """This process's copy of the newest board with where it comes from. Raises as `load` does."""
    return _held(connections.shared()).get()


def forget() -> None:
    """Look for a newer board at the next question, as there may be one."""
    _held(connections.shared()).forget()


@functools.lru_cache(maxsize=1)
def _held(connection: Any) -> Held[Board]:
    """The copy, one for each client: tests have one each."""
    patience = timedelta(minutes=settings.current().odds_max_age_minutes)
    return Held(connection, NAME, shown.HELD, shown.read, patience=patience)


def ladders(event_id: str) -> EventLadders | None:
    """An event with all its prices; None if the newest board does not have it.

    Only the events of the board are looked for in Redis, so whoever makes up ids costs nothing.

    Raises:
        UnreadableSnapshot: its prices can be read from nowhere.
        sqlalchemy.exc.SQLAlchemyError: Redis is away, and SQL, too.
    """
    board = load()
    head = board.events.get(event_id) if board else None
    if head is None:
        return None
    part = shown.ladder(event_id)
    found = _held(connections.shared()).part(part)
    raw = found.parts.get(part) if found else None
    return EventLadders(head, shown.read_lines(part, raw) if raw is not None else None)


def clear() -> bool:
    """Forget the board, in Redis, in SQL and here; other processes do within half a second.

    Returns:
        Whether there was one.

    Raises:
        redis.exceptions.RedisError: Redis is away; nothing was forgotten.
    """
    was_there = snapshots.clear(connections.shared(), NAME)
    forget()
    return was_there


def cover() -> Cover | None:
    """What the newest board says of itself; None before the first refresh.

    It is asked for in Redis and SQL, and nothing is kept here: for who needs no more than that.
    """
    known = snapshots.info(connections.shared(), NAME)
    if known is None:
        return None
    try:
        return _cover(known.head, redis_away=known.fallback)
    except UnreadableSnapshot as error:
        log.warning("the board cannot be read, until the next refresh: %s", error)
        return None


def _cover(head: Head, *, redis_away: bool) -> Cover:
    return Cover(
        version=head.version,
        at=head.at,
        source=str(head.meta.get("source", "")),
        totals=shown.totals_of(head),
        sports=shown.sports_of(head),
        plan=shown.plan_of(head),
        size=head.size,
        redis_away=redis_away,
    )
