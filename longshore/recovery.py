"""Tasks whose worker died under them: back to the head of their queue, as if never started.

No retry is consumed, since the job has not failed. But a task that keeps killing its worker would do
so for ever, so deaths are counted in its meta, and after MAX_DEATHS it fails.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redis import Redis, WatchError
from redis.client import Pipeline
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.executions import Execution, ExecutionRegistry
from rq.job import JobStatus
from rq.registry import StartedJobRegistry
from rq.utils import as_text

from longshore.task import DEATHS, UNREADABLE, Task

MAX_DEATHS = 3
"""Workers that one task may take with it before it fails."""
_NATIVE = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE)


@dataclass(frozen=True)
class Death:
    """How a horse ended.

    Attributes:
        signal: the signal that killed it, or None.
        code: its exit code, if no signal did.
        peak_mb: the most memory that it had, in MB, if known.
    """

    signal: int | None
    code: int | None = None
    peak_mb: float | None = None

    def describe(self) -> str:
        """The death and its likely cause, in plain words."""
        memory = f", having used {self.peak_mb:,.0f} MB" if self.peak_mb else ""
        if self.signal is None:
            return f"its process ended with exit code {self.code}{memory}: the job, or a library, called exit"
        name = signal.Signals(self.signal).name
        if self.signal in _NATIVE:
            return f"its process was killed by {name}{memory}: a crash in native code"
        if self.signal == signal.SIGKILL:
            return f"its process was killed by {name}{memory}: probably out of memory, or killed by hand"
        return f"its process was killed by {name}{memory}"


WORKER_GONE = "its worker sent no more heartbeats: it was killed, or its machine went away"


def put_back(connection: Redis, task_id: str, *, died: bool) -> bool:
    """Move a started task to the head of its queue, in one transaction.

    Args:
        connection: Redis.
        task_id: the task.
        died: count this as a death of its worker.

    Returns:
        False if there was nothing to do: it is not started any more, or it has used up its deaths.
    """
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(Task.key_for(task_id))
                found = _started(connection, task_id)
                if found is None or (died and deaths_of(found) + 1 >= MAX_DEATHS):
                    return False
                executions = list(_executions(connection, found))
                pipe.multi()
                _rewind(pipe, found, executions, died)
                pipe.execute()
                return True
            except WatchError:
                continue


def push_again(connection: Redis, task_id: str) -> None:
    """Push a task whose id was taken from its queue and that was never begun to the head again."""
    found: Task = Task.fetch(task_id, connection=connection)  # type: ignore[assignment]
    if found.get_status(refresh=False) is JobStatus.QUEUED:
        _queue(found).push_job_id(found.id, at_front=True)


def abandoned(connection: Redis, queue: str, now: float) -> list[str]:
    """Ids of tasks that are started, on paper, but whose worker has missed its heartbeats."""
    registry = StartedJobRegistry(queue, connection=connection, job_class=Task)
    raw: Any = connection.zrangebyscore(registry.key, 0, now)
    return [as_text(one).partition(":")[0] for one in raw]


def lost(connection: Redis, task_id: str) -> Task | None:
    """The task, if it is started, on paper, and has used up its deaths."""
    found = _started(connection, task_id)
    return found if found is not None and deaths_of(found) + 1 >= MAX_DEATHS else None


def deaths_of(found: Task) -> int:
    """How many workers have died under this task."""
    return int(found.meta.get(DEATHS, 0))


def _started(connection: Redis, task_id: str) -> Task | None:
    try:
        found: Task = Task.fetch(task_id, connection=connection)  # type: ignore[assignment]
    except (NoSuchJobError, *UNREADABLE):
        return None
    return found if found.get_status(refresh=False) is JobStatus.STARTED else None


def _executions(connection: Redis, found: Task) -> Iterator[Execution]:
    ids: Any = connection.zrange(ExecutionRegistry(found.id, connection=connection).key, 0, -1)
    for one in ids:
        yield Execution(as_text(one), found.id, connection, worker_name=found.worker_name or "")


def _rewind(pipe: Pipeline, found: Task, executions: list[Execution], died: bool) -> None:
    for execution in executions:
        execution.delete(job=found, pipeline=pipe)
    found.meta = {name: value for name, value in found.meta.items() if name not in ("progress", "error")}
    if died:
        found.meta[DEATHS] = deaths_of(found) + 1
    found.started_at = None
    found.worker_name = None
    found.set_status(JobStatus.QUEUED, pipeline=pipe)
    found.save(pipeline=pipe)
    if not found.meta:
        pipe.hdel(found.key, "meta")
    _queue(found).push_job_id(found.id, pipeline=pipe, at_front=True)


def _queue(found: Task) -> Queue:
    return Queue(found.origin, connection=found.connection, job_class=Task, serializer="json")
