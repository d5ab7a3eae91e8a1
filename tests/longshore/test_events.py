"""The stream of events: one entry for the end of each attempt, whatever the end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq import Callback, Queue, Repeat, Retry
from rq.command import send_kill_horse_command, send_stop_job_command
from rq.job import Job

from longshore import events, keys
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.events import Event
from longshore.worker import LongshoreWorker, QuickWorker
from tests.support import mixture
from tests.support.jobs import demo
from tests.support.waiting import wait_until

Work = Callable[..., None]
SECRET = "hunter2"


class Hasty(LongshoreWorker):
    """A worker that gives a running task a moment only."""

    stop_grace = 0.2


def start(dispatcher: Dispatcher, name: str, **params: Any) -> str:
    """Dispatch a job; the task's id."""
    return dispatcher.dispatch(catalog.get(name), params).task_id


def read(redis: Redis) -> list[Event]:
    """All events."""
    return [event for _, event in events.read(redis)]


def kinds(redis: Redis) -> list[tuple[str, str]]:
    """Outcome and error of each event."""
    return [(event.outcome, event.error) for event in read(redis)]


def plain(redis: Redis, *queues: str) -> None:
    """Run the worker for any RQ job."""
    names = list(queues or ("default",))
    QuickWorker(names, connection=redis, name=f"w{os.getpid()}").work(burst=True, logging_level="CRITICAL")


def test_a_success_is_one_event_with_all_fields(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    task_id = start(dispatcher, "demo.echo", value={"password": SECRET})
    work()
    (event,) = read(redis)
    job = Job.fetch(task_id, connection=redis, serializer="json")
    assert (event.task_id, event.job, event.queue) == (task_id, "demo.echo", "second")
    assert (event.outcome, event.error, event.worker) == ("success", "", job.worker_name)
    assert job.started_at is not None
    assert job.ended_at is not None
    assert job.enqueued_at is not None
    assert event.run == pytest.approx((job.ended_at - job.started_at).total_seconds(), abs=0.001)
    assert event.wait == pytest.approx((job.started_at - job.enqueued_at).total_seconds(), abs=0.05)
    assert event.peak_mb > 1
    assert event.at is not None
    assert abs((event.at - job.ended_at).total_seconds()) < 1


def test_no_parameter_result_or_message_gets_into_events(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    start(dispatcher, "demo.echo", value={"password": SECRET})
    start(dispatcher, "demo.fail", message=SECRET)
    queue = Queue("default", connection=redis)
    queue.enqueue(mixture.give, SECRET)
    queue.enqueue(mixture.fail, SECRET)
    work()
    plain(redis)
    assert len(read(redis)) == 4
    assert SECRET not in repr(redis.xrange(keys.events()))


def test_parameters_stay_out_of_the_events_of_tasks_that_were_put_back(
    redis: Redis, dispatcher: Dispatcher, tmp_path: Path, work: Work
) -> None:
    start(dispatcher, "demo.die", counter=str(tmp_path / SECRET), times=1)
    work()
    died, success = read(redis)
    assert (died.outcome, success.outcome) == ("died", "success")
    assert SECRET not in repr(redis.xrange(keys.events()))
    assert died.job == success.job == "demo.die"


def test_parameters_stay_out_of_the_events_of_plain_tasks_that_were_put_back(
    redis: Redis, tmp_path: Path
) -> None:
    Queue("default", connection=redis).enqueue(demo.die, str(tmp_path / SECRET))
    plain(redis)
    died, success = read(redis)
    assert SECRET not in repr(redis.xrange(keys.events()))
    assert died.job == success.job == "tests.support.jobs.demo.die"


def test_a_failure_names_the_class_of_its_error(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    start(dispatcher, "demo.fail")
    work()
    (event,) = read(redis)
    assert (event.job, event.outcome, event.error) == ("demo.fail", "failure", "ValueError")
    assert event.peak_mb > 1


def test_each_attempt_has_its_event(redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path) -> None:
    task_id = start(dispatcher, "demo.flaky", counter=str(tmp_path / "n"), fails=2)
    work()
    assert kinds(redis) == [("retry", "ValueError"), ("retry", "ValueError"), ("success", "")]
    assert {event.task_id for event in read(redis)} == {task_id}


def test_an_error_of_one_task_is_not_in_the_event_of_the_next(
    redis: Redis, dispatcher: Dispatcher, work: Work
) -> None:
    start(dispatcher, "demo.fail")
    start(dispatcher, "demo.add", a=1)
    work()
    assert kinds(redis) == [("failure", "ValueError"), ("success", "")]


def test_a_delayed_retry_is_a_retry(redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path) -> None:
    start(dispatcher, "demo.later", counter=str(tmp_path / "n"))
    work()
    assert kinds(redis) == [("retry", "ValueError")]


def test_a_returned_retry_is_a_retry_without_an_error(redis: Redis) -> None:
    Queue("default", connection=redis).enqueue(mixture.fail, "sets the error of an earlier task")
    Queue("default", connection=redis).enqueue(mixture.again_until, 1)
    plain(redis)
    assert kinds(redis) == [("failure", "ValueError"), ("retry", ""), ("success", "")]


def test_a_retry_that_is_returned_too_often_is_a_failure(redis: Redis) -> None:
    Queue("default", connection=redis).enqueue(mixture.again, 1)
    plain(redis)
    assert [outcome for outcome, _ in kinds(redis)] == ["retry", "failure"]


def _when_it_runs(redis: Redis, action: Callable[[], object]) -> int:
    """Do something from another process once a task reports; the process."""
    pid = os.fork()
    if pid == 0:
        try:
            wait_until(lambda: redis.keys("rq:execution:*"))
            action()
        finally:
            os._exit(0)
    return pid


def test_a_stopped_task_has_its_event(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    task_id = start(dispatcher, "demo.sleepy")
    other = _when_it_runs(redis, lambda: send_stop_job_command(redis, task_id))
    work()
    os.waitpid(other, 0)
    (event,) = read(redis)
    assert (event.task_id, event.outcome, event.error) == (task_id, "stopped", "")
    assert event.job == "demo.sleepy"


def test_kill_horse_is_a_failure(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    start(dispatcher, "demo.sleepy")

    def kill() -> None:
        (name,) = (key.decode().removeprefix("rq:worker:") for key in redis.smembers("rq:workers"))
        send_kill_horse_command(redis, name)

    other = _when_it_runs(redis, kill)
    work()
    os.waitpid(other, 0)
    (event,) = read(redis)
    assert event.outcome == "failure"
    assert event.error.isidentifier()


def test_a_death_and_the_run_after_it_are_two_events(
    redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path
) -> None:
    start(dispatcher, "demo.die", counter=str(tmp_path / "n"), times=1)
    work()
    died, success = read(redis)
    assert (died.outcome, success.outcome) == ("died", "success")
    assert died.worker == success.worker != ""
    assert died.queue == "default"


def test_a_death_says_how_much_memory_was_used(
    redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path
) -> None:
    start(dispatcher, "demo.die", counter=str(tmp_path / "n"), times=1)
    work()
    assert read(redis)[0].peak_mb > 1


def test_a_task_that_is_given_up_has_an_event_for_each_death(
    redis: Redis, dispatcher: Dispatcher, work: Work, tmp_path: Path
) -> None:
    start(dispatcher, "demo.die", counter=str(tmp_path / "n"), times=9, by=signal.SIGSEGV)
    work()
    assert kinds(redis) == [("died", ""), ("died", ""), ("failure", "WorkerLost")]


def test_a_hard_deadline_is_a_failure_or_a_retry(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    start(dispatcher, "demo.native")
    work()
    assert kinds(redis) == [("retry", "DeadlineExceeded"), ("failure", "DeadlineExceeded")]
    assert all(event.run >= 1 for event in read(redis))
    assert all(event.job == "demo.native" for event in read(redis))


def test_a_soft_deadline_is_a_failure(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    start(dispatcher, "demo.forever")
    work()
    ((outcome, error),) = kinds(redis)
    assert outcome == "failure"
    assert "Timeout" in error or "Deadline" in error


def test_a_task_that_makes_way_was_put_back(redis: Redis, dispatcher: Dispatcher, work: Work) -> None:
    task_id = start(dispatcher, "demo.sleepy")
    worker = os.getpid()
    other = _when_it_runs(redis, lambda: os.kill(worker, signal.SIGTERM))
    work(worker_class=Hasty)
    os.waitpid(other, 0)
    (event,) = read(redis)
    assert (event.task_id, event.outcome) == (task_id, "put_back")
    assert event.job == "demo.sleepy"


@pytest.mark.parametrize("function", [mixture.give, mixture.fail])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"result_ttl": 0},
        {"on_success": Callback(mixture.on_success), "on_failure": Callback(mixture.on_failure)},
        {"on_success": Callback(mixture.broken), "on_failure": Callback(mixture.broken)},
        {"failure_ttl": 60},
        {"ttl": 600},
    ],
    ids=["plain", "result_ttl 0", "callbacks", "broken callbacks", "failure_ttl", "ttl"],
)
def test_one_task_is_one_event_whatever_its_options(
    redis: Redis, function: Callable[..., Any], options: dict[str, Any]
) -> None:
    job = Queue("default", connection=redis).enqueue(function, **options)
    plain(redis)
    (event,) = read(redis)
    assert (event.task_id, event.job) == (job.id, f"tests.support.mixture.{function.__name__}")
    broken = options.get("on_success") and options["on_success"].func is mixture.broken
    fails = function is mixture.fail
    assert event.outcome == ("failure" if fails or broken else "success")
    wanted = "RuntimeError" if broken else "ValueError"  # RQ, too, keeps the callback's error of the two
    assert event.error == (wanted if event.outcome == "failure" else "")


def test_dependents_and_repeats_have_events_of_their_own(redis: Redis) -> None:
    queue = Queue("default", connection=redis)
    parent = queue.enqueue(mixture.give, 1)
    child = queue.enqueue(mixture.give, 2, depends_on=parent)
    again = queue.enqueue(mixture.give, 3, repeat=Repeat(times=2))
    plain(redis)
    ids = [event.task_id for event in read(redis)]
    assert sorted(ids) == sorted([parent.id, child.id, *[again.id] * 3])


def test_retries_at_once_and_later(redis: Redis) -> None:
    queue = Queue("default", connection=redis)
    queue.enqueue(mixture.fail, retry=Retry(max=1))
    queue.enqueue(mixture.fail, retry=Retry(max=1, interval=60))
    plain(redis)
    assert sorted(kinds(redis)) == [
        ("failure", "ValueError"),
        ("retry", "ValueError"),
        ("retry", "ValueError"),
    ]


def test_a_payload_that_cannot_be_read_still_has_its_event(redis: Redis) -> None:
    job = Queue("default", connection=redis).enqueue(mixture.give, 1)
    redis.hset(job.key, "data", b"no payload")
    plain(redis)
    (event,) = read(redis)
    assert (event.task_id, event.outcome) == (job.id, "failure")


def test_a_result_that_cannot_be_stored_is_a_success_as_in_rq(redis: Redis) -> None:
    job = Queue("default", connection=redis).enqueue(mixture.unstorable)
    plain(redis)
    (event,) = read(redis)
    assert event.outcome == "success"
    assert job.is_finished
    assert job.return_value() == "Unserializable return value"


def test_readers_page_through_events_and_see_each_once(redis: Redis) -> None:
    queue = Queue("default", connection=redis)
    ids = [queue.enqueue(mixture.give, n).id for n in range(25)]
    plain(redis)
    seen: list[str] = []
    after = "-"
    while page := events.read(redis, after, 10):
        assert len(page) <= 10
        seen += [event.task_id for _, event in page]
        after = page[-1][0]
    assert seen == ids
    assert events.read(redis, after) == []


def test_the_stream_is_bounded(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "EVENTS", 100)
    queue = Queue("default", connection=redis)
    for n in range(600):
        queue.enqueue(mixture.give if n % 10 else mixture.fail)
    plain(redis)
    assert 100 <= redis.xlen(keys.events()) <= 300  # the bound is approximate: Redis drops whole nodes of 100


def test_two_workers_events_are_in_the_order_of_their_ends(redis: Redis) -> None:
    for n in range(30):
        Queue("default", connection=redis).enqueue(mixture.give, n)
    plain(redis)
    found = events.read(redis)
    assert [entry for entry, _ in found] == sorted(
        (entry for entry, _ in found), key=lambda entry: tuple(map(int, entry.split("-")))
    )
