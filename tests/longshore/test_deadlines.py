"""Deadlines hold for whatever a task is at, and the next task soon runs."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from longshore import tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.local.redis_server import RedisServer
from longshore.tasks import Status, TaskView
from tests.chaos.leftovers import leftovers
from tests.support.live_worker import working
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until

TIMEOUT = 1.0
"""Seconds that `stops.hurried` has."""
SOFT, HARD = "JobTimeoutException", "DeadlineExceeded"
ENDS = {
    "sleep": SOFT,
    "spin": SOFT,
    "read": SOFT,
    "lock": SOFT,
    "child": SOFT,
    "command": SOFT,
    "stubborn_child": SOFT,
    "suppress": HARD,
    "suppress_all": HARD,
    "native": HARD,
    "solver": HARD,
}
"""How each kind of task ends: by an exception in it, or with its horse."""


@dataclass
class Note:
    """One line of a task's book."""

    what: str
    pid: int
    at: float


def read(book: Path) -> list[Note]:
    """What tasks have noted; a line may be half there."""
    lines = book.read_text().rpartition("\n")[0].splitlines() if book.exists() else []
    return [Note(what, int(pid), float(at)) for what, pid, at in (line.split() for line in lines)]


def noted(book: Path, what: str) -> Note | None:
    """The first line that begins so."""
    return next((one for one in read(book) if one.what.startswith(what)), None)


def lives(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def start(dispatcher: Dispatcher, name: str, book: Path, **params: object) -> str:
    """Dispatch one of the jobs for stops; the task's id."""
    return dispatcher.dispatch(catalog.get(f"stops.{name}"), {"book": str(book), **params}).task_id


def ended(redis: Redis, task_id: str, timeout: float = 10) -> TaskView:
    """The task's view when it is over."""
    wait_until(lambda: tasks.view(redis, task_id).ready, timeout)
    return tasks.view(redis, task_id)


@pytest.mark.parametrize(("kind", "error"), ENDS.items())
def test_a_deadline_holds(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, kind: str, error: str
) -> None:
    book = tmp_path / "book"
    late, after = start(dispatcher, "hurried", book, kind=kind), start(dispatcher, "tick", book)
    with working(redis_url, tmp_path) as worker:
        view = ended(redis, late)
        assert view.status is Status.FAILURE
        assert view.error is not None
        assert view.error["type"] == error
        assert view.started_at is not None
        assert view.ended_at is not None
        assert (view.ended_at - view.started_at).total_seconds() < TIMEOUT + 2
        assert ended(redis, after).result == "ticked"
        assert [one.what for one in read(book) if one.what in ("begin", "end", "tick")] == ["begin", "tick"]
        child = noted(book, "child:")
        if child is not None and (pid := int(child.what.removeprefix("child:"))):
            wait_until(lambda: not lives(pid))
        wait_until(lambda: len(worker.tree()) == 2)
        wait_until(lambda: leftovers(redis) == [])


@pytest.mark.parametrize("kind", ["suppress_all", "native"])
def test_the_horse_is_back_soon_after_it_was_killed(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path, kind: str, record_property: object
) -> None:
    book = tmp_path / "book"
    start(dispatcher, "hurried", book, kind=kind)
    after = start(dispatcher, "tick", book)
    with working(redis_url, tmp_path):
        horse = wait_until(lambda: noted(book, "begin")).pid
        with death_of(horse) as died:
            ended(redis, after)
    tick = noted(book, "tick")
    assert tick is not None
    gap = tick.at - died[0]
    record_property("seconds_between_death_and_next_task", round(gap, 4))  # type: ignore[operator]
    print(f"{kind}: {gap * 1000:.0f} ms between the death and the next task's start")
    assert 0 < gap < 2  # 200 ms on a quiet machine


@contextmanager
def death_of(pid: int) -> Iterator[list[float]]:
    """A list that gets the moment of a process's death, on the monotonic clock."""
    found: list[float] = []
    handle = os.pidfd_open(pid)

    def watch() -> None:
        select.select([handle], [], [], 30)
        found.append(time.monotonic())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        thread.join()
        os.close(handle)


def test_a_deadline_hits_no_other_worker(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    book, other = tmp_path / "book", tmp_path / "other"
    with working(redis_url, tmp_path), working(redis_url, tmp_path, ready=redis):
        late = start(dispatcher, "hurried", book, kind="native")
        wait_until(lambda: noted(book, "begin"))
        beside = start(dispatcher, "nap", other, seconds=3)
        assert ended(redis, late).status is Status.FAILURE
        assert ended(redis, beside).result == "rested"
    assert [one.what for one in read(other)] == ["begin", "end"]


def test_deadlines_come_one_after_the_other(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    """Each kill is of the task that was meant: short ones between them all end well."""
    book = tmp_path / "book"
    late, short = [], []
    for n in range(3):
        late.append(start(dispatcher, "hurried", book, kind="native"))
        short += [start(dispatcher, "count", book, number=10 * n + m) for m in range(5)]
    with working(redis_url, tmp_path) as worker:
        assert [ended(redis, one, 20).status for one in late] == [Status.FAILURE] * 3
        assert [ended(redis, one).status for one in short] == [Status.SUCCESS] * 15
        assert leftovers(redis) == []
        wait_until(lambda: len(worker.tree()) == 2)


def test_a_deadline_holds_though_redis_is_away(tmp_path: Path) -> None:
    """The watcher needs no Redis: the horse dies in time, and the failure is recorded afterwards."""
    book, server = tmp_path / "book", RedisServer(tmp_path / "redis")
    with server, RedisProxy(server.socket) as proxy, Redis.from_url(server.url) as redis:
        dispatcher = Dispatcher(redis)
        with working(proxy.url, tmp_path) as worker:
            late = start(dispatcher, "hurried", book, kind="native")
            begun = wait_until(lambda: noted(book, "begin"))
            proxy.refuse()
            with death_of(begun.pid) as died:
                wait_until(lambda: died)
            assert died[0] - begun.at < TIMEOUT + 2
            proxy.accept()
            error = ended(redis, late).error
            assert error is not None
            assert error["type"] == HARD
            assert ended(redis, start(dispatcher, "tick", book)).result == "ticked"
            assert worker.is_alive
