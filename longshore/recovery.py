"""Tasks whose worker died under them: back to the head of their queue, as if never started.

No retry is consumed, since the job has not failed. But a task that keeps killing its worker would do
so for ever, so deaths are counted in its hash, and after MAX_DEATHS it fails.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from redis import Redis, WatchError
from redis.client import Pipeline
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.executions import Execution, ExecutionRegistry
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry
from rq.utils import as_text

from longshore.events import Event, Outcome
from longshore.task import DEATHS, UNREADABLE

MAX_DEATHS = 3
"""Workers that one task may take with it before it fails."""
GRACE = 20
"""Seconds after its last expected heartbeat that a task counts as abandoned."""
FROM_RQ = 600
"""Seconds after its last heartbeat that RQ's own clean-up leaves a task alone. It fails what it finds, and it
also runs whenever somebody counts a registry (rq info, rq-dashboard), so ours has to come long before."""
SETTLING = 15
"""Seconds after Redis has come back in which nothing counts as abandoned: living workers beat first."""

WORKER_GONE = "its worker sent no more heartbeats: it was killed, or its machine went away"


def put_back(
    connection: Redis,
    task_id: str,
    job_class: type[Job],
    serializer: Any,
    *,
    outcome: Outcome,
    event_of: Callable[[Job, Outcome], Event],
    execution_id: str | None = None,
) -> bool:
    """Move a started task to the head of its queue, in one transaction.

    Args:
        connection: Redis.
        task_id: the task.
        job_class: RQ's job class, or ours.
        serializer: its serializer.
        outcome: "died" counts a death of its worker, unless the task was only held; "put_back" does not.
        event_of: makes the event of this end of an attempt.
        execution_id: only if it is in this run of it; None for any.

    Returns:
        False if there was nothing to do: it is not started any more, or it has used up its deaths.
    """
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(job_class.key_for(task_id))
                found = started(connection, task_id, job_class, serializer)
                return found is not None and _move(pipe, found, outcome, event_of, execution_id)
            except WatchError:
                continue


def _move(
    pipe: Pipeline,
    found: Job,
    outcome: Outcome,
    event_of: Callable[[Job, Outcome], Event],
    execution_id: str | None,
) -> bool:
    executions = executions_of(found.connection, found)
    if execution_id is not None and execution_id not in [one.id for one in executions]:
        return False
    was_held = found.started_at is None  # claimed ahead, and never begun: no attempt, so no event
    if was_held:
        outcome = "put_back"
    if outcome == "died" and deaths_of(found.connection, found.id) + 1 >= MAX_DEATHS:
        return False
    pipe.multi()
    if not was_held:
        event_of(found, outcome).add(pipe)
    _rewind(pipe, found, executions, outcome)
    pipe.execute()
    return True


def push_again(connection: Redis, job: Job) -> None:
    """Push a task whose id was taken from its queue and that was never begun to the head again."""
    if job.get_status(refresh=True) is JobStatus.QUEUED:
        Queue(job.origin, connection=connection).push_job_id(job.id, at_front=True)


def abandoned(connection: Redis, queue: str) -> list[str]:
    """Ids of tasks that are started, on paper, but whose worker has missed its heartbeats.

    The execution's own hash lives as long as heartbeats come.
    """
    raw: Any = connection.zrange(StartedJobRegistry(queue, connection=connection).key, 0, -1)
    members = [as_text(one) for one in raw]
    with connection.pipeline(transaction=False) as pipe:
        for member in members:
            pipe.exists(f"rq:execution:{member}")
        alive = pipe.execute()
    return [member.partition(":")[0] for member, there in zip(members, alive, strict=True) if not there]


def has_settled(connection: Redis, away_at: float | None) -> bool:
    """Whether Redis has been there long enough for living workers to have sent their heartbeats.

    Args:
        connection: Redis.
        away_at: when this process last found Redis away, on the monotonic clock.
    """
    if away_at is not None and time.monotonic() - away_at < SETTLING:
        return False
    info: Any = connection.info("server")
    return int(info["uptime_in_seconds"]) >= SETTLING


def started(connection: Redis, task_id: str, job_class: type[Job], serializer: Any) -> Job | None:
    """The task, if it is in a worker's hands, on paper.

    RQ writes "scheduled" for a delayed retry before the transaction that schedules it.
    """
    try:
        found: Job = job_class.fetch(task_id, connection=connection, serializer=serializer)
    except (NoSuchJobError, *UNREADABLE):
        return None
    status = found.get_status(refresh=False)
    if status is JobStatus.SCHEDULED and connection.zscore(f"rq:scheduled:{found.origin}", found.id) is None:
        return found
    return found if status is JobStatus.STARTED else None


def deaths_of(connection: Redis, task_id: str) -> int:
    """How many workers have died under this task."""
    raw: Any = connection.hget(Job.key_for(task_id), DEATHS)
    return int(raw) if raw and raw.isdigit() else 0


def executions_of(connection: Redis, found: Job) -> list[Execution]:
    """The runs of a task that are on record, whether or not their worker lives.

    The task's own list of them expires when heartbeats stop; the queue's started tasks do not.
    """
    of_task: Any = connection.zrange(ExecutionRegistry(found.id, connection=connection).key, 0, -1)
    of_queue: Any = connection.zrange(found.started_job_registry.key, 0, -1)
    ids = [as_text(one) for one in of_task]
    for task_id, _, execution_id in (as_text(one).rpartition(":") for one in of_queue):
        if task_id == found.id and execution_id not in ids:
            ids.append(execution_id)
    worker = found.worker_name or ""
    return [Execution(one, found.id, connection, worker_name=worker) for one in ids]


def _rewind(pipe: Pipeline, found: Job, executions: list[Execution], outcome: Outcome) -> None:
    for execution in executions:
        execution.delete(job=found, pipeline=pipe)
    if outcome == "died":
        pipe.hincrby(found.key, DEATHS, 1)
    pipe.hset(found.key, mapping={"status": JobStatus.QUEUED.value, "started_at": "", "worker_name": ""})
    meta = {name: value for name, value in found.meta.items() if name not in ("progress", "error")}
    if meta != found.meta and found._unreadable_meta is None:
        found.meta = meta
        pipe.hset(found.key, "meta", found._serialize_meta()) if meta else pipe.hdel(found.key, "meta")
    Queue(found.origin, connection=found.connection).push_job_id(found.id, pipeline=pipe, at_front=True)
