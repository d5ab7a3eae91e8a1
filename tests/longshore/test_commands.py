"""Commands to a running worker, at any speed: each hits the task that was meant, or none."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue, suspension
from rq.command import send_kill_horse_command, send_stop_job_command

from longshore import control, tasks
from longshore.dispatch import Dispatcher
from longshore.errors import WrongState
from longshore.tasks import Status
from tests.chaos.leftovers import leftovers
from tests.longshore.test_deadlines import ended, lives, noted, read, start
from tests.support.live_worker import working
from tests.support.stopping import begun_mark, many, states
from tests.support.waiting import wait_until


def test_kill_horse_fails_the_task_as_in_rq(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    task_id, after = start(dispatcher, "nap", book, seconds=60), start(dispatcher, "tick", book)
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: noted(book, "begin"))
        send_kill_horse_command(redis, worker.name)
        view = ended(redis, task_id)
        assert view.status is Status.FAILURE
        assert "terminated unexpectedly" in (view.trace or "")
        assert ended(redis, after).status is Status.SUCCESS
        wait_until(lambda: leftovers(redis) == [])


def test_kill_horse_uses_a_retry_as_in_rq(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    task_id = start(dispatcher, "unhurried", book, kind="native")
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: noted(book, "begin"))
        send_kill_horse_command(redis, worker.name)
        wait_until(lambda: len(read(book)) == 2)
        assert tasks.view(redis, task_id).attempt == 2


def test_kill_horse_leaves_an_idle_horse_alone(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    with working(redis_url, tmp_path, ready=redis) as worker:
        horse = worker.horse
        send_kill_horse_command(redis, worker.name)
        wait_until(lambda: "kill horse command ignored" in worker.said())
        assert ended(redis, start(dispatcher, "tick", tmp_path / "book")).status is Status.SUCCESS
        assert worker.horse == horse


@pytest.mark.parametrize("kind", ["sleep", "native", "suppress_all", "stubborn_child"])
def test_a_running_task_is_stopped_whatever_it_is_at(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, kind: str
) -> None:
    book = tmp_path / "book"
    task_id, after = start(dispatcher, "unhurried", book, kind=kind), start(dispatcher, "tick", book)
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: noted(book, begun_mark(kind)))
        processes = worker.tree()[1:]
        assert control.cancel(redis, task_id) == "stopping"
        assert ended(redis, task_id).status is Status.CANCELED
        assert ended(redis, after).status is Status.SUCCESS
        wait_until(lambda: not any(lives(pid) for pid in processes))
        wait_until(lambda: leftovers(redis) == [])
        assert worker.is_alive


def test_who_asks_twice_gets_one_stop(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    """The second command finds the horse dying; it must not make a failure, or a retry, of the stop."""
    book = tmp_path / "book"
    with working(redis_url, tmp_path) as worker:
        for n in range(5):
            task_id = start(dispatcher, "unhurried", book, kind="sleep")
            wait_until(lambda: len(read(book)) == n + 1)  # noqa: B023
            for _ in range(20):
                redis.publish(f"rq:pubsub:{worker.name}", f'{{"command": "stop-job", "job_id": "{task_id}"}}')
            wait_until(lambda: not redis.exists(f"rq:executions:{task_id}"))  # noqa: B023
            assert tasks.view(redis, task_id).status is Status.CANCELED
        assert len(read(book)) == 5


def test_a_waiting_task_is_canceled_and_never_runs(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    first, waits = start(dispatcher, "nap", book, seconds=0.5), start(dispatcher, "tick", book)
    with working(redis_url, tmp_path):
        wait_until(lambda: noted(book, "begin"))
        assert control.cancel(redis, waits) == "canceled"
        assert ended(redis, first).status is Status.SUCCESS
        other = start(dispatcher, "count", book, number=1)
        assert ended(redis, other).status is Status.SUCCESS
    assert noted(book, "tick") is None
    assert tasks.view(redis, waits).status is Status.CANCELED


def test_a_finished_task_cannot_be_stopped_and_the_next_is_not_hit(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    with working(redis_url, tmp_path) as worker:
        over = start(dispatcher, "tick", book)
        ended(redis, over)
        running = start(dispatcher, "nap", book, seconds=1)
        wait_until(lambda: noted(book, "begin"))
        with pytest.raises(WrongState, match="is over already"):
            control.cancel(redis, over)
        send_stop_job_command(redis, over, serializer=tasks.fetch(redis, over).serializer)
        wait_until(lambda: "command ignored" in worker.said())
        assert ended(redis, running).result == "rested"


def test_stops_at_full_speed_hit_only_the_task_that_was_meant(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book, rng = tmp_path / "book", random.Random(7)
    ids = many(dispatcher, book, 4_000)
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: noted(book, "n"))
        asked: set[str] = set()
        while redis.llen("rq:queue:default"):
            ran = len(read(book))
            meant = ids[min(ran + rng.randrange(-2, 4), 3_999)]
            asked.add(meant)
            redis.publish(f"rq:pubsub:{worker.name}", f'{{"command": "stop-job", "job_id": "{meant}"}}')
        assert ended(redis, ids[-1]).ready
        wait_until(lambda: leftovers(redis) == [])
    found = dict(zip(ids, states(redis, ids), strict=True))
    stopped = {one for one, state in found.items() if state == "stopped"}
    assert stopped <= asked
    assert {state for one, state in found.items() if one not in stopped} == {"finished"}
    ran_often = [int(one.what[1:]) for one in read(book)]
    assert len(ran_often) == len(set(ran_often))
    print(f"{len(asked)} stops asked, {len(stopped)} hit")


# Suspension


def test_suspend_and_resume_hold_at_full_speed(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ids = many(dispatcher, book, 4_000)
    with working(redis_url, tmp_path) as worker:
        for threshold in (100, 600):
            wait_until(lambda: len(read(book)) > threshold, interval=0.001)  # noqa: B023
            suspension.suspend(redis)
            wait_until(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"suspended")
            count = len(read(book))
            left = redis.llen("rq:queue:default")
            assert count + left == 4_000
            until = time.monotonic() + 0.3
            wait_until(lambda: time.monotonic() > until)  # noqa: B023
            assert len(read(book)) == count
            suspension.resume(redis)
        assert ended(redis, ids[-1], 20).status is Status.SUCCESS
        wait_until(lambda: leftovers(redis) == [])
    assert sorted(int(one.what[1:]) for one in read(book)) == list(range(4_000))


def test_a_suspended_worker_stops_at_once_and_claims_nothing(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    suspension.suspend(redis)
    waits = start(dispatcher, "tick", tmp_path / "book")
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"suspended")
        worker.send(signal.SIGTERM)
        assert worker.exit_code(3) == 0
    suspension.resume(redis)
    assert Queue("default", connection=redis).job_ids == [waits]
