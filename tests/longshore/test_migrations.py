"""The schema that the migrations make is the one that the models want."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import web.tokens  # noqa: F401 (the models register themselves)
from longshore import migrations, storage


def test_the_migrations_make_what_the_models_want(database: str) -> None:
    with storage.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, storage.Base.metadata) == []


def test_a_migrated_database_has_nothing_pending(database: str) -> None:
    assert migrations.pending() == []


def test_an_empty_database_has_all_pending(database: str) -> None:
    with storage.engine().begin() as connection:
        connection.exec_driver_sql("DELETE FROM alembic_version")
    assert migrations.pending() == ["0001", "0002"]
