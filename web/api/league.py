"""`/api/schedule`: the league scheduler's own routes, as its document has them."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from jobs.league import store
from longshore import catalog
from longshore.dispatch import Dispatched
from longshore.errors import UnknownTask
from longshore.tasks import Status, TaskView
from web import answers, auth, bodies, visible
from web.api.jobs import RunQuery, enqueue

blueprint = APIBlueprint(
    "league", __name__, url_prefix="/api/schedule", abp_tags=[Tag(name="league schedules")]
)
JOB = "league.generate_schedule"


class StatusPath(BaseModel):
    """A task's id in the address."""

    task_id: str = Field(description="the task's id, as POST /api/schedule/async answered it")


@blueprint.post("/async", summary="Generate a league schedule")
@auth.public  # the job's own declaration says who may
def start() -> BaseResponse:
    """Body, all of it optional: `force_regenerate`, `league`, `seed`, `time_limit`.

    With no league, a sample of 200 teams and 629 games is scheduled. Without `force_regenerate`, a
    league that was scheduled before gets that schedule again.
    """
    params = {"force_regenerate": False, **bodies.json_object()}
    return enqueue(catalog.catalog.get(JOB), params, RunQuery(), _started)


@blueprint.get("/status/<task_id>", summary="How far a league schedule is")
@auth.public
def status(path: StatusPath) -> Response:
    """The task; once it is a SUCCESS, `result` holds the games."""
    view = visible.task(path.task_id)
    if view.job != JOB:
        raise UnknownTask(path.task_id)
    shown = answers.task(view, admin=auth.is_admin())
    if view.status is Status.SUCCESS:
        shown["result"] = _with_games(view)
    return jsonify(shown)


def _started(done: Dispatched) -> dict[str, Any]:
    return {
        "task_id": done.task_id,
        "status": Status.PENDING.value,
        "message": "Schedule generation started",
        "status_url": f"/api/schedule/status/{done.task_id}",
    }


def _with_games(view: TaskView) -> dict[str, Any]:
    """The task's own result is small; its games are in SQL."""
    result = dict(view.result)
    stored = store.get(result["schedule_id"])
    return {**result, "games": [one.model_dump(mode="json") for one in stored.games] if stored else None}
