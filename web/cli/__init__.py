"""The command line: `flask jobs`, `tasks`, `schedules`, `token`, `db`, `doctor` and `release-check`."""

from __future__ import annotations

from flask import Flask

from web.cli import database, doctor, jobs, release, schedules, tasks, token


def register(app: Flask) -> None:
    """Add the commands to `flask`."""
    for group in (jobs.group, tasks.group, schedules.group, token.group, database.group):
        app.cli.add_command(group)
    for command in (doctor.command, release.command):
        app.cli.add_command(command)
