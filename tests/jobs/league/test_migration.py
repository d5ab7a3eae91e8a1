"""What was stored before feeds is in one each afterwards, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url

from longshore import migrations
from longshore.settings import Settings
from tests.conftest import POSTGRES

AT = datetime(2026, 5, 1, tzinfo=UTC)
BEFORE = (
    "id", "league_key", "league_name", "version", "created_at", "seed", "total_games", "generation_time",
    "home_venue_share", "league", "games", "validation",
)  # fmt: skip
SINCE = ("feed", "origin", "parent", "scores", "changes", "search")
JSON = {"league", "games", "validation", "scores", "changes", "search"}
pytestmark = pytest.mark.sql


def _table(*names: str) -> sa.TableClause:
    """The table of schedules as a revision has it."""
    types = {"created_at": sa.DateTime(timezone=True), **{name: sa.JSON(none_as_null=True) for name in JSON}}
    return sa.table("league_schedules", *(sa.column(name, types.get(name)) for name in names))


OLD, NEW = _table(*BEFORE), _table(*BEFORE, *SINCE)
ROWS = [("a1", "a", 1), ("a2", "a", 2), ("b1", "b", 1)]


@pytest.fixture
def connection(tmp_path: Path, worker_name: str) -> Iterator[Connection]:
    """A connection to an empty database of its own, as it was before feeds, with three schedules."""
    url, name = f"sqlite:///{tmp_path / 'old.db'}", f"longshore_migration_{worker_name}"
    server = create_engine(_server(), isolation_level="AUTOCOMMIT") if POSTGRES else None
    if server:
        with server.connect() as admin:
            admin.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.exec_driver_sql(f"CREATE DATABASE {name}")
        url = make_url(_server()).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(url)
    with engine.begin() as opened:
        migrations.upgrade_on(opened, "0003")
        opened.execute(sa.insert(OLD), [_row(*row) for row in ROWS])
        yield opened
    engine.dispose()
    if server:
        with server.connect() as admin:
            admin.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()


def _server() -> str:
    return Settings(_env_file=None, database_url=POSTGRES).sql_url


def _row(schedule_id: str, key: str, version: int) -> dict[str, Any]:
    return {
        "id": schedule_id, "league_key": key, "league_name": "L", "version": version, "seed": 1,
        "created_at": AT + timedelta(minutes=version), "total_games": 0, "generation_time": 1.5,
        "home_venue_share": 1.0, "league": {"name": "L"}, "games": [], "validation": {"valid": True},
    }  # fmt: skip


def _downgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.attributes["connection"] = connection
    command.downgrade(config, "0003")


def test_each_league_becomes_a_feed(connection: Connection) -> None:
    migrations.upgrade_on(connection)
    rows = {row.id: row for row in connection.execute(sa.select(NEW))}
    assert rows["a1"].feed == rows["a2"].feed != rows["b1"].feed
    assert all(len(row.feed) == 32 and row.origin == "generate" for row in rows.values())
    assert [row.changes for row in rows.values()] == [[], [], []]
    assert {(row.parent, row.scores, row.search) for row in rows.values()} == {(None, None, None)}
    assert rows["a2"].league == {"name": "L"}
    assert rows["a1"].validation == {"valid": True}


def test_going_back_counts_each_leagues_versions_again(connection: Connection) -> None:
    migrations.upgrade_on(connection)
    later = {"feed": "f" * 32, "created_at": AT + timedelta(hours=1), "origin": "repair", "changes": []}
    connection.execute(sa.insert(NEW), [_row("a3", "a", 1) | later])
    _downgrade(connection)
    found = connection.execute(sa.select(OLD.c.id, OLD.c.version).order_by(OLD.c.id)).all()
    assert [tuple(row) for row in found] == [("a1", 1), ("a2", 2), ("a3", 3), ("b1", 1)]
    columns = {one["name"] for one in sa.inspect(connection).get_columns("league_schedules")}
    assert columns == set(BEFORE)
    assert not sa.inspect(connection).has_table("leagues")
    migrations.upgrade_on(connection)
