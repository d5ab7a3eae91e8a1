"""Enqueuing: all or nothing, once for a key, one for a unique job, later when asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from redis import Redis
from rq import Queue
from rq_scheduler import Scheduler

from longshore import control, tasks
from longshore.catalog import catalog
from longshore.connections import web_client
from longshore.dispatch import Dispatcher
from longshore.errors import IdempotencyConflict, InvalidParameters
from longshore.tasks import Status

NOW = datetime(2026, 5, 9, 12, tzinfo=UTC)


def everything(redis: Redis) -> set[bytes]:
    """All keys in Redis."""
    return set(redis.keys())


def test_an_enqueue_is_one_transaction(redis: Redis, dispatcher: Dispatcher) -> None:
    dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    redis.config_resetstat()
    dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    stats: Any = redis.info("commandstats")
    assert stats["cmdstat_evalsha"]["calls"] == 1
    assert "cmdstat_watch" not in stats


@pytest.mark.parametrize("name", ["demo.add", "kills.again", "stops.count", "maintenance.ping"])
def test_a_task_has_the_hash_that_rq_makes(redis: Redis, name: str) -> None:
    job = catalog.get(name)
    named: dict[str, Any] = {"a": 1, "name": "ü", "book": "", "number": 1}
    given = {one: named[one] for one in job.parameters.model.model_fields if one in named}
    params = job.parameters.payload(job.parameters.check(given))
    made = Dispatcher(redis, rng=random.Random(1)).new_task(job, params)
    with redis.pipeline() as pipe:
        Dispatcher(redis).push(pipe, made)
        pipe.execute()
    ours = Dispatcher(redis, rng=random.Random(1)).dispatch(job, given).task_id
    right, found = redis.hgetall(made.key), redis.hgetall(f"rq:job:{ours}")
    for field in (b"created_at", b"enqueued_at"):
        before, after = (datetime.fromisoformat(one.pop(field).decode()) for one in (right, found))
        assert timedelta(0) <= after - before < timedelta(seconds=30)
    assert found == right
    assert redis.lrange(f"rq:queue:{job.queue}", 0, -1) == [made.id.encode(), ours.encode()]
    assert str(UUID(ours, version=4)) == ours


def test_bad_parameters_write_nothing(redis: Redis, dispatcher: Dispatcher) -> None:
    with pytest.raises(InvalidParameters):
        dispatcher.dispatch(catalog.get("demo.add"), {"b": 1})
    assert everything(redis) == set()


def test_a_batch_is_one_transaction(redis: Redis, dispatcher: Dispatcher) -> None:
    dispatcher.queue("default").get_redis_server_version()
    redis.config_resetstat()
    many = dispatcher.dispatch_many(catalog.get("demo.add"), [{"a": n} for n in range(1000)])
    stats: Any = redis.info("commandstats")
    assert stats["cmdstat_exec"]["calls"] == 1
    assert len({one.task_id for one in many}) == 1000
    assert Queue("default", connection=redis).count == 1000


def test_one_bad_member_of_a_batch_stops_it_all(redis: Redis, dispatcher: Dispatcher) -> None:
    with pytest.raises(InvalidParameters) as caught:
        dispatcher.dispatch_many(catalog.get("demo.add"), [{"a": 1}, {"a": "x"}, {"b": 5}])
    assert [one["field"] for one in caught.value.errors] == ["1.a", "2.a"]
    assert everything(redis) == set()


@pytest.mark.parametrize("size", [0, 1001])
def test_a_batch_has_a_size(dispatcher: Dispatcher, size: int) -> None:
    with pytest.raises(InvalidParameters, match="1 to 1000"):
        dispatcher.dispatch_many(catalog.get("demo.add"), [{"a": 1}] * size)


def test_an_idempotency_key_returns_the_first_task(redis: Redis, dispatcher: Dispatcher) -> None:
    add = catalog.get("demo.add")
    first = dispatcher.dispatch(add, {"a": 1}, idempotency_key="k")
    again = dispatcher.dispatch(add, {"a": 1, "b": 1}, idempotency_key="k")
    assert (again.task_id, again.created) == (first.task_id, False)
    assert Queue("default", connection=redis).count == 1


def test_an_idempotency_key_with_other_parameters_is_a_conflict(dispatcher: Dispatcher) -> None:
    dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        dispatcher.dispatch(catalog.get("demo.add"), {"a": 2}, idempotency_key="k")


def test_an_idempotency_key_belongs_to_its_job(dispatcher: Dispatcher) -> None:
    first = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, idempotency_key="k")
    other = dispatcher.dispatch(catalog.get("demo.echo"), {"value": {}}, idempotency_key="k")
    assert other.created
    assert other.task_id != first.task_id


def test_an_idempotency_key_returns_a_whole_batch(redis: Redis, dispatcher: Dispatcher) -> None:
    add = catalog.get("demo.add")
    first = dispatcher.dispatch_many(add, [{"a": 1}, {"a": 2}], idempotency_key="k")
    again = dispatcher.dispatch_many(add, [{"a": 1}, {"a": 2}], idempotency_key="k")
    assert [one.task_id for one in again] == [one.task_id for one in first]


def test_a_unique_job_has_one_unfinished_task_for_its_parameters(
    redis: Redis, dispatcher: Dispatcher, work: Callable[..., None]
) -> None:
    once = catalog.get("demo.once")
    first = dispatcher.dispatch(once, {"key": "a"})
    assert dispatcher.dispatch(once, {"key": "a", "extra": 0}).task_id == first.task_id
    assert dispatcher.dispatch(once, {"key": "b"}).created
    work("default")
    assert dispatcher.dispatch(once, {"key": "a"}).created


def test_a_unique_job_is_free_again_when_its_task_is_canceled(redis: Redis, dispatcher: Dispatcher) -> None:
    first = dispatcher.dispatch(catalog.get("demo.once"), {"key": "a"})
    control.cancel(redis, first.task_id)
    assert dispatcher.dispatch(catalog.get("demo.once"), {"key": "a"}).created


def test_twins_inside_a_batch_share_a_task(redis: Redis, dispatcher: Dispatcher) -> None:
    many = dispatcher.dispatch_many(catalog.get("demo.once"), [{"key": "a"}, {"key": "b"}, {"key": "a"}])
    assert [one.created for one in many] == [True, True, False]
    assert many[0].task_id == many[2].task_id


def test_a_delayed_task_waits_in_rq_schedulers_set(redis: Redis) -> None:
    dispatcher = Dispatcher(redis, now=lambda: NOW)
    done = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, delay="90s")
    assert (
        redis.zscore(Scheduler.scheduled_jobs_key, done.task_id) == (NOW + timedelta(seconds=90)).timestamp()
    )
    assert tasks.view(redis, done.task_id).status is Status.PENDING
    assert Queue("default", connection=redis).count == 0


@pytest.mark.parametrize("when", [NOW, NOW - timedelta(days=400)])
def test_an_instant_that_is_past_runs_now(redis: Redis, when: datetime) -> None:
    Dispatcher(redis, now=lambda: NOW).dispatch(catalog.get("demo.add"), {"a": 1}, run_at=when)
    assert Queue("default", connection=redis).count == 1


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"delay": "soon"}, "delay"),
        ({"delay": -1}, "delay"),
        ({"delay": "99999999999d"}, "delay"),
        ({"run_at": NOW + timedelta(days=3000)}, "run_at"),
        ({"delay": 1, "run_at": NOW}, "run_at"),
    ],
)
def test_impossible_times_are_named(redis: Redis, options: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidParameters) as caught:
        Dispatcher(redis, now=lambda: NOW).dispatch(catalog.get("demo.add"), {"a": 1}, **options)
    assert [one["field"] for one in caught.value.errors] == [field]
    assert everything(redis) == set()


def test_a_job_without_overlap_has_one_task_in_its_queue(
    redis: Redis, dispatcher: Dispatcher, work: Any
) -> None:
    alone = catalog.get("demo.alone")
    ids = [dispatcher.dispatch(alone, {"name": str(n)}).task_id for n in range(3)]
    assert Queue("default", connection=redis).count == 1
    work("default")
    assert [tasks.view(redis, one).result for one in ids] == ["0", "1", "2"]


def test_parameters_do_not_reach_the_description(redis: Redis, dispatcher: Dispatcher) -> None:
    done = dispatcher.dispatch(catalog.get("demo.fail"), {"message": "<script>"})
    assert tasks.fetch(redis, done.task_id).description == "demo.fail"


def test_every_key_of_ours_has_a_ttl(redis: Redis, dispatcher: Dispatcher) -> None:
    dispatcher.dispatch(catalog.get("demo.once"), {"key": "a"}, idempotency_key="k")
    ours = [key for key in everything(redis) if key.startswith(b"longshore:")]
    assert len(ours) == 2
    assert all(redis.ttl(key) > 0 for key in ours)


def test_an_idempotency_key_with_another_time_is_a_conflict(dispatcher: Dispatcher) -> None:
    dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, idempotency_key="k")
    with pytest.raises(IdempotencyConflict):
        dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, idempotency_key="k", delay="5m")


def test_a_crowd_that_enqueues_a_unique_job_needs_one_connection_each(redis_url: str, redis: Redis) -> None:
    client = web_client(redis_url, pool_size=4, timeout=5)
    dispatcher = Dispatcher(client)
    with ThreadPoolExecutor(16) as pool:
        once = catalog.get("demo.once")
        found = list(pool.map(lambda _: dispatcher.dispatch(once, {"key": "a"}).task_id, range(64)))
    client.connection_pool.disconnect()
    assert len(set(found)) == 1
    assert Queue("default", connection=redis).count == 1
