"""Snapshots in SQL: the newest of each name in one row, for when Redis is away or has lost it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import JSON, Delete, LargeBinary, String, Text, delete, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from longshore.snapshots.form import Head, Packed, Snapshot, UnreadableSnapshot, read_head, unpack
from longshore.storage import Base, Instant, session_scope

logger = logging.getLogger(__name__)
_ATTEMPTS = 3


class StoredSnapshot(Base):
    """The newest snapshot of a name.

    Attributes:
        name: which.
        version: its version.
        at: when what it holds was true.
        head: its head as JSON.
        places: where each part begins in `body`, and how many bytes it has.
        body: the compressed parts, one after the other.
    """

    __tablename__ = "snapshots"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    version: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Instant)
    head: Mapped[str] = mapped_column(Text)
    places: Mapped[dict[str, list[int]]] = mapped_column(JSON)
    body: Mapped[bytes] = mapped_column(LargeBinary)


def write(packed: Packed, *, needed: bool) -> bool:
    """Put a snapshot in the place of the one of its name.

    Args:
        packed: the snapshot.
        needed: whether it is nowhere else; then that SQL is away is the caller's error, too.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: SQL is away, and the snapshot is needed there.
    """
    try:
        _write(packed)
    except SQLAlchemyError as error:
        if needed:
            raise
        logger.warning("snapshot %s is not in SQL: %s", packed.head.name, str(error).split("\n", 1)[0])
        return False
    return True


def _write(packed: Packed) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with session_scope() as session:
                session.execute(_of(packed.head.name))
                session.add(_row(packed))
            return
        except IntegrityError:  # somebody else put the first one of that name at the same instant
            if attempt == _ATTEMPTS:
                raise


def _row(packed: Packed) -> StoredSnapshot:
    places, offset = {}, 0
    for part, raw in packed.parts.items():
        places[part] = [offset, len(raw)]
        offset += len(raw)
    head = packed.head
    return StoredSnapshot(
        name=head.name,
        version=head.version,
        at=head.at,
        head=head.dump().decode(),
        places=places,
        body=b"".join(packed.parts.values()),
    )


def head(name: str) -> Head | None:
    """The head of the snapshot of that name; None if there is none.

    Raises:
        UnreadableSnapshot: it is none of this code's.
        sqlalchemy.exc.SQLAlchemyError: SQL is away.
    """
    with session_scope() as session:
        raw = session.scalar(select(StoredSnapshot.head).where(StoredSnapshot.name == name))
    return read_head(name, raw) if raw is not None else None


def read(name: str, parts: Sequence[str] | None) -> Snapshot | None:
    """A snapshot with some of its parts, None for all; None if there is none. Raises as `head` does."""
    with session_scope() as session:
        row = session.get(StoredSnapshot, name)
    if row is None:
        return None
    places = _checked(name, row.places)
    wanted = places if parts is None else [one for one in parts if one in places]
    body = memoryview(row.body)
    found = {}
    for one in wanted:
        offset, length = places[one]
        found[one] = unpack(name, one, bytes(body[offset : offset + length]))
    return Snapshot(read_head(name, row.head), found)


def clear(name: str) -> bool:
    """Forget it; whether there was one."""
    with session_scope() as session:
        found = session.execute(_of(name))
    return bool(found.rowcount)  # type: ignore[attr-defined]


def _of(name: str) -> Delete:
    return delete(StoredSnapshot).where(StoredSnapshot.name == name)


def _checked(name: str, places: object) -> Mapping[str, tuple[int, int]]:
    """Where the parts are.

    Raises:
        UnreadableSnapshot: somebody else has written there.
    """
    if not isinstance(places, dict):
        raise UnreadableSnapshot(f"snapshot {name}: it does not say where its parts are")
    found = {}
    for part, place in places.items():
        if not (isinstance(place, list) and [type(one) for one in place] == [int, int] and min(place) >= 0):
            raise UnreadableSnapshot(f"snapshot {name}: it does not say where part {part} is")
        found[part] = (place[0], place[1])
    return found
