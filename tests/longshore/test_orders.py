"""Orders to stop, to cancel and to kill never hit another task than the one that was meant, at any speed."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq.command import send_kill_horse_command, send_stop_job_command
from rq.exceptions import InvalidJobOperation

from longshore import control, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.errors import WrongState
from longshore.serializer import Serializer
from longshore.worker import LongshoreWorker
from tests.support.killing import LEFT_BY_RUNS
from tests.support.waiting import wait_until

TASKS = 2_000
COMMANDS = ("cancel", "cancel", "stop", "stop", "kill")


class Rush:
    """Orders given to a worker at full speed, at random, and what each was about.

    Args:
        redis: a client.
        worker: the worker's name.
        task_ids: its tasks, in their order.
        rng: the source of chance.
    """

    def __init__(self, redis: Redis, worker: str, task_ids: list[str], rng: random.Random) -> None:
        self._redis, self._worker, self._task_ids, self._rng = redis, worker, task_ids, rng
        self.meant: dict[str, str] = {}
        self.kills = 0

    def order(self) -> None:
        """Give one order."""
        what = self._rng.choice(COMMANDS)
        if what == "kill":
            send_kill_horse_command(self._redis, self._worker)
            self.kills += 1
            return
        done = len(self._task_ids) - (self._redis.llen("rq:queue:default") or 0)
        at = min(max(done + self._rng.randint(-3, 3), 0), len(self._task_ids) - 1)
        task_id = self._task_ids[at] if what == "cancel" else self._running() or self._task_ids[at]
        try:
            if what == "cancel":
                self.meant[task_id] = control.cancel(self._redis, task_id)
            else:
                send_stop_job_command(self._redis, task_id, serializer=Serializer)
                self.meant[task_id] = "stopping"
        except (WrongState, InvalidJobOperation):
            return  # it was over, or not begun yet
        except ValueError:  # RQ's own words for a task that ends while it looks who runs it
            assert what == "stop"

    def _running(self) -> str | None:
        members: Any = self._redis.zrange("rq:wip:default", 0, 0)
        return members[0].decode().partition(":")[0] if members else None


def test_orders_at_full_speed_never_hit_another_task(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    rng, book = random.Random(20_261), tmp_path / "book"
    many = [
        {"name": f"t{n}", "book": str(book), "seconds": rng.choice((0, 0, 0.001, 0.003))}
        for n in range(TASKS)
    ]
    task_ids = [
        one.task_id
        for at in range(0, TASKS, 500)
        for one in dispatcher.dispatch_many(catalog.get("kills.short"), many[at : at + 500])
    ]
    rush = Rush(redis, "rushed", task_ids, rng)
    with running(redis_url, "rushed") as is_over:
        wait_until(lambda: redis.zcard("rq:wip:default"))
        while not is_over():
            rush.order()
    assert len(rush.meant) > 50
    assert rush.kills > 10
    runs = Counter(book.read_text().splitlines())
    wrong = []
    killed = 0
    for number, task_id in enumerate(task_ids):
        status = (redis.hget(f"rq:job:{task_id}", "status") or b"gone").decode()
        begun, ended = runs[f"begin t{number}"], runs[f"end t{number}"]
        killed += status == "failed"
        right = {
            None: status == "failed" or (status, begun, ended) == ("finished", 1, 1),
            "canceled": (status, begun, ended) == ("canceled", 0, 0),
            "stopping": status in ("stopped", "failed") or (status, begun, ended) == ("finished", 1, 1),
        }[rush.meant.get(task_id)]
        if not right or begun > 1:
            meant = rush.meant.get(task_id, "left alone")
            wrong.append(f"t{number} ({meant}): {status}, {begun} runs, {ended} to their end")
    assert not wrong, "\n".join(wrong)
    assert 0 < killed <= rush.kills
    assert not [key for key in redis.keys("*") if LEFT_BY_RUNS.match(key.decode())]


@contextmanager
def running(redis_url: str, name: str) -> Iterator[Callable[[], bool]]:
    """A worker in a process of its own that ends when its queues are empty; yields whether it has."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            worker = LongshoreWorker(["default"], connection=Redis.from_url(redis_url), name=name)
            worker.work(burst=True, logging_level="CRITICAL")
            code = 0
        finally:
            os._exit(code)
    over: list[int] = []

    def is_over() -> bool:
        if not over:
            done, status = os.waitpid(pid, os.WNOHANG)
            over.extend([status] if done else [])
        return bool(over)

    try:
        yield is_over
        assert over == [0]
    finally:
        if not over:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def test_a_run_that_ends_while_its_task_is_canceled_is_no_error(
    redis: Redis, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RQ finds the run in the task's list, and then its hash is gone."""
    task_id = dispatcher.dispatch(catalog.get("kills.well"), {"name": "t0", "book": ""}).task_id
    fetch, looks = tasks.fetch, list[str]()

    def meanwhile(connection: Redis, wanted: str) -> Any:
        if looks:
            redis.hset(f"rq:job:{task_id}", "status", "finished")
        found = fetch(connection, wanted)
        if not looks:
            redis.hset(f"rq:job:{task_id}", "status", "started")
            redis.zadd(f"rq:executions:{task_id}", {"0" * 32: time.time() + 60})
        looks.append(wanted)
        return found

    monkeypatch.setattr(tasks, "fetch", meanwhile)
    with pytest.raises(WrongState, match="is over already"):
        control.cancel(redis, task_id)
    assert len(looks) == 2


def test_a_task_that_is_claimed_while_it_is_canceled_is_not_said_to_be_canceled(
    redis: Redis, dispatcher: Dispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = dispatcher.dispatch(catalog.get("kills.well"), {"name": "t0", "book": ""}).task_id
    worker = LongshoreWorker(["default"], connection=redis, name="quicker")
    worker.register_birth()
    steps = worker.steps(given_up=lambda: False)
    fetch = tasks.fetch

    def slowly(connection: Redis, wanted: str) -> Any:
        found = fetch(connection, wanted)
        steps.step(["rq:queue:default"], None, claim=True)
        return found

    monkeypatch.setattr(tasks, "fetch", slowly)
    assert control.cancel(redis, task_id) == "stopping"
    steps.close()
