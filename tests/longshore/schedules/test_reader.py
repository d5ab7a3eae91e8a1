"""The clock's own line to SQL reads what SQLAlchemy has written, on both databases."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from longshore.catalog import catalog
from longshore.schedules import edits, table
from longshore.schedules.reader import Reader, ReadError, Row

NOON = datetime(2030, 5, 9, 12, 0, 0, 123456, tzinfo=UTC)
DOCUMENT = {"name": "mine", "job": "demo.add", "params": {"a": 1}, "trigger": "every 5m", "note": "für Ann"}


@pytest.fixture
def reader(database: str) -> Reader:
    """A reader of this test's database."""
    return Reader(database)


def test_it_reads_what_people_have_changed(reader: Reader) -> None:
    edits.create(catalog, DOCUMENT, "ann", now=NOON)
    edits.pause(catalog, "mine", "bob", until=NOON + timedelta(days=1), now=NOON)
    (row,) = reader.rows()
    (stored,) = table.rows()
    assert row == Row(**{one.name: getattr(stored, one.name) for one in fields(Row)})
    assert (row.paused, row.paused_by, row.created_at, row.version) == (True, "bob", NOON, 2)
    reader.close()


def test_it_reads_a_declared_schedule_that_was_only_paused(reader: Reader) -> None:
    edits.pause(catalog, "maintenance.sweep", "bob")
    (row,) = reader.rows()
    assert (row.name, row.spec, row.paused) == ("maintenance.sweep", None, True)
    reader.close()


def test_the_mark_only_goes_forward(reader: Reader) -> None:
    assert reader.mark() is None
    reader.save_mark(NOON)
    reader.save_mark(NOON - timedelta(hours=1))
    assert reader.mark() == NOON
    reader.save_mark(NOON + timedelta(seconds=1))
    assert reader.mark() == NOON + timedelta(seconds=1)
    reader.close()


def test_a_database_without_the_tables_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such table"):
        Reader(f"sqlite:///{tmp_path / 'empty.db'}").rows()


def test_a_database_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ReadError):
        Reader("postgresql+psycopg://nobody@127.0.0.1:1/none").rows()


def test_it_connects_again_after_an_error(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def close(self) -> None:
            raise OSError("not even that")

        def execute(self, *_: object) -> None:
            raise OSError("the line is cut")

    reader._connection = Broken()
    with pytest.raises(ReadError, match="the line is cut"):
        reader.rows()
    assert reader.rows() == []
    reader.close()
