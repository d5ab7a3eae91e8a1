"""The horse's life: when it is replaced, what it costs over time, and RQ's own features with it."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from redis import Redis
from rq import Queue
from rq.cli import main as rq_command
from rq.executions import Execution
from rq.job import Job
from rq.worker import DequeueStrategy

from longshore import events, recovery, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.worker import LongshoreWorker, QuickWorker
from tests.support import mixture
from tests.support.jobs import demo, untidy
from tests.support.live_worker import LiveWorker, working
from tests.support.waiting import wait_until

Work = Callable[..., None]
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
NOTES = "notes"


def quick(redis: Redis, *queues: str, worker_class: type[QuickWorker] = QuickWorker, **options: Any) -> bool:
    """Run a worker until its queues are empty; whether it ran anything."""
    worker = worker_class(list(queues or ("default",)), connection=redis)
    return worker.work(burst=True, logging_level="CRITICAL", **options)


def enqueue(redis: Redis, function: Any, *args: Any, queue: str = "default", **options: Any) -> Job:
    """Enqueue a plain RQ job."""
    return Queue(queue, connection=redis).enqueue(function, *args, **options)


def values(redis: Redis, jobs: list[Job]) -> list[Any]:
    """Their results, in order."""
    return [job.return_value(refresh=True) for job in jobs]


def order(redis: Redis) -> list[str]:
    """Task ids in the order in which they ended."""
    return [event.task_id for _, event in events.read(redis)]


# Replacing the horse


class ForkEach(QuickWorker):
    """Forks for every task."""

    tasks_per_horse = 1


class ThreeEach(QuickWorker):
    """Three tasks to a horse."""

    tasks_per_horse = 3


def test_one_horse_runs_all_tasks(redis: Redis) -> None:
    jobs = [enqueue(redis, os.getpid) for _ in range(20)]
    quick(redis)
    (horse,) = set(values(redis, jobs))
    assert horse != os.getpid()


def test_one_task_to_a_horse_forks_for_every_task(redis: Redis) -> None:
    jobs = [enqueue(redis, os.getpid) for _ in range(5)]
    quick(redis, worker_class=ForkEach)
    assert len(set(values(redis, jobs))) == 5


def test_a_horse_is_replaced_after_its_number_of_tasks(redis: Redis) -> None:
    jobs = [enqueue(redis, os.getpid) for _ in range(8)]
    quick(redis, worker_class=ThreeEach)
    pids = values(redis, jobs)
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 2]


def test_failures_count_as_tasks_of_a_horse(redis: Redis) -> None:
    jobs = [enqueue(redis, mixture.fail if n % 3 == 2 else os.getpid) for n in range(6)]
    quick(redis, worker_class=ThreeEach)
    pids = values(redis, [job for n, job in enumerate(jobs) if n % 3 != 2])
    assert pids[0] == pids[1] != pids[2] == pids[3]


class Lean(QuickWorker):
    """A worker with a memory ceiling somewhat above what a horse needs."""

    memory_mb = 400


@linux
def test_a_horse_that_has_grown_too_large_is_replaced_between_tasks(redis: Redis) -> None:
    before, culprit, after, last = (
        enqueue(redis, untidy.whoami), enqueue(redis, untidy.leak, 400), enqueue(redis, untidy.whoami),
        enqueue(redis, untidy.whoami),
    )  # fmt: skip
    quick(redis, worker_class=Lean)
    pids = values(redis, [before, culprit, after, last])
    assert pids[0] == pids[1] != pids[2] == pids[3]
    assert {outcome.outcome for _, outcome in events.read(redis)} == {"success"}


@linux
def test_a_horse_that_only_peaked_is_kept(redis: Redis) -> None:
    jobs = [enqueue(redis, untidy.whoami), enqueue(redis, untidy.peak, 400), enqueue(redis, untidy.whoami)]
    quick(redis, worker_class=Lean)
    assert len(set(values(redis, jobs))) == 1


@linux
def test_the_peak_in_an_event_is_that_of_its_own_task(redis: Redis) -> None:
    for function, args in (
        (untidy.whoami, ()), (untidy.peak, (300,)), (untidy.whoami, ()), (untidy.peak, (100,)),
        (untidy.whoami, ()),
    ):  # fmt: skip
        enqueue(redis, function, *args)
    quick(redis)
    peaks = [event.peak_mb for _, event in events.read(redis)]
    assert peaks[1] > peaks[0] + 250
    assert peaks[2] < peaks[0] + 50
    assert peaks[0] + 80 < peaks[3] < peaks[0] + 160
    assert peaks[4] < peaks[0] + 50


@linux
def test_the_peak_of_a_failure_is_that_of_its_own_task(redis: Redis) -> None:
    enqueue(redis, untidy.peak, 300)
    enqueue(redis, mixture.fail)
    quick(redis)
    success, failure = (event.peak_mb for _, event in events.read(redis))
    assert 1 < failure < success - 200


# What it costs over time


def fds(pid: int) -> int:
    """Descriptors that a process has open."""
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory_mb(pid: int) -> float:
    """Memory of a process that nobody shares."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no Pss")


def connections(redis: Redis) -> int:
    """Connections to Redis but for our own."""
    own = redis.client_id()
    return sum(int(one["id"]) != own for one in redis.client_list())


def all_done(redis: Redis, count: int, timeout: float = 60) -> None:
    """Wait until so many tasks have ended well."""
    wait_until(lambda: redis.zcard("rq:finished:default") == count, timeout)


@linux
def test_a_worker_has_two_connections_to_each_process_at_most(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    before = connections(redis)
    seen = []
    with working(redis_url, tmp_path, worker_class=QuickWorker, ready=redis):
        seen.append(connections(redis) - before)
        count = 0
        for _ in range(10):
            for _ in range(20):
                enqueue(redis, mixture.note_down, "x")
            count += 20
            all_done(redis, count)
            seen.append(connections(redis) - before)
    assert max(seen) <= 4, seen


@linux
def test_progress_takes_no_further_connection(
    redis: Redis, redis_url: str, dispatcher: Dispatcher, tmp_path: Path
) -> None:
    before, seen = connections(redis), []
    with working(redis_url, tmp_path, worker_class=LongshoreWorker, ready=redis):
        for _ in range(3):
            task_id = dispatcher.dispatch(catalog.get("demo.brief"), {}).task_id
            wait_until(lambda task_id=task_id: tasks.view(redis, task_id).progress)  # type: ignore[misc]
            seen.append(connections(redis) - before)
            wait_until(lambda task_id=task_id: tasks.view(redis, task_id).result)  # type: ignore[misc]
    assert max(seen) <= 4, seen


@linux
def test_descriptors_do_not_add_up_over_tasks_and_horses(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    first: tuple[int, int] = (0, 0)
    with working(redis_url, tmp_path, worker_class=ThreeEach, ready=redis) as worker:
        for _ in range(5):
            jobs = [enqueue(redis, os.getpid) for _ in range(32)]
            wait_until(lambda jobs=jobs: jobs[-1].is_finished, 30)  # type: ignore[misc]
            wait_until(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"idle")
            first = first if first[0] else usage(worker)
        wait_until(lambda: usage(worker) == first)


def usage(worker: LiveWorker) -> tuple[int, int]:
    """Descriptors of a worker and its horse."""
    return fds(worker.pid), fds(worker.horse)


@pytest.mark.slow
@linux
def test_neither_memory_nor_descriptors_grow_over_twenty_thousand_tasks(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    seen, queue = [], Queue("default", connection=redis)
    with working(redis_url, tmp_path, worker_class=QuickWorker, ready=redis) as worker:
        for part in range(1, 11):
            queue.enqueue_many([Queue.prepare_data(mixture.give, (n,), result_ttl=60) for n in range(2_000)])
            all_done(redis, 2_000, 120)
            horse, pid = worker.horse, worker.pid
            seen.append((memory_mb(horse), memory_mb(pid), fds(horse), fds(pid)))
            redis.delete("rq:finished:default")
            assert part
    first, last = seen[1], seen[-1]
    assert last[0] - first[0] < 3, seen
    assert last[1] - first[1] < 3, seen
    assert last[2] - first[2] <= 1, seen
    assert last[3] - first[3] <= 2, seen


# RQ's features


def test_queues_are_served_in_order_of_priority(redis: Redis) -> None:
    low = [enqueue(redis, mixture.give, n, queue="low").id for n in range(3)]
    high = [enqueue(redis, mixture.give, n, queue="high").id for n in range(3)]
    quick(redis, "high", "low")
    assert order(redis) == high + low


@pytest.mark.parametrize("worker_class", [QuickWorker, ThreeEach, ForkEach])
def test_round_robin_goes_on_where_the_last_horse_was(redis: Redis, worker_class: type[QuickWorker]) -> None:
    names = ("a", "b", "c")
    for name in names:
        for n in range(4):
            enqueue(redis, mixture.give, n, queue=name, job_id=f"{name}{n}")
    quick(redis, *names, worker_class=worker_class, dequeue_strategy=DequeueStrategy.ROUND_ROBIN)
    assert order(redis) == [f"{name}{n}" for n in range(4) for name in names]


@pytest.mark.parametrize("worker_class", [QuickWorker, ForkEach])
def test_the_random_strategy_serves_all_queues_in_no_order(
    redis: Redis, worker_class: type[QuickWorker]
) -> None:
    names = ("a", "b", "c")
    for name in names:
        for n in range(10):
            enqueue(redis, mixture.give, n, queue=name, job_id=f"{name}{n}")
    quick(redis, *names, worker_class=worker_class, dequeue_strategy=DequeueStrategy.RANDOM)
    found = order(redis)
    assert sorted(found) == sorted(f"{name}{n}" for name in names for n in range(10))
    assert len({task[0] for task in found[:10]}) > 1
    for name in names:
        assert [task for task in found if task[0] == name] == [f"{name}{n}" for n in range(10)]


def test_max_jobs_is_kept_over_horses(redis: Redis) -> None:
    for n in range(10):
        enqueue(redis, mixture.give, n)
    assert quick(redis, worker_class=ThreeEach, max_jobs=7)
    assert len(order(redis)) == 7
    assert Queue("default", connection=redis).count == 3


def test_max_idle_time_ends_a_worker_that_has_nothing_to_do(redis: Redis) -> None:
    enqueue(redis, mixture.give, 1)
    began = time.monotonic()
    QuickWorker(["default"], connection=redis).work(max_idle_time=1, logging_level="CRITICAL")
    assert time.monotonic() - began >= 1
    assert len(order(redis)) == 1


def test_burst_says_whether_there_was_work(redis: Redis) -> None:
    assert not quick(redis)
    enqueue(redis, mixture.give, 1)
    assert quick(redis)


def _note(word: str, more: bool) -> Callable[..., bool]:
    def handler(job: Job, *_: Any) -> bool:
        job.connection.rpush(NOTES, f"{word} {job.id}")
        return more

    return handler


def notes(redis: Redis) -> list[str]:
    """What hooks have noted."""
    return [note.decode() for note in redis.lrange(NOTES, 0, -1)]


@pytest.mark.parametrize(("more", "called"), [(True, ["first x", "second x"]), (False, ["first x"])])
def test_exception_handlers_run_and_may_stop_the_chain(redis: Redis, more: bool, called: list[str]) -> None:
    worker = QuickWorker(["default"], connection=redis, exception_handlers=[_note("first", more)])
    worker.push_exc_handler(_note("second", True))
    enqueue(redis, mixture.fail, job_id="x")
    worker.work(burst=True, logging_level="CRITICAL")
    assert notes(redis) == called


def test_the_handler_for_killed_horses_is_called(redis: Redis, tmp_path: Path) -> None:
    def handler(job: Job, pid: int, status: int, rusage: Any) -> None:
        redis.rpush(NOTES, f"{job.id} {os.WTERMSIG(status)} {pid != os.getpid()} {rusage.ru_maxrss > 0}")

    worker = QuickWorker(["default"], connection=redis, work_horse_killed_handler=handler)
    enqueue(redis, demo.die, str(tmp_path / "n"), job_id="x")
    worker.work(burst=True, logging_level="CRITICAL")
    assert notes(redis) == ["x 9 True True"]


class Hooked(QuickWorker):
    """Overrides what RQ calls for each task."""

    def perform_job(self, job: Job, queue: Queue, execution: Execution) -> bool:  # type: ignore[override]
        """Note the call."""
        self.connection.rpush(NOTES, f"perform {job.id}")
        return bool(super().perform_job(job, queue, execution))


class Succeeds(QuickWorker):
    """Overrides what is done with a success."""

    def handle_job_success(self, job: Job, *args: Any, **options: Any) -> None:
        """Note the call."""
        self.connection.rpush(NOTES, f"success {job.id}")
        super().handle_job_success(job, *args, **options)


class Stock(QuickWorker):
    """Overrides the fork, and so gets RQ's own loop."""

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Note the call."""
        self.connection.rpush(NOTES, f"execute {job.id}")
        super().execute_job(job, queue)


@pytest.mark.parametrize(
    ("worker_class", "word"), [(Hooked, "perform"), (Succeeds, "success"), (Stock, "execute")]
)
def test_methods_that_a_subclass_overrides_are_called_for_each_task(
    redis: Redis, worker_class: type[QuickWorker], word: str
) -> None:
    jobs = [enqueue(redis, mixture.give, n) for n in range(3)]
    quick(redis, worker_class=worker_class)
    assert notes(redis) == [f"{word} {job.id}" for job in jobs]
    assert values(redis, jobs) == [0, 1, 2]
    assert not redis.keys("rq:execution*")
    assert not redis.keys("rq:wip:*")


def test_a_plain_job_sees_its_own_task_and_keeps_its_meta(redis: Redis) -> None:
    jobs = [enqueue(redis, untidy.identity, note, meta={"customer": 7}) for note in ("a", "b")]
    quick(redis)
    for job, seen, note in zip(jobs, values(redis, jobs), "ab", strict=True):
        assert seen["id"] == seen["environ"][0] == job.id
        assert seen["environ"][1] == seen["worker"] != ""
        assert seen["meta"] == job.get_meta() == {"customer": 7, "note": note}
        assert (seen["origin"], seen["enqueued"], seen["started"], seen["is_started"]) == (
            "default",
            True,
            True,
            True,
        )


# What others see


def test_counting_registries_does_not_fail_a_task_whose_worker_has_just_died(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    with working(redis_url, tmp_path, worker_class=QuickWorker, ready=redis) as worker:
        job = enqueue(redis, demo.once_asleep, str(tmp_path / "n"))
        wait_until(lambda: (tmp_path / "n").exists() and (tmp_path / "n").read_text())
        horse = worker.horse
        worker.send(signal.SIGSTOP)  # so that it cannot act on its horse's death
        os.kill(horse, signal.SIGKILL)
        redis.delete(*redis.keys("rq:execution:*"))
        queue = Queue("default", connection=redis)
        for registry in (queue.started_job_registry, queue.failed_job_registry, queue.finished_job_registry):
            assert registry.count in (0, 1)
        assert job.get_status(refresh=True) == "started"
        worker.send(signal.SIGCONT)
        wait_until(lambda: job.get_status(refresh=True) == "finished")
    assert job.return_value(refresh=True) == "awake"
    assert recovery.deaths_of(redis, job.id) == 1


@pytest.mark.slow
def test_others_see_a_busy_worker_truthfully(
    app: Flask, token: str, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    queue = Queue("default", connection=redis)
    look = Onlooker(app, token, redis_url)
    with working(redis_url, tmp_path, worker_class=QuickWorker, ready=redis) as worker:
        queue.enqueue_many([Queue.prepare_data(mixture.give, (n,)) for n in range(5_000)])
        wait_until(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"busy")
        while queue.count > 1_500:
            look.at_a_busy_worker(worker.name)
        wait_until(lambda: redis.zcard("rq:finished:default") == 5_000, 60)
        wait_until(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"idle")
        (seen,) = look.workers()
        assert (seen["state"], seen["current_job"]) == ("idle", "idle")
        assert re.search(rf"worker {worker.name} \(.*\) idle", look.raw())
    assert look.busy_looks > 3
    assert len(look.tasks) > 1
    counts = redis.hmget(f"rq:worker:{worker.name}", "successful_job_count", "failed_job_count")
    assert counts == [b"5000", None]


class Onlooker:
    """The dashboard and `rq info`, looking at a worker."""

    def __init__(self, app: Flask, token: str, url: str) -> None:
        self._client, self._url = app.test_client(), url
        with self._client.session_transaction() as cookie:
            cookie["token_id"] = token.split("_")[1]
        self.busy_looks = 0
        self.tasks: set[str] = set()

    def _json(self, path: str) -> Any:
        answer = self._client.get(f"/rq/0/data/{path}")
        assert answer.status_code == 200, answer.text
        return answer.get_json()

    def workers(self) -> Any:
        """What the dashboard says of workers."""
        return self._json("workers.json")["workers"]

    def raw(self) -> str:
        """What `rq info` prints for programs."""
        result = CliRunner().invoke(rq_command, ["info", "--raw", "--url", self._url])
        assert result.exit_code == 0, result.output
        return result.output

    def at_a_busy_worker(self, name: str) -> None:
        """Look once in every way."""
        before = Queue("default", connection=Redis.from_url(self._url)).count
        (queue,) = self._json("queues.json")["queues"]
        (worker,) = self.workers()
        raw = self.raw()
        self._json("jobs/default/started/10/asc/1.json")
        after = Queue("default", connection=Redis.from_url(self._url)).count
        if after:
            self.busy_looks += 1
            if worker["current_job"] != "idle":  # between two tasks it has none
                self.tasks.add(worker["current_job"]["job_id"])
            assert (worker["name"], worker["state"]) == (name, "busy")
            assert after <= queue["count"] <= before
            assert re.search(rf"worker {name} \(.*\) busy", raw)
