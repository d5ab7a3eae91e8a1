"""A slot that is due fires once, as a task of its own, and leaves a record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq_scheduler import Scheduler

from longshore import at, cron, every, fleet, keys, solar, tasks
from longshore.catalog import Catalog, catalog
from longshore.clock import Clock
from longshore.clockwork.keeper import Keeper, NoSource
from longshore.schedules import entries
from longshore.schedules.entries import entry_id, next_due, task_id
from longshore.task import Task
from tests.longshore.clock.conftest import NOON, Declare, House, Time

NAME = "shop.count"


def due(redis: Redis, name: str = NAME) -> datetime:
    """When the schedule fires next."""
    return next_due(redis, [name])[name]


def test_a_schedule_fires_when_due_and_not_before(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m", n=3))
    house.tick(declared)
    time.pass_(seconds=299)
    house.tick(declared)
    assert house.queued() == []
    time.pass_(seconds=1)
    house.tick(declared)
    (made,) = house.queued()
    found = tasks.fetch(house.redis, made)
    assert (found.kwargs, found.meta["schedule"]) == ({"n": 3}, NAME)
    assert found.meta["slot"] == "2026-05-09T12:05:00Z"


def test_a_slots_task_is_named_after_schedule_and_slot(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m", name="nightly"))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    assert house.queued() == [f"slot-nightly-{int(time.now.timestamp())}"]


@pytest.mark.parametrize(("one", "other"), [("a.b", "a-b"), ("a b", "a.b"), ("a-5", "a")])
def test_no_two_schedules_share_an_id(one: str, other: str) -> None:
    assert entry_id(one) != entry_id(other)
    assert task_id(one, NOON) != task_id(other, NOON)
    assert not {entry_id(one), entry_id(other)} & {task_id(one, NOON), task_id(other, NOON)}


def test_a_task_of_a_slot_runs_with_the_retries_and_times_of_its_job(
    declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"), retries=3, timeout="7m", result_ttl="3h", failure_ttl="2d")
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    found = tasks.fetch(house.redis, house.queued()[0])
    assert (found.timeout, found.result_ttl, found.failure_ttl) == (420, 10_800, 172_800)
    assert found.retries_left == 3
    assert len(found.retry_intervals or []) == 3


def test_a_slots_task_has_what_an_enqueue_would_give_it(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m", n=2), retries=1)
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    made = house.redis.hgetall(Task.key_for(house.queued()[0]))
    other = entries.run_now(house.clock(declared)._dispatcher, declared, house.schedule(declared))
    asked = house.redis.hgetall(Task.key_for(other.task_id))
    assert made.keys() == asked.keys()
    same = made.keys() - {b"created_at", b"enqueued_at", b"meta", b"retry_intervals"}
    assert {name: made[name] for name in same} == {name: asked[name] for name in same}


def test_a_task_of_a_slot_runs_to_its_end(
    redis: Redis, time: Time, house: House, work: Callable[..., None]
) -> None:
    declared = Catalog()
    declared.queues["default"] = "tests"
    one = catalog.get("demo.add")
    from dataclasses import replace

    declared.add(replace(one, schedules=(every("5m", a=4, b=5),)))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    (made,) = house.queued()
    work()
    assert tasks.view(redis, made).result == 9


def test_every_run_is_a_task_of_its_own_and_has_its_record(
    declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    for _ in range(3):
        time.pass_(minutes=5)
        house.tick(declared)
    records = house.slots()
    assert [one.slot for one in records] == [NOON + timedelta(minutes=5 * n) for n in (1, 2, 3)]
    assert [one.outcome for one in records] == ["fired"] * 3
    assert [one.task_id for one in records] == house.queued()


def test_the_records_of_the_last_200_slots_are_kept(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every(1))
    clock = house.clock(declared)
    clock.tick()
    for _ in range(5):
        time.pass_(seconds=50)
        clock.tick()
    records = house.slots()
    assert len(records) == keys.SLOTS == 200
    assert records[-1].slot == time.now


def test_an_interval_keeps_to_its_grid(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(minutes=5, seconds=40)
    house.tick(declared)
    assert due(redis) == NOON + timedelta(minutes=10)
    assert house.slots()[0].late_seconds == 40


def test_an_interval_may_have_an_anchor(redis: Redis, declare: Declare, house: House) -> None:
    house.tick(declare(every("1h", anchor="2026-01-01T00:20:00Z")))
    assert due(redis) == NOON + timedelta(minutes=20)


def test_cron_is_in_utc_unless_it_names_a_zone(redis: Redis, declare: Declare, house: House) -> None:
    house.tick(declare(cron("30 2 * * *", name="a"), cron("30 2 * * *", zone="Asia/Tokyo", name="b")))
    assert due(redis, "a") == datetime(2026, 5, 10, 2, 30, tzinfo=UTC)
    assert due(redis, "b") == datetime(2026, 5, 9, 17, 30, tzinfo=UTC)


def test_a_daily_job_in_a_gap_of_summer_time_runs_once(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    time.now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    declared = declare(cron("30 2 * * *", zone="Europe/Berlin"))
    house.tick(declared)
    assert due(redis) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    time.now = due(redis)
    house.tick(declared)
    assert due(redis) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_a_solar_schedule_fires_at_the_suns_events(redis: Redis, declare: Declare, house: House) -> None:
    house.tick(declare(solar("sunset", 52.52, 13.41)))
    assert abs(due(redis) - datetime(2026, 5, 9, 18, 48, tzinfo=UTC)) < timedelta(minutes=3)


def test_a_day_without_the_event_is_skipped_and_said_so(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    time.now = datetime(2026, 6, 21, 0, tzinfo=UTC)
    declared = declare(solar("sunset", 69.65, 18.96))
    house.tick(declared)
    time.now = due(redis)
    house.tick(declared)
    (record,) = house.slots()
    assert record.outcome == "skipped"
    assert "the sun does not set" in record.why
    assert house.queued() == []


def test_once_fires_once_and_is_over(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    declared = declare(at("2026-05-09T12:00:30Z"))
    house.tick(declared)
    time.pass_(seconds=30)
    for _ in range(3):
        house.tick(declared)
        time.pass_(days=1)
    assert len(house.queued()) == 1
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0
    assert list(redis.hgetall(keys.finished())) == [NAME.encode()]


def test_two_clocks_fire_once(declare: Declare, time: Time, house: House, redis_url: str) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(minutes=5)
    clocks = [house.clock(declared, Redis.from_url(redis_url)) for _ in range(4)]
    threads = [threading.Thread(target=one.tick) for one in clocks for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in clocks:
        one.tick()
        one.connection.close()
    assert len(house.queued()) == 1
    assert len(house.slots()) == 1


def test_a_slot_that_two_clocks_have_decided_fires_once(
    declare: Declare, time: Time, house: House, redis: Redis
) -> None:
    """Both hold the lock in turn, and both have read the pending slot: the first one's move counts."""
    declared = declare(every("5m"))
    first = house.clock(declared, name="first")
    first.tick()
    time.pass_(minutes=5)
    second = house.clock(declared, name="second")
    moves = [(house.schedule(declared), _moves(house, declared))]
    first._firing.fire(moves, time.now)
    first.leave()
    second.tick()
    said = second._firing.fire(moves, time.now)
    assert [one.outcome for one in said] == ["moved"]
    assert len(house.queued()) == 1


def test_a_clock_without_the_lock_fires_nothing(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    first, second = house.clock(declared), house.clock(declared)
    first.tick()
    time.pass_(minutes=5)
    moves = [(house.schedule(declared), _moves(house, declared))]
    assert [one.outcome for one in second._firing.fire(moves, time.now)] == ["lost"]
    assert house.queued() == []


def _moves(house: House, declared: Catalog) -> list[Any]:
    from longshore.clockwork import decide

    pending = NOON + timedelta(minutes=5)
    return decide.moves(house.schedule(declared), pending, pending, lambda *_: "")


def test_a_skewed_machine_fires_at_rediss_time(redis: Redis, declare: Declare, house: House) -> None:
    """Without an injected time a clock asks Redis: its own machine's may be a minute off."""
    declared = declare(every("5m"))
    keeper = Keeper(declared, NoSource())
    seen = Clock(connection=redis, catalog=declared, keeper=keeper)._look(None, lead_anyway=True)
    seconds, micros = redis.time()
    assert abs(seen.now.timestamp() - (seconds + micros / 1e6)) < 5


def test_a_clock_says_that_it_lives(redis: Redis, declare: Declare, house: House) -> None:
    house.clock(declare()).tick()
    state = fleet.clock(redis)
    assert state is not None
    assert datetime.fromisoformat(state["beat"]) == NOON
    assert 0 < redis.ttl(keys.clock()) <= keys.CLOCK_TTL


def test_a_clock_that_leaves_lets_another_lead_at_once(redis: Redis, declare: Declare, house: House) -> None:
    declared = declare(every("5m"))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    second.tick()
    assert redis.get(Scheduler.scheduler_lock_key) == b"first"
    first.leave()
    second.tick()
    assert redis.get(Scheduler.scheduler_lock_key) == b"second"


def test_a_standby_takes_over_when_the_lock_has_run_out(redis: Redis, declare: Declare, house: House) -> None:
    declared = declare(every("5m"))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    second.tick()
    assert 0 < redis.pttl(Scheduler.scheduler_lock_key) <= keys.CLOCK_LOCK_TTL * 1000 < 5_000
    redis.delete(Scheduler.scheduler_lock_key)  # what its time to live does
    second.tick()
    assert redis.get(Scheduler.scheduler_lock_key) == b"second"


def test_a_clock_outlives_an_outage_of_redis(declare: Declare) -> None:
    declared = declare(every("5m"))
    away = Clock(
        connection=Redis(host="127.0.0.1", port=1), catalog=declared, keeper=Keeper(declared, NoSource())
    )
    away.run(burst=True)


def test_a_crowd_of_slots_fires_in_one_look(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    declared = declare(*(every("5m", name=f"s{n}") for n in range(300)))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(minutes=5)
    clock.tick()
    assert len(set(house.queued())) == 300


def test_the_next_look_is_when_the_next_slot_is_due(declare: Declare, time: Time, house: House) -> None:
    clock = house.clock(declare(every("5m")), interval=60)
    clock.tick()
    time.pass_(minutes=4, seconds=57)
    assert 2.5 < clock.tick() <= 3.0
    time.pass_(seconds=3)
    assert 59 < clock.tick() <= 60
