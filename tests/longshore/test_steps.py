"""The one call to Redis of a horse: what it writes, what it returns, and that it may be sent twice."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job
from rq.suspension import suspend

from longshore import events, keys
from longshore.connections import AWAY
from longshore.line import Line
from longshore.steps import Claimed, Ended, Steps
from tests.support import mixture
from tests.support.waiting import wait_until

Away = AWAY[0]
NAME = "w1"
WORKER, EXECUTIONS = f"rq:worker:{NAME}", f"rq:worker:{NAME}:executions"
QUEUES = ["rq:queue:high", "rq:queue:low"]


def made(redis: Redis, **options: Any) -> Steps:
    """The steps of a worker."""
    return Steps(
        redis, NAME, WORKER, EXECUTIONS, worker_ttl=90, interval=10, grace=20, from_rq=600, **options
    )


@pytest.fixture
def steps(redis: Redis) -> Iterator[Steps]:
    """The steps of the worker of this test."""
    one = made(redis)
    yield one
    one.close()


def put(redis: Redis, queue: str = "high", **options: Any) -> Job:
    """Enqueue a task."""
    return Queue(queue, connection=redis).enqueue(mixture.give, 1, **options)


def claim(steps: Steps) -> Claimed:
    """Claim a task that must be there."""
    claimed = steps.step(QUEUES, None, claim=True).claimed
    assert claimed is not None
    return claimed


def ended(redis: Redis, claimed: Claimed, ttl: int = 500) -> Ended:
    """Its success."""
    now = time.time()
    job = Job.fetch(claimed.task_id, connection=redis)
    return Ended(claimed, job, 1, job.origin, now - 1, now, ttl, b"", "give", 0.5, 12.0)


def running_keys(redis: Redis) -> set[str]:
    """Keys that only running tasks have."""
    patterns = ("rq:wip:*", "rq:execution:*", "rq:executions:*", EXECUTIONS)
    return {key.decode() for pattern in patterns for key in redis.keys(pattern)}


def test_a_claim_makes_what_rq_makes_for_a_running_task(redis: Redis, steps: Steps) -> None:
    job = put(redis)
    claimed = claim(steps)
    member = f"{job.id}:{claimed.execution_id}"
    assert claimed.task_id == job.id
    assert QUEUES[claimed.queue] == "rq:queue:high"
    assert job.get_status(refresh=True) == "started"
    assert redis.zrange("rq:wip:high", 0, -1) == [member.encode()]
    assert redis.smembers(EXECUTIONS) == {member.encode()}
    assert redis.hget(f"rq:execution:{member}", "worker_name") == NAME.encode()
    assert 0 < redis.ttl(f"rq:execution:{member}") <= 30
    assert redis.llen("rq:queue:high") == 0
    assert redis.zscore("rq:wip:high", member) == pytest.approx(time.time() + 30 + 600, abs=3)


def test_the_first_queue_that_has_a_task_is_served(redis: Redis, steps: Steps) -> None:
    low, high = put(redis, "low"), put(redis, "high")
    assert [claim(steps).task_id for _ in range(2)] == [high.id, low.id]


def test_an_empty_queue_is_no_claim_and_no_key(redis: Redis, steps: Steps) -> None:
    step = steps.step(QUEUES, None, claim=True)
    assert (step.ended, step.state, step.claimed) == ("", "", None)
    assert running_keys(redis) == set()


def test_an_end_leaves_nothing_of_the_run(redis: Redis, steps: Steps) -> None:
    job = put(redis)
    step = steps.step(QUEUES, ended(redis, claim(steps)), claim=True)
    assert (step.ended, step.state) == ("done", "")
    assert running_keys(redis) == set()
    assert job.get_status(refresh=True) == "finished"
    assert 0 < redis.ttl(job.key) <= 500
    assert len(events.read(redis)) == 1


def test_an_end_that_is_sent_twice_is_recorded_once(redis: Redis, steps: Steps) -> None:
    put(redis)
    end = ended(redis, claim(steps))
    assert [steps.step(QUEUES, end, claim=False).ended for _ in range(3)] == ["done"] * 3
    assert redis.hget(WORKER, "successful_job_count") == b"1"
    assert redis.xlen(f"rq:results:{end.claimed.task_id}") == 1
    assert len(events.read(redis)) == 1


def test_an_end_of_a_task_that_somebody_else_runs_by_now_is_dropped(redis: Redis, steps: Steps) -> None:
    job = put(redis)
    end = ended(redis, claim(steps))
    redis.zrem("rq:wip:high", f"{job.id}:{end.claimed.execution_id}")
    step = steps.step(QUEUES, end, claim=True)
    assert step.ended == "lost"
    assert job.get_status(refresh=True) == "started"
    assert events.read(redis) == []


def test_an_end_of_a_task_that_went_back_to_its_queue_takes_it_out(redis: Redis, steps: Steps) -> None:
    job = put(redis)
    end = ended(redis, claim(steps))
    redis.delete(*running_keys(redis))
    redis.hset(job.key, "status", "queued")
    redis.lpush("rq:queue:high", job.id)
    step = steps.step(QUEUES, end, claim=True)
    assert (step.ended, step.claimed) == ("done", None)
    assert redis.llen("rq:queue:high") == 0
    assert job.get_status(refresh=True) == "finished"


def test_dependents_are_left_to_rq(redis: Redis, steps: Steps) -> None:
    job = put(redis)
    claimed = claim(steps)
    put(redis, depends_on=job)
    step = steps.step(QUEUES, ended(redis, claimed), claim=True)
    assert (step.ended, step.claimed) == ("slow", None)
    assert job.get_status(refresh=True) == "started"


def test_a_suspended_worker_claims_nothing(redis: Redis, steps: Steps) -> None:
    put(redis)
    suspend(redis)
    assert steps.step(QUEUES, None, claim=True).state == "suspended"
    assert redis.llen("rq:queue:high") == 1


def test_ids_without_a_task_are_dropped_a_hundred_at_a_time(redis: Redis, steps: Steps) -> None:
    redis.rpush("rq:queue:high", *[f"gone-{n}" for n in range(150)])
    job = put(redis)
    assert steps.step(QUEUES, None, claim=True).state == "again"
    assert redis.llen("rq:queue:high") == 51
    assert claim(steps).task_id == job.id


@pytest.mark.parametrize("lost", ["question", "answer"])
def test_a_broken_connection_neither_loses_a_task_nor_claims_two(
    redis: Redis, steps: Steps, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    first, second = put(redis), put(redis)
    real_put, real_answer = Line.put, Line.answer
    broken: list[bool] = []

    def lose(moment: str) -> None:
        if not broken and lost == moment:
            broken.append(True)
            raise Away("lost")

    def put_on(line: Line, packed: bytes) -> None:
        lose("question")
        real_put(line, packed)

    def answer(line: Line) -> Any:
        found = real_answer(line)
        lose("answer")
        return found

    monkeypatch.setattr(Line, "put", put_on)
    monkeypatch.setattr(Line, "answer", answer)
    claimed = claim(steps)
    assert claimed.task_id == first.id
    assert redis.lrange("rq:queue:high", 0, -1) == [second.id.encode()]
    assert redis.scard(EXECUTIONS) == 1
    step = steps.step(QUEUES, ended(redis, claimed), claim=True)
    assert step.ended == "done"
    assert step.claimed is not None
    assert step.claimed.task_id == second.id


def test_the_script_is_loaded_again_when_the_server_has_forgotten_it(redis: Redis, steps: Steps) -> None:
    for _ in range(2):
        job = put(redis)
        redis.script_flush()
        assert claim(steps).task_id == job.id


def test_a_task_for_which_a_timeout_is_short_is_held_no_longer_than_that(redis: Redis, steps: Steps) -> None:
    job = put(redis, job_timeout=3)
    member = f"{job.id}:{claim(steps).execution_id}"
    assert 0 < redis.ttl(f"rq:execution:{member}") <= 23


def test_a_partial_claim_brings_what_it_takes_to_run(redis: Redis) -> None:
    job = put(redis, meta={"a": 1}, description="x" * 1_000)
    one = made(redis, whole_hash=False)
    fields = claim(one).hash
    one.close()
    assert {b"data", b"timeout", b"enqueued_at", b"meta", b"status", b"started_at"} <= set(fields)
    assert b"description" not in fields
    assert fields[b"data"] == redis.hget(job.key, "data")


def test_an_execution_keeps_the_hash_of_a_task_that_would_expire(redis: Redis, steps: Steps) -> None:
    job = put(redis, ttl=100)
    claim(steps)
    assert redis.ttl(job.key) == -1


@pytest.mark.parametrize("queue", ["high", "low"])
def test_an_idle_wait_ends_when_any_queue_gets_a_task(redis: Redis, steps: Steps, queue: str) -> None:
    steps.step(QUEUES, None, claim=True)
    reading, writing = os.pipe()
    waiting = threading.Thread(target=steps.wait, args=(QUEUES, reading, 60))
    try:
        waiting.start()
        wait_until(lambda: any("t" in one["flags"] for one in redis.client_list()))
        put(redis, queue)
        waiting.join(10)
        assert not waiting.is_alive()
        assert claim(steps).queue == QUEUES.index(f"rq:queue:{queue}")
    finally:
        os.write(writing, b"!")
        waiting.join(10)
        os.close(reading)
        os.close(writing)


def test_an_idle_wait_ends_at_once_if_a_task_came_before_it(redis: Redis, steps: Steps) -> None:
    put(redis, "low")
    reading, writing = os.pipe()
    began = time.monotonic()
    steps.wait(QUEUES, reading, 60)
    os.close(reading)
    os.close(writing)
    assert time.monotonic() - began < 30


def test_an_idle_wait_ends_when_the_worker_has_something_to_say(redis: Redis, steps: Steps) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"!")
    began = time.monotonic()
    steps.wait(QUEUES, reading, 60)
    os.close(reading)
    os.close(writing)
    assert time.monotonic() - began < 30


def test_the_stream_of_events_keeps_about_its_bound(redis: Redis, steps: Steps) -> None:
    for n in range(300):
        redis.xadd(keys.events(), {"n": n})
    put(redis)
    step = steps.step(QUEUES, ended(redis, claim(steps)), claim=False)
    assert step.ended == "done"
    assert redis.xlen(keys.events()) == 301
