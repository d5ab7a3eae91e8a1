"""`flask db`: the SQL schema."""

from __future__ import annotations

import click

from longshore import connections, migrations, settings
from web.cli.shell import plainly


@click.group("db")
def group() -> None:
    """The SQL database."""


@group.command("upgrade")
@plainly
def upgrade() -> None:
    """Bring the database's schema up to date."""
    migrations.upgrade()
    click.echo(f"{connections.place(settings.current().sql_url)} is up to date")
