"""A task that is claimed ahead: it goes back when the one before it lasts, and no crash counts against it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job

from longshore import events, recovery
from longshore.boundary import Boundary, Phase
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.held import TakenBack
from longshore.steps import Claimed, Steps
from longshore.task import DEATHS
from longshore.worker import LongshoreWorker
from tests.chaos.leftovers import leftovers
from tests.longshore.test_deadlines import ended, noted, read, start
from tests.support.live_worker import Patient, working
from tests.support.stopping import begun_mark, many
from tests.support.waiting import wait_until

QUEUES = ["rq:queue:default"]
SOON = float("inf")
"""Every task has begun before this."""


@pytest.fixture
def worker(redis: Redis) -> Iterator[LongshoreWorker]:
    """A worker that is registered and does nothing."""
    one = LongshoreWorker(["default"], connection=redis, name="w1")
    one.register_birth()
    yield one
    one.register_death()


@pytest.fixture
def steps(worker: LongshoreWorker) -> Iterator[Steps]:
    """The steps of its horse."""
    one = worker.steps(lambda: False, connected=lambda connection: None)
    yield one
    one.close()


@pytest.fixture
def two(dispatcher: Dispatcher) -> list[str]:
    """Two tasks that wait."""
    declared = catalog.get("kills.well")
    return [dispatcher.dispatch(declared, {"name": one, "book": ""}).task_id for one in "ab"]


def claim(steps: Steps, *, ahead: bool = False, begins: str = "") -> Claimed:
    """Claim a task that must be there."""
    steps.send(QUEUES, None, claim=True, ahead=ahead, begins=begins)
    claimed = steps.receive().claimed
    assert claimed is not None
    return claimed


def page(runs: Claimed, holds: Claimed) -> Boundary:
    """The page of a horse that runs one and holds another."""
    boundary = Boundary()
    boundary.run(runs.task_id, runs.execution_id, 0, time.monotonic(), 60, holds.execution_id)
    return boundary


def test_a_task_is_on_record_as_held_until_it_begins(redis: Redis, two: list[str], steps: Steps) -> None:
    claim(steps)
    held = claim(steps, ahead=True)
    job = Job.fetch(held.task_id, connection=redis, serializer="json")
    assert (job.get_status(), job.started_at) == ("started", None)
    steps.send(QUEUES, None, claim=False, begins=held.task_id)
    steps.receive()
    job.refresh()
    assert job.started_at is not None


def test_a_task_that_was_taken_away_does_not_begin(redis: Redis, two: list[str], steps: Steps) -> None:
    claim(steps)
    held = claim(steps, ahead=True)
    key = f"rq:job:{held.task_id}"
    redis.delete(key)
    steps.send(QUEUES, None, claim=False, begins=held.task_id)
    steps.receive()
    assert not redis.exists(key)


def test_the_death_of_its_worker_is_not_counted_against_a_held_task(
    redis: Redis, two: list[str], steps: Steps, worker: LongshoreWorker
) -> None:
    runs, held = claim(steps), claim(steps, ahead=True)
    for key in redis.keys("rq:execution:*"):
        redis.delete(key)
    assert sorted(recovery.abandoned(redis, "default")) == sorted(two)
    for task_id in two:
        worker.take_up(task_id, "its worker is gone")
    assert redis.hget(f"rq:job:{runs.task_id}", DEATHS) == b"1"
    assert redis.hget(f"rq:job:{held.task_id}", DEATHS) is None
    assert [one.task_id for _, one in events.read(redis)] == [runs.task_id]


def test_what_waits_behind_a_long_task_goes_back_to_the_head(
    redis: Redis, two: list[str], steps: Steps, worker: LongshoreWorker, dispatcher: Dispatcher
) -> None:
    boundary, taken = page(claim(steps), claim(steps, ahead=True)), TakenBack(worker)
    declared = catalog.get("kills.well")
    last = dispatcher.dispatch(declared, {"name": "c", "book": ""}).task_id
    assert not taken.look(boundary)  # not yet
    held_id = boundary.held_id
    assert boundary.take_back(SOON) == held_id
    assert not boundary.take_back(SOON)  # once
    assert not boundary.begin_held()
    boundary = page(Claimed(two[0], "x" * 32, 0, {}, 0.0), Claimed(two[1], held_id, 0, {}, 0.0))
    assert taken.stop(boundary, "another")
    taken.see_to(boundary)
    assert Queue("default", connection=redis).job_ids == [two[1], last]
    assert redis.zcard("rq:wip:default") == 1
    assert events.read(redis) == []


def test_a_claim_that_comes_late_is_put_back_when_it_comes(
    redis: Redis, two: list[str], steps: Steps, worker: LongshoreWorker
) -> None:
    runs, taken = claim(steps), TakenBack(worker)
    later = Claimed("", "f" * 32, 0, {}, 0.0)
    boundary = page(runs, later)
    assert taken.stop(boundary, "another")
    taken.see_to(boundary)  # Redis has not heard of the claim
    steps._next_id = later.execution_id
    assert claim(steps, ahead=True).execution_id == later.execution_id
    taken.see_to(boundary)
    assert Queue("default", connection=redis).job_ids == [two[1]]


def test_a_held_task_can_be_stopped(
    redis: Redis, two: list[str], steps: Steps, worker: LongshoreWorker
) -> None:
    boundary, taken = page(claim(steps), claim(steps, ahead=True)), TakenBack(worker)
    assert taken.stop(boundary, two[1])
    taken.see_to(boundary)
    assert redis.hget(f"rq:job:{two[1]}", "status") == b"stopped"
    assert [(one.task_id, one.outcome) for _, one in events.read(redis)] == [(two[1], "stopped")]
    assert redis.zcard("rq:wip:default") == 1


def test_nothing_is_taken_back_between_two_tasks(two: list[str], steps: Steps) -> None:
    boundary = page(claim(steps), claim(steps, ahead=True))
    boundary.rest(Phase.BETWEEN)
    assert not boundary.take_back(SOON)
    assert boundary.begin_held()
    boundary.ending(0.0)  # an earlier task turns out to need RQ's code
    assert not boundary.take_back(SOON)


def test_an_end_that_redis_has_not_heard_of_stays_in_our_hands(
    redis: Redis, two: list[str], steps: Steps, worker: LongshoreWorker
) -> None:
    over, runs = claim(steps), claim(steps)
    key = f"rq:execution:{over.task_id}:{over.execution_id}"
    redis.delete(key)
    assert recovery.abandoned(redis, "default") == [over.task_id]
    worker.beat_for_others(runs.execution_id)
    assert recovery.abandoned(redis, "default") == []
    assert redis.ttl(key) > 0


@pytest.mark.parametrize("kind", ["sleep", "native"])
def test_another_worker_runs_what_was_held_behind_a_long_task(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, kind: str
) -> None:
    book, other = tmp_path / "book", tmp_path / "other"
    many(dispatcher, book, 50)
    start(dispatcher, "unhurried", book, kind=kind)
    last = start(dispatcher, "tick", other)
    with working(redis_url, tmp_path):
        wait_until(lambda: noted(book, begun_mark(kind)))
        wait_until(lambda: redis.lrange("rq:queue:default", 0, -1) == [last.encode()])
        second = tmp_path / "second"
        second.mkdir()
        with working(redis_url, second):
            ended(redis, last)
    assert len(read(other)) == 1


def test_a_stop_puts_back_what_is_held(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ids = many(dispatcher, book, 3_000)
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        wait_until(lambda: len(read(book)) > 200, interval=0.001)
        worker.send(signal.SIGTERM)
        assert worker.exit_code(10) == 0
    ran = len(read(book))
    assert 200 < ran < 3_000
    assert redis.lrange("rq:queue:default", 0, -1) == [one.encode() for one in ids[ran:]]
    assert redis.zcard("rq:finished:default") == ran
    assert not [key for name in ("wip:*", "execution*") for key in redis.keys(f"rq:{name}")]


def test_horses_that_die_at_full_speed_lose_and_repeat_nothing(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ids = many(dispatcher, book, 3_000)
    kills = 0
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        for threshold in range(200, 2_800, 200):
            wait_until(lambda: len(read(book)) > threshold, interval=0.001)  # noqa: B023
            if horse := worker.horse:
                os.kill(horse, signal.SIGKILL)
                kills += 1
        wait_until(lambda: redis.zcard("rq:finished:default") == len(ids), 30)
        wait_until(lambda: leftovers(redis) == [])
    names = [one.what for one in read(book)]
    assert set(names) == {f"n{number}" for number in range(len(ids))}
    assert len(names) - len(set(names)) <= kills  # killed between a task's end and its record
    assert kills >= 5
