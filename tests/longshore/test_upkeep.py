"""Upkeep removes what has expired, and nothing else."""

from __future__ import annotations

from redis import Redis

from longshore import control, upkeep
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher


def test_ids_of_expired_canceled_tasks_are_removed(redis: Redis, dispatcher: Dispatcher) -> None:
    ids = [one.task_id for one in dispatcher.dispatch_many(catalog.get("demo.add"), [{"a": 1}] * 3)]
    for task_id in ids:
        control.cancel(redis, task_id)
    redis.delete(f"rq:job:{ids[0]}")
    assert upkeep.sweep(redis) == (len(catalog.queues), 1)
    assert {one.decode() for one in redis.zrange("rq:canceled:default", 0, -1)} == set(ids[1:])
