"""The form of a snapshot: its head, its compressed parts, and their bounds. Touches neither Redis nor SQL."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from longshore import keys
from longshore.errors import LongshoreError

HEAD = "head"
"""The field of a snapshot's hash that holds its head; no part may be called so."""
FORM = 1
"""Counts changes of this form; a snapshot of another one is unreadable to this code."""


class UnreadableSnapshot(LongshoreError):
    """What is kept under a snapshot's name is damaged, or of another form than this code's."""


class SnapshotTooLarge(LongshoreError):
    """A snapshot exceeds its bounds. The text names what does, and the bound."""


@dataclass(frozen=True)
class Head:
    """What is known of a snapshot without its parts.

    Attributes:
        name: which snapshot.
        version: different for each that is published.
        at: when what it holds was true.
        size: bytes of its parts, compressed.
        meta: what its writer says of it.
    """

    name: str
    version: str
    at: datetime
    size: int
    meta: Mapping[str, Any]

    def dump(self) -> bytes:
        """As JSON."""
        said = {"form": FORM, "version": self.version, "at": self.at.isoformat(), "size": self.size}
        return json.dumps({**said, "meta": dict(self.meta)}, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Snapshot:
    """A snapshot, or some parts of one.

    Attributes:
        head: of the whole.
        parts: those that were asked for and are there, unpacked.
    """

    head: Head
    parts: Mapping[str, bytes]


@dataclass(frozen=True)
class Known:
    """What is known of the newest snapshot.

    Attributes:
        head: its head.
        fallback: whether it is in SQL only, as far as is known.
    """

    head: Head
    fallback: bool


@dataclass(frozen=True)
class Packed:
    """A snapshot that is ready to be kept.

    Attributes:
        head: its head.
        parts: compressed.
        left_out: parts that found no room.
    """

    head: Head
    parts: Mapping[str, bytes]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Published:
    """What became of a snapshot.

    Attributes:
        head: its head.
        left_out: parts that found no room.
        in_redis: whether Redis has it.
        in_sql: whether SQL has it.
    """

    head: Head
    left_out: tuple[str, ...]
    in_redis: bool
    in_sql: bool


def pack(
    name: str, parts: Mapping[str, bytes], *, at: datetime, meta: Mapping[str, Any], spare: Sequence[str]
) -> Packed:
    """Compress a snapshot and give it a version.

    Raises:
        SnapshotTooLarge: it exceeds its bounds, even without `spare`, the first of which go first.
        ValueError: a part is called "head".
    """
    if HEAD in parts:
        raise ValueError(f"a part may not be called {HEAD!r}")
    packed = {part: _packed(name, part, raw) for part, raw in parts.items()}
    left_out = _make_room(name, packed, spare)
    version = f"{at.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    head = Head(name, version, at, sum(map(len, packed.values())), meta)
    return Packed(head, packed, tuple(left_out))


def _packed(name: str, part: str, raw: bytes) -> bytes:
    if len(raw) > keys.SNAPSHOT_PART_BYTES:
        most = keys.SNAPSHOT_PART_BYTES
        raise SnapshotTooLarge(f"snapshot {name}: part {part} has {len(raw)} bytes, and may have {most}")
    return zlib.compress(raw)


def _make_room(name: str, packed: dict[str, bytes], spare: Sequence[str]) -> list[str]:
    """Take spare parts out until the rest fits."""
    size, waiting, left_out = sum(map(len, packed.values())), list(reversed(spare)), []
    while size > keys.SNAPSHOT_BYTES or len(packed) > keys.SNAPSHOT_PARTS:
        if not waiting:
            raise SnapshotTooLarge(
                f"snapshot {name}: {size} bytes in {len(packed)} parts, compressed, where "
                f"{keys.SNAPSHOT_BYTES} in {keys.SNAPSHOT_PARTS} are the most"
            )
        part = waiting.pop()
        size -= len(packed.pop(part, b""))
        left_out.append(part)
    return left_out


def unpack(name: str, part: str, raw: bytes) -> bytes:
    """A part as it was before it was compressed.

    Raises:
        UnreadableSnapshot: it is damaged, or larger than a part may be.
    """
    reader = zlib.decompressobj()
    try:
        found = reader.decompress(raw, keys.SNAPSHOT_PART_BYTES)
    except zlib.error as error:
        raise UnreadableSnapshot(f"snapshot {name}: part {part} is damaged: {error}") from None
    if not reader.eof:
        raise UnreadableSnapshot(f"snapshot {name}: part {part} is cut off, or too large")
    return found


def read_head(name: str, raw: bytes | str) -> Head:
    """A head from its JSON.

    Raises:
        UnreadableSnapshot: it is none, or one of another form.
    """
    try:
        said = json.loads(raw)
        if said["form"] != FORM:
            raise UnreadableSnapshot(f"snapshot {name} has form {said['form']!r}, and this code reads {FORM}")
        at = datetime.fromisoformat(said["at"]).astimezone(UTC)
        return Head(name, str(said["version"]), at, int(said["size"]), dict(said["meta"]))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise UnreadableSnapshot(f"snapshot {name}: its head is damaged: {error!r}") from None
