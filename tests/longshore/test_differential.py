"""The same tasks leave the same in Redis, key for key and field for field, run by stock RQ or by us."""

from __future__ import annotations

import logging
import os
import random
import re
import time
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis
from rq import Worker
from rq.job import Job
from rq.serializers import resolve_serializer
from rq.worker import BaseWorker

from longshore import worker as worker_module
from tests.support import mixture
from tests.support.differential import Dump, Key, compare, dump
from tests.support.mixture import Mixture

SEED = 20_260
BUT_TTLS = frozenset(mixture.RECIPES) - {"every_ttl"}
Run = Callable[..., Dump]


@pytest.fixture
def run(redis: Redis, redis_url: str) -> Run:
    """A function that lets a worker run a mixture of tasks on an empty Redis; what that leaves."""

    def leave(
        worker_class: type[BaseWorker],
        count: int,
        serializer: str = "pickle",
        without: frozenset[str] = frozenset(),
    ) -> Dump:
        redis.flushall()
        began = time.time()
        Mixture(redis, random.Random(SEED), serializer, without).enqueue(count)
        _work(worker_class, redis_url, serializer)
        return dump(redis, began)

    return leave


def _work(worker_class: type[BaseWorker], redis_url: str, serializer: str) -> None:
    """Run a worker in a child process until the queues are empty: it may set signals and fork as it likes."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            logging.disable()  # webhooks that fail are meant to
            worker = worker_class(
                list(mixture.QUEUES),
                connection=Redis.from_url(redis_url),
                serializer=resolve_serializer(serializer),
                maintenance_interval=600,  # stock's default, which shows as a lock's time to live
            )
            worker.work(burst=True, logging_level="CRITICAL")
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def quick() -> type[BaseWorker]:
    """Our worker for generic RQ jobs."""
    return worker_module.QuickWorker


def differences(stock: Dump, ours: Dump) -> list[str]:
    """The differences, but for the times and the worker of stopped tasks, which stock forgets.

    Its worker process records a stop from a copy of the task that it made before the task began.
    """
    stopped = [name.rpartition(":")[2] for name, key in stock.items() if _status(key) == "stopped"]
    known = [
        text
        for one in stopped
        for text in (
            rf"rq:job:{one} (ended_at|worker_name|last_heartbeat): '' \| '<",
            rf"rq:(job|results):{one} expiry:",
            rf"rq:failed:\w+ {one}:",
            rf"rq:results:{one} \[0\] execution_ended_at: \(absent\) \| '<time>'",
        )
    ]
    return [one for one in compare(stock, ours) if not any(re.match(text, one) for text in known)]


def _status(key: Key) -> str | None:
    return key.value.get("status") if key.type == "hash" else None


@pytest.mark.parametrize("serializer", ["pickle", "json"])
def test_our_worker_leaves_in_redis_what_stock_rq_leaves(run: Run, serializer: str) -> None:
    stock, ours = run(Worker, 60, serializer), run(quick(), 60, serializer)
    assert "rq:finished:mixed" in stock
    assert differences(stock, ours) == []


@pytest.mark.slow
def test_our_worker_leaves_what_stock_leaves_after_a_thousand_tasks(run: Run) -> None:
    stock, ours = run(Worker, 1_000), run(quick(), 1_000)
    assert sum(name.startswith("rq:job:") for name in stock) > 500
    assert differences(stock, ours) == []


def test_two_runs_of_stock_leave_the_same(run: Run) -> None:
    assert compare(run(Worker, 60), run(Worker, 60)) == []


class Forgetful(Worker):
    """Counts no success."""

    def increment_successful_job_count(self, pipeline: Any = None) -> None:
        """Forget it."""


class Eternal(Worker):
    """Keeps every result for an hour too long."""

    def handle_job_success(self, job: Job, *args: Any, **options: Any) -> None:
        """As stock, with another TTL."""
        job.result_ttl = (job.result_ttl or 500) + 3_600
        super().handle_job_success(job, *args, **options)


class Untidy(Worker):
    """Leaves executions behind."""

    def cleanup_execution(self, *args: Any, **options: Any) -> None:
        """Do nothing."""


@pytest.mark.parametrize(
    ("worker_class", "says"),
    [(Forgetful, "successful_job_count"), (Eternal, "expiry"), (Untidy, "rq:wip:")],
)
def test_a_worker_that_keeps_other_books_is_found_out(
    run: Run, worker_class: type[Worker], says: str
) -> None:
    differences = compare(run(Worker, 1, without=BUT_TTLS), run(worker_class, 1, without=BUT_TTLS))
    assert any(says in one for one in differences)


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (("hset", "rq:job:task-00000", "worker_name", ""), "rq:job:task-00000 worker_name"),
        (("hset", "rq:job:task-00000", "ended_at", "2020-01-01T00:00:00.000000Z"), "ended_at"),
        (("hdel", "rq:job:task-00000", "last_heartbeat"), "last_heartbeat"),
        (("persist", "rq:job:task-00000"), "rq:job:task-00000 expiry"),
        (("expire", "rq:results:task-00000", "400"), "rq:results:task-00000 expiry"),
        (("zincrby", "rq:finished:{queue}", "60", "task-00000"), "rq:finished:{queue} task-00000"),
        (("zrem", "rq:finished:{queue}", "task-00000"), "rq:finished:{queue}"),
        (("xadd", "rq:results:task-00000", {"type": "1"}), "rq:results:task-00000"),
        (("rpush", "rq:queue:{queue}:intermediate", "task-00000"), "intermediate"),
        (("sadd", "rq:workers", "rq:worker:w"), "rq:workers"),
    ],
)
def test_every_kind_of_difference_is_told(
    run: Run, redis: Redis, command: tuple[Any, ...], says: str
) -> None:
    began = time.time()
    before = run(Worker, 1, without=BUT_TTLS)
    queue = redis.hget("rq:job:task-00000", "origin").decode()
    name, *arguments = [one.format(queue=queue) if isinstance(one, str) else one for one in command]
    getattr(redis, name)(*arguments)
    assert any(says.format(queue=queue) in one for one in compare(before, dump(redis, began)))


def test_our_own_keys_are_left_out(redis: Redis) -> None:
    redis.set("longshore:anything", 1)
    assert dump(redis, time.time()) == {}
