"""The worker pool, as real processes: how many run, what becomes of them, and how it ends."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Queue

from longshore import pool as pool_module
from longshore import pooled, tasks
from longshore import settings as settings_module
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.local.redis_server import RedisServer
from longshore.pool import AutoPool
from longshore.restarts import Restarts
from longshore.scaling import MB, Limits, Scaler
from longshore.settings import Settings
from longshore.tasks import Status
from longshore.worker import LongshoreWorker
from longshore.worker_pool import Pool
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
QUICK = {"interval": 0.05}
QUEUES = ["default", "second"]


class Hasty(LongshoreWorker):
    """A worker that gives a running task a moment only."""

    stop_grace = 0.2


class Patient(LongshoreWorker):
    """A worker that gives a running task longer than it takes to mistake a signal for a second one."""

    stop_grace = 2.0


class Broken(LongshoreWorker):
    """A worker that ends at its start."""

    def __init__(self, *_args: Any, **_options: Any) -> None:
        sys.exit("worker: shop.f: parameter 'a' has no annotation")


class Deaf(LongshoreWorker):
    """A worker that takes no hint."""

    def request_stop(self, signum: int, frame: object) -> None:
        """Go on."""


@dataclass
class Running:
    """A pool that runs in a process of its own."""

    pid: int
    log: Path
    code: int | None = None

    def said(self) -> str:
        """What it and its workers have written."""
        return self.log.read_text()

    def ended(self) -> bool:
        """Whether it has ended; then `code` is its exit code."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def tell(self, signum: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, signum)


Start = Callable[[Callable[[], Pool]], Running]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """A function that starts a pool in a process of its own."""
    started: list[Running] = []

    def run(make: Callable[[], Pool]) -> Running:
        log = tmp_path / f"pool{len(started)}.log"
        log.touch()
        pid = os.fork()
        if pid == 0:
            be_pool(make, log)
        started.append(Running(pid, log))
        return started[-1]

    yield run
    for one in started:
        if not one.ended():
            one.tell(signal.SIGKILL)
            wait_until(one.ended)


def be_pool(make: Callable[[], Pool], log: Path) -> None:
    """The life of the pool's process; all that it prints goes to `log`."""
    code = 70
    try:
        sys.stdout = sys.stderr = log.open("a", buffering=1)
        logging.basicConfig(stream=sys.stdout, level="INFO", force=True)
        pool = make()
        pool.start(logging_level="INFO")
        code = int(pool.gave_up)
    finally:
        os._exit(code)


@pytest.fixture
def fixed(start: Start, redis_url: str) -> Callable[..., Running]:
    """A function that starts a pool of some workers."""

    def run(count: int, worker_class: type[LongshoreWorker] = LongshoreWorker, **options: Any) -> Running:
        options = QUICK | {"restarts": Restarts(first_wait=0.05)} | options
        return start(lambda: Pool(QUEUES, redis_url, count, worker_class, **options))

    return run


@pytest.fixture
def auto(start: Start, redis_url: str) -> Callable[..., Running]:
    """A function that starts a pool that scales itself."""

    def run(**limits: Any) -> Running:
        def make() -> Pool:
            scaler = Scaler(Limits(**limits), time.monotonic())
            return AutoPool(QUEUES, redis_url, scaler, LongshoreWorker, **QUICK)

        return start(make)

    return run


def pids(redis: Redis) -> set[int]:
    """The processes of the workers that are registered and ready."""
    found = set()
    for key in redis.smembers("rq:workers"):
        pid, state = redis.hmget(key, "pid", "state")
        if pid and state:
            found.add(int(pid))
    return found


def ready(redis: Redis, count: int) -> set[int]:
    """The processes of the workers, once there are so many."""
    return wait_until(lambda: (found := pids(redis)) and len(found) == count and found)


def gone(pid: int) -> bool:
    """Whether a process, no child of ours, has ended."""
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def dispatch(dispatcher: Dispatcher, name: str, **params: Any) -> str:
    """Dispatch a job; the task's id."""
    return dispatcher.dispatch(catalog.get(name), params).task_id


def runs(redis: Redis, task_id: str) -> None:
    """Wait until a task has reported from its middle."""
    wait_until(lambda: tasks.view(redis, task_id).status is Status.PROGRESS)


def test_so_many_workers_are_registered_as_were_asked_for(
    fixed: Callable[..., Running], redis: Redis, dispatcher: Dispatcher
) -> None:
    fixed(3)
    ready(redis, 3)
    task_id = dispatch(dispatcher, "demo.add", a=1)
    wait_until(lambda: tasks.view(redis, task_id).result == 2)


def test_a_killed_worker_is_replaced(fixed: Callable[..., Running], redis: Redis) -> None:
    pool = fixed(2)
    victim, other = sorted(ready(redis, 2))
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: len(pids(redis) - {victim}) == 2)
    assert other in pids(redis)
    assert f"pid {victim}, ended" in pool.said()
    assert "SIGKILL" in pool.said()


def test_sigterm_ends_all_and_leaves_nothing_registered(fixed: Callable[..., Running], redis: Redis) -> None:
    pool = fixed(3)
    workers = ready(redis, 3)
    pool.tell(signal.SIGTERM)
    wait_until(pool.ended)
    assert pool.code == 0
    assert redis.smembers("rq:workers") == set()
    assert all(map(gone, workers))


def test_sigterm_before_the_first_worker_is_not_lost(start: Start, redis_url: str) -> None:
    class Early(Pool):
        def _install_signal_handlers(self) -> None:
            super()._install_signal_handlers()
            os.kill(os.getpid(), signal.SIGTERM)

    pool = start(lambda: Early(QUEUES, redis_url, 2, LongshoreWorker))
    wait_until(pool.ended)
    assert pool.code == 0


def test_sigterm_at_any_moment_of_the_start_leaves_nothing_registered(
    fixed: Callable[..., Running], redis: Redis
) -> None:
    for registered in range(3):
        pool = fixed(3)
        wait_until(lambda: "starts 3 workers" in pool.said())  # noqa: B023
        wait_until(lambda: redis.scard("rq:workers") >= registered)  # noqa: B023
        pool.tell(signal.SIGTERM)
        wait_until(pool.ended)
        assert pool.code == 0
        assert redis.smembers("rq:workers") == set(), pool.said()


def test_sigterm_to_every_process_does_not_cut_a_tasks_grace_short(
    fixed: Callable[..., Running], redis: Redis, dispatcher: Dispatcher
) -> None:
    pool = fixed(1, Patient)
    (worker,) = ready(redis, 1)
    task_id = dispatch(dispatcher, "demo.sleepy")
    runs(redis, task_id)
    asked = time.monotonic()
    os.kill(worker, signal.SIGTERM)
    wait_until(lambda: time.monotonic() - asked > 1.2)
    pool.tell(signal.SIGTERM)  # so late that a second SIGTERM would put the task back at once
    wait_until(pool.ended)
    assert time.monotonic() - asked >= Patient.stop_grace
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_a_second_sigterm_to_the_pool_is_one_to_the_workers(
    fixed: Callable[..., Running], redis: Redis, dispatcher: Dispatcher
) -> None:
    pool = fixed(1)
    ready(redis, 1)
    task_id = dispatch(dispatcher, "demo.sleepy")
    runs(redis, task_id)
    pool.tell(signal.SIGTERM)
    asked = time.monotonic()
    wait_until(lambda: time.monotonic() - asked > 1.2)
    pool.tell(signal.SIGTERM)
    wait_until(pool.ended, timeout=LongshoreWorker.stop_grace - 3)
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_a_worker_that_does_not_stop_is_killed_in_the_end(
    fixed: Callable[..., Running], redis: Redis
) -> None:
    pool = fixed(2, Deaf, stop_limit=0.3)
    workers = ready(redis, 2)
    pool.tell(signal.SIGTERM)
    wait_until(pool.ended)
    assert all(map(gone, workers))
    assert "killing 2 workers" in pool.said()


def test_a_killed_pool_leaves_no_worker(fixed: Callable[..., Running], redis: Redis) -> None:
    pool = fixed(3)
    workers = ready(redis, 3)
    pool.tell(signal.SIGKILL)
    wait_until(pool.ended)
    wait_until(lambda: all(map(gone, workers)))


def test_workers_that_cannot_start_are_given_up_with_one_line(
    fixed: Callable[..., Running], redis: Redis
) -> None:
    pool = fixed(2, Broken, restarts=Restarts(first_wait=0.02, tries=3))
    wait_until(pool.ended)
    assert pool.code == 1
    assert pool.said().count("giving up") == 1
    assert 3 <= pool.said().count("parameter 'a' has no annotation") <= 6
    assert "Traceback" not in pool.said()


def test_a_pool_outlives_a_redis_that_is_not_there_yet_without_spinning(start: Start, tmp_path: Path) -> None:
    server = RedisServer(tmp_path / "redis", durable=False)
    trouble = "is away, waiting for it"
    pool = start(
        lambda: Pool(QUEUES, server.url, 2, LongshoreWorker, restarts=Restarts(first_wait=0.02), **QUICK)
    )
    wait_until(lambda: pool.said().count(trouble) == 2, timeout=40)
    asked = time.monotonic()
    wait_until(lambda: time.monotonic() - asked > 0.5)
    assert pool.said().count(trouble) == 2
    with server, Redis.from_url(server.url) as redis:
        ready(redis, 2)
        pool.tell(signal.SIGTERM)
        wait_until(pool.ended)
    assert pool.code == 0


def test_a_worker_that_retires_ends_its_task_first(
    fixed: Callable[..., Running], redis: Redis, dispatcher: Dispatcher
) -> None:
    fixed(1, Hasty)
    (worker,) = ready(redis, 1)
    task_id = dispatch(dispatcher, "demo.brief")
    runs(redis, task_id)
    os.kill(worker, pooled.RETIRE)
    wait_until(lambda: gone(worker))
    view = tasks.view(redis, task_id)
    assert (view.status, view.result, view.attempt) == (Status.SUCCESS, "done", 1)


def test_a_stop_still_gives_a_retiring_worker_its_grace_and_no_more(
    fixed: Callable[..., Running], redis: Redis, dispatcher: Dispatcher
) -> None:
    pool = fixed(1, Hasty)
    (worker,) = ready(redis, 1)
    task_id = dispatch(dispatcher, "demo.sleepy")
    runs(redis, task_id)
    os.kill(worker, pooled.RETIRE)
    asked = time.monotonic()
    wait_until(lambda: time.monotonic() - asked > 3 * Hasty.stop_grace)
    assert tasks.view(redis, task_id).status is Status.PROGRESS
    pool.tell(signal.SIGTERM)
    wait_until(pool.ended)
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_auto_grows_under_a_backlog_and_shrinks_after(
    auto: Callable[..., Running], redis: Redis, dispatcher: Dispatcher
) -> None:
    pool = auto(least=1, most=3, target=0.1, settle=0.1, quiet=0.5)
    ready(redis, 1)
    work = [dispatch(dispatcher, "demo.brief") for _ in range(5)]
    ready(redis, 3)
    ready(redis, 1)
    assert [tasks.view(redis, one).result for one in work] == ["done"] * 5
    assert "running 2 in place of 1 workers:" in pool.said()
    assert "running 1 in place of 2 workers: on average" in pool.said()
    assert "Traceback" not in pool.said()


def test_auto_stops_workers_when_memory_is_short(auto: Callable[..., Running], redis: Redis) -> None:
    pool = auto(least=3, most=3, memory=1 * MB)
    wait_until(lambda: "running 1 in place of 2 workers:" in pool.said())
    ready(redis, 1)
    assert "of 1 MB of memory are in use" in pool.said()


@linux
def test_auto_keeps_its_workers_while_redis_is_away(start: Start, tmp_path: Path) -> None:
    limits = Limits(least=1, most=3, quiet=0.1)

    def make() -> Pool:
        return AutoPool(QUEUES, server.url, Scaler(limits, time.monotonic()), LongshoreWorker, **QUICK)

    with RedisServer(tmp_path / "redis", durable=False) as server:
        pool = start(make)
        with Redis.from_url(server.url) as redis:
            (worker,) = ready(redis, 1)
            wait_until(lambda: own_sockets(pool.pid))
    wait_until(lambda: "the number of workers stays" in pool.said())
    with RedisServer(tmp_path / "redis", durable=False):
        wait_until(lambda: own_sockets(pool.pid))
        assert pool.said().count("the number of workers stays") == 1
        assert not gone(worker)
        assert not pool.ended()


@linux
def test_a_fixed_pool_holds_no_connection_and_auto_at_most_one(
    fixed: Callable[..., Running], auto: Callable[..., Running], redis: Redis
) -> None:
    first, second = fixed(1), auto(least=1, most=1)
    ready(redis, 2)
    wait_until(lambda: len(own_sockets(second.pid)) == 1)
    assert own_sockets(first.pid) == set()


def own_sockets(pid: int) -> set[str]:
    """The sockets of a forked process that it does not have from this one."""
    return sockets(pid) - sockets(os.getpid())


def sockets(pid: int) -> set[str]:
    """The sockets that a process has open."""
    names = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # it has been closed since it was listed
            names.append(os.readlink(one))
    return {name for name in names if name.startswith("socket:")}


@pytest.mark.parametrize("concurrency", ["2", "auto"])
def test_worker_sh_runs_the_pool_of_the_settings(redis: Redis, redis_url: str, concurrency: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "REDIS_URL": redis_url, "WORKER_CONCURRENCY": concurrency}
    process = subprocess.Popen(
        ["bash", "worker.sh"],
        cwd=ROOT,
        env=env | {"WORKER_MIN": "2", "WORKER_QUEUES": "maintenance"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        workers = wait_until(lambda: len(found := pids(redis)) == 2 and found, timeout=60)
        assert all(redis_url not in Path(f"/proc/{pid}/cmdline").read_text() for pid in workers)
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert redis.smembers("rq:workers") == set()


def test_the_settings_make_a_fixed_pool(redis_url: str) -> None:
    pool = pool_module.from_settings(
        Settings(_env_file=None, redis_url=redis_url, worker_concurrency=3), ["a"]
    )
    assert type(pool) is Pool
    assert pool.num_workers == 3


def test_the_settings_make_a_pool_that_scales(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshore.load.memory_limit", lambda: 512 * MB)
    chosen = {"worker_concurrency": "auto", "worker_min": 2, "worker_max": 5, "worker_target_wait": 3}
    found = [
        pool_module.from_settings(Settings(_env_file=None, redis_url=redis_url, **chosen, **more), ["a"])
        for more in ({}, {"worker_memory_mb": 300})
    ]
    limits = [one._scaler.limits for one in found if isinstance(one, AutoPool)]
    assert limits == [Limits(2, 5, memory * MB, target=3) for memory in (512, 300)]
    assert found[0].num_workers == 2


def test_a_wrong_queue_is_one_line_and_exit_code_2(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = settings.model_copy(update={"worker_queues": ("nowhere",)})
    monkeypatch.setattr(settings_module, "current", lambda: wrong)
    assert pool_module.main() == 2
    assert capsys.readouterr().err.startswith("worker: WORKER_QUEUES='nowhere' is not valid")
