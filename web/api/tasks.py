"""`/api/tasks`: what has been run, how far it is, stopping it and running it again."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.wrappers import Response as BaseResponse

from longshore import catalog, control, keys, listing, logs, tasks, why
from longshore.connections import shared
from longshore.dispatch import dispatcher
from longshore.tasks import Status
from web import answers, auth, streams, visible

blueprint = APIBlueprint("tasks", __name__, url_prefix="/api/tasks", abp_tags=[Tag(name="tasks")])


class TaskPath(BaseModel):
    """A task's id in the address."""

    task_id: str = Field(description="the task's id, as an enqueue answered it")


class ListQuery(BaseModel):
    """Which tasks to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="most tasks of the page")
    cursor: str | None = Field(None, max_length=400, description="next_cursor of the page before")
    queue: str | None = Field(None, description="only of this queue")
    status: Status | None = Field(None, description="only with this status")
    job: str | None = Field(
        None, description="only of this job; a page may then be short and have a next one"
    )


class LogQuery(BaseModel):
    """Which log lines to read."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, description="position of the last line that you have")
    limit: int = Field(keys.LOG_LINES, ge=1, le=keys.LOG_LINES, description="most lines")


class EventQuery(BaseModel):
    """Where to begin."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(None, description="position of the last log line that you have")


@blueprint.get("", summary="List tasks")
def index(query: ListQuery) -> Response:
    """Tasks by state (running, waiting, ended), newest first in each, with the count of all that match.

    The count is of queue and status; a filter by job does not narrow it.
    """
    connection = shared()
    where = listing.places(catalog.catalog, query.queue, query.status)
    page = listing.page(
        connection, catalog.catalog,
        limit=query.limit, cursor=query.cursor, queue=query.queue, status=query.status, job=query.job,
    )  # fmt: skip
    return jsonify(
        tasks=[answers.task(one, admin=True) for one in page.tasks],
        total=sum(listing.counts(connection, where)),
        next_cursor=page.next_cursor,
    )


@blueprint.get("/<task_id>", summary="Show a task")
@auth.public
def show(path: TaskPath) -> Response:
    """Status, progress, and result or error. Who holds the id may see it; parameters are for admins, and so
    are the tasks of schedules, whose ids can be guessed.
    """
    return jsonify(answers.task(visible.task(path.task_id), admin=auth.is_admin()))


@blueprint.post("/<task_id>/cancel", summary="Cancel a task")
def cancel(path: TaskPath) -> Response:
    """A waiting task will not run; a running one is stopped by its worker."""
    return jsonify(task_id=path.task_id, status=control.cancel(shared(), path.task_id))


@blueprint.delete("/<task_id>", summary="Cancel a task")
def delete(path: TaskPath) -> Response:
    """The same as POST …/cancel."""
    return jsonify(task_id=path.task_id, status=control.cancel(shared(), path.task_id))


@blueprint.post("/<task_id>/finish", summary="End a task early with what it has")
@auth.public  # as who may start it
def finish(path: TaskPath) -> BaseResponse:
    """A running task of a job that can do so ends soon with the best result it has, as a SUCCESS.

    Who holds the id may ask for it if anybody may run the job; else an admin.
    """
    view = visible.task(path.task_id)
    access = catalog.catalog.get(view.job).access if view.job in catalog.catalog else "admin"
    if refusal := auth.require(access):
        return refusal
    control.finish(shared(), path.task_id)
    answer = jsonify(task_id=path.task_id, status="finishing", status_url=answers.status_url(path.task_id))
    answer.status_code = 202
    return answer


@blueprint.post("/<task_id>/retry", summary="Run a failed or canceled task again")
def retry(path: TaskPath) -> BaseResponse:
    """It keeps its id and parameters and has all its tries again."""
    control.retry(dispatcher(), path.task_id)
    answer = jsonify(task_id=path.task_id, status="queued", status_url=answers.status_url(path.task_id))
    answer.status_code = 202
    return answer


@blueprint.get("/<task_id>/logs", summary="Read a task's log")
def read_logs(path: TaskPath, query: LogQuery) -> Response:
    """The last lines that the job has logged, also while it runs."""
    tasks.fetch(shared(), path.task_id)
    lines = logs.read(shared(), path.task_id, query.after, query.limit)
    return jsonify(lines=[answers.line(one) for one in lines])


@blueprint.get("/<task_id>/why", summary="Why does a task not run?")
def explain(path: TaskPath) -> Response:
    """What the task waits for, in plain words, and what to do."""
    view = tasks.view(shared(), path.task_id)
    reasons = why.explain(shared(), catalog.catalog, tasks.fetch(shared(), path.task_id))
    return jsonify(task_id=view.task_id, status=view.status.value, reasons=reasons)


@blueprint.get("/<task_id>/events", summary="Follow a task")
@auth.public
def events(path: TaskPath, query: EventQuery) -> BaseResponse:
    """Server-sent events: `task` when it changed, `log` for each line (admins only); ends with the task."""
    view = visible.task(path.task_id)
    admin = auth.is_admin()
    after = logs.known_position(request.headers.get("Last-Event-ID")) or logs.position(query.after)

    def shown(one: tasks.TaskView) -> dict[str, object]:
        return answers.task(one if admin else replace(one, trace=None), admin=admin)

    return streams.follow(view.task_id, shown, after=after, with_log=admin)
