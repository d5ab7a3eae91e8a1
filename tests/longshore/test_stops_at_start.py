"""A worker that is told to stop while it starts: at every step it ends in order, and nothing stays of it."""

from __future__ import annotations

import io
import logging
import os
import signal
from typing import Any

import pytest
from redis import Redis
from rq import Queue

from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.pooled import RETIRE, STOP, pooled
from longshore.worker import LongshoreWorker
from tests.support.waiting import wait_until

STEPS = (
    "first_steps", "get_redis_server_version", "register_birth", "subscribe", "set_state", "preload",
    "run_maintenance_tasks",
)  # fmt: skip


def told_before(step: str, number: signal.Signals) -> type[LongshoreWorker]:
    """A worker that gets a signal just before a step."""

    class Told(LongshoreWorker):
        pass

    def first_the_signal(self: Told, *args: Any, **options: Any) -> Any:
        os.kill(os.getpid(), number)
        return getattr(super(Told, self), step)(*args, **options)

    setattr(Told, step, first_the_signal)
    return Told


class Telling(io.StringIO):
    """A log that sends a signal once, while a line is written: what a handler raises there is lost."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__()
        self._number: signal.Signals | None = number

    def write(self, text: str) -> int:
        number, self._number = self._number, None
        if number is not None and "started with PID" in text:
            os.kill(os.getpid(), number)
        return super().write(text)


def code_of(redis_url: str, worker_class: type[LongshoreWorker], log: Telling | None = None) -> int:
    """Run a worker in a process of its own; its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            if log is not None:
                logger = logging.getLogger("rq.worker")
                logger.handlers, logger.propagate = [logging.StreamHandler(log)], False
            worker = worker_class(["default"], connection=Redis.from_url(redis_url), name="told")
            worker.work(logging_level="INFO" if log is not None else "CRITICAL")
            code = 0
        finally:
            os._exit(code)
    status: list[int] = []

    def is_over() -> bool:
        done, how = os.waitpid(pid, os.WNOHANG)
        status.extend([how] if done else [])
        return bool(status)

    try:
        wait_until(is_over)
    finally:
        if not status:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status[0])


@pytest.fixture
def task_id(dispatcher: Dispatcher) -> str:
    """A task that waits."""
    return dispatcher.dispatch(catalog.get("kills.well"), {"name": "t0", "book": ""}).task_id


def leaves_nothing(redis: Redis, task_id: str) -> bool:
    """Whether no worker is registered, and the task waits as before."""
    return redis.smembers("rq:workers") == set() and Queue("default", connection=redis).job_ids == [task_id]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_at_every_step(redis: Redis, redis_url: str, task_id: str, step: str, number: signal.Signals) -> None:
    assert code_of(redis_url, told_before(step, number)) == 0
    assert leaves_nothing(redis, task_id)


@pytest.mark.parametrize("number", [STOP, RETIRE])
@pytest.mark.parametrize("step", STEPS)
def test_at_every_step_in_a_pool(
    redis: Redis, redis_url: str, task_id: str, step: str, number: signal.Signals
) -> None:
    assert code_of(redis_url, pooled(told_before(step, number))) == 0
    assert leaves_nothing(redis, task_id)


@pytest.mark.parametrize("number", [signal.SIGTERM, STOP])
def test_in_the_middle_of_a_line_of_the_log(
    redis: Redis, redis_url: str, task_id: str, number: signal.Signals
) -> None:
    assert code_of(redis_url, pooled(LongshoreWorker), Telling(number)) == 0
    assert leaves_nothing(redis, task_id)
