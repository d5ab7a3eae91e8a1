"""From which slot a schedule goes on that was edited, lost or brought back: none twice, none left out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq_scheduler import Scheduler

from longshore import every, keys
from longshore.schedules.entries import entry_id
from longshore.schedules.reader import Row
from tests.longshore.clock.conftest import NOON, Declare, House, Time
from tests.longshore.clock.test_holding import row
from tests.support.jobs import doors

NAME = "shop.count"


def mine(seconds: int, at: datetime = NOON, version: int = 1, **spec: Any) -> Row:
    """A schedule that was made at noon, and changed then or later."""
    document = {"job": NAME, "trigger": {"kind": "interval", "every": seconds}, **spec}
    return row("mine", document, version=version, created_at=min(at, NOON), changed_at=at)


def seconds_of(house: House, name: str = "mine") -> list[float]:
    """The slots that were decided, in seconds since noon."""
    return [(one.slot - NOON).total_seconds() for one in house.slots(name)]


def test_an_edit_that_the_clock_learns_of_late_decides_no_slot_again(
    declare: Declare, time: Time, house: House
) -> None:
    """At 10.2 s it is changed to 2 s, and the clock sees it at 15 s, when 12 and 14 are decided."""
    declared, house.changed = declare(), [mine(1, overlap="skip")]
    clock = house.clock(declared)
    clock.tick()
    for second in range(1, 21):
        time.pass_(seconds=1)
        if second == 11:
            house.changed = [mine(2, NOON + timedelta(seconds=10.2), 2, overlap="skip")]
        clock.tick()
    found = seconds_of(house)
    assert found == sorted(set(found))
    assert {*range(1, 11), 12, 14, 16, 18, 20} <= set(found)


@pytest.mark.parametrize("declares", [True, False], ids=["declared", "made"])
def test_a_schedule_that_comes_back_has_missed_nothing(
    declare: Declare, time: Time, house: House, declares: bool
) -> None:
    declared = declare(every("5m", name="mine")) if declares else declare()
    house.changed = [] if declares else [mine(300)]
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    house.changed = [row("mine", None, deleted=True)] if declares else []
    house.tick(declared)
    time.pass_(days=1, minutes=1)
    house.changed = [row("mine", None, changed_at=time.now, version=2)] if declares else [mine(300, time.now)]
    house.tick(declared)
    house.tick(declared)
    assert seconds_of(house) == [300]
    time.pass_(minutes=4)
    house.tick(declared)
    assert seconds_of(house) == [300, 86_400 + 600]


def test_a_deploy_that_brings_a_schedule_back_has_missed_nothing(
    declare: Declare, time: Time, house: House
) -> None:
    house.tick(declare(every("5m", name="mine")))
    time.pass_(minutes=5)
    house.tick(declare(every("5m", name="mine")))
    house.tick(declare())
    time.pass_(days=1, minutes=1)
    house.tick(declare(every("5m", name="mine")))
    house.tick(declare(every("5m", name="mine")))
    assert seconds_of(house) == [300]


def test_a_web_server_that_is_ahead_of_the_time_loses_no_slot(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    clock = house.clock(declare())
    clock.tick()
    house.changed = [mine(1, NOON + timedelta(seconds=50))]
    redis.incr(keys.schedule_changes())
    clock.tick()
    time.pass_(seconds=3)
    clock.tick()
    assert seconds_of(house) == [1, 2, 3]


def test_a_mark_ahead_of_the_time_silences_nothing(declare: Declare, time: Time, house: House) -> None:
    """A machine may once have been a year ahead; SQL keeps the greatest mark."""
    house.decided = NOON + timedelta(days=400)
    clock = house.clock(declare(every("5m", name="mine")))
    house.lead(clock)
    time.pass_(minutes=5)
    clock.tick()
    assert seconds_of(house) == [300]


def test_the_mark_stays_before_a_slot_that_waits_for_an_answer(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    doors.gate.clear()
    clock = house.clock(declare(every("5m").options(when="doors.hangs"), every("5m", name="other")))
    clock.tick()
    time.pass_(minutes=5)
    clock.tick()
    doors.gate.set()
    assert seconds_of(house, "other") == [300]
    assert house.decided is not None
    assert house.decided < NOON + timedelta(minutes=5)


def test_the_mark_hides_no_slot_that_jitter_puts_off(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(jitter="120s"), every(1, name="other"))
    house.tick(declared)
    due: Any = redis.zscore(Scheduler.scheduled_jobs_key, entry_id(NAME))
    time.now = datetime.fromtimestamp(due - 5, tz=NOON.tzinfo)
    house.tick(declared)
    assert time.now > NOON + timedelta(minutes=5)
    assert house.decided == time.now
    redis.flushall()
    house.lead(house.clock(declared))
    assert redis.zscore(Scheduler.scheduled_jobs_key, entry_id(NAME)) == due


def test_an_entry_that_was_cancelled_through_rq_scheduler_goes_on_from_its_pending_slot(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    """Its hash is still there."""
    declared = declare(every("5m", name="mine"))
    house.tick(declared)
    time.pass_(minutes=4, seconds=58)
    Scheduler(connection=redis).cancel(entry_id("mine"))
    time.pass_(seconds=3)
    house.tick(declared)
    house.tick(declared)
    assert seconds_of(house) == [300]


def test_replacing_leaves_the_newest_of_several_slots(declare: Declare, time: Time, house: House) -> None:
    clock = house.clock(declare(every(1, name="mine").options(overlap="replace")))
    clock.tick()
    time.pass_(seconds=5)
    clock.tick()
    assert seconds_of(house) == [1, 2, 3, 4, 5]
    assert [one.task_id for one in house.slots("mine") if one.task_id] == house.queued()
    assert len(house.queued()) == 1
