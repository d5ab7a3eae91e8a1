"""Rival clocks, a Redis that is emptied at the worst moment, odd things that others write: still once each.

Each of these was a fault of the clock once.
"""

from __future__ import annotations

import threading
from datetime import timedelta
from types import ModuleType

import pytest
from rq_scheduler import Scheduler

from longshore import at, cron, every, keys
from longshore.clock import Clock
from longshore.clockwork.keeper import Keeper
from longshore.schedules.entries import entry_id
from longshore.schedules.reader import Row
from longshore.task import Task
from tests.longshore.clock.conftest import NOON
from tests.longshore.clock.test_holding import made, row
from tests.support.waiting import wait_until

NAME = "shop.count"


def fired_of(house, name=NAME):
    return [(one.slot - NOON, one.outcome) for one in house.slots(name)]


# A takeover -------------------------------------------------------------------


def test_a_former_leader_that_restores_an_emptied_redis_does_not_go_back(redis, declare, time, house):
    """A led, B led since for 20 minutes; Redis is emptied as B dies; A restores from its old memory."""
    declared = declare(every("5m"))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    redis.delete(Scheduler.scheduler_lock_key)  # a is stopped for a while
    b.tick()
    before = []
    for _ in range(4):
        time.pass_(minutes=5)
        b.tick()
        a.tick()
    before = house.queued()
    assert len(before) == 4
    redis.flushall()  # and b is dead
    house.decided = time.now
    a.tick()
    assert house.queued() == []
    time.pass_(minutes=1)
    house.lead(a)
    assert house.queued() == [], house.slots()


def test_a_standby_that_restores_an_emptied_redis_reads_the_mark_anew(redis, declare, time, house):
    declared = declare(
        every("5m"),
    )
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    house.decided = NOON
    b._keeper.refresh()  # as its thread does at its start
    b.tick()
    for _ in range(4):
        time.pass_(minutes=5)
        a.tick()
        b.tick()
    assert len(house.queued()) == 4
    redis.flushall()
    house.decided = time.now
    time.pass_(minutes=1)
    house.lead(b)
    assert house.queued() == [], house.slots()


def test_a_fresh_clock_leaves_an_emptied_redis_to_the_clock_that_led(redis, declare, time, house):
    """The fresh one would go by the mark in SQL, which is up to 2 s old."""
    declared = declare(every(1))
    a = house.clock(declared, name="a")
    a.tick()
    house.decided = NOON
    for _ in range(2):
        time.pass_(seconds=1)
        a.tick()
    house.decided = NOON + timedelta(seconds=0)  # the mark lags
    assert len(house.queued()) == 2
    redis.flushall()
    fresh = house.clock(declared, name="fresh")
    fresh._keeper.refresh()
    fresh.tick()
    fresh.tick()
    a.tick()
    a.tick()
    assert house.queued() == []


def test_a_standby_does_not_undo_an_edit_that_the_leader_has_taken_in(redis, declare, time, house):
    """Its copy of the book is up to 6 s old when it takes over."""
    declared = declare()

    class Slow:
        def __init__(self):
            self.given = None

        def rows(self):
            return list(self.given)

        def mark(self):
            return None

        def save_mark(self, until):
            pass

        def close(self):
            pass

    own = Slow()
    own.given = [made("mine")]
    a = house.clock(declared, name="a")
    house.changed = [made("mine")]
    b = Clock(connection=redis, catalog=declared, keeper=Keeper(declared, own), now=time, name="b")
    b._keeper.refresh()
    b._keeper._thread = threading.current_thread()  # its thread runs, and reads every few seconds
    a.tick()
    b.tick()
    house.changed = []  # mine is deleted
    redis.incr(keys.schedule_changes())
    a.tick()
    b.tick()
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0
    time.pass_(seconds=301)
    a.leave()
    b.tick()
    b.tick()
    b.tick()
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0, redis.zrange(Scheduler.scheduled_jobs_key, 0, -1)


def test_a_clock_that_has_lost_its_lead_cancels_nothing(redis, declare, time, house):
    declared = declare(every("5m").options(overlap="replace"))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    time.pass_(minutes=5)
    original = a._firing._make_way

    def stopped(schedule, move):
        redis.delete(Scheduler.scheduler_lock_key)  # SIGSTOP, 30 s
        b.tick()
        b.tick()
        original(schedule, move)

    a._firing._make_way = stopped
    a.tick()
    (record,) = house.slots()
    assert house.queued() == [record.task_id]


def test_replace_leaves_one_task_of_several_slots(redis, declare, time, house):
    declared = declare(every(1).options(overlap="replace"))
    a = house.clock(declared)
    a.tick()
    time.pass_(seconds=5)
    a.tick()
    assert len(house.queued()) == 1, house.queued()


# Edits -------------------------------------------------------------------


def test_a_schedule_that_was_deleted_and_is_made_again_has_missed_nothing(redis, declare, time, house):
    declared = declare()
    house.changed = [made("mine")]
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    house.changed = []
    house.tick(declared)
    time.pass_(days=1, minutes=1)
    house.changed = [made("mine", params={"n": 4})]
    house.changed[0] = Row(**{**house.changed[0].__dict__, "changed_at": time.now, "created_at": time.now})
    house.tick(declared)
    house.tick(declared)
    assert [r.outcome for r in house.slots("mine")] == ["fired"], house.slots("mine")[:3]


def test_a_declared_schedule_that_comes_back_has_missed_nothing(redis, declare, time, house):
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    house.changed = [row(NAME, None, deleted=True)]
    house.tick(declared)
    time.pass_(days=1, minutes=1)
    house.changed = [row(NAME, None, deleted=False, changed_at=time.now, version=2)]
    house.tick(declared)
    house.tick(declared)
    assert [r.outcome for r in house.slots()] == ["fired"], house.slots()[:3]


def test_an_edit_that_the_clock_learns_late_decides_no_slot_again(redis, declare, time, house):
    """Edited at 10.2 s, seen at 14 s, by when the old rule had decided 12 and 14."""
    declared = declare()
    house.changed = [made("mine", trigger={"kind": "interval", "every": 1}, overlap="skip")]
    a = house.clock(declared)
    a.tick()
    for _ in range(14):
        time.pass_(seconds=1)
        a.tick()
    house.changed = [
        Row(
            **{
                **made("mine", trigger={"kind": "interval", "every": 2}, overlap="skip").__dict__,
                "version": 2,
                "changed_at": NOON + timedelta(seconds=10.2),
            }
        )
    ]
    for _ in range(6):
        time.pass_(seconds=1)
        a.tick()
    slots = [r.slot for r in house.slots("mine")]
    assert len(slots) == len(set(slots)), fired_of(house, "mine")


def test_a_web_server_whose_clock_is_fast_loses_no_slot(redis, declare, time, house):
    declared = declare()
    a = house.clock(declared)
    a.tick()
    fast = NOON + timedelta(seconds=50)
    house.changed = [
        Row(
            **{
                **made("mine", trigger={"kind": "interval", "every": 1}).__dict__,
                "changed_at": fast,
                "created_at": fast,
            }
        )
    ]
    redis.incr(keys.schedule_changes())
    a.tick()
    for _ in range(5):
        time.pass_(seconds=1)
        a.tick()
    assert len(house.slots("mine")) >= 4, fired_of(house, "mine")


def test_a_mark_in_the_future_stops_nothing(redis, declare, time, house):
    declared = declare(every("5m"))
    house.decided = NOON + timedelta(days=400)
    c = house.clock(declared)
    house.lead(c)
    time.pass_(minutes=5)
    c.tick()
    assert len(house.slots()) == 1


# When -------------------------------------------------------------------


@pytest.fixture
def shop(monkeypatch):
    module = ModuleType("tests.longshore.clock.jobs.shop")
    exec(
        """
import threading
gate = threading.Event()
def hangs() -> bool: return gate.wait(60)
""",
        module.__dict__,
    )
    module.hangs.__module__ = module.__name__
    monkeypatch.setitem(__import__("sys").modules, module.__name__, module)
    yield module
    module.gate.set()


def test_a_question_that_nobody_needs_any_more_is_forgotten(shop, redis, declare, time, house):
    declared = declare(every("5m").options(when="shop.hangs"))
    a = house.clock(declared)
    a.tick()
    time.pass_(minutes=5)
    a.tick()
    assert a._asker.waits
    house.changed = [row(NAME, None, deleted=True)]
    redis.incr(keys.schedule_changes())
    a.tick()
    shop.gate.set()
    for _ in range(5):
        time.pass_(minutes=5)
        a.tick()
    assert not a._asker.waits
    assert a.tick() > 0.1


def test_a_clock_that_lost_its_lead_while_it_asked_can_ask_again(shop, redis, declare, time, house):
    declared = declare(*(every("5m", name=f"s{n}").options(when="shop.hangs") for n in range(16)))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    time.pass_(minutes=5)
    a.tick()
    shop.gate.set()
    redis.delete(Scheduler.scheduler_lock_key)
    for _ in range(3):
        b.tick()
    wait_until(lambda: b.tick() is not None and len(house.slots("s15")) == 1)
    b.leave()
    a.tick()
    time.pass_(minutes=5)
    wait_until(lambda: a.tick() is not None and len(house.slots("s15")) == 2)
    assert [r.outcome for r in house.slots("s15")] == ["fired", "fired"], house.slots("s15")
    a.tick()
    assert not a._asker.waits


# The mark -------------------------------------------------------------------


def test_the_mark_does_not_pass_a_slot_that_waits_for_an_answer(shop, redis, declare, time, house):
    declared = declare(every("5m").options(when="shop.hangs"))
    a = house.clock(declared)
    a.tick()
    time.pass_(minutes=5)
    a.tick()
    a._keeper._write()
    assert house.decided is None or house.decided < time.now
    redis.flushall()  # and a is dead
    shop.gate.set()
    b = house.clock(declared, name="b")
    b.tick()
    time.pass_(seconds=1)
    wait_until(lambda: b.tick() is not None and house.slots(), timeout=2)


def test_the_mark_does_not_hide_a_slot_that_jitter_puts_off(redis, declare, time, house):
    declared = declare(every("5m").options(jitter="120s"), every(1, name="other"))
    a = house.clock(declared)
    a.tick()
    due = redis.zscore(Scheduler.scheduled_jobs_key, entry_id(NAME))
    time.pass_(minutes=5, seconds=1)
    assert due > time.now.timestamp() + 1, "choose another jitter"
    a.tick()
    a._keeper._write()
    redis.flushall()
    b = house.clock(declared, name="b")
    house.lead(b)
    assert redis.zscore(Scheduler.scheduled_jobs_key, entry_id(NAME)) == due


# Flush in the middle -------------------------------------------------------------------


def test_a_flush_between_look_and_reconciling_is_noticed(redis, declare, time, house):
    declared = declare(every(1))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    b.tick()
    time.pass_(seconds=5)
    a.tick()
    b._keeper.refresh()
    time.pass_(seconds=5)
    original = a._holder.reconcile

    def flushed(*args, **options):
        redis.flushall()
        original(*args, **options)

    a._holder.reconcile = flushed
    a._reconciled = None
    a.tick()
    a._holder.reconcile = original
    b.tick()  # before a looks again
    assert redis.get(Scheduler.scheduler_lock_key) is None


# Bad keys -------------------------------------------------------------------


def test_a_key_of_another_type_stops_nothing_else(redis, declare, time, house):
    declared = declare(every("5m"), every("5m", name="other"))
    a = house.clock(declared)
    a.tick()
    redis.set(keys.slots("other"), "odd")
    redis.hset("rq:job:fo", mapping={"origin": "theirs", "data": b"x"})
    redis.zadd(Scheduler.scheduled_jobs_key, {"fo": NOON.timestamp() + 300})
    time.pass_(minutes=5)
    try:
        a.tick()
    except Exception as error:
        print("raised", error)
    assert house.queued("theirs") == ["fo"]


def test_an_entry_hash_of_another_type_stops_nothing_else(redis, declare, time, house):
    declared = declare(every("5m"), every("5m", name="other"))
    house.tick(declared)
    redis.delete(f"rq:job:{entry_id('other')}")
    redis.set(f"rq:job:{entry_id('other')}", "odd")
    time.pass_(minutes=5)
    for _ in range(2):
        try:
            house.tick(declared)
        except Exception as error:
            print("raised", error)
    assert len(house.slots()) == 1


def test_a_pending_slot_that_is_garbage_does_not_end_the_clock(redis, declare, time, house):
    declared = declare(every("5m"))
    house.tick(declared)
    redis.hset(f"rq:job:{entry_id(NAME)}", "slot", "garbage")
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    house.tick(declared)
    assert len(house.slots()) == 1


def test_an_id_that_is_no_text_does_not_end_the_clock(redis, declare, time, house):
    declared = declare(every("5m"))
    house.tick(declared)
    redis.zadd(Scheduler.scheduled_jobs_key, {b"\xff\xfe": 1.0})
    redis.zadd("rq:scheduled:default", {b"\xff\xfe": 1.0})
    time.pass_(minutes=5)
    house.tick(declared)
    assert len(house.slots()) == 1


def test_a_finished_schedules_entry_that_is_put_back_is_dropped(redis, declare, time, house):
    declared = declare(at("2026-05-09T12:00:30Z"))
    a = house.clock(declared)
    a.tick()
    time.pass_(seconds=30)
    a.tick()
    redis.zadd(Scheduler.scheduled_jobs_key, {entry_id(NAME): NOON.timestamp()})
    for _ in range(3):
        a.tick()
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_stray_entry_of_ours_goes_away_at_last(redis, declare, time, house):
    declared = declare(every("5m"))
    house.tick(declared)
    redis.delete(keys.schedules())
    other = declare()
    for _ in range(20):
        time.pass_(minutes=5)
        house.tick(other)
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_schedule_whose_next_slot_cannot_be_computed_stops_nothing_else(
    redis, declare, time, house, monkeypatch
):
    from longshore.triggers.cron import Cron

    declared = declare(cron("0 9 * * *", name="bad"), every("5m"))
    monkeypatch.setattr(Cron, "after", lambda *_: 1 / 0)
    house.tick(declared)
    time.pass_(minutes=5)
    house.tick(declared)
    assert len(house.slots()) == 1


# The keeper -------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_row_that_is_no_json_does_not_end_the_keeper(declare, house, monkeypatch):
    from longshore.clockwork import keeper as module

    monkeypatch.setattr(module, "MARK_INTERVAL", 0.05)
    calls = []

    class Source:
        def rows(self):
            calls.append(1)
            if len(calls) == 1:
                raise ValueError("Expecting value: line 1 column 1")
            return []

        def mark(self):
            return None

        def save_mark(self, until):
            pass

        def close(self):
            pass

    keeper = Keeper(declare(every("5m")), Source())
    keeper.start()

    def again():
        keeper.poke()
        return keeper.book is not None

    try:
        wait_until(again, timeout=2)
    finally:
        keeper.stop()


# Second round ----------------------------------------------------------------------


def test_a_leader_that_was_stopped_for_long_does_not_take_an_emptied_redis_at_once(
    redis, declare, time, house, monkeypatch
):
    """a led, was stopped for 10 s, b leads; Redis is emptied; a wakes and looks before b does."""
    declared = declare(every("5m"))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    redis.delete(Scheduler.scheduler_lock_key)
    b.tick()
    time.pass_(minutes=5)
    b.tick()
    redis.flushall()
    a._led_at -= 10
    a.tick()
    assert redis.get(Scheduler.scheduler_lock_key) is None
    b.tick()
    assert redis.get(Scheduler.scheduler_lock_key) == b"b"


def test_a_schedule_that_cannot_be_held_does_not_make_the_clock_spin(
    redis, declare, time, house, monkeypatch
):
    from longshore.triggers.cron import Cron

    declared = declare(every("5m"))
    house.changed = [made("bad", trigger={"kind": "cron", "expression": "*/5 * * * *"})]
    a = house.clock(declared)
    a.tick()
    house.changed = [
        Row(
            **{
                **made("bad", trigger={"kind": "cron", "expression": "*/10 * * * *"}).__dict__,
                "version": 2,
            }
        )
    ]
    redis.incr(keys.schedule_changes())
    time.pass_(minutes=5)
    monkeypatch.setattr(Cron, "after", lambda *_: 1 / 0)
    pauses = [a.tick() for _ in range(10)]
    assert len(house.slots()) == 1
    assert max(pauses[3:]) > 0.05, pauses


def test_the_mark_is_read_anew_also_when_nothing_was_ever_edited(redis, declare, time, house):
    declared = declare(every(1))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")

    class Threaded(Keeper):
        """A keeper whose thread reads when poked, and every 5 s."""

        @property
        def runs(self):
            return True

        def poke(self, changes=""):
            super().poke(changes)
            self.refresh()

    house.decided = NOON
    b._keeper = Threaded(declared, house)
    b._keeper.poke("0")
    a.tick()
    b.tick()
    for _ in range(4):
        time.pass_(seconds=1)
        a.tick()
        b.tick()
    assert len(house.queued()) == 4
    redis.flushall()  # a has died
    time.pass_(seconds=1)
    for _ in range(12):
        b.tick()
        time.pass_(milliseconds=300)
    slots = [int((r.slot - NOON).total_seconds()) for r in house.slots()]
    assert min(slots) > 4, slots


def test_a_leader_that_takes_the_lead_again_knows_the_slots_at_once(redis, declare, time, house):
    """Its memory was cleared, as the lock had run out; a FLUSHALL soon after must not find it empty."""
    declared = declare(every("5m"))
    a = house.clock(declared, name="a")
    a.tick()
    redis.delete(Scheduler.scheduler_lock_key)
    a._led_at -= 10  # SIGSTOP
    time.pass_(seconds=1)
    a.tick()
    assert a._holder.memory


def test_an_entry_that_was_cancelled_through_rq_scheduler_loses_no_slot(redis, declare, time, house):
    """rq-scheduler's cancel only takes it out of the set: its hash still has the pending slot."""
    declared = declare(every("5m"))
    house.tick(declared)
    time.pass_(minutes=4, seconds=58)
    Scheduler(connection=redis).cancel(entry_id(NAME))
    time.pass_(seconds=3)
    house.tick(declared)
    house.tick(declared)
    assert fired_of(house) == [(timedelta(minutes=5), "fired")]


def test_a_lock_that_was_lost_makes_a_clock_forget_what_it_remembers(redis, declare, time, house):
    """The lock key is gone (failover) and came back to us: somebody else may have led in between."""
    declared = declare(every("5m"))
    a, b = house.clock(declared, name="a"), house.clock(declared, name="b")
    a.tick()
    redis.delete(Scheduler.scheduler_lock_key)
    time.pass_(minutes=5)
    b.tick()
    b.tick()
    b.leave()
    redis.delete(Task.key_for(house.queued()[0]))  # it has run, and its result was not kept
    redis.zrem(Scheduler.scheduled_jobs_key, entry_id(NAME))
    redis.delete(Task.key_for(entry_id(NAME)))
    a._reconciled = None
    a.tick()
    a.tick()
    assert len(house.slots()) == 1, house.slots()


@pytest.mark.parametrize(
    ("field", "value"),
    [("slot", b"99999999999999"), ("last_task", b"\xff\xfe")],
    ids=["slot_out_of_the_calendar", "last_task"],
)
def test_odd_fields_of_an_entry_stop_nothing(redis, declare, time, house, field, value):
    declared = declare(every("5m"), every("5m", name="other"))
    a = house.clock(declared)
    a.tick()
    redis.hset(f"rq:job:{entry_id('other')}", field, value)
    time.pass_(minutes=5)
    for _ in range(4):
        a.tick()
    assert len(house.slots()) == 1
    time.pass_(minutes=5)
    for _ in range(4):
        a.tick()
    assert house.slots("other")


def test_hours_without_a_clock_are_made_up_for_in_looks_that_the_lock_outlives(redis, declare, time, house):
    declared = declare(*(cron("* * * * *", name=f"s{n}") for n in range(500)))
    a = house.clock(declared)
    a.tick()
    time.pass_(hours=4)
    a.tick()
    assert house.queued()  # each look fires what it has decided, so that the lock cannot run out for ever
    for _ in range(40):
        a.tick()
    assert len(house.queued()) == 500
