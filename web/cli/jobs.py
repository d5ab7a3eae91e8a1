"""`flask jobs`: list, schema, run, enqueue."""

from __future__ import annotations

import sys

import click

from longshore import catalog, fallback, inline
from longshore.progress import Figures, reporting_to
from web.cli.shell import pairs, plainly, show_json


@click.group("jobs")
def group() -> None:
    """What can be run."""


@group.command("list")
@plainly
def list_jobs() -> None:
    """List the jobs: name, queue, access, summary."""
    names = [one.name for one in catalog.catalog]
    width = max(map(len, names), default=0)
    for one in catalog.catalog:
        click.echo(f"{one.name:<{width}}  {one.queue:<12} {one.access:<7} {one.summary}")


@group.command("schema")
@click.argument("job")
@plainly
def schema(job: str) -> None:
    """Show the JSON schema of a job's parameters, with their limits."""
    show_json(catalog.catalog.get(job).parameters.schema)


@group.command("run")
@click.argument("job")
@click.argument("params", nargs=-1)
@plainly
def run(job: str, params: tuple[str, ...]) -> None:
    """Run a job here and now, with no Redis. PARAMS are name=value; name=@file.json reads a file."""
    one = catalog.catalog.get(job)
    with reporting_to(_Terminal()):
        show_json(inline.call(one, pairs(params)))


@group.command("enqueue")
@click.argument("job")
@click.argument("params", nargs=-1)
@click.option("--delay", help="Run it this much later, e.g. 5m.")
@plainly
def enqueue(job: str, params: tuple[str, ...], delay: str | None) -> None:
    """Put a task into its queue and print its id. PARAMS as for `run`.

    Where no worker or no Redis is there, a job may run here instead, within its limits: then its answer is
    printed.
    """
    done = fallback.dispatch_or_run(catalog.catalog.get(job), pairs(params), delay=delay)
    ran = done if isinstance(done, inline.Ran) else done.ran
    if ran is None:
        click.echo(done.task_id)
    else:
        show_json(ran.answer())


class _Terminal:
    """Shows progress on standard error, one line that is written over."""

    asked_to_finish = False

    def progress(self, current: float, total: float | None, message: str, figures: Figures | None) -> None:
        share = f"{100 * current / total:5.1f} % " if total else ""
        end = "\r" if sys.stderr.isatty() else "\n"
        sys.stderr.write(f"{share}{message:<70}{end}")
        sys.stderr.flush()
