"""Tasks in every state for rq-dashboard to show, all of which say hostile things of themselves."""

from __future__ import annotations

import pickle
import zlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue, Worker
from rq.job import JobStatus
from rq.registry import FailedJobRegistry, FinishedJobRegistry, ScheduledJobRegistry
from rq.results import Result
from rq.worker import WorkerStatus

from longshore.serializer import Serializer
from longshore.task import Task

HOSTILE = (
    "</script></pre><img src=x onerror=\"window.pwned='img'\"><script>window.pwned='script'</script>"
    "'\"`;window.pwned='string';//<%= window.pwned='template' %>{{ 7*7 }}${7*7}&lt;b&gt;"
)
"""Runs something wherever it is not escaped: in text, attributes, strings of scripts and templates."""
QUEUE = "q<img src=x onerror=window.pwned='queue'>');window.pwned='queue';('"
"""A queue whose name does the same; RQ allows it. A slash would not fit into an address."""
STATES = ("queued", "started", "finished", "failed", "deferred", "scheduled", "canceled")
TTL = 3600


class Plants:
    """Puts tasks of one queue into Redis, as RQ's worker and clients would leave them."""

    def __init__(self, redis: Redis, queue: str = QUEUE) -> None:
        self.redis = redis
        self.queue = Queue(queue, connection=redis, job_class=Task, serializer=Serializer)

    def everything(self) -> dict[str, str]:
        """One task of each state at least; their ids by what they are."""
        queued = self.queued()
        planted = {
            "queued": queued,
            "started": self.started("busy" + HOSTILE),
            "finished": self.finished({"said": HOSTILE, "ß": [1, None]}),
            "finished with None": self.finished(None),
            "finished with a list": self.finished([HOSTILE, 2.5]),
            "failed": self.failed(),
            "deferred": self.deferred(queued),
            "scheduled": self.scheduled(),
            "canceled": self.canceled(),
        }
        self.worker("idle" + HOSTILE)
        return planted

    def worker(self, name: str) -> Worker:
        """A registered worker. Its name is not told to Redis, which takes no spaces in one."""
        made = Worker([self.queue], name=name, connection=self.redis, job_class=Task, prepare_for_work=False)
        made.hostname, made.pid = HOSTILE, 1
        made.register_birth()
        return made

    def queued(self) -> str:
        """A task in its queue."""
        return str(self.queue.enqueue_job(self._new()).id)

    def started(self, worker_name: str) -> str:
        """A task that a busy worker has."""
        worker = self.worker(worker_name)
        made = self._new(JobStatus.STARTED)
        worker.prepare_execution(made)
        worker.set_state(WorkerStatus.BUSY)
        self.redis.hset(worker.key, mapping={"version": HOSTILE, "python_version": HOSTILE})
        return made.id

    def finished(self, value: Any) -> str:
        """A task that returned `value`."""
        made = self._new(JobStatus.FINISHED, ended_at=datetime.now(UTC))
        Result.create(made, Result.Type.SUCCESSFUL, ttl=TTL, return_value=value)
        FinishedJobRegistry(self.queue.name, connection=self.redis).add(made, TTL)
        return made.id

    def failed(self, func: str = "tests.support.jobs.demo.echo") -> str:
        """A task that raised."""
        made = self._new(JobStatus.FAILED, func=func, ended_at=datetime.now(UTC))
        trace = f"Traceback (most recent call last):\nValueError: {HOSTILE}"
        Result.create_failure(made, TTL, trace)
        FailedJobRegistry(self.queue.name, connection=self.redis).add(made, TTL, trace)
        return made.id

    def deferred(self, needs: str) -> str:
        """A task that waits for another."""
        return str(self.queue.enqueue("tests.support.jobs.demo.add", kwargs={"a": 1}, depends_on=needs).id)

    def scheduled(self) -> str:
        """A task for later."""
        made = self._new(JobStatus.SCHEDULED)
        registry = ScheduledJobRegistry(self.queue.name, connection=self.redis)
        registry.schedule(made, datetime.now(UTC) + timedelta(hours=1))
        return made.id

    def canceled(self) -> str:
        """A task that was called off."""
        made = self.queue.enqueue_job(self._new())
        made.cancel()
        return str(made.id)

    def pickled(self, poison: bytes, state: JobStatus) -> str:
        """A task as a stock client leaves it: payload, meta and result are pickles, here of `poison`."""
        made = self._new(state)
        encoded = zlib.compress(poison)
        self.redis.hset(made.key, mapping={"data": encoded, "meta": poison, "result": poison})
        result = {"type": 1, "return_value": b64encode(poison).decode()}
        self.redis.xadd(Result.get_key(made.id), result)  # type: ignore[arg-type]
        return made.id

    def _new(self, status: JobStatus | None = None, **fields: Any) -> Task:
        made = Task.create(
            fields.get("func", "tests.support.jobs.demo.echo"),
            kwargs={"value": {"said": HOSTILE}},
            connection=self.redis,
            description=HOSTILE,
            origin=self.queue.name,
            meta={"note": HOSTILE},
        )
        if status is not None:
            made._status = status
            made.enqueued_at = made.started_at = datetime.now(UTC)
            made.ended_at = fields.get("ended_at")
            made.save()
            self.redis.sadd(Queue.redis_queues_keys, self.queue.key)
        return made  # type: ignore[return-value]


class Creates:
    """Pickled, it creates a file when it is read again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self._path,)


def poison(path: Path) -> bytes:
    """A pickle that creates a file at `path` when it is loaded."""
    return pickle.dumps(Creates(path))
