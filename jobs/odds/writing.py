"""One writer of the record at a time.

Refreshes, settling and pruning change the same rows, some of them thousands at once. Each takes its turn as a
whole, on PostgreSQL by an advisory lock, on SQLite by its one writer; readers are not held up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import false, text, update
from sqlalchemy.orm import Session

from jobs.odds.tables import OddsEvent
from longshore.storage import session_scope

WAIT_SECONDS = 15
"""How long a writer waits for its turn before it fails; SQLite's is the same (longshore/storage.py)."""
SOURCES = ("live", "sandbox")
_TURN = 0x6F646473  # the lock's number: "odds"


@contextmanager
def writing() -> Iterator[Session]:
    """A session that nobody else writes the record beside; it commits at the end of the block.

    Raises:
        sqlalchemy.exc.OperationalError: another writer did not end within ``WAIT_SECONDS``.
    """
    with session_scope() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
            session.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
        else:  # SQLite takes the lock with the first change, even if that changes nothing
            session.execute(update(OddsEvent).where(false()).values(closed_at=None))
        yield session


def checked(source: str) -> str:
    """The source, if it is one.

    Raises:
        ValueError: it is none; the text says which there are.
    """
    if source not in SOURCES:
        raise ValueError(f"source is {source!r}, where one of {', '.join(SOURCES)} is due")
    return source
