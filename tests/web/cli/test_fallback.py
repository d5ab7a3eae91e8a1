"""The command line when there is no worker, or no Redis."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from redis import Redis
from rq import Queue

from app import create_app
from longshore.catalog import catalog
from longshore.schedules import edits
from longshore.settings import Settings
from tests.conftest import install
from tests.support.listener import listening

Command = Callable[..., Result]


@pytest.fixture
def flask(app: Flask) -> Command:
    """A function that runs `flask …`."""
    return lambda *args: app.test_cli_runner().invoke(args=list(args))


def test_enqueue_prints_the_answer_of_a_job_that_has_run_here(flask: Command, redis: Redis) -> None:
    done = flask("jobs", "enqueue", "fallbacks.read", 'sports=["a","b","c"]')
    answer = json.loads(done.stdout)
    assert (answer["mode"], answer["result"]) == ("sync", [["a", "b"], 10, 5])
    assert redis.keys("rq:job:*") == []


def test_enqueue_prints_the_id_where_a_worker_is_there(flask: Command, redis: Redis) -> None:
    with listening(redis):
        task_id = flask("jobs", "enqueue", "fallbacks.fails").stdout.strip()
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_enqueue_of_a_job_that_refuses_fails_with_what_to_do(flask: Command) -> None:
    done = flask("jobs", "enqueue", "fallbacks.strict")
    assert done.exit_code == 1
    assert "No worker listens to queue 'default': start one with" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_schedule_is_run_by_hand_as_its_job_says(flask: Command) -> None:
    edits.create(catalog, {"name": "n", "job": "fallbacks.strict", "trigger": "Every 3 hours"}, "me")
    done = flask("schedules", "run", "n")
    assert done.exit_code == 1
    assert "No worker listens" in done.stderr


def test_without_redis_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    for chosen in install(away, monkeypatch):
        runner = create_app(chosen).test_cli_runner()
        ran = runner.invoke(args=["jobs", "enqueue", "maintenance.ping"])
        assert json.loads(ran.stdout)["status"] == "SUCCESS"
        waits = runner.invoke(args=["jobs", "enqueue", "demo.add", "a=1"])
        assert waits.exit_code == 1
        assert "Redis at redis://127.0.0.1:1/0 does not answer" in waits.stderr


def test_enqueue_under_always_inline_prints_the_answer(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chosen in install(settings.model_copy(update={"always_inline": True}), monkeypatch):
        ran = create_app(chosen).test_cli_runner().invoke(args=["jobs", "enqueue", "demo.add", "a=1"])
        assert json.loads(ran.stdout)["result"] == 2
