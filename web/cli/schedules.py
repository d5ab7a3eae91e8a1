"""`flask schedules`: the same as /api/schedules, and `export`."""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from longshore import keys
from longshore.catalog import catalog
from longshore.connections import shared
from longshore.schedules import book, edits, export, ledger
from longshore.schedules.book import Schedule
from web import schedules
from web.cli.schedule_options import options
from web.cli.shell import plainly, show_json


@click.group("schedules")
def group() -> None:
    """When jobs recur."""


@group.command("list")
@click.option("--job", help="Only of this job.")
@click.option("--queue", help="Only those whose job has this queue.")
@plainly
def list_schedules(job: str | None, queue: str | None) -> None:
    """List the schedules: name, state, next run, job, when they are due."""
    found = [
        one
        for one in book.every(catalog).values()
        if job in (None, one.job) and queue in (None, schedules.queue_of(catalog, one))
    ]
    known = schedules.live(shared(), found)
    rows = [schedules.plain(one, known) for one in found]
    width = max((len(one["name"]) for one in rows), default=0)
    for row in rows:
        due = row["next_run"] or "-"
        what = row["describe"] or row["fault"]
        click.echo(f"{row['name']:<{width}}  {_state(row):<8} {due:<24}  {row.get('job')}  {what}")


@group.command("show")
@click.argument("name")
@plainly
def show(name: str) -> None:
    """Show a schedule, what the code says of it, and who changed it."""
    _print(book.one(catalog, name))


@group.command("create")
@click.argument("name", required=False)
@options
@plainly
def create(name: str | None, said: dict[str, Any]) -> None:
    """Make a schedule. NAME may stand in the JSON instead."""
    document = {**said, **({} if name is None else {"name": name})}
    _print(edits.create(catalog, document, _by()))


@group.command("edit")
@click.argument("name")
@options
@plainly
def edit(name: str, said: dict[str, Any]) -> None:
    """Change what is given, and leave the rest; a --param changes that parameter only."""
    before = book.one(catalog, name)
    if "params" in said:
        said["params"] = {**before.document.get("params", {}), **said["params"]}
    if not said:
        raise click.UsageError("nothing is to change; flask schedules edit --help says what can be given")
    _print(edits.change(catalog, name, said, _by(), before.etag))


@group.command("pause")
@click.argument("name")
@click.option("--until", metavar="INSTANT", help="When it goes on by itself, e.g. 2030-01-01T09:00:00Z.")
@plainly
def pause(name: str, until: str | None) -> None:
    """Skip its slots, until it is resumed or until an instant."""
    moment = None if until is None else schedules.instant(until, "until")
    _tell(edits.pause(catalog, name, _by(), moment))


@group.command("resume")
@click.argument("name")
@plainly
def resume(name: str) -> None:
    """Let it go on with its next slot."""
    _tell(edits.resume(catalog, name, _by()))


@group.command("delete")
@click.argument("name")
@plainly
def delete(name: str) -> None:
    """Let it never run again; a declared one can be restored."""
    was = edits.delete(catalog, name, _by())
    click.echo("deleted" + (f"; flask schedules restore {name!r} brings it back" if was.declared else ""))


@group.command("restore")
@click.argument("name")
@plainly
def restore(name: str) -> None:
    """Take back all changes of a declared schedule."""
    _tell(edits.restore(catalog, name, _by()))


@group.command("run")
@click.argument("name")
@plainly
def run(name: str) -> None:
    """Put a task with the schedule's parameters into its queue now, and print its id."""
    click.echo(schedules.run_now(catalog, name).task_id)


@group.command("preview")
@click.argument("name", required=False)
@click.option("--count", type=click.IntRange(1, 100), default=10, show_default=True, help="How many runs.")
@options
@plainly
def preview(name: str | None, count: int, said: dict[str, Any]) -> None:
    """Show when a schedule would run: NAME as it is, or with what is given."""
    there = book.every(catalog).get(name or "")
    document = edits.merged(there.document, said) if there else said
    show_json(schedules.foreseen(shared(), catalog, document, count, name or said.get("name")))


@group.command("slots")
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, keys.SLOTS), default=20, show_default=True)
@plainly
def slots(name: str, limit: int) -> None:
    """Show what became of its slots, the newest first."""
    book.one(catalog, name)
    for one in schedules.slots(shared(), ledger.read(shared(), name, limit)):
        what = f"{one['task_id']} {one['status'] or 'expired'}" if one["task_id"] else one["why"]
        click.echo(f"{one['slot']}  {one['outcome']:<7}  {one['late_seconds']:8.3f} s late  {what}")


@group.command("export")
@plainly
def export_() -> None:
    """Print a configuration for RQ's own `rq cron`, with what it cannot take as comments."""
    click.echo(export.rq_cron(catalog, book.every(catalog).values(), datetime.now(UTC)), nl=False)


def _by() -> str:
    """Who sits here, for the note of who changed what."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as in some containers
        user = str(os.getuid())
    return f"cli:{user}"[:100]


def _state(row: Mapping[str, Any]) -> str:
    """One word."""
    for word in ("deleted", "fault", "paused"):
        if row[word]:
            return word
    return str(row["origin"]) if row["origin"] != "overridden" else "changed"


def _tell(one: Schedule) -> None:
    row = schedules.plain(one, schedules.live(shared(), [one]))
    until = f" until {row['paused_until']}" if row["paused_until"] else ""
    click.echo(f"{one.name} is {_state(row)}{until}; next run: {row['next_run'] or 'none'}")


def _print(one: Schedule) -> None:
    show_json(schedules.plain(one, schedules.live(shared(), [one])))
