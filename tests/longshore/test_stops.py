"""Stops, for a deploy, by a command or by a person: the task is neither lost nor begun twice."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.command import send_shutdown_command

from longshore import tasks
from longshore.dispatch import Dispatcher
from longshore.tasks import Status
from tests.chaos.leftovers import leftovers
from tests.longshore.test_deadlines import lives, noted, read, start
from tests.support.live_worker import Hasty, Patient, working
from tests.support.stopping import begun_mark, many, states
from tests.support.waiting import wait_until

LIMIT = Hasty.stop_grace + 3
"""Seconds within which a worker has to be gone."""
PUT_BACK = [
    "sleep", "spin", "suppress", "suppress_all", "native", "solver", "read", "lock", "child", "command",
    "stubborn_child", "make_way",
]  # fmt: skip
"""Kinds of tasks that go back to their queue; `end_early` has a result."""
QUICK = {"sleep", "suppress_all", "native", "command", "stubborn_child", "make_way"}
"""Those that are tried in the quick run; together they take long."""
to_all = pytest.mark.parametrize("to_all", [False, True], ids=["parent", "everybody"])


def assert_as_if_never_begun(redis: Redis, ids: list[str]) -> None:
    """All are queued in their old order, and nothing says that one ran."""
    assert Queue("default", connection=redis).job_ids == ids
    task = tasks.fetch(redis, ids[0])
    assert (task.get_status(), task.retries_left, task.worker_name, task.started_at) == (
        "queued",
        2,
        None,
        None,
    )
    assert (task.meta, task.deaths) == ({"retries": 2}, 0)
    assert redis.xlen(f"rq:results:{ids[0]}") == 0
    left = [one for one in leftovers(redis) if not one.startswith("rq:queue:default: list")]
    assert [one for one in left if "has no time to live" not in one] == []


@to_all
@pytest.mark.parametrize(
    "kind", [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in PUT_BACK]
)
def test_a_stop_puts_a_long_task_back_as_if_never_begun(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, kind: str, to_all: bool
) -> None:
    book = tmp_path / "book"
    ids = [start(dispatcher, "unhurried", book, kind=kind)]
    ids += [start(dispatcher, "tick", book) for _ in range(2)]
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: noted(book, begun_mark(kind)))
        processes = worker.tree()
        asked = time.monotonic()
        worker.send(signal.SIGTERM, to_all=to_all)
        assert worker.exit_code(LIMIT + 5) == 0, worker.said()[-2_000:]
        assert time.monotonic() - asked < LIMIT
    assert_as_if_never_begun(redis, ids)
    assert noted(book, "tick") is None
    wait_until(lambda: not any(lives(pid) for pid in processes))


@to_all
def test_a_task_that_asks_may_end_early_with_a_result(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, to_all: bool
) -> None:
    book = tmp_path / "book"
    asking, after = start(dispatcher, "unhurried", book, kind="end_early"), start(dispatcher, "tick", book)
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        wait_until(lambda: noted(book, "begin"))
        worker.send(signal.SIGTERM, to_all=to_all)
        assert worker.exit_code(Patient.stop_grace - 1) == 0
    view = tasks.view(redis, asking)
    assert (view.status, view.result) == (Status.SUCCESS, "end_early")
    assert Queue("default", connection=redis).job_ids == [after]


@pytest.mark.parametrize("kind", ["make_way", "command", "child"])
def test_who_makes_way_is_not_waited_for(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, kind: str
) -> None:
    book = tmp_path / "book"
    ids = [start(dispatcher, "unhurried", book, kind=kind), start(dispatcher, "tick", book)]
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        wait_until(lambda: noted(book, begun_mark(kind)))
        wait_until(lambda: kind == "make_way" or len(worker.tree()) == 3)
        worker.send(signal.SIGTERM, to_all=True)
        assert worker.exit_code(Patient.stop_grace - 1) == 0
    assert_as_if_never_begun(redis, ids)


def test_a_child_that_was_ended_without_a_stop_is_a_failure(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    task_id = start(dispatcher, "unhurried", book, kind="child")
    with working(redis_url, tmp_path):
        pid = int(wait_until(lambda: noted(book, "child:")).what.removeprefix("child:"))
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: len(read(book)) > 2)
        assert tasks.view(redis, task_id).attempt == 2


def test_a_short_task_ends_well_within_the_grace(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    short, after = start(dispatcher, "nap", book, seconds=1), start(dispatcher, "tick", book)
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        wait_until(lambda: noted(book, "begin"))
        worker.send(signal.SIGTERM, to_all=True)
        assert worker.exit_code(Patient.stop_grace) == 0
    assert tasks.view(redis, short).result == "rested"
    assert Queue("default", connection=redis).job_ids == [after]


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
@to_all
def test_an_idle_worker_stops_at_once(
    redis: Redis, redis_url: str, tmp_path: Path, by: signal.Signals, to_all: bool
) -> None:
    with working(redis_url, tmp_path, ready=redis) as worker:
        worker.send(by, to_all=to_all)
        assert worker.exit_code(3) == 0
    assert leftovers(redis) == []


def test_the_shutdown_command_stops_a_worker(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ids = [start(dispatcher, "unhurried", book, kind="sleep")]
    with working(redis_url, tmp_path) as worker:
        wait_until(lambda: noted(book, "begin"))
        send_shutdown_command(redis, worker.name)
        assert worker.exit_code(LIMIT + 2) == 0
    assert_as_if_never_begun(redis, ids)


def test_a_second_sigint_puts_the_task_back_at_once(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    ids = [start(dispatcher, "unhurried", book, kind="sleep")]
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        wait_until(lambda: noted(book, "begin"))
        worker.send(signal.SIGINT)
        asked = time.monotonic()
        wait_until(lambda: time.monotonic() - asked > 1.1)
        assert worker.is_alive
        worker.send(signal.SIGINT)
        assert worker.exit_code(2.5) == 0  # less than what is left of the grace
    assert_as_if_never_begun(redis, ids)


def test_two_signals_in_one_second_count_as_one(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    """A pool and a terminal may both send one."""
    book = tmp_path / "book"
    short = start(dispatcher, "nap", book, seconds=1.5)
    with working(redis_url, tmp_path, worker_class=Patient) as worker:
        wait_until(lambda: noted(book, "begin"))
        for _ in range(2):
            worker.send(signal.SIGTERM, to_all=True)
        assert worker.exit_code(Patient.stop_grace) == 0
    assert tasks.view(redis, short).result == "rested"


@pytest.mark.parametrize("n", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 6))])
def test_a_stop_at_full_speed_loses_and_repeats_nothing(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, n: int
) -> None:
    book, rng = tmp_path / "book", random.Random(n)
    ids = many(dispatcher, book, 3_000)
    with working(redis_url, tmp_path) as worker:
        first = rng.randrange(50, 1_500)
        wait_until(lambda: len(read(book)) > first, interval=0.001)
        worker.send(signal.SIGTERM, to_all=True)
        assert worker.exit_code(LIMIT + 2) == 0
    ran = [int(one.what[1:]) for one in read(book)]
    assert ran == list(range(len(ran)))
    assert states(redis, ids) == ["finished"] * len(ran) + ["queued"] * (3_000 - len(ran))
    assert Queue("default", connection=redis).job_ids == ids[len(ran) :]
