"""Leaving for `rq cron`: what it can take it takes, checked with its own loader; the rest says why."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rq.cron import CronJob, CronScheduler

from longshore.catalog import catalog
from longshore.schedules import export
from longshore.schedules.book import Schedule
from longshore.schedules.spec import read

NOW = datetime(2026, 5, 9, 12, tzinfo=UTC)


def schedule(name: str = "nightly", job: str = "demo.add", **parts: Any) -> Schedule:
    """A schedule with these members; `paused` and the like are its own, the rest stands in its JSON."""
    own = {key: parts.pop(key) for key in ("paused", "deleted", "fault") if key in parts}
    document = {"job": job, "params": {"a": 1}, "trigger": "Every 3 hours", **parts}
    return Schedule(name, read(document), "made", **own)


@pytest.fixture
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process's local time is UTC, as the file asks for."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def load(text: str, redis: Redis, tmp_path: Path) -> dict[str, CronJob]:
    """What `rq cron` makes of the file, by name."""
    path = tmp_path / "cron_config.py"
    path.write_text(text, encoding="utf-8")
    scheduler = CronScheduler(connection=redis, logging_level="CRITICAL")
    scheduler.load_config_from_file(str(path))
    return {one.name: one for one in scheduler.get_jobs()}


def test_intervals_and_cron_lines_are_taken(redis: Redis, tmp_path: Path) -> None:
    odd = {"value": {"text": 'a "quoted" ä', "n": None}}
    made = [
        schedule("grid", params={"a": 1, "b": 2}, expires="10m"),
        schedule(
            "line", "demo.echo", params={"value": {"text": 'a "quoted" ä', "n": None}}, trigger="0 2 * * 1-5"
        ),
        schedule("none", "maintenance.ping", params={}),
    ]
    jobs = load(export.rq_cron(catalog, made, NOW), redis, tmp_path)
    assert jobs.keys() == {"grid", "line", "none"}
    grid, line = jobs["grid"], jobs["line"]
    assert (grid.func, grid.interval, grid.cron) == (catalog.get("demo.add").func, 10_800, None)
    assert (grid.kwargs, grid.job_options["ttl"], grid.queue_name) == ({"a": 1, "b": 2}, 600, "default")
    assert (line.cron, line.queue_name, line.job_options["job_timeout"]) == ("0 2 * * 1-5", "second", 20)
    assert line.kwargs == odd


LEFT: list[tuple[dict[str, Any], str]] = [
    ({"trigger": {"kind": "cron", "expression": "0 2 * * *", "zone": "Europe/Berlin"}}, "Europe/Berlin"),
    ({"trigger": "sunset at 52.52, 13.41"}, "this is solar"),
    ({"trigger": "once at 2099-01-01T00:00:00Z"}, "this is once"),
    ({"conditions": {"market": "NYSE"}}, "no conditions (while NYSE is open)"),
    ({"overlap": "skip"}, "(here: skip)"),
    ({"job": "demo.alone", "params": {"name": "x"}}, "(here: skip)"),
    ({"paused": True}, "it is paused"),
    ({"deleted": True}, "it is deleted"),
    ({"fault": "no such\nzone"}, "no such zone"),
    ({"job": "demo.gone"}, "there is no job 'demo.gone'"),
    ({"trigger": "0 0 */2 * 1"}, "reads that line as other times"),
]


@pytest.mark.parametrize(("parts", "why"), LEFT, ids=[str(parts) for parts, _ in LEFT])
def test_what_cannot_be_taken_says_why(redis: Redis, tmp_path: Path, parts: dict[str, Any], why: str) -> None:
    text = export.rq_cron(catalog, [schedule(**parts)], NOW)
    (line,) = [one for one in text.splitlines() if one.startswith("# left out: nightly")]
    assert why in line
    assert load(text, redis, tmp_path) == {}


def test_what_is_lost_of_one_that_is_taken_is_said(redis: Redis, tmp_path: Path) -> None:
    misfire = {"policy": "run_each"}
    one = schedule(jitter="30s", priority="high", misfire=misfire, note="first\n\nimport os")
    text = export.rq_cron(catalog, [one], NOW)
    for said in ("jitter of 30 s", "priority high", "misfire run_each", "# first import os"):
        assert said in text
    assert "nightly" in load(text, redis, tmp_path)


@pytest.mark.usefixtures("in_utc")
def test_a_cron_line_means_the_same_there(redis: Redis, tmp_path: Path) -> None:
    lines = {"a": "*/7 3-5 * * *", "b": "0 2 1 * 1", "c": "5 4 * * sun", "d": "0 0 L * *", "e": "0 9 * * 1#1"}
    made = [schedule(name, trigger=line) for name, line in lines.items()]
    for name, job in load(export.rq_cron(catalog, made, NOW), redis, tmp_path).items():
        (one,) = [each for each in made if each.name == name]
        assert one.recurrence is not None
        job.latest_enqueue_time = NOW + timedelta(days=30)
        slot = one.recurrence.after(job.latest_enqueue_time)
        assert slot is not None
        assert job.get_next_enqueue_time() == slot.at
