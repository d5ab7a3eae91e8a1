"""What a schedule says of slots that are late, that overlap, that are put off, or that somebody vetoes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from redis import Redis
from rq_scheduler import Scheduler

from longshore import cron, every, tasks
from longshore.clockwork import asker
from longshore.dispatch import Dispatcher
from longshore.schedules.entries import entry_id, next_due
from longshore.task import Task
from longshore.tasks import Status
from tests.longshore.clock.conftest import NOON, Declare, House, Time
from tests.support.waiting import wait_until

NAME = "shop.count"


def outcomes(house: House) -> list[str]:
    """What became of the slots, oldest first."""
    return [one.outcome for one in house.slots()]


def test_a_paused_clock_that_wakes_after_30_seconds_fires_each_slot(
    declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every(1))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(seconds=30)
    clock.tick()
    assert len(house.queued()) == 30
    assert [one.slot for one in house.slots()] == [NOON + timedelta(seconds=n) for n in range(1, 31)]


def test_after_a_long_absence_it_fires_once_and_says_what_was_missed(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(hours=2, minutes=4)
    house.tick(declared)
    assert len(house.queued()) == 1
    assert outcomes(house) == ["missed"] * 23 + ["fired"]
    assert "the slot of 2026-05-09 14:00:00Z runs for it" in house.slots()[0].why
    assert next_due(redis, [NAME])[NAME] == NOON + timedelta(hours=2, minutes=5)


def test_a_slot_on_time_stands_for_those_that_were_missed(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(hours=1)
    house.tick(declared)
    assert outcomes(house) == ["missed"] * 11 + ["fired"]
    assert house.slots()[-1].late_seconds == 0


def test_misfire_may_run_each_up_to_a_limit(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m").options(misfire={"policy": "run_each", "limit": 3}))
    house.tick(declared)
    time.pass_(hours=1, minutes=4)
    house.tick(declared)
    assert outcomes(house) == ["missed"] * 9 + ["fired"] * 3
    assert len(house.queued()) == 3


def test_misfire_may_skip(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m").options(misfire={"policy": "skip"}))
    house.tick(declared)
    time.pass_(hours=1, minutes=4)
    house.tick(declared)
    assert outcomes(house) == ["missed"] * 12
    assert house.queued() == []


def test_a_grace_of_its_own_lets_late_slots_fire(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m").options(misfire={"grace": "1h"}))
    house.tick(declared)
    time.pass_(minutes=29)
    house.tick(declared)
    assert outcomes(house) == ["fired"] * 5


def test_more_slots_than_one_look_takes_all_fire(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every(1).options(misfire={"grace": "1h"}))
    clock = house.clock(declared)
    clock.tick()
    time.pass_(seconds=350)
    for _ in range(5):
        clock.tick()
    assert len(house.queued()) == 350


def test_a_job_without_overlap_skips_a_slot_while_its_task_goes_on(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"), overlap=False)
    house.tick(declared)
    for _ in range(3):
        time.pass_(minutes=5)
        house.tick(declared)
    (made,) = house.queued()
    assert outcomes(house) == ["fired", "skipped", "skipped"]
    assert house.slots()[1].why == f"task {made} has not ended"
    assert redis.zcard("rq:rl:shop.count:rate_limited") == 0


def test_a_slot_fires_again_when_the_last_task_has_ended(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(overlap="skip"))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    redis.hset(Task.key_for(house.queued()[0]), "status", "finished")
    time.pass_(minutes=5)
    house.tick(declared)
    assert outcomes(house) == ["fired", "fired"]


def test_overlap_may_be_allowed_by_the_schedule_alone_where_the_job_allows_it(
    declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m"))
    house.tick(declared)
    for _ in range(3):
        time.pass_(minutes=5)
        house.tick(declared)
    assert len(house.queued()) == 3


def test_overlap_queue_lets_tasks_wait_for_each_other(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(overlap="queue"))
    house.tick(declared)
    for _ in range(3):
        time.pass_(minutes=5)
        house.tick(declared)
    assert outcomes(house) == ["fired"] * 3
    assert len(house.queued()) == 1
    assert redis.zcard("rq:rl:shop.count:rate_limited") == 2


def test_overlap_replace_cancels_the_last_task(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(overlap="replace"))
    house.tick(declared)
    for _ in range(2):
        time.pass_(minutes=5)
        house.tick(declared)
    first, second = (one.task_id for one in house.slots())
    assert first is not None
    assert tasks.view(redis, first).status is Status.CANCELED
    assert house.queued() == [second]


def test_a_unique_jobs_slot_waits_for_its_twin(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m", n=3), unique=True)
    house.tick(declared)
    for _ in range(2):
        time.pass_(minutes=5)
        house.tick(declared)
    (made,) = house.queued()
    assert outcomes(house) == ["fired", "skipped"]
    again = Dispatcher(redis, now=time).dispatch(declared.get(NAME), {"n": 3})
    assert (again.task_id, again.created) == (made, False)


def test_jitter_puts_a_slot_off_by_the_same_time_for_every_clock(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(jitter="60s"))
    house.tick(declared)
    score = redis.zscore(Scheduler.scheduled_jobs_key, entry_id(NAME))
    assert score is not None
    put_off = score - (NOON + timedelta(minutes=5)).timestamp()
    assert 0 <= put_off <= 60
    redis.flushall()
    house.tick(declared)
    assert redis.zscore(Scheduler.scheduled_jobs_key, entry_id(NAME)) == score
    time.now = datetime.fromtimestamp(score, UTC) - timedelta(milliseconds=5)
    house.tick(declared)
    assert house.queued() == []
    time.pass_(milliseconds=6)
    house.tick(declared)
    (record,) = house.slots()
    assert record.slot == NOON + timedelta(minutes=5)
    assert record.late_seconds < 0.01


def test_jitter_differs_between_schedules_and_slots(redis: Redis, declare: Declare, house: House) -> None:
    house.tick(declare(*(every("5m", name=f"s{n}").options(jitter="60s") for n in range(20))))
    scores = {score for _, score in redis.zrange(Scheduler.scheduled_jobs_key, 0, -1, withscores=True)}
    assert len(scores) == 20


def test_an_expired_slot_does_not_fire(declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m").options(expires="20s"))
    house.tick(declared)
    time.pass_(minutes=5, seconds=20)
    house.tick(declared)
    assert outcomes(house) == ["missed"]
    assert "expired" in house.slots()[0].why


def test_a_task_that_has_not_begun_when_it_expires_is_gone(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m").options(expires="20s"))
    house.tick(declared)
    time.pass_(minutes=5, seconds=5)
    house.tick(declared)
    assert redis.ttl(Task.key_for(house.queued()[0])) == 15


def test_a_schedule_of_high_priority_goes_to_the_head_of_its_queue(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    declared = declare(every("5m", name="low"), every("5m", name="high").options(priority="high"))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    assert [one.rpartition("-")[0] for one in house.queued()] == ["slot-high", "slot-low"]


def test_a_holiday_is_skipped_and_named(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    time.now = datetime(2026, 12, 24, 12, tzinfo=UTC)
    declared = declare(cron("0 9 * * *").options(calendar={"of": "US", "rule": "skip"}))
    house.tick(declared)
    time.now = datetime(2026, 12, 25, 9, tzinfo=UTC)
    house.tick(declared)
    (record,) = house.slots()
    assert record.outcome == "skipped"
    assert "Christmas" in record.why


def test_a_market_that_is_closed_skips(redis: Redis, declare: Declare, time: Time, house: House) -> None:
    time.now = datetime(2026, 5, 8, 19, 59, tzinfo=UTC)  # a Friday, New York closes at 20:00 UTC
    declared = declare(every("30m").options(market="NYSE", misfire={"grace": "1h"}))
    house.tick(declared)
    time.pass_(minutes=31)
    house.tick(declared)
    assert outcomes(house) == ["skipped", "skipped"]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of jobs/ with functions that say yes or no."""
    module = ModuleType("tests.longshore.clock.jobs.shop")
    exec(_SHOP, module.__dict__)
    for name in ("is_open", "is_closed", "fails", "hangs", "is_late"):
        getattr(module, name).__module__ = module.__name__
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    return module


_SHOP = """
import threading
from datetime import datetime
asked = []
gate = threading.Event()
def is_open() -> bool: return True
def is_closed() -> bool: return False
def fails() -> bool: raise OSError("no line to the shop")
def hangs() -> bool: return gate.wait(60)
def is_late(slot: datetime) -> bool:
    asked.append(slot)
    return slot.minute >= 10
"""


def settled(house: House, declared: Any, count: int) -> list[Any]:
    """Let clocks look until that many slots are decided."""
    clock = house.clock(declared)

    def look() -> bool:
        clock.tick()
        return len(house.slots()) >= count

    wait_until(look)
    return house.slots()


@pytest.mark.parametrize(
    ("function", "outcome", "why"),
    [
        ("shop.is_open", "fired", ""),
        ("shop.is_closed", "skipped", "shop.is_closed says no"),
        ("shop.fails", "skipped", "shop.fails has failed: OSError: no line to the shop"),
    ],
)
def test_a_function_says_yes_or_no(
    shop: ModuleType, declare: Declare, time: Time, house: House, function: str, outcome: str, why: str
) -> None:
    declared = declare(every("5m").options(when=function))
    house.tick(declared)
    time.pass_(minutes=5)
    (record,) = settled(house, declared, 1)
    assert (record.outcome, record.why) == (outcome, why)


def test_a_function_may_ask_for_the_slot(shop: Any, declare: Declare, time: Time, house: House) -> None:
    declared = declare(every("5m").options(when="shop.is_late"))
    house.tick(declared)
    time.pass_(minutes=5)
    settled(house, declared, 1)
    time.pass_(minutes=5)
    settled(house, declared, 2)
    assert outcomes(house) == ["skipped", "fired"]
    assert shop.asked == [NOON + timedelta(minutes=5), NOON + timedelta(minutes=10)]


def test_a_function_that_hangs_holds_up_nothing_else(
    shop: Any, declare: Declare, time: Time, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asker, "PATIENCE", 0.2)
    declared = declare(every("5m", name="hangs").options(when="shop.hangs"), every("5m", name="fine"))
    house.tick(declared)
    time.pass_(minutes=5)
    clock = house.clock(declared)
    clock.tick()
    clock.tick()
    assert [one.outcome for one in house.slots("fine")] == ["fired"]
    assert house.slots("hangs") == []
    wait_until(lambda: clock.tick() is not None and house.slots("hangs"))
    assert "did not answer" in house.slots("hangs")[0].why
    shop.gate.set()
