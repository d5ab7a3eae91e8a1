"""The database's schema: bringing it up to date, and asking whether it is.

`python -m longshore.migrations` does what `flask db upgrade` does, without building the application first,
which takes ten times as long. It is the first half of the release phase, `python -m longshore.release`.

Alembic is loaded only where there is something to do: it takes a quarter of a second, at each start of a
process that otherwise only asks whether there is. A test holds what is asked here against what Alembic says.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from longshore import settings, storage
from longshore.connections import place
from longshore.errors import LongshoreError

logging.getLogger("alembic").setLevel(logging.WARNING)  # or each probe of /ready leaves two lines
FOLDER = Path(__file__).resolve().parent.parent / "migrations"


@functools.cache
def revisions() -> list[str]:
    """The revisions that this code has, oldest first: the numbers that the files begin with."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def upgrade(revision: str = "head") -> None:
    """Bring the database up to `revision`, in one transaction."""
    with storage.engine().begin() as connection:
        if revision != "head" or _current(connection) != revisions()[-1]:
            upgrade_on(connection, revision)


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """The same over a connection that the caller holds and commits."""
    from alembic import command  # not at the top: see above
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))  # an index on many rows takes its time
    command.upgrade(config, revision)


def pending() -> list[str]:
    """Revisions that the database lacks, oldest first; empty when it is up to date."""
    with storage.engine().connect() as connection:
        current = _current(connection)
    return [one for one in revisions() if one > current]


def _current(connection: Connection) -> str:
    """The database's revision; empty before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


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
