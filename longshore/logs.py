"""Reading the log lines of a task, while it runs or after."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq.utils import as_text

from longshore import keys
from longshore.listing import InvalidCursor

_POSITION = re.compile(r"^\d{1,16}-\d{1,16}$")


@dataclass(frozen=True)
class Line:
    """A line that a job has logged.

    Attributes:
        position: where it stands; reading goes on after it.
    """

    position: str
    at: datetime
    level: str
    text: str


def read(
    connection: Redis, task_id: str, after: str | None = None, limit: int = keys.LOG_LINES
) -> list[Line]:
    """The lines of a task behind position `after`, oldest first.

    Raises:
        InvalidCursor: `after` is no position.
    """
    start = f"({position(after)}" if after is not None else "-"
    raw: Any = connection.xrange(keys.log(task_id), min=start, count=limit)
    return [_line(position, fields) for position, fields in raw]


def position(after: str | None) -> str | None:
    """Check a position that came from outside.

    Raises:
        InvalidCursor: it is none.
    """
    if after is not None and not _POSITION.fullmatch(after):
        raise InvalidCursor("`after` is not a position; pass `position` of the last line that you have.")
    return after


def known_position(after: str | None) -> str | None:
    """The position, or None if it is none: a browser sends back whatever id it has."""
    return after if after and _POSITION.fullmatch(after) else None


def _line(position: bytes, fields: dict[bytes, bytes]) -> Line:
    at = datetime.fromtimestamp(float(fields[b"at"]), UTC)
    return Line(as_text(position), at, as_text(fields[b"level"]), as_text(fields[b"text"]))
