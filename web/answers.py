"""The JSON shapes of the API: a task, the answer to an enqueue, a queue, a worker."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from longshore.catalog import Job
from longshore.dispatch import Dispatched
from longshore.fleet import WorkerView
from longshore.logs import Line
from longshore.tasks import TaskView


def moment(value: datetime | None) -> str | None:
    """A time as UTC ISO-8601 with milliseconds and Z."""
    if value is None:
        return None
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def job(one: Job) -> dict[str, Any]:
    """A job, without its schema: what lists show."""
    return {
        "name": one.name,
        "summary": one.summary,
        "description": one.text,
        "queue": one.queue,
        "access": one.access,
        "timeout_seconds": one.timeout,
        "result_ttl_seconds": one.result_ttl,
        "retries": one.retry.retries,
        "overlap": one.overlap,
        "unique": one.unique,
        "fallback": "inline" if one.inline else one.fallback,
        "inline": _limits(one),
        "can_finish": one.can_finish,
        "schedules": [
            {"name": name, "trigger": t.trigger.describe()} for name, t in one.schedule_names().items()
        ],
    }


def _limits(one: Job) -> dict[str, Any] | None:
    """The limits of a run in the web process, if the job may run there."""
    if one.inline is None:
        return None
    return {"timeout_seconds": min(one.inline.seconds, one.timeout), "at_most": dict(one.inline.at_most)}


def task(view: TaskView, *, admin: bool) -> dict[str, Any]:
    """A task. Parameters, worker and stack trace are for admins."""
    shown = plain(view)
    for name in () if admin else ("params", "worker", "trace"):
        del shown[name]
    return {**shown, "status_url": status_url(view.task_id)}


def plain(view: TaskView) -> dict[str, Any]:
    """All of a task, without addresses: what the command line shows."""
    return {
        "task_id": view.task_id,
        "job": view.job,
        "queue": view.queue,
        "status": view.status.value,
        "ready": view.ready,
        "successful": view.successful,
        "message": view.message,
        "progress": view.progress,
        "result": view.result,
        "error": view.error,
        "attempt": view.attempt,
        "schedule": view.schedule,
        "enqueued_at": moment(view.enqueued_at),
        "started_at": moment(view.started_at),
        "ended_at": moment(view.ended_at),
        "params": view.params,
        "worker": view.worker,
        "trace": view.trace,
    }


def queued(one: Dispatched) -> dict[str, Any]:
    """The answer to an enqueue."""
    return {
        "task_id": one.task_id,
        "status": "queued",
        "job": one.job,
        "created": one.created,
        "status_url": status_url(one.task_id),
        **(one.ran.answer() if one.ran else {}),
    }


def status_url(task_id: str) -> str:
    """Where the task's status is."""
    return url_for("tasks.show", task_id=task_id)


def worker(view: WorkerView) -> dict[str, Any]:
    """A worker."""
    return asdict(view) | {"last_heartbeat": moment(view.last_heartbeat), "born": moment(view.born)}


def line(one: Line) -> dict[str, Any]:
    """A log line."""
    return asdict(one) | {"at": moment(one.at)}
