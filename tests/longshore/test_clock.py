"""The clock: schedules reconciled and fired, one-off runs and retries brought back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq_scheduler import Scheduler

from longshore import cron, every, fleet, job, keys, tasks
from longshore.catalog import Catalog, catalog
from longshore.clock import LOOK, Clock
from longshore.dispatch import Dispatcher
from longshore.schedules import entry_id, next_runs
from longshore.task import Task
from longshore.tasks import Status

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)


class Time:
    """A clock's clock."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def time() -> Time:
    """The time, which stands still unless told to pass."""
    return Time()


Declare = Callable[..., Catalog]


@pytest.fixture
def declare() -> Declare:
    """A function that makes a catalog with a job `shop.count` of these schedules."""

    def made(*schedules: Any, **options: Any) -> Catalog:
        one = Catalog()
        one.queues["default"] = "tests"

        def count(n: int = 1) -> int:
            return n

        count.__module__ = "jobs.shop"
        job(into=one, schedules=schedules, **options)(count)
        one.check()
        return one

    return made


def queued(redis: Redis) -> list[str]:
    """Ids of the tasks in the default queue."""
    return Queue("default", connection=redis).job_ids


def tick(redis: Redis, declared: Catalog, time: Time) -> None:
    """One look of a new clock."""
    Clock(redis, declared, now=time).tick()


def test_a_schedule_fires_when_due_and_not_before(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m", n=3))
    tick(redis, declared, time)
    time.pass_(seconds=299)
    tick(redis, declared, time)
    assert queued(redis) == []
    time.pass_(seconds=1)
    tick(redis, declared, time)
    (task_id,) = queued(redis)
    found = tasks.fetch(redis, task_id)
    assert (found.kwargs, found.meta["schedule"]) == ({"n": 3}, "shop.count")


def test_every_run_is_a_task_of_its_own(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m"))
    tick(redis, declared, time)
    for _ in range(3):
        time.pass_(minutes=5)
        tick(redis, declared, time)
    assert len(set(queued(redis))) == 3


def test_an_interval_keeps_to_its_grid(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m"))
    tick(redis, declared, time)
    time.pass_(minutes=5, seconds=40)
    tick(redis, declared, time)
    assert next_runs(redis, declared) == {"shop.count": NOON + timedelta(minutes=10)}


def test_after_a_long_absence_it_fires_once_and_goes_on(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m"))
    tick(redis, declared, time)
    time.pass_(hours=2, minutes=1)
    tick(redis, declared, time)
    tick(redis, declared, time)
    assert len(queued(redis)) == 1
    assert next_runs(redis, declared)["shop.count"] == NOON + timedelta(hours=2, minutes=5)


def test_cron_is_in_utc(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(cron("30 2 * * *"))
    tick(redis, declared, time)
    assert next_runs(redis, declared)["shop.count"] == datetime(2026, 5, 10, 2, 30, tzinfo=UTC)
    time.now = datetime(2026, 5, 10, 2, 30, tzinfo=UTC)
    tick(redis, declared, time)
    assert len(queued(redis)) == 1
    assert next_runs(redis, declared)["shop.count"] == datetime(2026, 5, 11, 2, 30, tzinfo=UTC)


def test_two_clocks_fire_once(redis: Redis, declare: Declare, time: Time, redis_url: str) -> None:
    declared = declare(every("5m"))
    tick(redis, declared, time)
    time.pass_(minutes=5)
    clocks = [Clock(Redis.from_url(redis_url), declared, now=time) for _ in range(4)]
    threads = [threading.Thread(target=one.tick) for one in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in clocks:
        one.tick()
        one.connection.close()
    assert len(queued(redis)) == 1


def test_a_deploy_leaves_an_unchanged_schedule_alone(redis: Redis, declare: Declare, time: Time) -> None:
    tick(redis, declare(every("5m")), time)
    time.pass_(minutes=4)
    tick(redis, declare(every("5m")), time)
    assert next_runs(redis, declare(every("5m")))["shop.count"] == NOON + timedelta(minutes=5)


def test_a_deploy_replaces_a_changed_schedule(redis: Redis, declare: Declare, time: Time) -> None:
    tick(redis, declare(every("5m")), time)
    tick(redis, declare(every("7m")), time)
    assert next_runs(redis, declare(every("7m")))["shop.count"] == NOON + timedelta(minutes=7)
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 1


def test_a_deploy_cancels_what_is_not_declared_any_more(redis: Redis, declare: Declare, time: Time) -> None:
    tick(redis, declare(every("5m")), time)
    tick(redis, declare(), time)
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0
    assert redis.hgetall(keys.schedules()) == {}
    assert redis.exists(f"rq:job:{entry_id('shop.count')}") == 0


def test_schedules_of_others_are_left_alone(redis: Redis, declare: Declare, time: Time) -> None:
    stock = Scheduler(connection=redis)
    other = stock.schedule(NOON + timedelta(days=1), "their.function", interval=60)
    tick(redis, declare(every("5m")), time)
    tick(redis, declare(), time)
    assert other in stock
    assert redis.exists(other.key)


def test_flushall_is_repaired(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m"))
    clock = Clock(redis, declared, now=time)
    clock.tick()
    redis.flushall()
    time.pass_(seconds=keys.RECONCILE_INTERVAL)
    clock.tick()
    assert list(next_runs(redis, declared)) == ["shop.count"]


def test_a_job_without_overlap_skips_a_slot_while_it_runs(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m"), overlap=False)
    tick(redis, declared, time)
    for _ in range(3):
        time.pass_(minutes=5)
        tick(redis, declared, time)
    assert len(queued(redis)) == 1
    assert redis.zcard("rq:rl:shop.count:rate_limited") == 0


def test_a_broken_entry_does_not_stop_the_rest(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m"))
    tick(redis, declared, time)
    redis.hset(f"rq:job:{entry_id('shop.count')}", "meta", '{"schedule":"gone.away","definition":"x"}')
    later = Dispatcher(redis, now=time).dispatch(catalog.get("demo.add"), {"a": 1}, delay="5m")
    time.pass_(minutes=5)
    tick(redis, declared, time)
    assert queued(redis) == [later.task_id]


def test_an_entry_whose_task_is_gone_is_dropped(redis: Redis, declare: Declare, time: Time) -> None:
    redis.zadd(Scheduler.scheduled_jobs_key, {"ghost": NOON.timestamp()})
    tick(redis, declare(), time)
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_delayed_task_runs_when_it_is_due(redis: Redis, time: Time, work: Callable[..., None]) -> None:
    done = Dispatcher(redis, now=time).dispatch(catalog.get("demo.add"), {"a": 1}, delay="90s")
    tick(redis, catalog, time)
    assert queued(redis) == []
    time.pass_(seconds=90)
    tick(redis, catalog, time)
    work()
    assert tasks.view(redis, done.task_id).result == 2
    assert done.task_id.encode() not in redis.zrange(Scheduler.scheduled_jobs_key, 0, -1)


def test_entries_made_through_rq_schedulers_api_fire(redis: Redis, declare: Declare, time: Time) -> None:
    stock = Scheduler(connection=redis, job_class=Task)
    once = stock.enqueue_at(NOON.replace(tzinfo=None), "their.function")
    again = stock.schedule(NOON.replace(tzinfo=None), "their.function", interval=60)
    tick(redis, declare(), time)
    assert set(queued(redis)) == {once.id, again.id}
    assert again in stock
    assert once not in stock


def test_an_entry_that_is_pickled_is_left_to_a_stock_scheduler(
    redis: Redis, declare: Declare, time: Time
) -> None:
    stock = Scheduler(connection=redis)
    entry = stock.schedule(NOON.replace(tzinfo=None), "their.function", interval=60)
    before = redis.zscore(Scheduler.scheduled_jobs_key, entry.id)
    tick(redis, declare(), time)
    assert queued(redis) == []
    assert redis.zscore(Scheduler.scheduled_jobs_key, entry.id) == before
    stock.enqueue_job(entry)
    assert queued(redis) == [entry.id]


def test_a_delayed_retry_is_brought_back(redis: Redis, work: Callable[..., None], tmp_path: Any) -> None:
    time = Time()
    time.now = datetime.now(UTC)
    done = Dispatcher(redis).dispatch(catalog.get("demo.later"), {"counter": str(tmp_path / "n")})
    work()
    assert tasks.view(redis, done.task_id).status is Status.RETRY
    tick(redis, catalog, time)
    assert queued(redis) == []
    time.pass_(seconds=67)  # a minute, and jitter of at most a tenth of it
    tick(redis, catalog, time)
    assert queued(redis) == [done.task_id]
    work()
    assert tasks.view(redis, done.task_id).result == 2


def test_a_clock_says_that_it_lives(redis: Redis, declare: Declare, time: Time) -> None:
    tick(redis, declare(), time)
    state = fleet.clock(redis)
    assert state is not None
    assert datetime.fromisoformat(state["beat"]) == NOON
    assert 0 < redis.ttl(keys.clock()) <= keys.CLOCK_TTL


def test_a_clock_outlives_an_outage_of_redis(declare: Declare) -> None:
    away = Redis(host="127.0.0.1", port=1)
    Clock(away, declare(every("5m"))).run(burst=True)


def test_a_unique_jobs_schedule_waits_for_its_twin(redis: Redis, declare: Declare, time: Time) -> None:
    declared = declare(every("5m", n=3), unique=True)
    tick(redis, declared, time)
    for _ in range(2):
        time.pass_(minutes=5)
        tick(redis, declared, time)
    (task_id,) = queued(redis)
    again = Dispatcher(redis, now=time).dispatch(declared.get("shop.count"), {"n": 3})
    assert (again.task_id, again.created) == (task_id, False)


def test_a_damaged_retry_does_not_stop_the_others(redis: Redis, time: Time) -> None:
    made = Dispatcher(redis, now=time).dispatch_many(catalog.get("demo.add"), [{"a": 1}] * 3)
    ids = [one.task_id for one in made]
    redis.delete("rq:queue:default")
    redis.zadd("rq:scheduled:default", dict.fromkeys(ids, 1))
    redis.hset(f"rq:job:{ids[1]}", mapping={"created_at": "garbage", "retries_left": "x"})
    tick(redis, catalog, time)
    assert set(queued(redis)) == set(ids)
    assert redis.zcard("rq:scheduled:default") == 0


def test_a_crowd_that_is_due_takes_several_looks(redis: Redis, time: Time) -> None:
    dispatcher = Dispatcher(redis, now=time)
    for _ in range(LOOK + 1):
        dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, delay="1m")
    clock = Clock(redis, catalog, now=time)
    time.pass_(minutes=1)
    assert clock.tick() is True
    assert clock.tick() is False
    assert len(queued(redis)) == LOOK + 1
