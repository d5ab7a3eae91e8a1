"""`flask doctor`: what is wrong, and what to do."""

from __future__ import annotations

import sys

import click

from longshore import catalog, doctor
from longshore.connections import shared
from web.cli.shell import plainly


@click.command("doctor")
@plainly
def command() -> None:
    """Check Redis, SQL, workers and clock: one line each; exit code 1 if something is wrong."""
    checks = doctor.examine(shared(), catalog.catalog)
    for one in checks:
        mark = click.style("ok  ", fg="green") if one.ok else click.style("FAIL", fg="red")
        click.echo(f"{mark} {one.name:<18} {one.detail}" + (f" -> {one.advice}" if one.advice else ""))
    sys.exit(0 if all(one.ok for one in checks) else 1)
