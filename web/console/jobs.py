"""The catalog, and a job's page with its form."""

from __future__ import annotations

from itertools import groupby

from flask import Blueprint, render_template, request
from redis.exceptions import RedisError
from werkzeug.wrappers import Response

from longshore import catalog, listing
from longshore.catalog import Job
from longshore.connections import shared
from longshore.tasks import TaskView
from web import auth
from web.console import forms, house, schedules

blueprint = Blueprint("console_jobs", __name__)
RECENT = 8
"""Tasks of a job that its page shows."""


@blueprint.get("/")
@auth.public
def index() -> str:
    """The catalog by system; for admins, the state of the house."""
    systems = [(name, list(jobs)) for name, jobs in groupby(catalog.catalog, key=system_of)]
    state, away = _house() if auth.is_admin() else (None, not _answers())
    return render_template("console/jobs.html", systems=systems, house=state, redis_away=away)


@blueprint.get("/jobs/<job>")
@auth.public  # the job's own declaration says who may; require() below asks it
def show(job: str) -> str | Response:
    """What a job does, and the form that runs it."""
    one = catalog.catalog.get(job)
    if refusal := auth.require(one.access):
        return refusal
    return render_template(
        "console/job.html",
        job=one,
        fields=forms.fields(one.parameters.schema),
        curl=curl(one, request.host_url),
        recent=_recent(one) if auth.is_admin() else None,
        schedules=schedules.of_job(one) if auth.is_admin() else None,
    )


def system_of(job: Job) -> str:
    """The package that a job is in, e.g. `league`."""
    return job.name.partition(".")[0]


def curl(job: Job, host_url: str) -> str:
    """The command that runs a job with no parameters; static/js/job.js keeps it up with the form."""
    lines = ["curl -X POST", f"{host_url}api/jobs/{job.name}", "-H 'Content-Type: application/json'"]
    if job.access == "admin":
        lines.append('-H "Authorization: Bearer $TOKEN"')
    return " \\\n  ".join([*lines, "-d '{}'"])


def _house() -> tuple[house.House | None, bool]:
    try:
        return house.look(shared(), catalog.catalog), False
    except RedisError:
        return None, True


def _answers() -> bool:
    try:
        return bool(shared().ping())
    except RedisError:
        return False


def _recent(job: Job) -> list[TaskView]:
    """The job's newest tasks; none while Redis is away, as the form may still be of use then."""
    try:
        found = listing.page(shared(), catalog.catalog, limit=RECENT, queue=job.queue, job=job.name)
    except RedisError:
        return []
    return found.tasks[:RECENT]
