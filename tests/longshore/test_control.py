"""Canceling and running again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis
from rq import Queue
from rq_scheduler import Scheduler

from longshore import control, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.errors import UnknownTask, WrongState
from longshore.tasks import Status
from tests.support.waiting import wait_until


def test_a_waiting_task_is_taken_out_of_its_queue(redis: Redis, dispatcher: Dispatcher) -> None:
    done = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    assert control.cancel(redis, done.task_id) == "canceled"
    assert Queue("default", connection=redis).count == 0
    assert tasks.view(redis, done.task_id).status is Status.CANCELED
    assert redis.ttl(f"rq:job:{done.task_id}") > 0


def test_a_delayed_task_is_taken_out_of_rq_scheduler(redis: Redis, dispatcher: Dispatcher) -> None:
    done = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}, delay="5m")
    control.cancel(redis, done.task_id)
    assert redis.zcard(Scheduler.scheduled_jobs_key) == 0


def test_a_task_that_is_over_cannot_be_canceled(redis: Redis, dispatcher: Dispatcher, work: Any) -> None:
    done = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    work()
    with pytest.raises(WrongState, match="over already"):
        control.cancel(redis, done.task_id)


@pytest.mark.parametrize("task_id", ["nope", "", "../x", "a" * 5000, "x:y", "é"])
def test_an_unknown_task_is_said_so(redis: Redis, task_id: str) -> None:
    with pytest.raises(UnknownTask):
        control.cancel(redis, task_id)


def test_a_running_task_is_stopped_by_its_worker(
    redis: Redis, dispatcher: Dispatcher, work: Callable[..., None]
) -> None:
    done = dispatcher.dispatch(catalog.get("demo.sleepy"), {})

    def cancel_when_running() -> None:
        wait_until(lambda: tasks.view(redis, done.task_id).status is Status.PROGRESS)
        assert control.cancel(redis, done.task_id) == "stopping"

    helper = threading.Thread(target=cancel_when_running)
    helper.start()
    work()
    helper.join()
    assert tasks.view(redis, done.task_id).status is Status.CANCELED


def finish_when_running(redis: Redis, task_id: str) -> threading.Thread:
    """Asks a task to finish as soon as it reports."""

    def ask() -> None:
        wait_until(lambda: tasks.view(redis, task_id).status is Status.PROGRESS)
        control.finish(redis, task_id)

    helper = threading.Thread(target=ask)
    helper.start()
    return helper


def test_a_running_task_ends_early_with_what_it_has(
    redis: Redis, dispatcher: Dispatcher, work: Callable[..., None]
) -> None:
    done = dispatcher.dispatch(catalog.get("demo.patient"), {})
    helper = finish_when_running(redis, done.task_id)
    work()
    helper.join()
    ended = tasks.view(redis, done.task_id)
    assert ended.status is Status.SUCCESS
    assert ended.result >= 1
    assert ended.progress is not None
    assert ended.progress["figures"] == {"best": ended.result, "phase": "counting", "bound": None}


def test_a_task_that_does_not_run_cannot_finish(redis: Redis, dispatcher: Dispatcher, work: Any) -> None:
    waiting = dispatcher.dispatch(catalog.get("demo.patient"), {})
    with pytest.raises(WrongState, match="PENDING and does not run: cancel it"):
        control.finish(redis, waiting.task_id)
    control.cancel(redis, waiting.task_id)
    with pytest.raises(WrongState, match="it is over"):
        control.finish(redis, waiting.task_id)
    with pytest.raises(UnknownTask):
        control.finish(redis, "nope")


def test_a_task_whose_job_cannot_end_early_is_told_so(
    redis: Redis, dispatcher: Dispatcher, work: Callable[..., None]
) -> None:
    done = dispatcher.dispatch(catalog.get("demo.sleepy"), {})
    refused: list[str] = []

    def ask() -> None:
        wait_until(lambda: tasks.view(redis, done.task_id).status is Status.PROGRESS)
        with pytest.raises(WrongState) as raised:
            control.finish(redis, done.task_id)
        refused.append(str(raised.value))
        control.cancel(redis, done.task_id)

    helper = threading.Thread(target=ask)
    helper.start()
    work()
    helper.join()
    assert refused == ["demo.sleepy cannot end early with a result; cancel the task to stop it."]


def test_a_task_that_runs_again_has_not_been_asked_to_finish(
    redis: Redis, dispatcher: Dispatcher, work: Any
) -> None:
    done = dispatcher.dispatch(catalog.get("demo.fail"), {})
    work()
    redis.hset(f"rq:job:{done.task_id}", "finish", 1)
    control.retry(dispatcher, done.task_id)
    assert redis.hget(f"rq:job:{done.task_id}", "finish") is None


def test_a_failed_task_runs_again_with_all_its_tries(
    redis: Redis, dispatcher: Dispatcher, work: Any, tmp_path: Any
) -> None:
    done = dispatcher.dispatch(catalog.get("demo.flaky"), {"counter": str(tmp_path / "n"), "fails": 4})
    work()
    assert tasks.view(redis, done.task_id).status is Status.FAILURE
    control.retry(dispatcher, done.task_id)
    view = tasks.view(redis, done.task_id)
    assert (view.status, view.attempt, view.error) == (Status.PENDING, 1, None)
    work()
    assert tasks.view(redis, done.task_id).result == 5


def test_a_canceled_task_runs_again(redis: Redis, dispatcher: Dispatcher, work: Any) -> None:
    done = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    control.cancel(redis, done.task_id)
    control.retry(dispatcher, done.task_id)
    work()
    assert tasks.view(redis, done.task_id).result == 2


def test_a_task_that_waits_cannot_be_retried(dispatcher: Dispatcher) -> None:
    done = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    with pytest.raises(WrongState, match="only failed or canceled"):
        control.retry(dispatcher, done.task_id)


def test_a_task_of_a_job_that_is_gone_cannot_be_retried(
    redis: Redis, dispatcher: Dispatcher, work: Any
) -> None:
    job = Queue("default", connection=redis, serializer="json").enqueue("jobs.gone.away")
    work()
    with pytest.raises(WrongState, match="no job named"):
        control.retry(dispatcher, job.id)


def test_a_unique_task_does_not_run_again_beside_its_twin(redis: Redis, dispatcher: Dispatcher) -> None:
    first = dispatcher.dispatch(catalog.get("demo.once"), {"key": "a"}).task_id
    control.cancel(redis, first)
    second = dispatcher.dispatch(catalog.get("demo.once"), {"key": "a"}).task_id
    with pytest.raises(WrongState, match=second):
        control.retry(dispatcher, first)
    control.cancel(redis, second)
    control.retry(dispatcher, first)
    assert dispatcher.dispatch(catalog.get("demo.once"), {"key": "a"}).task_id == first
