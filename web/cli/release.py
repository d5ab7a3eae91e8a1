"""`flask release-check`: would all that waits still run on this code?"""

from __future__ import annotations

import sys

import click

from longshore import catalog, connections, release, settings
from web.cli.shell import plainly


@click.command("release-check")
@plainly
def command() -> None:
    """Check that all that waits, and every schedule, would run on this code; exit code 1 if not."""
    with connections.worker_client(settings.current().redis_url) as client:
        report = release.check(client, catalog.catalog)
    for line in report.lines():
        click.echo(line)
    sys.exit(0 if report.ok else 1)
