"""Schedules stay where they belong: through deploys, edits, a lost entry and a Redis that is emptied."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq_scheduler import Scheduler

from longshore import at, every, keys
from longshore.clockwork.keeper import Keeper
from longshore.schedules.entries import entry_id, next_due
from longshore.schedules.reader import ReadError, Row
from tests.longshore.clock.conftest import NOON, Declare, House, Time

NAME = "shop.count"
EVERY = {"kind": "interval", "every": 300}


def due(redis: Redis, name: str = NAME) -> datetime:
    """When the schedule fires next."""
    return next_due(redis, [name])[name]


def row(name: str, spec: dict[str, Any] | None, **fields: Any) -> Row:
    """What people have changed about a schedule."""
    given = {
        "paused": False, "paused_until": None, "paused_by": "", "deleted": False, "version": 1,
        "created_by": "ann", "created_at": NOON, "changed_by": "ann", "changed_at": NOON,
    }  # fmt: skip
    return Row(name, spec, **(given | fields))


def made(name: str = "mine", **spec: Any) -> Row:
    """A schedule that was made at run time."""
    return row(name, {"job": "shop.count", "trigger": EVERY, **spec})


def test_a_deploy_leaves_an_unchanged_schedule_alone(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    house.tick(declare(every("5m")))
    time.pass_(minutes=4)
    house.tick(declare(every("5m")))
    assert due(redis) == NOON + timedelta(minutes=5)


def test_a_deploy_that_changes_only_parameters_moves_no_run(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    house.tick(declare(every("5m", n=1)))
    time.pass_(minutes=5, seconds=30)  # its slot is due, and no clock has looked
    house.tick(declare(every("5m", n=2)))
    (record,) = house.slots()
    assert (record.slot, record.outcome) == (NOON + timedelta(minutes=5), "fired")


def test_a_deploy_replaces_a_changed_schedule(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    time.pass_(minutes=1)
    house.tick(declare(every("1h")))
    house.tick(declare(every("10m")))
    assert due(redis) == NOON + timedelta(minutes=10)
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 1


def test_a_deploy_cancels_what_is_not_declared_any_more(redis: Redis, declare: Declare, house: House) -> None:
    house.tick(declare(every("5m")))
    house.tick(declare())
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0
    assert redis.hgetall(keys.schedules()) == {}
    assert redis.exists(f"rq:job:{entry_id(NAME)}") == 0


def test_records_of_a_schedule_that_is_gone_stay_for_a_while(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    house.tick(declare())
    assert len(house.slots()) == 1
    assert 0 < redis.ttl(keys.slots(NAME)) <= keys.SLOTS_TTL


def test_schedules_of_others_are_left_alone(redis: Redis, declare: Declare, house: House) -> None:
    stock = Scheduler(connection=redis)
    other = stock.schedule(NOON + timedelta(days=1), "their.function", interval=60)
    house.tick(declare(every("5m")))
    house.tick(declare())
    assert other in stock
    assert redis.exists(other.key)


def test_a_schedule_that_was_made_fires(declare: Declare, time: Time, house: House) -> None:
    declared = declare()
    house.changed = [made(params={"n": 7})]
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    assert [one.outcome for one in house.slots("mine")] == ["fired"]


def test_an_override_holds_until_it_is_taken_back(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.changed = [made(NAME, trigger={"kind": "interval", "every": 7200})]
    house.tick(declared)
    assert due(redis) == NOON + timedelta(hours=2)
    house.changed = []
    house.tick(declared)
    assert due(redis) == NOON + timedelta(minutes=5)


def test_a_deleted_schedule_never_fires(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    house.changed = [row(NAME, None, deleted=True)]
    house.tick(declared)
    time.pass_(hours=1)
    house.tick(declared)
    assert house.queued() == []
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_paused_schedule_skips_and_says_who_paused_it(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    house.changed = [row(NAME, None, paused=True, paused_by="ann")]
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    (record,) = house.slots()
    assert (record.outcome, record.why) == ("skipped", "paused by ann")


def test_a_pause_may_have_an_end(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    until = NOON + timedelta(minutes=10)
    house.changed = [row(NAME, None, paused=True, paused_by="ann", paused_until=until)]
    house.tick(declared)
    for _ in range(3):
        time.pass_(minutes=5)
        house.tick(declared)
    assert [one.outcome for one in house.slots()] == ["skipped", "fired", "fired"]


def test_resuming_moves_no_run(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    house.changed = [row(NAME, None, paused=True, paused_by="ann")]
    house.tick(declared)
    time.pass_(minutes=4)
    house.changed = [row(NAME, None, version=2)]
    house.tick(declared)
    assert due(redis) == NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ({"job": "gone.away", "trigger": EVERY}, "'gone.away' is not in the catalog"),
        ({"job": "shop.count", "trigger": EVERY, "params": {"m": 1}}, "unknown field"),
        ({"job": "shop.count", "trigger": EVERY, "conditions": {"when": "shop.away"}}, "shop.away"),
    ],
)
def test_a_schedule_that_does_not_fit_the_code_misses_its_slots_and_the_rest_fire(
    declare: Declare, time: Time, house: House, spec: dict[str, Any], why: str
) -> None:
    declared = declare(every("5m"))
    house.changed = [row("bad", spec)]
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    (bad,) = house.slots("bad")
    assert bad.outcome == "missed"
    assert why in bad.why
    assert [one.outcome for one in house.slots()] == ["fired"]


def test_it_fires_again_when_the_code_fits_again(declare: Declare, time: Time, house: House) -> None:
    house.changed = [made(params={"n": 1})]
    house.tick(declare())
    time.pass_(minutes=5)
    other = declare()
    other._jobs.clear()
    house.tick(other)
    time.pass_(minutes=5)
    house.tick(declare())
    assert [one.outcome for one in house.slots("mine")] == ["missed", "fired"]


def test_what_sql_has_and_is_no_schedule_stops_nothing(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    house.changed = [row("odd", {"job": "shop.count", "trigger": {"kind": "moon"}})]
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    assert [one.outcome for one in house.slots()] == ["fired"]
    assert "kind" in house.schedule(declared, "odd").fault


def test_flushall_is_repaired_and_each_slot_fires_once(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.changed = [made()]
    clock = house.clock(declared)
    clock.tick()
    time.pass_(minutes=5)
    clock.tick()
    redis.flushall()
    time.pass_(seconds=keys.RECONCILE_INTERVAL)
    clock.tick()
    assert next_due(redis, [NAME, "mine"]) == dict.fromkeys((NAME, "mine"), NOON + timedelta(minutes=10))
    assert house.queued() == []


def test_a_slot_that_falls_into_a_flushall_still_fires(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(minutes=4, seconds=59)
    redis.flushall()
    time.pass_(seconds=2)
    clock.tick()
    clock.tick()
    (record,) = house.slots()
    assert (record.slot, record.outcome) == (NOON + timedelta(minutes=5), "fired")


def test_a_schedule_that_is_over_stays_over_after_a_flushall(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(at("2026-05-09T12:00:30Z"))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(seconds=30)
    clock.tick()
    redis.flushall()
    time.pass_(seconds=30)
    clock.tick()
    clock.tick()
    assert house.queued() == []
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_when_all_clocks_died_with_redis_sql_knows_how_far_they_had_come(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    redis.flushall()
    house.decided = NOON + timedelta(minutes=5)
    time.pass_(minutes=10, seconds=5)
    house.lead(house.clock(declared))
    assert [one.slot for one in house.slots()] == [NOON + timedelta(minutes=10)]


def test_a_standby_leaves_an_emptied_redis_to_the_clock_that_led(
    redis: Redis, declare: Declare, house: House
) -> None:
    declared = declare(every("5m"))
    first, second = house.clock(declared, name="first"), house.clock(declared, name="second")
    first.tick()
    house.decided = NOON
    second.tick()
    redis.flushall()
    second.tick()
    assert redis.get(Scheduler.scheduler_lock_key) is None
    first.tick()
    assert redis.get(Scheduler.scheduler_lock_key) == b"first"


def test_an_entry_that_somebody_has_removed_is_restored(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    Scheduler(connection=redis).cancel(entry_id(NAME))
    redis.delete(f"rq:job:{entry_id(NAME)}")
    house.tick(declared)
    assert due(redis) == NOON + timedelta(minutes=10)
    assert len(house.queued()) == 1


def test_a_score_that_somebody_has_changed_is_put_right(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    clock = house.clock(declared)
    clock.tick()
    redis.zadd(Scheduler.scheduled_jobs_key, {entry_id(NAME): NOON.timestamp() - 60})
    clock.tick()
    assert house.queued() == []
    assert due(redis) == NOON + timedelta(minutes=5)
    redis.zadd(Scheduler.scheduled_jobs_key, {entry_id(NAME): NOON.timestamp() + 86_400})
    time.pass_(seconds=keys.RECONCILE_INTERVAL)
    clock.tick()
    assert due(redis) == NOON + timedelta(minutes=5)


class Away:
    """SQL that does not answer until it is told to."""

    def __init__(self, house: House) -> None:
        self.house, self.away = house, True

    def rows(self) -> Any:
        if self.away:
            raise ReadError("connection refused")
        return self.house.rows()

    def mark(self) -> None:
        return None

    def save_mark(self, until: datetime) -> None:
        raise ReadError("connection refused")

    def close(self) -> None:
        """Nothing is open."""


def test_while_sql_is_away_from_the_start_no_schedule_fires_that_may_be_paused(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    source = Away(house)
    from longshore.clock import Clock

    clock = Clock(connection=redis, catalog=declared, keeper=Keeper(declared, source), now=time)
    clock.tick()
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0
    source.away = False
    time.pass_(seconds=keys.RECONCILE_INTERVAL)
    clock.tick()
    assert due(redis) == NOON + timedelta(minutes=5)


def test_when_sql_goes_away_later_the_schedules_go_on(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    source = Away(house)
    source.away = False
    from longshore.clock import Clock

    clock = Clock(connection=redis, catalog=declared, keeper=Keeper(declared, source), now=time)
    clock.tick()
    source.away = True
    for _ in range(2):
        time.pass_(minutes=5)
        clock.tick()
    assert len(house.queued()) == 2


def test_an_old_entry_of_an_earlier_version_is_dropped(redis: Redis, declare: Declare, house: House) -> None:
    redis.hset(
        "rq:job:schedule-shop-count", mapping={"data": "x", "meta": '{"definition":"d","schedule":"s"}'}
    )
    redis.zadd(Scheduler.scheduled_jobs_key, {"schedule-shop-count": NOON.timestamp() - 1})
    house.tick(declare())
    assert house.queued() == []
    assert redis.exists("rq:job:schedule-shop-count") == 0


def test_a_schedule_declared_for_an_instant_in_the_past_is_over(
    redis: Redis, declare: Declare, house: House
) -> None:
    house.tick(declare(at(datetime(2026, 5, 1, tzinfo=UTC))))
    assert house.queued() == []
    assert redis.hlen(keys.finished()) == 1
