"""A worker that is registered and connected, as others see one, and runs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from redis import Redis
from rq.worker import Worker

from longshore.task import Task
from tests.support.waiting import wait_until


@contextmanager
def listening(redis: Redis, *queues: str, name: str = "listener", **options: Any) -> Iterator[Worker]:
    """A worker that is there until the block ends; it stays registered, as one that was killed.

    Args:
        redis: a client on its Redis.
        queues: names; `default` if none.
        name: the worker's name.
        options: as RQ's worker takes them.
    """
    worker = Worker(list(queues or ("default",)), name=name, connection=redis, job_class=Task, **options)
    worker.register_birth()
    with redis.pubsub() as held:
        held.subscribe(worker.pubsub_channel_name)
        wait_until(lambda: held.get_message(timeout=1))
        yield worker
