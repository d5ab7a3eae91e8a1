"""The clock's line to SQL: the rows of changed schedules, and the mark of how far it has come.

Two statements over Python's DB-API. SQLAlchemy, which everything else here uses, would add 17 MB to a
process of 50 that runs for ever beside them. Tests run this on both databases against what SQLAlchemy has
written.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from longshore import postgres, settings

_COLUMNS = (
    "name", "spec", "paused", "paused_until", "paused_by", "deleted", "version",
    "created_by", "created_at", "changed_by", "changed_at",
)  # fmt: skip
_ROWS = f"SELECT {', '.join(_COLUMNS)} FROM schedules ORDER BY name"  # noqa: S608 (names of ours)
_MARK = "SELECT decided_until FROM clock_marks WHERE name = 'clock'"
_SAVE = (
    "INSERT INTO clock_marks (name, decided_until) VALUES ('clock', {0}) ON CONFLICT (name) DO UPDATE "
    "SET decided_until = excluded.decided_until WHERE clock_marks.decided_until < excluded.decided_until"
)
_POSTGRES = "postgresql+psycopg://"
_TIMEOUT = 5
"""Seconds for connecting, for a statement, and for a locked database."""


class ReadError(Exception):
    """SQL does not answer, or lacks the tables. The text says why in one line."""


@dataclass(frozen=True)
class Row:
    """A row of the table `schedules`; see `longshore.schedules.table.ScheduleRow`."""

    name: str
    spec: dict[str, Any] | None
    paused: bool
    paused_until: datetime | None
    paused_by: str
    deleted: bool
    version: int
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime


class Reader:
    """Reads over one connection, which is made anew after an error.

    Args:
        url: the database; this process's DATABASE_URL by default.
    """

    def __init__(self, url: str = "") -> None:
        self._url = url
        self._connection: Any = None

    def rows(self) -> Sequence[Row]:
        """All rows, by name.

        Raises:
            ReadError: SQL does not answer.
        """
        return [_row(one) for one in self._do(_ROWS)]

    def mark(self) -> datetime | None:
        """Until when all slots are decided; None if no clock has said so.

        Raises:
            ReadError: SQL does not answer.
        """
        found = self._do(_MARK)
        return _instant(found[0][0]) if found else None

    def save_mark(self, until: datetime) -> None:
        """Note that all slots up to this instant are decided.

        Raises:
            ReadError: SQL does not answer.
        """
        at = until.astimezone(UTC)
        if self._is_postgres:
            self._do(_SAVE.format("%s"), at)
        else:
            self._do(_SAVE.format("?"), at.strftime("%Y-%m-%d %H:%M:%S.%f"))  # as SQLAlchemy writes it

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    @property
    def _is_postgres(self) -> bool:
        return (self._url or settings.current().sql_url).startswith(_POSTGRES)

    def _do(self, statement: str, *values: Any) -> list[Any]:
        try:
            self._connection = self._connection or self._connected()
            done = self._connection.execute(statement, values)
            return list(done.fetchall()) if statement.startswith("SELECT") else []
        except Exception as error:
            if not isinstance(error, (OSError, sqlite3.Error)) and not type(error).__module__.startswith(
                "psycopg"
            ):
                raise
            with contextlib.suppress(Exception):  # it may be what is broken
                self.close()
            raise ReadError(str(error).strip().split("\n", 1)[0] or type(error).__name__) from None

    def _connected(self) -> Any:
        url = self._url or settings.current().sql_url
        if not self._is_postgres:
            path = url.removeprefix("sqlite:///")
            return sqlite3.connect(path, timeout=_TIMEOUT, isolation_level=None, check_same_thread=False)
        import psycopg  # 10 MB, and not needed with SQLite

        return psycopg.connect(
            url.replace(_POSTGRES, "postgresql://", 1),
            autocommit=True,
            **postgres.limits(url, connect=_TIMEOUT, statement=_TIMEOUT),
        )


def _row(raw: Sequence[Any]) -> Row:
    found = dict(zip(_COLUMNS, raw, strict=True))
    for name in ("paused", "deleted"):
        found[name] = bool(found[name])
    for name in ("paused_until", "created_at", "changed_at"):
        found[name] = _instant(found[name])
    if isinstance(found["spec"], str):
        found["spec"] = _json(found["spec"])
    return Row(**found)


def _json(text: str) -> Any:
    """What SQL has; what is no JSON becomes a schedule that says so when it is read."""
    try:
        return json.loads(text)
    except ValueError:
        return {"unreadable": text[:100]}


def _instant(raw: Any) -> Any:
    """A moment with its zone: SQLite has none, and stores text."""
    moment = datetime.fromisoformat(raw) if isinstance(raw, str) else raw
    if moment is None:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
