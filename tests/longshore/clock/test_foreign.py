"""What others put into rq-scheduler and RQ's registries fires as they expect it; what cannot is set aside."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq import Queue, Retry
from rq.job import Job
from rq_scheduler import Scheduler

from longshore import events, keys, tasks
from longshore.catalog import catalog
from longshore.clockwork import foreign
from longshore.clockwork.look import MOST
from longshore.dispatch import Dispatcher
from longshore.errors import UnknownTask
from longshore.schedules import aside
from longshore.task import Task
from longshore.tasks import Status
from tests.longshore.clock.conftest import NOON, Declare, House, Time

NAIVE = NOON.replace(tzinfo=None)
PAST = "their.function"


def score(redis: Redis, one: str) -> float | None:
    """When an entry is due."""
    return redis.zscore(Scheduler.scheduled_jobs_key, one)  # type: ignore[return-value]


def test_a_delayed_task_runs_when_it_is_due(
    redis: Redis, time: Time, house: House, work: Callable[..., None]
) -> None:
    done = Dispatcher(redis, now=time).dispatch(catalog.get("demo.add"), {"a": 1}, delay="90s")
    house.tick(catalog)
    assert house.queued() == []
    time.pass_(seconds=90)
    house.tick(catalog)
    work()
    assert tasks.view(redis, done.task_id).result == 2
    assert score(redis, done.task_id) is None


def test_a_crowd_that_is_due_takes_several_looks(redis: Redis, time: Time, house: House) -> None:
    dispatcher = Dispatcher(redis, now=time)
    for _ in range(MOST + 1):
        dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, delay="1m")
    clock = house.clock(catalog)
    time.pass_(minutes=1)
    assert clock.tick() == 0
    assert clock.tick() > 0
    assert len(house.queued()) == MOST + 1


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of crontab, as rq-scheduler calls it
@pytest.mark.parametrize("job_class", [Job, Task], ids=["pickled", "JSON"])
def test_entries_made_through_rq_schedulers_api_fire(
    redis: Redis, declare: Declare, house: House, job_class: type[Job]
) -> None:
    stock = Scheduler("theirs", connection=redis, job_class=job_class)
    once = stock.enqueue_at(NAIVE, PAST, 1, two=2)
    soon = stock.enqueue_in(timedelta(seconds=-5), PAST)
    again = stock.schedule(NAIVE, PAST, interval=60)
    lines = stock.cron("* * * * *", PAST)
    redis.zadd(Scheduler.scheduled_jobs_key, {soon.id: NOON.timestamp() - 5, lines.id: NOON.timestamp() - 1})
    house.tick(declare())
    assert set(house.queued("theirs")) == {once.id, soon.id, again.id, lines.id}
    assert score(redis, once.id) is score(redis, soon.id) is None
    assert score(redis, again.id) == NOON.timestamp() + 60
    assert score(redis, lines.id) == NOON.timestamp() + 60
    assert job_class.fetch(once.id, connection=redis).args in ((1,), [1])


def test_a_stock_worker_runs_what_a_stock_client_has_pickled(
    redis: Redis, declare: Declare, house: House
) -> None:
    entry = Scheduler("theirs", connection=redis).enqueue_at(NAIVE, "operator.add", 2, 3)
    house.tick(declare())
    job = Job.fetch(entry.id, connection=redis)
    assert (job.get_status(), job.origin, job.timeout) == ("queued", "theirs", 180)
    assert job.perform() == 5


def test_a_pickle_is_never_unpickled(redis: Redis, declare: Declare, house: House, tmp_path: Any) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return open, (str(tmp_path / "pwned"), "w")

    entry = Scheduler("theirs", connection=redis).enqueue_at(NAIVE, PAST)
    redis.hset(entry.key, mapping={"meta": pickle.dumps({"interval": Bomb()}), "data": pickle.dumps(Bomb())})
    house.tick(declare())
    assert not (tmp_path / "pwned").exists()
    assert "nor a pickle of plain values" in aside.read(redis)[0].reason


@pytest.mark.parametrize("job_class", [Job, Task], ids=["pickled", "JSON"])
def test_a_repeated_entry_repeats_as_often_as_it_says(
    redis: Redis, declare: Declare, time: Time, house: House, job_class: type[Job]
) -> None:
    stock = Scheduler("theirs", connection=redis, job_class=job_class)
    entry = stock.schedule(NAIVE, PAST, interval=60, repeat=2)
    fired = []
    for _ in range(4):
        house.tick(declare())
        fired += house.queued("theirs")
        redis.delete("rq:queue:theirs")
        time.pass_(minutes=1)
    assert fired == [entry.id] * 2
    assert score(redis, entry.id) is None


def test_an_interval_entry_keeps_to_its_grid(
    redis: Redis, declare: Declare, time: Time, house: House
) -> None:
    entry = Scheduler("theirs", connection=redis).schedule(NAIVE, PAST, interval=60)
    time.pass_(minutes=10, seconds=30)
    house.tick(declare())
    assert score(redis, entry.id) == NOON.timestamp() + 660
    assert house.queued("theirs") == [entry.id]


def test_at_front_goes_to_the_head(redis: Redis, declare: Declare, house: House) -> None:
    stock = Scheduler("theirs", connection=redis)
    last = stock.enqueue_at(NAIVE, PAST)
    first = stock.schedule(NAIVE, PAST, at_front=True)
    redis.zadd(Scheduler.scheduled_jobs_key, {first.id: NOON.timestamp() - 1, last.id: NOON.timestamp() - 2})
    house.tick(declare())
    assert house.queued("theirs") == [first.id, last.id]


def test_an_entry_that_waits_for_another_job_is_deferred(
    redis: Redis, declare: Declare, house: House
) -> None:
    queue = Queue("theirs", connection=redis)
    before = queue.enqueue(PAST)
    entry = Scheduler("theirs", connection=redis).enqueue_at(NAIVE, PAST, depends_on=before)
    house.tick(declare())
    assert queue.job_ids == [before.id]
    assert Job.fetch(entry.id, connection=redis).get_status() == "deferred"
    assert score(redis, entry.id) is None


def test_an_entry_whose_task_is_gone_is_dropped(redis: Redis, declare: Declare, house: House) -> None:
    redis.zadd(Scheduler.scheduled_jobs_key, {"ghost": NOON.timestamp()})
    house.tick(declare())
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_delayed_retry_is_brought_back(
    redis: Redis, house: House, work: Callable[..., None], tmp_path: Any
) -> None:
    house.time.now = datetime.now(UTC)
    done = Dispatcher(redis).dispatch(catalog.get("demo.later"), {"counter": str(tmp_path / "n")})
    work()
    assert tasks.view(redis, done.task_id).status is Status.RETRY
    house.tick(catalog)
    assert house.queued() == []
    house.time.pass_(seconds=67)  # a minute, and jitter of at most a tenth of it
    house.tick(catalog)
    assert house.queued() == [done.task_id]
    work()
    assert tasks.view(redis, done.task_id).result == 2


def test_rqs_own_scheduled_jobs_run_without_a_worker_that_schedules(
    redis: Redis, declare: Declare, house: House
) -> None:
    """Also in a queue that the catalog does not have, and pickled."""
    queue = Queue("theirs", connection=redis)
    job = queue.enqueue_at(NOON - timedelta(seconds=1), "operator.add", 2, 3, retry=Retry(1, interval=60))
    limited = queue.enqueue_at(NOON, "operator.add", 2, 3)
    redis.hset(limited.key, mapping={"rate_limit_key": "r", "rate_limit_concurrency": 1})
    house.tick(declare())
    assert set(queue.job_ids) == {job.id, limited.id}
    assert redis.zcard("rq:scheduled:theirs") == 0
    assert Job.fetch(job.id, connection=redis).get_status() == "queued"


def test_a_queue_whose_worker_schedules_is_left_to_it(redis: Redis, declare: Declare, house: House) -> None:
    queue = Queue("theirs", connection=redis)
    queue.enqueue_at(NOON - timedelta(seconds=1), PAST)
    redis.set("rq:scheduler-lock:theirs", "a worker", ex=60)
    house.tick(declare())
    assert queue.job_ids == []
    redis.delete("rq:scheduler-lock:theirs")
    house.tick(declare())
    assert len(queue.job_ids) == 1


def test_a_damaged_retry_does_not_stop_the_others(redis: Redis, time: Time, house: House) -> None:
    made = Dispatcher(redis, now=time).dispatch_many(catalog.get("demo.add"), [{"a": 1}] * 3)
    ids = [one.task_id for one in made]
    redis.delete("rq:queue:default")
    redis.zadd("rq:scheduled:default", dict.fromkeys(ids, 1))
    redis.hset(f"rq:job:{ids[1]}", mapping={"created_at": "garbage", "retries_left": "x"})
    house.tick(catalog)
    assert set(house.queued()) == set(ids)
    assert redis.zcard("rq:scheduled:default") == 0


BAD: dict[str, Any] = {
    "unknown job": ({"data": '["jobs.gone.away",null,[],{}]'}, "There is no job named 'jobs.gone.away'"),
    "does not bind": ({"data": '["demo.add",null,[],{"b":2}]'}, "a: Field required"),
    "no queue": ({"origin": ""}, "names no queue"),
    "no payload": ({"data": None}, "has no payload"),
    "meta": ({"meta": "\x00garbage"}, "neither JSON nor a pickle"),
    "interval": ({"meta": '{"interval":"often"}'}, "ValueError"),
}


@pytest.mark.parametrize(("fields", "reason"), BAD.values(), ids=BAD)
def test_a_bad_entry_is_set_aside_with_its_reason_and_the_rest_fire(
    redis: Redis, time: Time, house: House, fields: dict[str, Any], reason: str
) -> None:
    dispatcher = Dispatcher(redis, now=time)
    bad = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, delay="5m").task_id
    good = dispatcher.dispatch(catalog.get("demo.add"), {"a": 2}, delay="5m").task_id
    for name, value in fields.items():
        redis.hdel(Task.key_for(bad), name) if value is None else redis.hset(Task.key_for(bad), name, value)
    time.pass_(minutes=5)
    house.tick(catalog)
    assert house.queued() == [good]
    (found,) = aside.read(redis)
    assert found.entry_id == bad
    assert reason in found.reason
    assert found.due_at == NOON + timedelta(minutes=5)
    assert [event.outcome for _, event in events.read(redis)] == ["set_aside"]


def planted(redis: Redis, house: House) -> str:
    """An entry that is set aside, as its job is unknown."""
    one = Dispatcher(redis, now=house.time).dispatch(catalog.get("demo.add"), {"a": 1}, delay="5m").task_id
    redis.hset(Task.key_for(one), "data", '["demo.gone",null,[],{"a":1}]')
    house.time.pass_(minutes=5)
    house.tick(catalog)
    return one


def test_what_was_set_aside_can_be_put_back(redis: Redis, house: House) -> None:
    one = planted(redis, house)
    redis.hset(Task.key_for(one), "data", '["demo.add",null,[],{"a":1}]')
    aside.put_back(redis, one)
    house.tick(catalog)
    assert house.queued() == [one]
    assert aside.count(redis) == 0


def test_what_was_set_aside_can_be_discarded(redis: Redis, house: House) -> None:
    one = planted(redis, house)
    aside.discard(redis, one)
    assert tasks.view(redis, one).status is Status.CANCELED
    assert redis.ttl(Task.key_for(one)) > 0
    with pytest.raises(UnknownTask):
        aside.discard(redis, one)


def test_when_too_many_are_set_aside_an_entry_waits(
    redis: Redis, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "ASIDE", 0)
    one = planted(redis, house)
    assert aside.count(redis) == 0
    assert score(redis, one) == house.time.now.timestamp() + foreign.AGAIN


def test_a_hash_that_is_none_is_dropped_or_set_aside_but_stops_nothing(
    redis: Redis, time: Time, house: House
) -> None:
    redis.set("rq:job:odd", "a string")
    redis.zadd(Scheduler.scheduled_jobs_key, {"odd": NOON.timestamp() - 1})
    good = Dispatcher(redis, now=time).dispatch(catalog.get("demo.add"), {"a": 2}, delay="5m").task_id
    time.pass_(minutes=5)
    house.tick(catalog)
    assert house.queued() == [good]
    assert score(redis, "odd") is None
