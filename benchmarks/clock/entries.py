"""Entries of rq-scheduler, as its stock clients make them; many at once are copies of one that they made."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis
from rq_scheduler import Scheduler

from benchmarks.clock import wanted

FUNCTION = "jobs.bench.noop"
JSON, PICKLED, RECURRING = "one-off, JSON", "one-off, pickled", "interval, pickled"
BATCH = 1_000
HOUR = 3_600


def stock(connection: Redis) -> Scheduler:
    """A stock client."""
    return Scheduler(connection=connection)


def many(connection: Redis, kind: str, count: int, ahead: float) -> int:
    """Put entries into Redis that are due at the same instant.

    Args:
        connection: to Redis.
        kind: `JSON`, `PICKLED` or `RECURRING`.
        count: how many.
        ahead: seconds at least from their tasks being written to all being due.

    Returns:
        When they are due, in whole seconds since 1970.
    """
    one = _one(connection, kind)
    fields: Any = connection.hgetall(one.key)
    connection.delete(one.key, Scheduler.scheduled_jobs_key)
    ids = [str(uuid.uuid4()) for _ in range(count)]
    for some in _batches(ids):
        with connection.pipeline(transaction=False) as pipe:
            for entry in some:
                pipe.hset(f"rq:job:{entry}", mapping=fields)
            pipe.execute()
    due = math.ceil(time.time() + ahead)
    for some in _batches(ids):
        connection.zadd(Scheduler.scheduled_jobs_key, dict.fromkeys(some, due))
    return due


def _batches(ids: list[str]) -> Iterator[list[str]]:
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def _one(connection: Redis, kind: str) -> Any:
    client, at = stock(connection), datetime.now(UTC) + timedelta(hours=1)
    if kind == RECURRING:
        return client.schedule(at, FUNCTION, interval=HOUR)
    if kind == JSON:
        return Scheduler(connection=connection, job_class="longshore.task.Task").enqueue_at(at, FUNCTION)
    return client.enqueue_at(at, FUNCTION)


def recurring(connection: Redis, schedules: str, first: float) -> None:
    """The schedules of `wanted` as interval entries of rq-scheduler, first due at an instant."""
    client = stock(connection)
    for name, seconds in wanted.schedules(schedules):
        client.schedule(datetime.fromtimestamp(first, UTC), FUNCTION, interval=seconds, id=name)


def soon(connection: Redis, seconds: float) -> str:
    """An entry that is due in so many seconds, which stock clients cut to a whole second; its id."""
    entry: str = stock(connection).enqueue_in(timedelta(seconds=seconds), FUNCTION).id
    return entry
