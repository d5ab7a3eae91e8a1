"""SQL that does not answer ends in an error, and not in waiting."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from longshore import postgres, storage
from tests.conftest import POSTGRES

BRIEF = 0.2


@pytest.fixture(autouse=True)
def _brief(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "STATEMENT_TIMEOUT", BRIEF)
    monkeypatch.setattr(storage, "LOCK_TIMEOUT", BRIEF)


def test_a_statement_that_waits_for_somebody_elses_lock_ends(database: str) -> None:
    storage.engine().connect().close()  # so that SQLite writes to its log from here on
    lock = "LOCK TABLE tokens" if POSTGRES else "BEGIN IMMEDIATE"
    other = create_engine(storage.engine().url, isolation_level=None if POSTGRES else "AUTOCOMMIT")
    with other.connect() as holder:
        holder.execute(text(lock))
        with storage.engine().connect() as connection, pytest.raises(OperationalError):
            connection.execute(text("DELETE FROM tokens"))
        holder.execute(text("ROLLBACK"))
    with storage.engine().begin() as connection:
        connection.execute(text("DELETE FROM tokens"))
    other.dispose()


@pytest.mark.skipif(not POSTGRES, reason="SQLite has no slow server")
def test_a_slow_statement_ends(database: str) -> None:
    with storage.engine().connect() as connection, pytest.raises(OperationalError, match="timeout"):
        connection.execute(text("SELECT pg_sleep(60)"))


def test_options_in_the_url_are_kept_and_win() -> None:
    url = "postgresql+psycopg://u:p@host/name?options=-c%20search_path%3Dmine%20-c%20statement_timeout%3D9"
    made = postgres.limits(url, connect=5, statement=30)
    assert made["options"] == "-c statement_timeout=30000 -c search_path=mine -c statement_timeout=9"
    assert made["connect_timeout"] == 5
