"""What the doors answer when no worker listens to a queue: each job as it is declared."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue
from rq.suspension import suspend

from app import create_app
from longshore import fallback, inline, presence
from longshore.catalog import catalog
from longshore.schedules import edits
from longshore.settings import Settings
from tests.conftest import install
from tests.support.listener import listening
from tests.support.live_worker import working
from tests.support.waiting import wait_until
from tests.web.api.test_league import small_league

NOBODY = "No worker listens to queue 'default': start one with WORKER_QUEUES=default bash worker.sh"
KEY = {"Idempotency-Key": "order 7"}


def post(client: FlaskClient, name: str, body: dict[str, Any] | None = None, **more: Any) -> Any:
    """Run one of the jobs for fallbacks."""
    return client.post(f"/api/jobs/fallbacks.{name}", json=body or {}, **more)


def waiting(redis: Redis) -> int:
    """Tasks in the queue."""
    return Queue("default", connection=redis).count


def test_a_job_that_waits_is_accepted_without_a_worker(client: FlaskClient, redis: Redis) -> None:
    assert post(client, "patient").status_code == 202
    assert waiting(redis) == 1


def test_a_job_that_refuses_is_503_and_names_the_queue_and_what_to_do(
    client: FlaskClient, redis: Redis
) -> None:
    answer = post(client, "strict")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert answer.headers["Retry-After"] == "5"
    assert answer.get_json()["detail"].startswith(NOBODY)
    assert "nothing was put into queue 'default'" in answer.get_json()["detail"]
    assert redis.keys("rq:job:*") == []


def test_a_job_that_runs_inline_answers_its_result_and_nothing_is_enqueued(
    client: FlaskClient, redis: Redis
) -> None:
    answer = post(client, "read", {"sports": ["nfl", "nba", "nhl"], "limit": 5, "most": 2})
    assert answer.status_code == 200
    assert answer.get_json() == {
        "mode": "sync",
        "job": "fallbacks.read",
        "status": "SUCCESS",
        "result": [["nfl", "nba"], 5, 2.0],
        "limited": {"sports": {"asked": ["nfl", "nba", "nhl"], "used": ["nfl", "nba"]}},
    }
    assert redis.keys("rq:job:*") == []


@pytest.mark.parametrize("name", ["patient", "strict", "fails"])
def test_with_a_worker_every_job_is_enqueued(client: FlaskClient, redis: Redis, name: str) -> None:
    with listening(redis):
        answer = post(client, name)
    assert answer.status_code == 202
    assert waiting(redis) == 1


@pytest.mark.parametrize("name", ["strict", "fails"])
def test_with_suspended_workers_every_job_is_enqueued(client: FlaskClient, redis: Redis, name: str) -> None:
    suspend(redis)
    with listening(redis):
        assert post(client, name).status_code == 202


def test_a_worker_on_another_queue_does_not_count(client: FlaskClient, redis: Redis) -> None:
    with listening(redis, "second"):
        assert post(client, "strict").status_code == 503


def test_an_inline_run_that_fails_is_an_answer(client: FlaskClient) -> None:
    answer = post(client, "fails")
    assert answer.status_code == 200
    assert answer.get_json()["status"] == "FAILURE"
    assert answer.get_json()["error"] == {"type": "ValueError", "message": "no prices"}


def test_bad_parameters_are_422_and_start_nothing(client: FlaskClient) -> None:
    assert post(client, "read", {"sports": "nfl"}).status_code == 422
    assert post(client, "strict", {"a": "x"}).status_code == 422


def test_who_may_not_run_a_job_may_not_run_it_inline(client: FlaskClient, admin: FlaskClient) -> None:
    assert post(client, "chatty", {"text": "x"}).status_code == 401
    assert post(admin, "chatty", {"text": "x"}).get_json()["result"] == "x"


def test_what_is_to_run_later_waits_in_redis(admin: FlaskClient, redis: Redis) -> None:
    for name in ("strict", "fails"):
        answer = admin.post(f"/api/jobs/fallbacks.{name}?delay=1h", json={})
        assert answer.status_code == 202


def test_beyond_the_bound_inline_runs_are_503(
    admin: FlaskClient, app: Flask, token: str, tmp_path: Path
) -> None:
    books = [tmp_path / f"book-{number}" for number in range(inline.AT_ONCE)]

    def hold(book: Path) -> int:
        client = app.test_client()
        return post(
            client, "holds", {"book": str(book)}, headers={"Authorization": f"Bearer {token}"}
        ).status_code

    with ThreadPoolExecutor(inline.AT_ONCE) as pool:
        running = pool.map(hold, books)
        wait_until(lambda: all(book.exists() for book in books), 30)
        answer = post(admin, "fails")
        for book in books:
            Path(f"{book}.go").touch()
        assert list(running) == [200] * inline.AT_ONCE
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert post(admin, "fails").status_code == 200


def test_a_key_that_nobody_can_keep_is_503_and_says_without_which_header_it_runs(
    client: FlaskClient, redis: Redis
) -> None:
    answer = post(client, "fails", headers=KEY)
    assert answer.status_code == 503
    assert answer.get_json()["without"] == "Idempotency-Key"
    assert "without the key to run it here now" in answer.get_json()["detail"]
    assert post(client, "fails").status_code == 200
    with listening(redis):
        wait_until(lambda: post(client, "fails", headers=KEY).status_code == 202)
        assert not post(client, "fails", headers=KEY).get_json()["created"]
    assert waiting(redis) == 1


def test_a_batch_of_a_job_that_refuses_is_refused_and_others_wait(admin: FlaskClient, redis: Redis) -> None:
    strict = admin.post("/api/jobs/fallbacks.strict/batch", json={"tasks": [{}, {}]})
    assert (strict.status_code, waiting(redis)) == (503, 0)
    assert admin.post("/api/jobs/fallbacks.fails/batch", json={"tasks": [{}, {}]}).status_code == 202
    assert waiting(redis) == 2


def test_a_schedule_that_is_run_by_hand_is_refused_as_its_job_says(admin: FlaskClient, redis: Redis) -> None:
    for job in ("strict", "fails"):
        form = {"name": job, "job": f"fallbacks.{job}", "trigger": "Every 3 hours"}
        edits.create(catalog, form, "me")
    assert admin.post("/api/schedules/strict/run").status_code == 503
    assert admin.post("/api/schedules/fails/run").status_code == 202
    with listening(redis):
        wait_until(lambda: admin.post("/api/schedules/strict/run").status_code == 202)


def test_a_killed_worker_is_noticed(client: FlaskClient, redis: Redis) -> None:
    with listening(redis):
        assert post(client, "strict").status_code == 202
    wait_until(lambda: post(client, "strict").status_code == 503)


@pytest.mark.slow
def test_a_real_worker_comes_and_is_killed(
    client: FlaskClient, redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    assert "mode" in post(client, "fails").get_json()
    with working(redis_url, tmp_path, ready=redis) as worker:
        wait_until(lambda: post(client, "strict").status_code == 202)
        task = post(client, "read", {"sports": ["a", "b", "c"], "limit": 50}).get_json()
        wait_until(lambda: client.get(task["status_url"]).get_json()["ready"])
        assert client.get(task["status_url"]).get_json()["result"] == [["a", "b", "c"], 50, None]
        worker.send(signal.SIGKILL)
        wait_until(lambda: post(client, "strict").status_code == 503)
        assert post(client, "fails").get_json()["mode"] == "sync"


def test_all_say_the_same_words_for_nobody(admin: FlaskClient) -> None:
    task = post(admin, "patient").get_json()
    (said, *_) = admin.get(f"{task['status_url']}/why").get_json()["reasons"]
    checks = {one["name"]: one for one in admin.get("/ready").get_json()["checks"]}
    assert said == checks["queue default"]["advice"] == presence.nobody("default")
    refused = post(admin, "strict").get_json()["detail"]
    assert refused.startswith(said)


def test_the_doctor_says_what_becomes_of_tasks(admin: FlaskClient) -> None:
    checks = {one["name"]: one for one in admin.get("/ready").get_json()["checks"]}
    detail = checks["queue default"]["detail"]
    assert detail.startswith("0 workers listen: ")
    assert "tasks of fallbacks.strict are refused" in detail
    assert "fallbacks.read" in detail.partition("run in the web process")[0]
    assert detail.endswith("all others wait")
    assert checks["queue schedules"]["detail"] == "0 workers listen: tasks wait"


def test_a_job_shows_its_fallback(client: FlaskClient) -> None:
    def shown(name: str) -> list[Any]:
        body = client.get(f"/api/jobs/fallbacks.{name}").get_json()
        return [body["fallback"], body["inline"]]

    assert shown("patient") == ["wait", None]
    assert shown("strict") == ["refuse", None]
    limits = {"timeout_seconds": 10, "at_most": {"sports": 2, "limit": 10, "most": 5}}
    assert shown("read") == ["inline", limits]


def test_what_an_admin_sees_of_workers_is_what_counts(admin: FlaskClient, redis: Redis) -> None:
    def alive() -> list[bool]:
        return [one["alive"] for one in admin.get("/api/workers").get_json()["workers"]]

    with listening(redis):
        assert alive() == [True]
    wait_until(lambda: alive() == [False])
    (default,) = [one for one in admin.get("/api/queues").get_json()["queues"] if one["name"] == "default"]
    assert default["workers"] == 0


class TestAlwaysInline:
    """The doors under ALWAYS_INLINE."""

    @pytest.fixture
    def at_once(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
        """A client of an app with the setting."""
        for chosen in install(settings.model_copy(update={"always_inline": True}), monkeypatch):
            app = create_app(chosen)
            yield app.test_client()
            app.extensions["counting"].connection_pool.disconnect()

    def test_the_answer_has_the_end_and_the_task_can_be_looked_at(self, at_once: FlaskClient) -> None:
        answer = at_once.post("/api/jobs/demo.add", json={"a": 1}, headers=KEY)
        body = answer.get_json()
        assert answer.status_code == 200
        assert (body["mode"], body["status"], body["result"]) == ("sync", "SUCCESS", 2)
        assert at_once.get(body["status_url"]).get_json()["result"] == 2

    @pytest.mark.parametrize("name", ["patient", "strict", "read"])
    def test_a_declared_fallback_does_not_matter(self, at_once: FlaskClient, name: str) -> None:
        body = post(at_once, name, {"sports": list("abc")} if name == "read" else {}).get_json()
        assert (body["status"], body["limited"]) == ("SUCCESS", {})

    def test_a_batch_has_run(self, at_once: FlaskClient, token: str) -> None:
        header = {"Authorization": f"Bearer {token}"}
        tasks = {"tasks": [{"a": 1}, {"a": 2}]}
        answer = at_once.post("/api/jobs/demo.add/batch", json=tasks, headers=header)
        assert answer.status_code == 200
        assert [one["result"] for one in answer.get_json()["tasks"]] == [2, 3]

    def test_a_systems_own_route_keeps_its_shape(self, at_once: FlaskClient) -> None:
        body = at_once.post("/api/schedule/async", json={"league": small_league()}).get_json()
        assert body["message"] == "Schedule generation started"
        assert (body["mode"], body["status"]) == ("sync", "SUCCESS")
        assert at_once.get(body["status_url"]).get_json()["result"]["games"]

    def test_without_redis_too(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        chosen = {"always_inline": True, "redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2}
        for one in install(settings.model_copy(update=chosen), monkeypatch):
            body = create_app(one).test_client().post("/api/jobs/demo.add", json={"a": 1}).get_json()
        assert (body["mode"], body["result"]) == ("sync", 2)
        assert "task_id" not in body


def test_workers_alive_is_for_everybody(redis: Redis, settings: Settings) -> None:
    assert not fallback.workers_alive("second")
    with listening(redis):
        assert fallback.workers_alive("default")
