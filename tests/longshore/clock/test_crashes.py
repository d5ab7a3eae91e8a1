"""A clock that dies, stalls or loses its line at any point of a look: each slot is decided once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from rq.job import Job
from rq_scheduler import Scheduler

from longshore import at, every
from longshore.catalog import catalog
from longshore.clock import Clock
from longshore.dispatch import Dispatcher
from tests.longshore.clock.conftest import NOON, House
from tests.longshore.clock.test_holding import made
from tests.support.broken_line import die, lose
from tests.support.clock_crashes import (
    Outcome,
    Scenario,
    Stage,
    all_the_same,
    check,
    nothing_meddled,
    same_slots,
)

NAIVE = NOON.replace(tzinfo=None)
FIVE = timedelta(seconds=5)


def one_more_slot(house: House, clock: Clock) -> None:
    """A slot fires, and its task does not end."""
    house.time.pass_(seconds=1)
    clock.tick()


def waiting(house: House, one: str, *, key: str = Scheduler.scheduled_jobs_key, **fields: Any) -> None:
    """A task of ours that is due in a second."""
    task = Dispatcher(house.redis).new_task(catalog.get("demo.add"), {"a": 1}, one)
    task.save()
    if fields:
        house.redis.hset(task.key, mapping=fields)
    house.redis.zadd(key, {one: NOON.timestamp() + 1})


def of_others(house: House, _: Clock) -> None:
    """Everything that stock clients put into rq-scheduler."""
    stock = Scheduler("theirs", connection=house.redis, job_class=Job)
    stock.enqueue_at(NAIVE, "their.function", job_id="theirs")
    stock.schedule(NAIVE, "their.function", interval=60, id="again")
    stock.schedule(NAIVE, "their.function", interval=60, repeat=2, id="twice")
    waiting(house, "ours")
    waiting(house, "limited", rate_limit_key="r", rate_limit_concurrency=1)


def retries(house: House, _: Clock) -> None:
    """Delayed retries, also of a job with a limit, and one whose task is gone."""
    for one in ("one", "two"):
        waiting(house, one, key="rq:scheduled:default")
    waiting(house, "limited", key="rq:scheduled:default", rate_limit_key="r", rate_limit_concurrency=1)
    house.redis.zadd("rq:scheduled:default", {"gone": 1})
    house.redis.sadd("rq:queues", "rq:queue:default")


def unfit(house: House, _: Clock) -> None:
    """An entry that cannot be fired between two that can."""
    for one, fields in (("before", {}), ("bad", {"data": '["gone",null,[],{}]'}), ("later", {})):
        waiting(house, one, **fields)


def several(house: House, clock: Clock) -> None:
    """Schedules that were made."""
    house.changed = [made(name, trigger={"kind": "interval", "every": 1}) for name in "abcd"]
    clock.tick()


def edited(house: House) -> None:
    """One of each kind of change: nothing, parameters, timing, deleted, and a new one."""
    every_two = {"kind": "interval", "every": 2}
    house.changed = [
        house.changed[0],
        made("b", trigger={"kind": "interval", "every": 1}, params={"n": 2}, note="more"),
        made("c", trigger=every_two),
        made("e", trigger=every_two),
    ]


def edited_again(house: House) -> None:
    """Each was changed once more: deleted, another timing, other parameters, and again a new one."""
    every_three = {"kind": "interval", "every": 3}
    house.changed = [
        made("b", trigger=every_three),
        made("c", trigger={"kind": "interval", "every": 1}, params={"n": 3}),
        made("e", trigger=every_three, params={"n": 4}),
        made("f", trigger=every_three),
        made("shop.count", trigger=every_three),
    ]


SCENARIOS = {
    "several slots": Scenario((every(1),), seconds=4, meanwhile=edited_again),
    "several schedules": Scenario(
        tuple(every(1, name=name) for name in "abc"), seconds=2, names=("a", "b", "c")
    ),
    "missed": Scenario((every(1).options(misfire={"grace": 1}),), seconds=5),
    "overlap skip": Scenario((every(1).options(overlap="skip"),), begin=one_more_slot, seconds=2),
    "overlap queue": Scenario((every(1).options(overlap="queue"),), begin=one_more_slot, seconds=2),
    "overlap replace": Scenario((every(1).options(overlap="replace"),), begin=one_more_slot),
    "unique": Scenario((every(1),), {"unique": True}, begin=one_more_slot, seconds=2),
    "expires, at the front": Scenario((every(1).options(expires=30, priority="high"),), seconds=2),
    "once": Scenario((at(NOON + timedelta(seconds=1)),)),
    "once, behind a limit": Scenario((at(NOON + timedelta(seconds=1)).options(overlap="queue"),)),
    "of others": Scenario(begin=of_others, names=()),
    "delayed retries": Scenario(begin=retries, names=()),
    "set aside": Scenario(begin=unfit, names=()),
    "hold and cancel": Scenario(begin=several, change=edited, meanwhile=edited_again, names=tuple("abcde")),
}
EMPTIED = [name for name, one in SCENARIOS.items() if one.names]
FEW = ["several slots", "several schedules", "once", "hold and cancel"]
LATE = ["missed", "overlap skip", "once", "of others", "delayed retries", "set aside", "hold and cancel"]


@pytest.fixture(params=SCENARIOS)
def stage(request: pytest.FixtureRequest, redis: Redis, redis_url: str) -> Stage:
    """A stage for one of the scenarios."""
    return Stage(redis, redis_url, SCENARIOS[request.param])


def test_a_death_at_any_point_changes_nothing(stage: Stage) -> None:
    check(stage, stage.undisturbed(), die, all_the_same)


def test_a_lost_answer_at_any_point_changes_nothing(stage: Stage) -> None:
    check(stage, stage.undisturbed(), lose, all_the_same)


@pytest.mark.parametrize("stage", LATE, indirect=True)
def test_a_request_that_arrives_when_its_clock_has_long_looked_again_changes_nothing(stage: Stage) -> None:
    check(stage, stage.undisturbed(), lose, all_the_same, stage.arrive)


def test_a_clock_that_stalls_while_another_takes_over_changes_nothing_when_it_wakes(stage: Stage) -> None:
    def wrong(right: Outcome, found: Outcome) -> list[str]:
        return [*all_the_same(right, found), *nothing_meddled(right, found)]

    check(stage, stage.undisturbed(), stage.stall, wrong)


@pytest.mark.parametrize("stage", ["hold and cancel", "several slots"], indirect=True)
def test_a_clock_that_wakes_undoes_no_edit_that_the_other_one_has_taken_in(stage: Stage) -> None:
    check(stage, stage.undisturbed(), stage.stall_and_edit, nothing_meddled)


@pytest.mark.parametrize("stage", EMPTIED, indirect=True)
def test_a_redis_that_is_emptied_at_any_point_decides_no_slot_twice(stage: Stage) -> None:
    check(stage, stage.undisturbed(), stage.empty, same_slots)


@pytest.mark.parametrize("stage", FEW, indirect=True)
def test_a_redis_that_is_emptied_after_an_answer_was_lost_decides_no_slot_twice(stage: Stage) -> None:
    check(stage, stage.undisturbed(), lose, same_slots, stage.empty)
