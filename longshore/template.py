"""The hash of a new task, as RQ writes it for a job: made by RQ once, and filled in for each task.

Of a job's tasks only id, parameters, times and jitter differ. RQ makes all the rest anew for each, which
takes longer than the way to Redis and back.
"""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Callable, Mapping
from typing import Any

from redis.client import Pipeline
from rq import Queue

from longshore.catalog import Job
from longshore.instants import stamp
from longshore.scripts import script
from longshore.serializer import Serializer
from longshore.task import Task

_OF_A_TASK = ("created_at", "enqueued_at", "data", "retry_intervals")


class Template:
    """Tasks of one job, for its queue at once.

    Args:
        job: the job; it must allow overlaps, as RQ keeps limited tasks in other places.
        made: a task of it, which RQ has prepared for the queue.
        queue: its queue.
        delays: fresh seconds between its retries.
    """

    def __init__(self, job: Job, made: Task, queue: Queue, delays: Callable[[], list[int]]) -> None:
        self.job = job
        fields = made.to_dict()
        self._fields: dict[Any, Any] = {
            name: value for name, value in fields.items() if name not in _OF_A_TASK
        }
        self._queue, self._delays = queue, delays
        self._script = script(queue.connection, "enqueue.lua")

    def push(self, pipe: Pipeline, payload: Mapping[str, Any]) -> str:
        """Buffer a new task's writes on a transaction; its id."""
        task_id = _new_id()
        pipe.sadd(self._queue.redis_queues_keys, self._queue.key)
        pipe.hset(Task.key_for(task_id), mapping=self._filled(payload))
        pipe.rpush(self._queue.key, task_id)
        return task_id

    def enqueue(self, payload: Mapping[str, Any]) -> str:
        """Put a new task into its queue, in one call; its id."""
        task_id = _new_id()
        fields = [part for field in self._filled(payload).items() for part in field]
        self._script(
            keys=[self._queue.redis_queues_keys, self._queue.key, Task.key_for(task_id)],
            args=[task_id, *fields],
        )
        return task_id

    def _filled(self, payload: Mapping[str, Any]) -> dict[Any, Any]:
        call, at = (self.job.path, None, (), payload), stamp(time.time())
        varying = {
            "created_at": at,
            "enqueued_at": at,
            "data": zlib.compress(Serializer.dumps(call)),
        }
        if self.job.retry.retries:
            varying["retry_intervals"] = Serializer.dumps(self._delays())
        return self._fields | varying


def _new_id() -> str:
    """A random UUID, version 4, as RQ's ids are; the class that Python has for it takes most of the time."""
    digits = os.urandom(16).hex()
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
