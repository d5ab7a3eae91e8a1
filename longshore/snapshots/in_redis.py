"""Snapshots in Redis: one hash each, with the head and the compressed parts.

A new one is written beside the old one and then renamed to its place, so any one command on that place sees
either; and there is never a third.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError

from longshore import keys
from longshore.connections import is_away
from longshore.snapshots.form import HEAD, Head, Packed, Snapshot, UnreadableSnapshot, read_head, unpack

logger = logging.getLogger(__name__)
CHUNK = 256_000
"""Bytes that are sent at once, about: each has the whole of the client's timeout."""


def write(connection: Redis, packed: Packed) -> bool:
    """Put a snapshot in its place; False if Redis is away or full, and the old one stays."""
    place = keys.snapshot(packed.head.name)
    incoming = keys.snapshot_incoming(packed.head.name, packed.head.version)
    try:
        for chunk in _chunks({HEAD: packed.head.dump(), **packed.parts}):
            with connection.pipeline() as pipe:
                pipe.hset(incoming, mapping=chunk)
                pipe.expire(incoming, keys.SNAPSHOT_INCOMING_TTL)
                pipe.execute()
        return _take_the_place(connection, incoming, place)
    except RedisError as error:
        if not is_away(error):
            raise
        logger.warning("snapshot %s is not in Redis: %s", packed.head.name, error)
        _drop(connection, incoming)
        return False


def _take_the_place(connection: Redis, incoming: str, place: str) -> bool:
    with connection.pipeline() as pipe:
        pipe.rename(incoming, place)
        pipe.expire(place, keys.SNAPSHOT_TTL)
        renamed, _ = pipe.execute()
    return bool(renamed)


def _drop(connection: Redis, incoming: str) -> None:
    """Make room at once in a Redis that is full; in one that is away it expires by itself."""
    try:
        connection.delete(incoming)
    except RedisError as error:
        logger.info("what was written of a snapshot expires by itself: %s", error)


def _chunks(fields: Mapping[str, bytes]) -> Iterator[dict[Any, Any]]:
    chunk: dict[Any, Any] = {}
    size = 0
    for field, value in fields.items():
        if chunk and size + len(value) > CHUNK:
            yield chunk
            chunk, size = {}, 0
        chunk[field] = value
        size += len(value)
    yield chunk


def head(connection: Redis, name: str) -> Head | None:
    """The head of what is in the place; None if nothing is.

    Raises:
        UnreadableSnapshot: it is no snapshot.
        redis.exceptions.RedisError: Redis is away.
    """
    raw: Any = _ask(name, lambda: connection.hget(keys.snapshot(name), HEAD))
    return read_head(name, raw) if raw is not None else None


def read(connection: Redis, name: str, parts: Sequence[str] | None) -> Snapshot | None:
    """A snapshot with some of its parts, None for all; None if there is none. Raises as `head` does."""
    place = keys.snapshot(name)
    if parts is None:
        everything: Any = _ask(name, lambda: connection.hgetall(place))
        found = {_text(field): value for field, value in everything.items()}
    else:
        wanted = [HEAD, *parts]
        values: Any = _ask(name, lambda: connection.hmget(place, wanted))
        found = {field: value for field, value in zip(wanted, values, strict=True) if value is not None}
    raw = found.pop(HEAD, None)
    if raw is None:
        return None
    return Snapshot(read_head(name, raw), {one: unpack(name, one, value) for one, value in found.items()})


def clear(connection: Redis, name: str) -> bool:
    """Forget it; whether there was one."""
    return bool(connection.delete(keys.snapshot(name)))


def _ask(name: str, command: Any) -> Any:
    """Run a command that finds a hash, or says that something else is in its place."""
    try:
        return command()
    except ResponseError as error:
        if is_away(error) or "WRONGTYPE" not in str(error):
            raise
        raise UnreadableSnapshot(f"snapshot {name}: {keys.snapshot(name)} is no hash") from None


def _text(field: bytes | str) -> str:
    return field if isinstance(field, str) else field.decode(errors="replace")
