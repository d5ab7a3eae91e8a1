"""The command line."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask
from redis import Redis
from rq import Queue

from app import create_app
from longshore.settings import Settings
from tests.conftest import install
from web import tokens

Flask_ = Callable[..., Result]


@pytest.fixture
def flask(app: Flask) -> Flask_:
    """A function that runs `flask …`."""
    runner = app.test_cli_runner()
    return lambda *args: runner.invoke(args=[str(one) for one in args])


def test_jobs_are_listed(flask: Flask_) -> None:
    assert "league.generate_schedule" in flask("jobs", "list").stdout


def test_a_schema_shows_limits(flask: Flask_) -> None:
    assert json.loads(flask("jobs", "schema", "demo.add").stdout)["properties"]["b"]["maximum"] == 1000


def test_a_job_runs_in_the_foreground_without_redis(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    for chosen in install(away, monkeypatch):
        runner = create_app(chosen).test_cli_runner()
        done = runner.invoke(args=["jobs", "run", "demo.steps", "total=2"])
        assert done.exit_code == 0
        assert json.loads(done.stdout) == 2
        assert "step 2" in done.stderr


def test_a_task_is_enqueued_shown_waited_for_and_listed(flask: Flask_, work: Callable[..., None]) -> None:
    task_id = flask("jobs", "enqueue", "demo.add", "a=40", "b=2").stdout.strip()
    work()
    assert json.loads(flask("tasks", "show", task_id).stdout)["result"] == 42
    assert flask("tasks", "wait", task_id).exit_code == 0
    assert task_id in flask("tasks", "list", "--status", "SUCCESS").stdout


def test_waiting_ends_with_the_tasks_failure(flask: Flask_, work: Callable[..., None]) -> None:
    task_id = flask("jobs", "enqueue", "demo.fail").stdout.strip()
    work()
    done = flask("tasks", "wait", task_id)
    assert done.exit_code == 1
    assert "ValueError" in done.stdout


def test_waiting_has_an_end(flask: Flask_) -> None:
    task_id = flask("jobs", "enqueue", "demo.add", "a=1").stdout.strip()
    assert flask("tasks", "wait", task_id, "--timeout", "0").exit_code == 2


def test_a_task_is_canceled_and_retried(flask: Flask_, redis: Redis) -> None:
    task_id = flask("jobs", "enqueue", "demo.add", "a=1").stdout.strip()
    assert flask("tasks", "cancel", task_id).stdout.strip() == "canceled"
    assert flask("tasks", "retry", task_id).stdout.strip() == "queued"
    assert Queue("default", connection=redis).job_ids == [task_id]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("jobs", "run", "demo.add"), "a: Field required"),
        (("jobs", "run", "demo.add", "a"), "name=value"),
        (("jobs", "run", "demo.add", "a=1", "b=5000"), "b: Input should be less than or equal to 1000"),
        (("jobs", "run", "demo.add", "a=@nowhere.json"), "nowhere.json"),
        (("jobs", "enqueue", "demo.nothing"), "no job named"),
        (("tasks", "show", "nothing"), "no task"),
        (("token", "revoke", "nothing"), "no token"),
    ],
)
def test_a_wrong_command_is_said_so_in_a_line(flask: Flask_, args: tuple[str, ...], said: str) -> None:
    done = flask(*args)
    assert done.exit_code == 1
    assert said in done.stderr
    assert "Traceback" not in done.output


def test_redis_away_is_one_line(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    away = settings.model_copy(update={"redis_url": "redis://user:hunter2@127.0.0.1:1/0"})
    for chosen in install(away, monkeypatch):
        done = create_app(chosen).test_cli_runner().invoke(args=["tasks", "list"])
        assert done.exit_code == 1
        assert "REDIS_URL" in done.stderr
        assert "hunter2" not in done.output


def test_tokens_are_made_listed_and_revoked(flask: Flask_) -> None:
    token = flask("token", "create", "--label", "ci", "--quiet").stdout.strip()
    assert tokens.check(token) is not None
    assert "ci" in flask("token", "list").stdout
    assert flask("token", "revoke", token).stdout.strip() == "revoked"
    assert tokens.check(token) is None


def test_the_doctor_says_what_to_do(flask: Flask_) -> None:
    done = flask("doctor")
    assert done.exit_code == 1
    lines = {line[5:24].strip(): line for line in done.stdout.splitlines()}
    assert lines["redis"].startswith("ok")
    assert lines["sql"].startswith("ok")
    assert "WORKER_QUEUES=schedules bash worker.sh" in lines["queue schedules"]
    assert "python scheduler.py" in lines["clock"]


def test_the_doctor_sees_a_redis_that_throws_tasks_away(flask: Flask_, redis: Redis) -> None:
    redis.config_set("maxmemory", "100mb")
    redis.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "noeviction" in flask("doctor").stdout
    finally:
        redis.config_set("maxmemory", 0)
        redis.config_set("maxmemory-policy", "noeviction")


def test_the_database_is_upgraded_more_than_once_without_harm(flask: Flask_) -> None:
    for _ in range(2):
        assert "up to date" in flask("db", "upgrade").stdout
