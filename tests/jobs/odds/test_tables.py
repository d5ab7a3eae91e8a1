"""The migration makes the tables that the models want, and takes them away again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.exc import IntegrityError

from jobs.odds import record
from jobs.odds.tables import OddsEvent, OddsOpportunity, OddsPrice
from longshore import migrations, storage
from tests.support.odds import Bet, Offer, analysis, before

TABLES = {one.__tablename__ for one in (OddsEvent, OddsOpportunity, OddsPrice)}


def test_the_migration_makes_what_the_models_want(database: str) -> None:
    with storage.engine().connect() as connection:
        options = {"compare_type": True, "include_object": _is_ours}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, storage.Base.metadata) == []
        assert set(inspect(connection).get_table_names()) >= TABLES


def _is_ours(_what: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    return kind != "table" or name in TABLES


def test_the_migration_goes_up_and_down_and_up_again(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrations.upgrade_on(connection, "0004")
        assert not TABLES & set(inspect(connection).get_table_names())
        migrations.upgrade_on(connection, "0005")
        _downgrade(connection, "0004")
        assert not TABLES & set(inspect(connection).get_table_names())
        migrations.upgrade_on(connection)
        assert set(inspect(connection).get_table_names()) >= TABLES
    engine.dispose()


def _downgrade(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


@pytest.mark.usefixtures("database")
def test_nothing_is_kept_of_an_event_that_is_deleted() -> None:
    record.note(analysis(before(60), Offer(Bet()), Offer(Bet(2))), "live")
    with storage.session_scope() as session:
        session.delete(session.query(OddsEvent).order_by(OddsEvent.event_id).first())
    with storage.session_scope() as session:
        assert session.query(OddsOpportunity).count() == session.query(OddsPrice).count() == 1


@pytest.mark.usefixtures("database")
def test_the_same_event_is_not_there_twice() -> None:
    record.note(analysis(before(60), Offer(Bet())), "live")
    with pytest.raises(IntegrityError), storage.session_scope() as session:
        session.add(
            OddsEvent(
                source="live",
                event_id=Bet().event_id,
                sport="basketball_nba",
                home_team="Ants",
                away_team="Bees",
                commence_time=before(0),
                looked_at=before(1),
            )
        )
