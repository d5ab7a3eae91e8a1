"""`flask tasks`: list, show, cancel, retry, wait."""

from __future__ import annotations

import sys
import time

import click

from longshore import catalog, control, listing, tasks
from longshore.connections import shared
from longshore.dispatch import dispatcher
from longshore.tasks import Status, TaskView
from web import answers
from web.cli.shell import fail, plainly, show_json

POLL = 0.5
"""Seconds between two looks of `wait`."""


@click.group("tasks")
def group() -> None:
    """What has been run."""


@group.command("list")
@click.option("--queue", help="Only of this queue.")
@click.option("--status", type=click.Choice([one.value for one in Status]), help="Only with this status.")
@click.option("--job", help="Only of this job.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@plainly
def list_tasks(queue: str | None, status: str | None, job: str | None, limit: int) -> None:
    """List tasks: running first, then waiting, then ended."""
    wanted = Status(status) if status else None
    page = listing.page(shared(), catalog.catalog, limit=limit, queue=queue, status=wanted, job=job)
    for one in page.tasks:
        click.echo(f"{one.task_id}  {one.status.value:<8}  {one.job:<28} {one.message}")


@group.command("show")
@click.argument("task_id")
@plainly
def show(task_id: str) -> None:
    """Show a task with its result, or its error and trace."""
    _print(tasks.view(shared(), task_id))


@group.command("cancel")
@click.argument("task_id")
@plainly
def cancel(task_id: str) -> None:
    """Keep a waiting task from running, or stop a running one."""
    click.echo(control.cancel(shared(), task_id))


@group.command("retry")
@click.argument("task_id")
@plainly
def retry(task_id: str) -> None:
    """Run a failed or canceled task again."""
    control.retry(dispatcher(), task_id)
    click.echo("queued")


@group.command("wait")
@click.argument("task_id")
@click.option("--timeout", type=float, default=600, show_default=True, help="Seconds to wait at most.")
@plainly
def wait(task_id: str, timeout: float) -> None:
    """Wait for a task to end; exit code 0 if it ended well, 1 if not, 2 if it has not ended in time."""
    deadline = time.monotonic() + timeout
    said = ""
    while not (view := tasks.view(shared(), task_id)).ready:
        if view.message != said:
            said = view.message
            click.echo(f"{view.status.value} {said}", err=True)
        if time.monotonic() > deadline:
            click.echo(f"task {task_id} has not ended within {timeout:g} s", err=True)
            sys.exit(2)
        time.sleep(POLL)
    _print(view)
    if not view.successful:
        fail(f"task {task_id}: {view.status.value}")


def _print(view: TaskView) -> None:
    shown = answers.plain(view)
    trace = shown.pop("trace", None)
    show_json(shown)
    if trace:
        click.echo(trace)
