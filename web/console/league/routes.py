"""The routes of the pages about leagues."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from jobs.league import store
from jobs.league.windows import WEEKDAYS
from longshore import catalog
from longshore.errors import UnknownTask
from longshore.tasks import READY, Status, TaskView
from web import auth, visible
from web.api.league.blueprint import JOB, JOBS
from web.console.league import choice, views

blueprint = Blueprint("console_league", __name__)
GONE = "There is no schedule of that id: the id is wrong, or newer versions have replaced it."
RECENT = 50
"""Schedules in the list."""


@blueprint.get("/league/<schedule_id>")
@auth.public
def show(schedule_id: str) -> str | tuple[str, int]:
    """A schedule as a calendar or a list. Its id cannot be guessed; who holds it may see it."""
    stored = store.get(schedule_id)
    if stored is None:
        return render_template("error.html", status=404, title="Not Found", detail=GONE), 404
    chosen = choice.read(request.args, stored.league)
    page = views.page(stored, chosen, datetime.now(UTC))
    return render_template("console/league.html", **page)


@blueprint.get("/leagues")
@auth.public
def index() -> str:
    """The form that makes a schedule; for admins, the schedules that there are."""
    job = catalog.catalog.get(JOB)
    return render_template(
        "console/leagues.html",
        recent=store.recent(RECENT) if auth.is_admin() else None,
        weekdays=WEEKDAYS,
        limits=_limits(job.parameters.schema),
    )


@blueprint.get("/leagues/tasks/<task_id>")
@auth.public
def task(task_id: str) -> str | Response:
    """How far a schedule is; once it is there, the schedule itself."""
    view = visible.task(task_id)
    if view.job not in JOBS:
        raise UnknownTask(task_id)
    if address := _made(view):
        return redirect(address, 303)
    return render_template("console/league_task.html", task=view, over=view.status in READY)


def _made(view: TaskView) -> str | None:
    """Where the schedule is that a task has made."""
    if view.status is not Status.SUCCESS or not isinstance(view.result, dict):
        return None
    schedule_id = view.result.get("schedule_id")
    return url_for("console_league.show", schedule_id=str(schedule_id)) if schedule_id else None


def _limits(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the job's declaration says of its numbers: least, most and what it takes when none is given."""
    return {name: schema["properties"][name] for name in ("seed", "time_limit")}
