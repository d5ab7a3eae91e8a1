"""Who leads, what a clock remembers and for how long, and how it goes on in a Redis that was emptied."""

from __future__ import annotations

import time as machine
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from rq_scheduler import Scheduler

from longshore import cron, every, keys
from longshore.catalog import Catalog
from longshore.clock import Clock
from longshore.clockwork.keeper import Keeper
from longshore.schedules.entries import entry_id
from longshore.task import Task
from tests.longshore.clock.conftest import NOON, Declare, House, Time
from tests.longshore.clock.test_holding import made
from tests.support.jobs import doors
from tests.support.waiting import wait_until

LOCK = Scheduler.scheduler_lock_key
NAME = "shop.count"


class Threaded(Keeper):
    """A keeper whose thread reads at once when it is told to, and at no other time."""

    @property
    def runs(self) -> bool:
        """It does."""
        return True

    def poke(self, changes: str = "") -> None:
        """Read."""
        super().poke(changes)
        self.refresh()


def stop_for_a_while(redis: Redis, *clocks: Clock) -> None:
    """Their time in a SIGSTOP: the lock has run out, and they do not know."""
    redis.delete(LOCK)
    for clock in clocks:
        clock._led_at -= 10


def emptied(redis: Redis, house: House) -> list[str]:
    """Lose everything; what was in the queue."""
    queued = house.queued()
    redis.flushall()
    return queued


def test_a_former_leader_goes_by_the_mark_and_not_by_what_it_remembers(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    """First led, second leads for 20 minutes and dies as Redis is emptied, first is left."""
    declared = declare(every("5m"))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    stop_for_a_while(redis, first)
    for _ in range(4):
        second.tick()
        time.pass_(minutes=5)
        second.tick()
        first.tick()
    assert len(emptied(redis, house)) == 4
    house.lead(first)
    assert (house.queued(), house.slots()) == ([], [])


@pytest.mark.parametrize("changes", ["", "1"], ids=["never edited", "edited"])
def test_a_standby_reads_the_mark_anew_when_redis_was_emptied(
    redis: Redis, declare: Declare, time: Time, house: House, changes: str
) -> None:
    declared, house.decided = declare(every("5m")), NOON
    if changes:
        redis.set(keys.schedule_changes(), changes)
    first = house.clock(declared, name="first")
    keeper = Threaded(declared, house)
    keeper.poke(changes or "0")
    second = Clock(connection=redis, catalog=declared, keeper=keeper, now=time, name="second")
    house.lead(first)
    for _ in range(4):
        second.tick()
        time.pass_(minutes=5)
        first.tick()
    assert len(emptied(redis, house)) == 4
    house.lead(second)
    assert redis.get(LOCK) == b"second"
    assert (house.queued(), house.slots()) == ([], [])


def test_a_clock_that_has_just_started_leaves_an_emptied_redis_to_the_one_that_led(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    """The mark that it has read is older than what the other one remembers."""
    declared = declare(every(1))
    first = house.clock(declared, name="first")
    first.tick()
    time.pass_(seconds=2)
    first.tick()
    assert len(emptied(redis, house)) == 2
    house.decided = NOON
    house.clock(declared, name="fresh").tick()
    assert redis.get(LOCK) is None
    first.tick()
    first.tick()
    assert house.queued() == []


def test_a_leader_that_slept_does_not_take_an_emptied_redis_before_the_one_that_leads(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    stop_for_a_while(redis, first)
    second.tick()
    redis.flushall()
    first.tick()
    assert redis.get(LOCK) is None
    second.tick()
    assert redis.get(LOCK) == b"second"


def test_a_leader_that_slept_and_leads_again_knows_the_pending_slots_at_once(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    clock = house.clock(declared)
    clock.tick()
    stop_for_a_while(redis, clock)
    clock.tick()
    redis.flushall()
    time.pass_(minutes=5)
    clock.tick()
    clock.tick()
    assert [one.slot for one in house.slots()] == [NOON + timedelta(minutes=5)]


def test_a_lock_that_was_lost_and_found_makes_a_clock_forget(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    """Another one came and went meanwhile, fired a slot, and its entry was lost, too."""
    declared = declare(every("5m"))
    clock = house.clock(declared)
    clock.tick()
    redis.delete(LOCK)
    time.pass_(minutes=5)
    house.tick(declared)
    redis.delete(Task.key_for(house.queued()[0]), Task.key_for(entry_id(NAME)))
    redis.zrem(Scheduler.scheduled_jobs_key, entry_id(NAME))
    time.pass_(seconds=keys.RECONCILE_INTERVAL)
    clock.tick()
    clock.tick()
    assert len(house.slots()) == 1


def test_an_emptying_in_the_middle_of_a_look_leaves_no_mark(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    """Or else the next clock to look would think that all is there."""
    clock = house.clock(declare(every(1)))
    clock.tick()
    time.pass_(seconds=keys.RECONCILE_INTERVAL)
    reconcile = clock._holder.reconcile

    def emptying(*args: Any, **options: Any) -> bool:
        redis.flushall()
        return reconcile(*args, **options)

    clock._holder.reconcile = emptying  # type: ignore[method-assign]
    clock.tick()
    assert redis.exists(keys.clock_mark()) == 0


def test_a_standby_does_not_undo_an_edit_that_the_leader_had_taken_in(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared, house.changed = declare(), [made("mine")]
    keeper = Threaded(declared, house)
    keeper.poke("0")
    first = house.clock(declared, name="first")
    second = Clock(connection=redis, catalog=declared, keeper=keeper, now=time, name="second")
    first.tick()
    second.tick()
    house.changed = []
    redis.incr(keys.schedule_changes())
    first.tick()
    time.pass_(minutes=5)
    first.leave()
    second.tick()
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_clock_that_has_lost_the_lead_cancels_no_task_of_the_one_that_leads(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(overlap="replace"))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    time.pass_(minutes=5)
    make_way = first._firing._make_way

    def late(*args: Any) -> None:
        redis.delete(LOCK)
        second.tick()
        second.tick()
        make_way(*args)

    first._firing._make_way = late  # type: ignore[method-assign]
    first.tick()
    (record,) = house.slots()
    assert house.queued() == [record.task_id]


@pytest.fixture
def answer() -> Iterator[Callable[[], None]]:
    """A function that lets `doors.hangs` answer."""
    doors.gate.clear()
    yield doors.gate.set
    doors.gate.set()


def test_a_question_that_nobody_asks_any_more_keeps_no_clock_awake(
    redis: Redis, declare: Declare, time: Time, house: House, answer: Callable[[], None]
) -> None:
    declared, house.changed = declare(), [made(conditions={"when": "doors.hangs"})]
    clock = house.clock(declared)
    clock.tick()
    time.pass_(minutes=5)
    assert clock.tick() < 0.1
    house.changed = []
    redis.incr(keys.schedule_changes())
    clock.tick()
    assert clock.tick() > 0.1


def test_a_clock_that_lost_the_lead_while_it_asked_can_ask_again(
    redis: Redis, declare: Declare, time: Time, house: House, answer: Callable[[], None]
) -> None:
    declared = declare(*(every("5m", name=f"s{n}").options(when="doors.hangs") for n in range(16)))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    time.pass_(minutes=5)
    first.tick()
    redis.delete(LOCK)
    answer()
    wait_until(lambda: second.tick() is not None and len(house.slots("s15")) == 1)
    second.leave()
    time.pass_(minutes=5)
    wait_until(lambda: first.tick() is not None and len(house.slots("s15")) == 2)
    assert [one.outcome for one in house.slots("s15")] == ["fired", "fired"]


def test_hours_without_a_clock_are_made_up_for_in_looks_that_the_lock_outlives(
    declare: Declare, time: Time, house: House
) -> None:
    """Each schedule has one move, but 200 slots that have to be judged."""
    declared = declare(*(cron("* * * * *", name=f"s{n}") for n in range(500)))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(hours=4)
    began = machine.monotonic()
    clock.tick()
    assert machine.monotonic() - began < keys.CLOCK_LOCK_TTL / 2
    wait_until(lambda: clock.tick() is not None and len(house.queued()) == 500, 30, interval=0)


def test_seconds_without_a_clock_are_made_up_for_in_looks_that_the_lock_outlives(
    declare: Declare, time: Time, house: House
) -> None:
    declared: Catalog = declare(*(every(1, name=f"s{n}") for n in range(100)))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(seconds=30)
    began = machine.monotonic()
    clock.tick()
    assert machine.monotonic() - began < keys.CLOCK_LOCK_TTL / 2
    assert 0 < len(house.queued()) < 3_000
    wait_until(lambda: clock.tick() is not None and len(house.queued()) == 3_000, 30, interval=0)
