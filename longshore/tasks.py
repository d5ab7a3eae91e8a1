"""A task as people see it: status, progress, result, error. One mapping from RQ's states, here.

This module only reads. Enqueuing is `dispatch`, stopping and trying again is `control`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from redis import Redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.job import JobStatus, validate_job_id
from rq.results import Result

from longshore import task as meta
from longshore.errors import LongshoreError, UnknownJob, UnknownTask
from longshore.serializer import ForShow
from longshore.task import UNREADABLE, Task, last_line


class Status(StrEnum):
    """A task's status, in the words of the documents."""

    PENDING = "PENDING"
    STARTED = "STARTED"
    PROGRESS = "PROGRESS"
    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    RETRY = "RETRY"
    CANCELED = "CANCELED"


READY = frozenset({Status.SUCCESS, Status.FAILURE, Status.CANCELED})
"""A task with one of these is over."""

_STATUS = {
    JobStatus.CREATED: Status.PENDING,
    JobStatus.QUEUED: Status.PENDING,
    JobStatus.DEFERRED: Status.PENDING,
    JobStatus.SCHEDULED: Status.PENDING,
    JobStatus.RATE_LIMITED: Status.PENDING,
    JobStatus.READY_TO_ENQUEUE: Status.PENDING,
    JobStatus.STARTED: Status.STARTED,
    JobStatus.FINISHED: Status.SUCCESS,
    JobStatus.FAILED: Status.FAILURE,
    JobStatus.STOPPED: Status.CANCELED,
    JobStatus.CANCELED: Status.CANCELED,
}


@dataclass(frozen=True)
class TaskView:
    """A task, ready to be shown.

    Attributes:
        params: what it was called with; for admins.
        trace: the stack trace of its last failure; for admins.
        other fields: as in docs/api.md.
    """

    task_id: str
    job: str
    queue: str
    status: Status
    message: str
    progress: dict[str, Any] | None
    result: Any
    error: dict[str, str] | None
    attempt: int
    enqueued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    schedule: str | None
    worker: str | None
    params: dict[str, Any] | None
    trace: str | None

    @property
    def ready(self) -> bool:
        """Whether it is over."""
        return self.status in READY

    @property
    def successful(self) -> bool | None:
        """Whether it ended well; None while it has not ended."""
        return self.status is Status.SUCCESS if self.ready else None


def fetch(connection: Redis, task_id: str) -> Task:
    """The task of that id.

    Raises:
        UnknownTask: there is none.
    """
    try:
        validate_job_id(task_id)
        found: Task = Task.fetch(task_id, connection=connection)  # type: ignore[assignment]
    except (NoSuchJobError, ValueError):
        raise UnknownTask(task_id) from None
    return found


def view(connection: Redis, task_id: str, now: datetime | None = None) -> TaskView:
    """The task of that id with its result or error.

    Raises:
        UnknownTask: there is none.
    """
    found = fetch(connection, task_id)
    result = _last_result(found) if status_of(found) in READY else None
    return show(found, result, now or datetime.now(UTC))


def _last_result(found: Task) -> Result | None:
    """What its last attempt left; a stock worker may have left a pickle, which stays one."""
    try:
        return Result.fetch_latest(found, serializer=ForShow())
    except UNREADABLE:
        return None


def status_of(found: Task) -> Status:
    """The status of a task that was read from Redis."""
    state = found.get_status(refresh=False)
    status = _STATUS[state]
    if status is Status.STARTED and "progress" in found.meta:
        return Status.PROGRESS
    if status is Status.PENDING and attempt_of(found) > 1:
        return Status.RETRY
    return status


def attempt_of(found: Task) -> int:
    """Which try this is, from 1: RQ counts how many are left, the meta holds how many there were."""
    allowed = int(found.meta.get(meta.RETRIES, 0))
    left = found.retries_left if found.retries_left is not None else 0
    return max(1, 1 + allowed - left)


def show(found: Task, result: Result | None, now: datetime) -> TaskView:
    """Put a task and its last result together."""
    status = status_of(found)
    progress = _progress(found, now)
    return TaskView(
        task_id=found.id,
        job=job_name(found),
        queue=found.origin,
        status=status,
        message=_message(found, status),
        progress=progress,
        result=result.return_value if result and status is Status.SUCCESS else None,
        error=_error(found, status, result),
        attempt=attempt_of(found),
        enqueued_at=found.enqueued_at or found.created_at,
        started_at=found.started_at,
        ended_at=found.ended_at if status in READY else None,
        schedule=found.meta.get(meta.SCHEDULE),
        worker=found.worker_name,
        params=_params(found),
        trace=result.exc_string if result and status is Status.FAILURE else None,
    )


def job_name(found: Task) -> str:
    """The catalog's name of what the task runs, or what its payload calls it."""
    try:
        return found.declared.name
    except UnknownJob as error:
        return error.name
    except LongshoreError:
        return found.description or "(unreadable)"


def _params(found: Task) -> dict[str, Any] | None:
    try:
        return {**{str(i): value for i, value in enumerate(found.args)}, **found.kwargs}
    except (DeserializationError, *UNREADABLE):
        return None


def _progress(found: Task, now: datetime) -> dict[str, Any] | None:
    raw = found.meta.get("progress")
    if not raw:
        return None
    current, total = raw["current"], raw["total"]
    percent = round(100 * current / total, 1) if total else None
    shown = {"current": current, "total": total, "percent": percent, "eta_seconds": _eta(raw, now)}
    return {**shown, "figures": raw["figures"]} if "figures" in raw else shown


def _eta(raw: dict[str, Any], now: datetime) -> float | None:
    """Seconds left at the rate since the first report, less what has passed since the last."""
    first_at, first = raw["first"]
    done, elapsed = raw["current"] - first, raw["at"] - first_at
    if not raw["total"] or done <= 0 or elapsed <= 0:
        return None
    left: float = (raw["total"] - raw["current"]) * elapsed / done - (now.timestamp() - raw["at"])
    return round(max(left, 0.0), 1)


def _message(found: Task, status: Status) -> str:
    reported = found.meta.get("progress", {}).get("message", "")
    if status is Status.PROGRESS and reported:
        return str(reported)
    if status is Status.PENDING:
        waiting = {
            JobStatus.SCHEDULED: "Scheduled",
            JobStatus.RATE_LIMITED: "Waiting for its other run to end",
        }
        again = "Waiting again: its worker died" if found.deaths else "Waiting in its queue"
        return waiting.get(found.get_status(refresh=False), again)
    return {
        Status.STARTED: "Running",
        Status.PROGRESS: "Running",
        Status.SUCCESS: "Done",
        Status.FAILURE: "Failed",
        Status.RETRY: f"Failed, attempt {attempt_of(found)} comes next",
        Status.CANCELED: "Canceled",
    }[status]


def _error(found: Task, status: Status, result: Result | None) -> dict[str, str] | None:
    """The job's own exception if it raised one; else what RQ noted, e.g. that the worker died."""
    if status not in (Status.FAILURE, Status.RETRY):
        return None
    noted = found.meta.get(meta.ERROR)
    if noted:
        return {"type": str(noted["type"]), "message": str(noted["message"])}
    if result is None or not result.exc_string:
        return {"type": "WorkerLost", "message": "Its worker died; it is tried again."}
    kind, message = last_line(result.exc_string)
    return {"type": kind, "message": message}
