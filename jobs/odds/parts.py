"""A board's parts as bytes, and back: one JSON document a line where there are many of a kind.

A line is what the API answers, so that a page of a list is some of its lines. Numbers have six decimals
there, which is more than any price is known to. What is read back is checked against the model: somebody else
may have written there.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from longshore.snapshots import UnreadableSnapshot

DECIMALS = 6
_AS_IT_IS = (str, int, bool, type(None))
T = TypeVar("T")


def dump(value: Any) -> bytes:
    """Dataclasses, times, numbers, and lists and dicts of them, as JSON.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def dump_lines(values: Iterable[Any]) -> list[bytes]:
    """Each of them as `dump` has it; no line break is in any."""
    return [dump(one) for one in values]


class Lines(Generic[T]):
    """Things of one kind, as they are and as lines.

    Args:
        kind: their class.
    """

    def __init__(self, kind: type[T]) -> None:
        self._many = TypeAdapter(list[kind])  # type: ignore[valid-type]

    def read(self, part: str, raw: bytes) -> tuple[list[T], list[bytes]]:
        """Both forms of a part.

        Raises:
            UnreadableSnapshot: it is none of this kind; names the part.
        """
        rows = raw.split(b"\n") if raw else []
        return load(self._many, part, b"[" + b",".join(rows) + b"]", len(rows)), rows


def load(adapter: TypeAdapter[T], part: str, raw: bytes, count: int | None = None) -> T:
    """A value of some type from JSON.

    Args:
        adapter: the type.
        part: what to call it in an error.
        raw: the JSON.
        count: how many there have to be.

    Raises:
        UnreadableSnapshot: it is none of this type; names the part and the first thing at fault.
    """
    try:
        found = adapter.validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(one) for one in first["loc"])
        raise UnreadableSnapshot(f"part {part} is not as it should be at {where}: {first['msg']}") from None
    if count is not None and len(found) != count:  # type: ignore[arg-type]
        raise UnreadableSnapshot(f"part {part} holds other lines than it should")
    return found


def required(parts: Any, part: str) -> bytes:
    """A part that has to be there.

    Raises:
        UnreadableSnapshot: it is not.
    """
    raw: bytes | None = parts.get(part)
    if raw is None:
        raise UnreadableSnapshot(f"part {part} is not there")
    return raw


def plain(value: Any) -> Any:
    """The same as lists, dicts, texts and numbers."""
    kind = type(value)
    if kind is float:
        return round(value, DECIMALS)
    if kind in _AS_IT_IS:
        return value
    if kind in (tuple, list):
        return [plain(one) for one in value]
    if kind is dict:
        return {key: plain(one) for key, one in value.items()}
    if kind is datetime:
        return moment(value)
    return {name: plain(getattr(value, name)) for name in _names(kind)}


def _names(kind: Any) -> Sequence[str]:
    found = _NAMES.get(kind)
    if found is None:
        if not is_dataclass(kind):
            raise TypeError(f"{kind!r} has no JSON form here")
        found = _NAMES[kind] = [one.name for one in fields(kind)]
    return found


_NAMES: dict[Any, Sequence[str]] = {}
"""The fields of the few classes of the model."""


@functools.lru_cache(maxsize=4_096)
def moment(value: datetime) -> str:
    """A time as UTC ISO-8601 with milliseconds and Z."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
