"""Progress and log lines: bounded in rate and size, and the last report always arrives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from rq.job import Job as RQJob

from longshore import finishing, keys, logs, progress, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.listing import InvalidCursor
from longshore.progress import reporting_to
from longshore.reporter import RedisReporter
from longshore.tasks import Status
from tests.support.waiting import wait_until


@pytest.fixture
def task_id(dispatcher: Dispatcher) -> str:
    """A task in Redis."""
    return dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}).task_id


def meta(redis: Redis, task_id: str) -> dict[str, Any]:
    """The task's meta as it is in Redis."""
    return tasks.fetch(redis, task_id).meta


def test_outside_a_worker_progress_does_nothing() -> None:
    progress(1, 2, "half")


def test_a_million_reports_are_a_few_writes_and_the_last_one_counts(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}, interval=60) as reporter, reporting_to(reporter):
        for n in range(1, 100_001):
            progress(n, 100_000, f"step {n}")
    assert reporter.writes <= 3
    stored = meta(redis, task_id)["progress"]
    assert (stored["current"], stored["message"]) == (100_000, "step 100000")


def test_figures_are_bounded_and_only_what_json_has(redis: Redis, task_id: str) -> None:
    many = {f"n{number}": number for number in range(50)}
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        progress(
            1, 2, "first", figures={"cost": numpy.float64(2.5), "bad": float("nan"), "said": "x" * 500} | many
        )
    figures = meta(redis, task_id)["progress"]["figures"]
    assert len(figures) == 20
    assert (figures["cost"], figures["bad"], figures["said"], figures["n0"]) == (2.5, None, "x" * 100, 0)


def test_a_task_hears_with_its_next_report_that_it_shall_finish(redis: Redis, task_id: str) -> None:
    assert not finishing()
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        progress(1, 4, "first")
        wait_until(lambda: bool(meta(redis, task_id).get("progress")))
        assert not finishing()
        redis.hset(f"rq:job:{task_id}", "finish", 1)
        progress(2, 4, "second")
        wait_until(finishing)
    assert not finishing()


def test_reports_arrive_while_the_task_runs(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        progress(1, 4, "first")
        wait_until(lambda: meta(redis, task_id).get("progress", {}).get("message") == "first")


def test_at_most_ten_writes_a_second(redis: Redis, task_id: str) -> None:
    started = datetime.now(UTC)
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        while datetime.now(UTC) - started < timedelta(seconds=0.55):
            progress(1, 2, "busy")
    elapsed = (datetime.now(UTC) - started).total_seconds()
    assert 2 <= reporter.writes <= elapsed * 10 + 2


def test_a_report_of_a_task_that_is_gone_brings_nothing_back(redis: Redis, task_id: str) -> None:
    redis.flushall()
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        progress(1, 2, "ghost")
    assert redis.exists(RQJob.key_for(task_id)) == 0


def test_an_outage_costs_no_report(redis: Redis, task_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = redis.pipeline, iter([True, True, False])

    def broken(*args: Any, **options: Any) -> Any:
        if next(failures, False):
            raise RedisConnectionError("away")
        return real(*args, **options)

    monkeypatch.setattr(redis, "pipeline", broken)
    with RedisReporter(redis, task_id, {}, interval=0.01) as reporter, reporting_to(reporter):
        logging.getLogger("anything").info("kept")
        wait_until(lambda: reporter.writes)
    assert [one.text for one in logs.read(redis, task_id)] == ["kept"]


def test_lines_are_bounded_in_number(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}):
        for n in range(keys.LOG_LINES + 50):
            logging.getLogger("x").info("line %d", n)
    lines = logs.read(redis, task_id)
    assert len(lines) == keys.LOG_LINES
    assert lines[-1].text == f"line {keys.LOG_LINES + 49}"
    assert 0 < redis.ttl(keys.log(task_id)) <= keys.LOG_TTL


def test_lines_are_bounded_in_bytes(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}):
        for _ in range(200):
            logging.getLogger("x").warning("é" * 5_000)
    lines = logs.read(redis, task_id)
    assert sum(len(one.text.encode()) for one in lines) <= keys.LOG_BYTES
    assert all(len(one.text.encode()) <= keys.LOG_LINE_BYTES for one in lines)


def test_a_log_call_with_a_wrong_format_does_not_end_the_task(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}):
        handler = logging.getLogger().handlers[-1]
        handler.handle(logging.LogRecord("x", logging.INFO, __file__, 1, "%d apples", ("no",), None))
    assert "cannot be formatted" in logs.read(redis, task_id)[0].text


def test_reading_goes_on_where_it_stopped(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}):
        for n in range(5):
            logging.getLogger("x").info("%d", n)
    first = logs.read(redis, task_id, limit=2)
    assert [one.text for one in logs.read(redis, task_id, after=first[-1].position)] == ["2", "3", "4"]
    with pytest.raises(InvalidCursor):
        logs.read(redis, task_id, after="+inf")


def test_a_running_job_shows_progress_percent_and_time_left(redis: Redis, task_id: str) -> None:
    wall = iter([1000.0, 1010.0])
    with RedisReporter(redis, task_id, {}, wall=lambda: next(wall)) as reporter, reporting_to(reporter):
        progress(0, 100, "start")
        progress(25, 100, "a quarter")
    redis.hset(RQJob.key_for(task_id), "status", "started")
    view = tasks.view(redis, task_id, now=datetime.fromtimestamp(1012.0, UTC))
    assert (view.status, view.message) == (Status.PROGRESS, "a quarter")
    assert view.progress == {"current": 25, "total": 100, "percent": 25.0, "eta_seconds": 28.0}


def test_a_worker_stores_progress_and_lines(
    redis: Redis, dispatcher: Dispatcher, work: Callable[..., None]
) -> None:
    done = dispatcher.dispatch(catalog.get("demo.steps"), {"total": 3, "lines": 2})
    work()
    stored = tasks.view(redis, done.task_id).progress
    assert stored is not None
    assert (stored["current"], stored["total"], stored["percent"]) == (3, 3, 100.0)
    assert [one.text for one in logs.read(redis, done.task_id)] == ["line 1 of 2", "line 2 of 2"]


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        ((float("nan"), 10, "m"), (0, 10)),
        ((1, float("inf"), "m"), (1, None)),
        ((Decimal("1.5"), Decimal(10), "m"), (1.5, 10)),
        (("1", "2", "m"), (1, 2)),
        ((None, object(), None), (0, None)),
        ((1, 2, "\ud800"), (1, 2)),
        ((numpy.int64(3), numpy.float32(4), "m"), (3, 4)),
    ],
)
def test_odd_reports_are_shown_as_far_as_they_go(
    redis: Redis, task_id: str, call: tuple[Any, Any, Any], shown: tuple[Any, Any]
) -> None:
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        progress(*call)
        reporter.line("INFO", "\ud800 goes on")
    stored = meta(redis, task_id)["progress"]
    assert (stored["current"], stored["total"]) == shown
    assert [one.text for one in logs.read(redis, task_id)] == ["? goes on"]


def test_a_meta_that_cannot_be_json_costs_no_log_line(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}) as reporter:
        reporter.set_meta("odd", object())
        logging.getLogger("x").info("kept")
    assert "kept" in [one.text for one in logs.read(redis, task_id)]


class Meanwhile(logging.Handler):
    """Has another thread report while the reporter itself logs, and notes whether that was let through."""

    def __init__(self, reporter: RedisReporter) -> None:
        super().__init__()
        self._reporter = reporter
        self.waited: list[bool] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "longshore.reporter":
            other = threading.Thread(target=lambda: self._reporter.line("INFO", "meanwhile"))
            other.start()
            other.join(5)
            self.waited.append(other.is_alive())


def test_the_reporters_own_complaint_blocks_no_report(redis: Redis, task_id: str) -> None:
    """A job that logged at that moment held the lock of the handlers, and waited for ever."""
    root = logging.getLogger()
    with RedisReporter(redis, task_id, {}) as reporter:
        meanwhile = Meanwhile(reporter)
        root.addHandler(meanwhile)
        try:
            reporter.set_meta("odd", object())
            wait_until(lambda: meanwhile.waited)
        finally:
            root.removeHandler(meanwhile)
    assert meanwhile.waited == [False]
    assert "meanwhile" in [one.text for one in logs.read(redis, task_id)]


class Talkative(str):
    """A text that logs when it is looked at."""

    def __str__(self) -> str:
        logging.getLogger("talkative").info("looked at")
        return "talked"


def test_what_logs_while_it_is_reported_blocks_nothing(redis: Redis, task_id: str) -> None:
    with RedisReporter(redis, task_id, {}) as reporter, reporting_to(reporter):
        progress(1, 2, Talkative("x"), figures={"said": Talkative("y")})
    stored = meta(redis, task_id)["progress"]
    assert (stored["message"], stored["figures"]) == ("talked", {"said": "talked"})
    assert [one.text for one in logs.read(redis, task_id)].count("looked at") >= 2
