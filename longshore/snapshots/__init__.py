"""Snapshots: what a job has found, for many to read, replaced as a whole.

A snapshot has a name and named parts of bytes. The newest one of each name is in Redis, where one command
reads any of its parts, and in SQL, for when Redis is away. `form` packs it, `in_redis` and `in_sql` keep it,
`held` is what a process knows of it. What the bytes mean is their writer's business.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from longshore.snapshots import in_redis, in_sql
from longshore.snapshots.form import (
    Head,
    Known,
    Published,
    Snapshot,
    SnapshotTooLarge,
    UnreadableSnapshot,
    pack,
)
from longshore.snapshots.held import Copy, Held

__all__ = [
    "Copy",
    "Head",
    "Held",
    "Known",
    "Published",
    "Snapshot",
    "SnapshotTooLarge",
    "UnreadableSnapshot",
    "clear",
    "info",
    "newest",
    "publish",
    "read",
    "version",
]

logger = logging.getLogger(__name__)
T = TypeVar("T")


def publish(
    connection: Redis,
    name: str,
    parts: Mapping[str, bytes],
    *,
    at: datetime,
    meta: Mapping[str, Any] | None = None,
    spare: Sequence[str] = (),
) -> Published:
    """Put a snapshot in the place of the one of that name. Readers see all of the one or all of the other.

    Args:
        connection: Redis. If it is away or full, the snapshot is in SQL only.
        name: whose place it takes.
        parts: bytes by name, not compressed.
        at: when what they hold was true.
        meta: a little JSON for whoever looks at the head only.
        spare: parts that may be left out if the snapshot is too large; the first ones go first.

    Raises:
        SnapshotTooLarge: it is, even without what may be left out. Nothing was published.
        sqlalchemy.exc.SQLAlchemyError: it is neither in Redis nor in SQL.
    """
    packed = pack(name, parts, at=at, meta=meta or {}, spare=spare)
    stored = in_redis.write(connection, packed)
    kept = in_sql.write(packed, needed=not stored)
    return Published(packed.head, packed.left_out, in_redis=stored, in_sql=kept)


def read(connection: Redis, name: str, parts: Sequence[str] | None = None) -> Snapshot | None:
    """The newest snapshot of that name from Redis; None if there is none.

    Args:
        connection: Redis.
        name: which.
        parts: which of its parts, None for all; one that it does not have is left out.

    Raises:
        UnreadableSnapshot: what is there is no snapshot.
        redis.exceptions.RedisError: Redis is away.
    """
    return in_redis.read(connection, name, parts)


def version(connection: Redis, name: str) -> str | None:
    """The version of the newest snapshot in Redis; None if there is none. Raises as `read` does."""
    head = in_redis.head(connection, name)
    return head.version if head else None


def info(connection: Redis, name: str) -> Known | None:
    """What is known of the newest snapshot of that name, from Redis and SQL, as far as they answer."""
    there = _asked(lambda: in_redis.head(connection, name))
    stored = _asked(lambda: in_sql.head(name))
    if there is not None and (stored is None or stored.at <= there.at):
        return Known(there, fallback=False)
    return Known(stored, fallback=True) if stored is not None else None


def newest(connection: Redis, name: str, parts: Sequence[str] | None = None) -> Snapshot | None:
    """The newest snapshot of that name, from where it can be read; None if nowhere.

    Args:
        connection: Redis.
        name: which.
        parts: which of its parts, None for all.
    """
    known = info(connection, name)
    there = None
    if known is not None and not known.fallback:
        there = _asked(lambda: in_redis.read(connection, name, parts))
    return there or _asked(lambda: in_sql.read(name, parts))


def _asked(ask: Callable[[], T | None]) -> T | None:
    """The answer; None if there is none that can be read."""
    try:
        return ask()
    except (UnreadableSnapshot, RedisError, SQLAlchemyError) as error:
        logger.info("a snapshot is looked for elsewhere: %s", str(error).split("\n", 1)[0])
        return None


def clear(connection: Redis, name: str) -> bool:
    """Forget the snapshot of that name, in Redis and in SQL.

    Returns:
        Whether there was one.

    Raises:
        redis.exceptions.RedisError: Redis is away; nothing was forgotten.
    """
    was_there = in_redis.clear(connection, name)
    return in_sql.clear(name) or was_there
