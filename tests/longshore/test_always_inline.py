"""ALWAYS_INLINE: tasks run in the process that enqueues them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue

from longshore import settings as settings_module
from longshore import tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher, dispatch, dispatcher
from longshore.errors import InvalidParameters, SettingsError
from longshore.schedules import book, edits, entries
from longshore.settings import Settings
from longshore.tasks import Status
from tests.conftest import install


@pytest.fixture
def at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The setting, in force."""
    yield from install(settings.model_copy(update={"always_inline": True}), monkeypatch)


@pytest.fixture
def away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The setting, in force where there is no Redis."""
    chosen = {"always_inline": True, "redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2}
    yield from install(settings.model_copy(update=chosen), monkeypatch)


def test_a_task_has_run_when_its_dispatch_returns_and_is_in_redis(at_once: Settings, redis: Redis) -> None:
    done = dispatch("demo.steps", {"total": 3, "lines": 2})
    assert done.ran is not None
    assert (done.ran.result, done.ran.error, done.ran.task_id) == (3, None, done.task_id)
    view = tasks.view(redis, done.task_id)
    assert (view.status, view.result, view.job, view.queue) == (Status.SUCCESS, 3, "demo.steps", "default")
    assert redis.xlen(f"longshore:log:{done.task_id}") == 2
    assert Queue("default", connection=redis).count == 0
    assert 0 < redis.ttl(f"rq:job:{done.task_id}") <= catalog.get("demo.steps").result_ttl


def test_it_runs_in_this_very_process(at_once: Settings, tmp_path: Path) -> None:
    (tmp_path / "a.go").touch()
    assert dispatch("fallbacks.holds", {"book": str(tmp_path / "a")}).ran
    assert int((tmp_path / "a").read_text()) == os.getpid()


def test_a_failure_raises_nothing_and_is_in_redis(at_once: Settings, redis: Redis) -> None:
    done = dispatch("demo.fail", {"message": "no"})
    assert done.ran is not None
    assert done.ran.error == {"type": "ValueError", "message": "no"}
    view = tasks.view(redis, done.task_id)
    assert (view.status, view.error) == (Status.FAILURE, done.ran.error)


def test_a_job_that_may_fail_is_not_tried_again(at_once: Settings, redis: Redis, tmp_path: Path) -> None:
    done = dispatch("demo.flaky", {"counter": str(tmp_path / "n"), "fails": 1})
    assert tasks.view(redis, done.task_id).status is Status.FAILURE
    assert (tmp_path / "n").read_text() == "1"


def test_bad_parameters_are_refused_as_ever(at_once: Settings) -> None:
    with pytest.raises(InvalidParameters):
        dispatch("demo.add", {"a": "x"})
    with pytest.raises(InvalidParameters, match="delay"):
        dispatch("demo.add", {"a": 1}, delay="soon")


def test_a_delayed_task_runs_now(at_once: Settings) -> None:
    assert dispatch("demo.add", {"a": 1}, delay="1h").ran


@pytest.mark.parametrize(("name", "params"), [("demo.alone", {"name": "x"}), ("demo.once", {"key": "x"})])
def test_jobs_that_must_be_alone_run(
    at_once: Settings, redis: Redis, name: str, params: dict[str, str]
) -> None:
    for _ in range(2):
        assert tasks.view(redis, dispatch(name, params).task_id).status is Status.SUCCESS


def test_a_task_may_dispatch_another(at_once: Settings, redis: Redis) -> None:
    done = dispatch("fallbacks.dispatches", {"a": 4})
    assert done.ran is not None
    assert tasks.view(redis, done.ran.result).result == 5


def test_without_redis_a_task_runs_and_is_nowhere(away: Settings) -> None:
    done = dispatch("demo.add", {"a": 4})
    assert done.ran is not None
    assert (done.ran.result, done.ran.task_id) == (5, None)
    failed = dispatch("demo.fail").ran
    assert failed is not None
    assert failed.error == {"type": "ValueError", "message": "boom"}


def test_a_schedule_that_is_run_by_hand_runs_now(at_once: Settings, redis: Redis) -> None:
    edits.create(
        catalog, {"name": "n", "job": "demo.add", "params": {"a": 1}, "trigger": "Every 3 hours"}, "me"
    )
    done = entries.run_now(dispatcher(), catalog, book.one(catalog, "n"))
    view = tasks.view(redis, done.task_id)
    assert (view.status, view.schedule) == (Status.SUCCESS, "n")


def test_a_clocks_dispatcher_does_not_know_the_setting(at_once: Settings, redis: Redis) -> None:
    done = Dispatcher(redis).dispatch(catalog.get("demo.add"), {"a": 1})
    assert done.ran is None
    assert Queue("default", connection=redis).job_ids == [done.task_id]


@pytest.mark.parametrize("name", ["ALWAYS_INLINE", "CELERY_TASK_ALWAYS_EAGER", "CELERY_ALWAYS_EAGER"])
def test_it_has_celerys_names_too_and_production_refuses_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "true")
    assert settings_module.load(_env_file=None).always_inline
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match=r"ALWAYS_INLINE.* false in production: it is for tests"):
        settings_module.load(_env_file=None)
