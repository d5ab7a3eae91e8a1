"""How tasks get into each system and results out of it, each with the library's own call.

A client runs in a process of its own (`client.py`), so that the libraries do not meet.
"""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime
from typing import Any

from redis import Redis

BATCH = 500


class Client(ABC):
    """One system's enqueueing and results.

    Attributes:
        queue_key: the Redis list that the tasks wait in.
        results: pattern of the keys that results are stored in, one for each task.
    """

    queue_key: str
    results: str

    def __init__(self) -> None:
        self.redis = Redis.from_url(os.environ["REDIS_URL"])

    @abstractmethod
    def fill(self, count: int) -> list[str]:
        """Enqueue tasks that return their number. Returns their ids."""

    @abstractmethod
    def mark(self, queue: str = "default") -> str:
        """Enqueue one task that returns the time. Returns its id."""

    @abstractmethod
    def value(self, task_id: str) -> Any:
        """A stored result, read with the library."""

    def enqueued_at(self, task_id: str) -> float | None:
        """When the task was enqueued, by its own record; None where there is none."""
        return None

    def result_key(self, task_id: str) -> str:
        """The key that the task's result is stored in."""
        return self.results.replace("*", task_id)

    def has_result(self, task_id: str) -> bool:
        """Whether the result is stored: one command."""
        return bool(self.redis.exists(self.result_key(task_id)))

    def count_results(self) -> int:
        """How many results are stored."""
        return sum(1 for _ in self.redis.scan_iter(self.results, count=2_000))


class OfRQ(Client):
    """What RQ's clients and ours have in common."""

    def enqueued_at(self, task_id: str) -> float | None:
        """As RQ writes it into the task's hash."""
        raw = self.redis.hget(f"rq:job:{task_id}", "enqueued_at")
        return datetime.fromisoformat(raw.decode()).timestamp() if raw else None


class RQ(OfRQ):
    """Stock RQ: plain functions, pickled."""

    queue_key, results = "rq:queue:default", "rq:results:*"

    def __init__(self) -> None:
        super().__init__()
        from rq import Queue

        from benchmarks.worker.peers import plain

        self._plain, self._queue = plain, Queue("default", connection=self.redis)

    def fill(self, count: int) -> list[str]:
        ids: list[str] = []
        for start in range(0, count, BATCH):
            many = [
                self._queue.prepare_data(self._plain.noop, args=(number,))
                for number in range(start, min(start + BATCH, count))
            ]
            ids += [one.id for one in self._queue.enqueue_many(many)]
        return ids

    def mark(self, queue: str = "default") -> str:
        return str(self._queue.enqueue(self._plain.now).id)

    def value(self, task_id: str) -> Any:
        from rq.job import Job

        return Job.fetch(task_id, connection=self.redis).return_value()


_MARKS = {"default": "bench.now", "second": "bench.now_second", "third": "bench.now_third"}


class Longshore(OfRQ):
    """Our own dispatch, as the web process does it."""

    queue_key, results = "rq:queue:default", "rq:results:*"

    def __init__(self) -> None:
        super().__init__()
        from longshore import catalog
        from longshore.dispatch import Dispatcher

        self._catalog, self._dispatcher = catalog.load(), Dispatcher(self.redis)

    def fill(self, count: int) -> list[str]:
        job, ids = self._catalog.get("bench.noop"), list[str]()
        for start in range(0, count, BATCH):
            many = [{"number": number} for number in range(start, min(start + BATCH, count))]
            ids += [one.task_id for one in self._dispatcher.dispatch_many(job, many)]
        return ids

    def mark(self, queue: str = "default") -> str:
        return self._dispatcher.dispatch(self._catalog.get(_MARKS[queue]), {}).task_id

    def value(self, task_id: str) -> Any:
        from longshore.task import Task

        return Task.fetch(task_id, connection=self.redis).return_value()


class CeleryClient(Client):
    """Celery's delay."""

    queue_key, results = "celery", "celery-task-meta-*"

    def __init__(self) -> None:
        super().__init__()
        from benchmarks.worker.peers import celery_app

        self._tasks = celery_app

    def fill(self, count: int) -> list[str]:
        return [self._tasks.noop.delay(number).id for number in range(count)]

    def mark(self, queue: str = "default") -> str:
        return str(self._tasks.now.delay().id)

    def value(self, task_id: str) -> Any:
        return self._tasks.app.AsyncResult(task_id).get(timeout=5)


class DramatiqClient(Client):
    """Dramatiq's send. Its message is needed to find the result."""

    queue_key, results = "dramatiq:default", "dramatiq-results:*"

    def __init__(self) -> None:
        super().__init__()
        from benchmarks.worker.peers import dramatiq_app

        self._tasks, self._messages = dramatiq_app, dict[str, Any]()

    def fill(self, count: int) -> list[str]:
        return [self._note(self._tasks.noop.send(number)) for number in range(count)]

    def mark(self, queue: str = "default") -> str:
        return self._note(self._tasks.now.send())

    def value(self, task_id: str) -> Any:
        return self._messages[task_id].get_result(backend=self._tasks.results)

    def result_key(self, task_id: str) -> str:
        return str(self._tasks.results.build_message_key(self._messages[task_id]))

    def _note(self, message: Any) -> str:
        self._messages[message.message_id] = message
        return str(message.message_id)


class HueyClient(Client):
    """Huey's call of a task. Its results are fields of one hash."""

    queue_key, results = "huey.redis.bench", "huey.results.bench"

    def __init__(self) -> None:
        super().__init__()
        from benchmarks.worker.peers import huey_app

        self._tasks = huey_app

    def fill(self, count: int) -> list[str]:
        return [str(self._tasks.noop(number).id) for number in range(count)]

    def mark(self, queue: str = "default") -> str:
        return str(self._tasks.now().id)

    def value(self, task_id: str) -> Any:
        return self._tasks.huey.result(task_id, preserve=True)

    def has_result(self, task_id: str) -> bool:
        return bool(self.redis.hexists(self.results, task_id))

    def count_results(self) -> int:
        return int(self.redis.hlen(self.results))


CLIENTS: dict[str, Callable[[], Client]] = {
    "rq": RQ,
    "longshore": Longshore,
    "celery": CeleryClient,
    "dramatiq": DramatiqClient,
    "huey": HueyClient,
}
