"""The list of tasks, and a task's page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for

from longshore import catalog, listing, logs, tasks, why
from longshore.connections import shared
from longshore.tasks import Status, TaskView
from web import auth, visible
from web.api.league.blueprint import JOBS
from web.console import house, words
from web.console.odds import outcome
from web.console.results import shape

blueprint = Blueprint("console_tasks", __name__)
PAGE = 50
"""Tasks on one page of the list."""
STATUSES = {one.value: one for one in Status}
WAITING = (Status.PENDING, Status.RETRY)
STATUS_OF = {"waiting": "PENDING", "failed": "FAILURE", "finished": "SUCCESS", "canceled": "CANCELED"}
"""Where the list's counts lead. Running tasks have two statuses, and stand first anyway."""


@blueprint.get("/tasks")
def index() -> str:
    """Tasks, running ones first, by status, queue and job."""
    chosen = {name: request.args.get(name, "") for name in ("status", "queue", "job")}
    status = STATUSES.get(chosen["status"])
    queue = chosen["queue"] if chosen["queue"] in catalog.catalog.queues else None
    page = listing.page(
        shared(), catalog.catalog, limit=PAGE, cursor=request.args.get("cursor"),
        status=status, queue=queue, job=chosen["job"] or None,
    )  # fmt: skip
    return render_template(
        "console/tasks.html",
        tasks=page.tasks,
        chosen=chosen,
        next_page=_next_page(chosen, page.next_cursor),
        tally=house.tally(shared(), catalog.catalog, queue),
        status_of=STATUS_OF,
        statuses=list(STATUSES),
        queues=list(catalog.catalog.queues),
        jobs=[one.name for one in catalog.catalog],
    )


@blueprint.get("/tasks/<task_id>")
@auth.public
def show(task_id: str) -> str:
    """A task, for whoever holds its id; its parameters, log and trace are for admins."""
    admin = auth.is_admin()
    view = without_secrets(visible.task(task_id), admin=admin)
    return render_template(
        "console/task.html",
        task=view,
        admin=admin,
        waiting=view.status in WAITING,
        can_finish=_can_finish(view, admin=admin),
        lines=logs.read(shared(), view.task_id) if admin else [],
        reasons=_reasons(view) if admin else [],
        params=shape(view.params),
        result=shape(_drawn(view)),
        page_of_result=page_of_result(view),
    )


def _can_finish(view: TaskView, *, admin: bool) -> bool:
    """Whether the one who asks may have it end early with what it has."""
    job = catalog.catalog.get(view.job) if view.job in catalog.catalog else None
    return job is not None and job.can_finish and (admin or job.access == "public")


def without_secrets(view: TaskView, *, admin: bool) -> TaskView:
    """What the one who asks may see of a task."""
    return view if admin else replace(view, params=None, trace=None, worker=None)


def page_of_result(view: TaskView) -> dict[str, str] | None:
    """The page that shows a task's result better than any general one could: its address, name and gist."""
    result: Any = view.result
    if not isinstance(result, dict):
        return None
    if view.job == outcome.JOB:
        return {
            "address": url_for("console_odds.index"),
            "name": "Open the odds",
            "summary": outcome.gist(result),
        }
    if view.job not in JOBS or not result.get("schedule_id"):
        return None
    return {
        "address": url_for("console_league.show", schedule_id=str(result["schedule_id"])),
        "name": "Open the schedule",
        "summary": _gist(result),
    }


def _drawn(view: TaskView) -> Any:
    """What the page shows of a task's result: all of it, unless its system knows better."""
    result: Any = view.result
    return outcome.drawn(result) if view.job == outcome.JOB and isinstance(result, dict) else result


def _gist(schedule: dict[str, Any]) -> str:
    """A league schedule in a line; what an older version of the job did not answer is left out."""
    broken = schedule.get("validation", {}).get("violation_count")
    share = schedule.get("home_venue_share")
    parts = [f"{schedule.get('total_games', 0):,} games"]
    parts += [f"{broken} broken rules"] if broken is not None else []
    parts += [f"{words.percent(share)} at the home venue"] if share is not None else []
    return ", ".join(parts)


def _reasons(view: TaskView) -> list[str]:
    if view.status not in WAITING:
        return []
    return why.explain(shared(), catalog.catalog, tasks.fetch(shared(), view.task_id))


def _next_page(chosen: dict[str, str], cursor: str | None) -> str | None:
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value}
    return url_for("console_tasks.index", **given, cursor=cursor) if cursor else None
