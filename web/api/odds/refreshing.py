"""`POST /api/refresh` and `GET /api/task-status/<task_id>`: starting a refresh, and how far it is."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, url_for
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from jobs.odds import board
from longshore import catalog, tasks
from longshore.connections import shared
from longshore.dispatch import Dispatched
from web import answers, bodies
from web.api.jobs import RunQuery, enqueue
from web.api.odds.blueprint import JOB, blueprint


class StatusPath(BaseModel):
    """A task's id in the address."""

    task_id: str = Field(description="the task's id, as POST /api/refresh answered it")


@blueprint.post("/refresh", summary="Refresh the odds")
def refresh() -> BaseResponse:
    """Schedule a refresh. The body, which may be left out, holds the job's parameters.

    While one with the same parameters is under way, that one's task is answered (`created: false`).
    """
    answer = enqueue(catalog.catalog.get(JOB), bodies.json_object(), RunQuery(), _scheduled)
    board.forget()  # it may have run here
    return answer


@blueprint.get("/task-status/<task_id>", summary="How far a task is")
def task_status(path: StatusPath) -> Response:
    """The task, of whatever job, as GET /api/tasks/<task_id> has it for admins."""
    return jsonify(answers.task(tasks.view(shared(), path.task_id), admin=True))


def _scheduled(done: Dispatched) -> dict[str, Any]:
    return {
        "message": "Task scheduled successfully"
        if done.created
        else "A refresh like this is under way already",
        **answers.queued(done),
        "status_url": url_for("odds.task_status", task_id=done.task_id),
    }
