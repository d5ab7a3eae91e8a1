"""The database's schema: bringing it up to date, and asking whether it is.

`python -m longshore.migrations` does what `flask db upgrade` does, without building the application first,
which takes ten times as long. It is the first half of the release phase, `python -m longshore.release`.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from longshore import settings, storage
from longshore.connections import place
from longshore.errors import LongshoreError

logging.getLogger("alembic").setLevel(logging.WARNING)  # or each probe of /ready leaves two lines
FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def upgrade(revision: str = "head") -> None:
    """Bring the database up to `revision`, in one transaction."""
    with storage.engine().begin() as connection:
        upgrade_on(connection, revision)


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """The same over a connection that the caller holds and commits."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def pending() -> list[str]:
    """Revisions that the database lacks, oldest first; empty when it is up to date."""
    with storage.engine().connect() as connection:
        current = _current(connection)
    return [one.revision for one in reversed(list(_script().iterate_revisions("head", current)))]


@functools.cache
def _script() -> ScriptDirectory:
    """The revisions that this code has; they do not change while it runs."""
    return ScriptDirectory.from_config(_config())


def _current(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or "base"


@contextlib.contextmanager
def plainly(verb: str = "used") -> Iterator[None]:
    """End the process with one line on standard error, exit code 1, if the release cannot go on.

    Args:
        verb: what cannot be done with the database if it is at fault.
    """
    try:
        yield
    except LongshoreError as error:
        sys.exit(f"release: {error}")
    except DBAPIError as error:
        sys.exit(f"release: the database cannot be {verb}: {str(error.orig).splitlines()[0]}")


def main() -> None:
    """Bring the database up to date, or say in one line why it cannot be done."""
    with plainly("upgraded"):
        upgrade()
        sys.stdout.write(f"{place(settings.current().sql_url)} is up to date\n")


if __name__ == "__main__":
    main()
