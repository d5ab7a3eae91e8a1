"""The command line: `flask jobs`, `flask tasks`, `flask token`, `flask db`, `flask doctor`."""

from __future__ import annotations

from flask import Flask

from web.cli import database, doctor, jobs, tasks, token


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    for group in (jobs.group, tasks.group, token.group, database.group):
        app.cli.add_command(group)
    app.cli.add_command(doctor.command)
