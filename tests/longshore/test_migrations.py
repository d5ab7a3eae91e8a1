"""The schema that the migrations make is the one that the models want."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import jobs.league.tables
import jobs.odds.tables  # noqa: F401
import longshore.schedules.table
import longshore.snapshots.in_sql  # noqa: F401
import web.tokens  # noqa: F401 (the models register themselves)
from longshore import migrations, storage


def test_the_migrations_make_what_the_models_want(database: str) -> None:
    with storage.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, storage.Base.metadata) == []


def test_the_files_numbers_are_alembics_revisions_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    known = ScriptDirectory.from_config(config).walk_revisions()
    assert migrations.revisions() == [one.revision for one in known][::-1]


def test_an_upgrade_brings_an_old_database_up_to_date(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrations.upgrade_on(connection, "0001")
        assert migrations._current(connection) == "0001"
        migrations.upgrade_on(connection)
        assert migrations._current(connection) == migrations.revisions()[-1]
    engine.dispose()


def test_a_migrated_database_has_nothing_pending(database: str) -> None:
    assert migrations.pending() == []


@pytest.fixture
def never_migrated(database: str) -> Iterator[None]:
    """The database without the note of what has been done to it, which is put back."""
    with storage.engine().begin() as connection:
        noted = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
        connection.exec_driver_sql("DELETE FROM alembic_version")
    yield
    with storage.engine().begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{noted}')")


@pytest.mark.usefixtures("never_migrated")
def test_a_database_that_was_never_migrated_has_all_pending() -> None:
    assert migrations.pending() == ["0001", "0002", "0003", "0004", "0005", "0006"]
