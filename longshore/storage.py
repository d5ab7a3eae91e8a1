"""The SQL database: one engine a process, sessions, and the base of all tables.

Tables are declared where they are used (tokens in web/, schedules in jobs/league/) on the `Base`
here; their migrations are all in migrations/. SQLite and PostgreSQL are both first class.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Dialect, Engine, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from longshore import postgres, settings

CONNECT_TIMEOUT = 5
"""Seconds to connect to PostgreSQL."""
STATEMENT_TIMEOUT = 30.0
"""Seconds that a statement may take on PostgreSQL, waits for locks included; migrations have no limit."""
LOCK_TIMEOUT = 15.0
"""Seconds that a statement waits on SQLite while somebody else writes."""


class Base(DeclarativeBase):
    """Base of every table."""


class Instant(TypeDecorator[datetime]):
    """A moment, always UTC with its zone: SQLite forgets zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; store UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment needs a time zone: datetime.now(UTC)")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@functools.cache
def engine(url: str = "") -> Engine:
    """The engine for `url`, or for this process's DATABASE_URL; one each, made on first use."""
    url = url or settings.current().sql_url
    if url.startswith("sqlite:///"):
        return _sqlite(url)
    return create_engine(
        url,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args=postgres.limits(url, connect=CONNECT_TIMEOUT, statement=STATEMENT_TIMEOUT),
    )


def _sqlite(url: str) -> Engine:
    Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    made = create_engine(url, connect_args={"timeout": LOCK_TIMEOUT})

    @event.listens_for(made, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        """WAL lets readers go on while one writes; NORMAL is safe with it."""
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return made


@contextmanager
def session_scope() -> Iterator[Session]:
    """A session that commits at the end of the block and rolls back on any error."""
    with Session(engine(), expire_on_commit=False) as session, session.begin():
        yield session
