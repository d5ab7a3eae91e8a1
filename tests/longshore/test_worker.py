"""Deaths, deadlines and stops: what becomes of the task, and that nothing is left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue

from longshore import catalog as catalog_module
from longshore import control, fleet, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.errors import CatalogError
from longshore.tasks import Status, TaskView
from longshore.worker import LongshoreWorker
from tests.support.waiting import wait_until

Work = Callable[..., None]


class Hasty(LongshoreWorker):
    """A worker that gives a running task a moment only."""

    stop_grace = 0.2


def start(dispatcher: Dispatcher, name: str, **params: Any) -> str:
    """Dispatch a job; the task's id."""
    return dispatcher.dispatch(catalog.get(name), params).task_id


def left_behind(redis: Redis) -> set[str]:
    """Keys of running tasks: none may stay when nothing runs."""
    patterns = (
        "rq:wip:*",
        "rq:execution:*",
        "rq:executions:*",
        "rq:worker:*:executions",
        "rq:queue:*:intermediate",
    )
    return {key.decode() for pattern in patterns for key in redis.keys(pattern)}


def meanwhile(action: Callable[[], None]) -> threading.Thread:
    """Do something while a worker runs in this thread."""
    thread = threading.Thread(target=action)
    thread.start()
    return thread


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGSEGV, 0])
def test_a_task_whose_horse_dies_runs_again_without_a_retry(
    redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path, by: int
) -> None:
    task_id = start(dispatcher, "demo.die", counter=str(tmp_path / "n"), times=2, by=by)
    work()
    view = tasks.view(redis, task_id)
    assert (view.status, view.result, view.attempt) == (Status.SUCCESS, "survived 2", 1)
    assert left_behind(redis) == set()


@pytest.mark.parametrize(
    ("by", "said"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGSEGV, "native code"), (0, "exit code 3")]
)
def test_a_task_that_kills_every_worker_fails_in_plain_words(
    redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path, by: int, said: str
) -> None:
    task_id = start(dispatcher, "demo.die", counter=str(tmp_path / "n"), times=99, by=by)
    work()
    view = tasks.view(redis, task_id)
    assert view.status is Status.FAILURE
    assert view.error is not None
    assert view.error["type"] == "WorkerLost"
    assert "3 workers have died under it" in view.error["message"]
    assert said in view.error["message"]
    assert " MB" in view.error["message"]
    assert (tmp_path / "n").read_text() == "3"
    assert left_behind(redis) == set()


def test_a_task_that_was_given_up_can_be_run_again(
    redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path
) -> None:
    task_id = start(dispatcher, "demo.die", counter=str(tmp_path / "n"), times=5)
    work()
    control.retry(dispatcher, task_id)
    work()
    assert tasks.view(redis, task_id).result == "survived 5"


def killed_worker(redis_url: str, in_the_middle: Callable[[], object]) -> None:
    """Let a worker process take the task, and kill it with SIGKILL when the task is in its middle."""
    pid = os.fork()
    if pid == 0:
        try:
            connection = Redis.from_url(redis_url)
            LongshoreWorker(["default", "second"], connection=connection).work(logging_level="CRITICAL")
        finally:
            os._exit(0)
    wait_until(in_the_middle)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def written(path: Path) -> str:
    """What a task has written, or nothing yet."""
    return path.read_text() if path.exists() else ""


def let_heartbeats_run_out(redis: Redis) -> None:
    """What 30 seconds do."""
    for key in redis.keys("rq:execution:*"):
        redis.delete(key)


def test_a_task_whose_worker_is_killed_is_taken_up_by_another(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, work: Work, tmp_path: Path
) -> None:
    task_id = start(dispatcher, "demo.once_asleep", counter=str(tmp_path / "n"))
    killed_worker(redis_url, lambda: written(tmp_path / "n"))
    work()
    assert (
        tasks.view(redis, task_id).status is not Status.SUCCESS
    )  # its worker may still live, for all we know
    let_heartbeats_run_out(redis)
    work()
    view = tasks.view(redis, task_id)
    assert (view.status, view.result, view.attempt) == (Status.SUCCESS, "awake", 1)
    assert {key for key in left_behind(redis) if not key.startswith("rq:worker:")} == set()


def test_a_horse_dies_with_its_worker(redis_url: str, dispatcher: Dispatcher, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    start(dispatcher, "demo.once_asleep", counter=str(pid_file))
    killed_worker(redis_url, lambda: written(pid_file))
    horse = int(written(pid_file))
    wait_until(lambda: not Path(f"/proc/{horse}").exists() or "Z" in Path(f"/proc/{horse}/stat").read_text())


def test_abandoned_tasks_count_their_deaths_too(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, work: Work
) -> None:
    task_id = start(dispatcher, "demo.sleepy")
    for _ in range(3):
        killed_worker(redis_url, lambda: tasks.view(redis, task_id).status is Status.PROGRESS)
        let_heartbeats_run_out(redis)
        LongshoreWorker(["default"], connection=redis).clean_registries()
    view = tasks.view(redis, task_id)
    assert view.status is Status.FAILURE
    assert view.error is not None
    assert "no more heartbeats" in view.error["message"]


def ended(redis: Redis, dispatcher: Dispatcher, work: Work, name: str) -> tuple[TaskView, float]:
    """Run a job to its end; its view, and how long it ran."""
    task_id = start(dispatcher, name)
    work()
    view = tasks.view(redis, task_id)
    assert view.started_at is not None
    assert view.ended_at is not None
    return view, (view.ended_at - view.started_at).total_seconds()


@pytest.mark.parametrize("name", ["demo.deaf", "demo.native"])
def test_a_deadline_holds_where_no_exception_can(
    redis: Redis, dispatcher: Dispatcher, work: Work, name: str
) -> None:
    view, seconds = ended(redis, dispatcher, work, name)
    assert view.status is Status.FAILURE
    assert view.error is not None
    assert view.error["type"] == "DeadlineExceeded"
    assert seconds < 1 + 2
    assert left_behind(redis) == set()


def test_a_deadline_uses_up_a_retry(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    view, _ = ended(redis, dispatcher, work, "demo.native")
    assert view.attempt == 2


def test_after_a_deadline_the_next_task_runs(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    start(dispatcher, "demo.deaf")
    after = start(dispatcher, "demo.add", a=1)
    work()
    assert tasks.view(redis, after).result == 2


def test_sigterm_puts_a_long_task_back_at_the_head_of_its_queue(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    long = start(dispatcher, "demo.sleepy")
    after = start(dispatcher, "demo.add", a=1)

    def stop() -> None:
        wait_until(lambda: tasks.view(redis, long).status is Status.PROGRESS)
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = meanwhile(stop)
    work(worker_class=Hasty)
    stopper.join()
    assert Queue("default", connection=redis).job_ids == [long, after]
    view = tasks.view(redis, long)
    assert (view.status, view.attempt, view.message) == (Status.PENDING, 1, "Waiting in its queue")
    assert left_behind(redis) == set()


def test_sigterm_to_every_process_lets_a_task_end_within_its_grace(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    task_id = start(dispatcher, "demo.brief")

    def stop() -> None:
        view = wait_until(lambda: (v := tasks.view(redis, task_id)).status is Status.PROGRESS and v)
        os.kill(int(view.message), signal.SIGTERM)  # the horse, as Heroku does
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = meanwhile(stop)
    work()
    stopper.join()
    assert tasks.view(redis, task_id).result == "done"


def test_a_second_signal_puts_the_task_back_at_once(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    task_id = start(dispatcher, "demo.sleepy")

    def stop() -> None:
        wait_until(lambda: tasks.view(redis, task_id).status is Status.PROGRESS)
        os.kill(os.getpid(), signal.SIGTERM)
        asked = time.monotonic()
        wait_until(lambda: time.monotonic() - asked > 1.1)
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = meanwhile(stop)
    with pytest.raises(SystemExit):  # as in RQ
        work()
    stopper.join()
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_a_task_that_was_taken_but_never_begun_is_put_back(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    task_id = start(dispatcher, "demo.add", a=1)
    redis.lmove("rq:queue:default", "rq:queue:default:intermediate", "LEFT", "RIGHT")
    LongshoreWorker(["default"], connection=redis).clean_registries()
    (first_seen,) = redis.keys("rq:intermediate*") or redis.keys("*first_seen*")
    redis.set(first_seen, time.time() - 61)
    LongshoreWorker(["default"], connection=redis).clean_registries()
    assert Queue("default", connection=redis).job_ids == [task_id]
    work()
    assert tasks.view(redis, task_id).result == 2
    assert left_behind(redis) == set()


def test_a_worker_registers_again_after_a_flush(redis: Redis) -> None:
    worker = LongshoreWorker(["default"], connection=redis)
    worker.register_birth()
    redis.flushall()
    worker.clean_registries()
    assert [one.name for one in fleet.workers(redis)] == [worker.name]


def test_a_broken_declaration_stops_the_worker_with_its_one_line(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise CatalogError("shop.f: parameter 'a' has no annotation")

    monkeypatch.setattr(catalog_module, "load", broken)
    with pytest.raises(SystemExit, match=r"worker: shop\.f: parameter 'a' has no annotation"):
        LongshoreWorker(["default"], connection=redis)


def test_what_somebody_left_in_a_registry_does_not_end_the_worker(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    redis.zadd("rq:wip:default", {"no execution at all": 1})
    redis.zadd("rq:deferred:default", {"no task at all": 1})
    task_id = start(dispatcher, "demo.add", a=1)
    work()
    assert tasks.view(redis, task_id).result == 2
