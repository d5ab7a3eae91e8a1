"""What somebody has written into Redis or SQL that does not belong there stops nothing but itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from rq_scheduler import Scheduler

from longshore import at, cron, every, keys
from longshore.clockwork import keeper as keeper_module
from longshore.clockwork.keeper import Keeper, NoSource
from longshore.schedules import aside
from longshore.schedules.entries import entry_id
from longshore.triggers.cron import Cron
from tests.longshore.clock.conftest import NOON, Declare, House, Time
from tests.longshore.clock.test_holding import row
from tests.support.waiting import wait_until

NAME, BAD = "shop.count", "bad"
ENTRIES = Scheduler.scheduled_jobs_key
HASH = f"rq:job:{entry_id(BAD)}"


def replaced(redis: Redis, key: str) -> None:
    """Another type of value where ours was."""
    redis.delete(key)
    redis.set(key, "odd")


DAMAGE: dict[str, Callable[[Redis], Any]] = {
    "records of another type": lambda redis: replaced(redis, keys.slots(BAD)),
    "an entry of another type": lambda redis: replaced(redis, HASH),
    "a slot that is no number": lambda redis: redis.hset(HASH, "slot", "garbage"),
    "a slot out of the calendar": lambda redis: redis.hset(HASH, "slot", "99999999999999"),
    "a last task that is no text": lambda redis: redis.hset(HASH, "last_task", b"\xff\xfe"),
    "a revision that is no text": lambda redis: redis.hset(HASH, "revision", b"\xff\xfe"),
    "no fields": lambda redis: redis.delete(HASH),
    "no entry": lambda redis: redis.zrem(ENTRIES, entry_id(BAD)),
    "an id that is no text": lambda redis: redis.zadd(ENTRIES, {b"\xff": 1.0}),
    "a retry whose id is no text": lambda redis: redis.zadd("rq:scheduled:default", {b"\xff": 1.0}),
    "scores out of the calendar": lambda redis: redis.zadd(ENTRIES, {"a": "-inf", "b": -1e308, "c": "+inf"}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damage_stops_nothing_and_is_repaired(
    redis: Redis, declare: Declare, time: Time, house: House, damage: Callable[[Redis], Any]
) -> None:
    clock = house.clock(declare(every("5m"), every("5m", name=BAD)))
    clock.tick()
    damage(redis)
    redis.hset("rq:job:theirs", mapping={"origin": "theirs", "data": "x"})
    redis.zadd(ENTRIES, {"theirs": NOON.timestamp() + 300})
    for _ in range(2):
        time.pass_(minutes=5)
        for _ in range(4):
            clock.tick()
    assert [one.slot for one in house.slots()] == [NOON + timedelta(minutes=n) for n in (5, 10)]
    assert house.queued("theirs") == ["theirs"]
    assert house.slots(BAD)[-1].slot == NOON + timedelta(minutes=10)
    assert clock.tick() > 0.1


def test_what_is_set_aside_can_be_listed_whatever_its_score(
    redis: Redis, declare: Declare, house: House
) -> None:
    redis.hset("rq:job:odd", mapping={"origin": "", "data": "x"})
    redis.zadd(ENTRIES, {"odd": -1e308})
    house.tick(declare())
    (found,) = aside.read(redis)
    assert found.due_at <= NOON


def test_an_entry_of_a_schedule_that_is_over_is_dropped_when_somebody_puts_it_back(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    clock = house.clock(declare(at(NOON + timedelta(seconds=30))))
    clock.tick()
    time.pass_(seconds=30)
    clock.tick()
    redis.zadd(ENTRIES, {entry_id(NAME): NOON.timestamp()})
    clock.tick()
    clock.tick()
    assert redis.zcard(ENTRIES) == 0
    assert len(house.slots()) == 1


def test_an_entry_of_no_schedule_goes_away(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    house.tick(declare(every("5m")))
    redis.delete(keys.schedules())
    time.pass_(minutes=5)
    house.tick(declare())
    assert redis.zcard(ENTRIES) == 0
    assert house.queued() == []


@pytest.mark.parametrize("begun", [True, False], ids=["edited", "new"])
def test_a_schedule_whose_slots_cannot_be_computed_stops_nothing_and_wakes_nobody(
    redis: Redis, declare: Declare, time: Time, house: House, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    declared = declare(every("5m"))
    spec: dict[str, Any] = {"job": NAME, "trigger": {"kind": "cron", "expression": "*/5 * * * *"}}
    house.changed = [row(BAD, spec)] if begun else []
    clock = house.clock(declared)
    clock.tick()
    spec = spec | {"trigger": {"kind": "cron", "expression": "*/10 * * * *"}}
    house.changed = [row(BAD, spec, version=2)]
    redis.incr(keys.schedule_changes())
    time.pass_(minutes=5)
    monkeypatch.setattr(Cron, "after", lambda *_: 1 / 0)
    pauses = [clock.tick() for _ in range(6)]
    assert len(house.slots()) == 1
    assert max(pauses[3:]) > 0.1


def test_a_declared_schedule_whose_slots_cannot_be_computed_stops_nothing(
    declare: Declare, time: Time, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    declared = declare(cron("0 9 * * *", name=BAD), every("5m"))
    monkeypatch.setattr(Cron, "after", lambda *_: 1 / 0)
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    assert len(house.slots()) == 1


def test_a_row_that_cannot_be_read_does_not_end_the_reading(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(NoSource):
        """Has a row that is no JSON, until somebody mends it."""

        asked = 0

        def rows(self) -> Any:
            self.asked += 1
            if self.asked == 1:
                raise ValueError("Expecting value: line 1 column 1 (char 0)")
            return []

    monkeypatch.setattr(keeper_module, "MARK_INTERVAL", 0.01)
    keeper = Keeper(declare(every("5m")), Odd())
    keeper.start()
    try:
        wait_until(lambda: keeper.poke() or keeper.book)
    finally:
        keeper.stop()
