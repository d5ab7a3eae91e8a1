"""/api/tasks and its neighbours: what is shown of a task, and what can be done with it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue

from longshore.catalog import catalog
from longshore.connections import shared
from longshore.dispatch import Dispatcher
from longshore.reporter import RedisReporter
from longshore.worker import LongshoreWorker
from web.streams import Streams

Work = Callable[..., None]


def run(client: FlaskClient, job: str, **params: Any) -> str:
    """Enqueue over HTTP; the task's id."""
    return str(client.post(f"/api/jobs/{job}", json=params).get_json()["task_id"])


def test_a_task_has_the_documented_shape(client: FlaskClient, work: Work) -> None:
    task_id = run(client, "demo.add", a=1)
    assert client.get(f"/api/tasks/{task_id}").get_json().keys() >= {
        "task_id", "job", "queue", "status", "ready", "successful", "message", "progress", "result", "error",
        "attempt", "enqueued_at", "started_at", "ended_at", "status_url",
    }  # fmt: skip
    work()
    body = client.get(f"/api/tasks/{task_id}").get_json()
    assert (body["status"], body["ready"], body["successful"], body["result"]) == ("SUCCESS", True, True, 2)
    assert all(body[name].endswith("Z") for name in ("enqueued_at", "started_at", "ended_at"))


def test_a_failure_shows_its_error_and_its_trace_to_admins_only(
    client: FlaskClient, admin: FlaskClient, work: Work
) -> None:
    task_id = run(admin, "demo.fail", message="no venue")
    work()
    public = client.get(f"/api/tasks/{task_id}").get_json()
    assert public["error"] == {"type": "ValueError", "message": "no venue"}
    assert "Traceback" not in json.dumps(public)
    assert "Traceback" in admin.get(f"/api/tasks/{task_id}").get_json()["trace"]


@pytest.mark.parametrize("path", ["", "/events", "/logs", "/why"])
def test_an_unknown_task_is_404(admin: FlaskClient, path: str) -> None:
    answer = admin.get(f"/api/tasks/11111111-1111-1111-1111-111111111111{path}")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("action", ["cancel", "retry"])
def test_an_action_on_an_unknown_task_is_404(admin: FlaskClient, action: str) -> None:
    assert admin.post(f"/api/tasks/nothing/{action}").status_code == 404


def test_who_may_run_a_job_may_have_its_task_finish(client: FlaskClient, redis: Redis) -> None:
    task_id = client.post("/api/jobs/demo.patient").get_json()["task_id"]
    waits = client.post(f"/api/tasks/{task_id}/finish")
    assert (waits.status_code, "does not run" in waits.get_json()["detail"]) == (409, True)
    redis.hset(f"rq:job:{task_id}", "status", "started")
    asked = client.post(f"/api/tasks/{task_id}/finish")
    assert (asked.status_code, asked.get_json()["status"]) == (202, "finishing")
    assert redis.hget(f"rq:job:{task_id}", "finish") == b"1"


def test_a_stranger_has_no_task_of_an_admins_job_finish(client: FlaskClient, admin: FlaskClient) -> None:
    task_id = admin.post("/api/jobs/demo.sleepy").get_json()["task_id"]
    assert client.post(f"/api/tasks/{task_id}/finish").status_code == 401
    assert client.post("/api/tasks/nope/finish").status_code == 404


def test_cancel_and_retry(admin: FlaskClient, redis: Redis) -> None:
    task_id = run(admin, "demo.add", a=1)
    assert admin.post(f"/api/tasks/{task_id}/cancel").get_json()["status"] == "canceled"
    assert admin.delete(f"/api/tasks/{task_id}").status_code == 409
    assert admin.get(f"/api/tasks/{task_id}").get_json()["status"] == "CANCELED"
    assert admin.post(f"/api/tasks/{task_id}/retry").status_code == 202
    assert admin.post(f"/api/tasks/{task_id}/retry").status_code == 409
    assert Queue("default", connection=redis).job_ids == [task_id]


def test_a_list_is_counted_and_paged(admin: FlaskClient) -> None:
    admin.post("/api/jobs/demo.add/batch", json={"tasks": [{"a": n} for n in range(25)]})
    first = admin.get("/api/tasks?limit=10&status=PENDING").get_json()
    assert (len(first["tasks"]), first["total"]) == (10, 25)
    second = admin.get(f"/api/tasks?limit=10&status=PENDING&cursor={first['next_cursor']}").get_json()
    assert not {one["task_id"] for one in first["tasks"]} & {one["task_id"] for one in second["tasks"]}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "status=DONE", "cursor=x", "colour=red", "cursor=" + "x" * 500],
)
def test_a_bad_query_is_422_and_names_the_field(admin: FlaskClient, query: str) -> None:
    answer = admin.get(f"/api/tasks?{query}")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.get_json()["detail"]


def test_log_lines_are_read_from_where_one_stopped(admin: FlaskClient, work: Work) -> None:
    task_id = run(admin, "demo.steps", total=1, lines=3)
    work()
    lines = admin.get(f"/api/tasks/{task_id}/logs?limit=2").get_json()["lines"]
    assert [one["text"] for one in lines] == ["line 1 of 3", "line 2 of 3"]
    rest = admin.get(f"/api/tasks/{task_id}/logs?after={lines[-1]['position']}").get_json()["lines"]
    assert [one["text"] for one in rest] == ["line 3 of 3"]
    assert admin.get(f"/api/tasks/{task_id}/logs?after=x").status_code == 422


def events(chunks: Iterator[bytes]) -> Iterator[tuple[str, Any]]:
    """Kind and data of each server-sent event."""
    for chunk in chunks:
        for block in chunk.decode().split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
            if "event" in fields:
                yield fields["event"], json.loads(fields["data"])


def test_a_stream_tells_a_task_from_start_to_end(client: FlaskClient, redis: Redis, work: Work) -> None:
    task_id = run(client, "demo.add", a=1)
    answer = client.get(f"/api/tasks/{task_id}/events", buffered=False)
    assert answer.content_type.startswith("text/event-stream")
    stream = events(iter(answer.response))
    assert next(stream)[1]["status"] == "PENDING"
    work()
    *_, (kind, last) = list(stream)
    assert (kind, last["status"], last["result"]) == ("task", "SUCCESS", 2)


def test_a_stream_carries_log_lines_to_admins_only(
    client: FlaskClient, admin: FlaskClient, redis: Redis, work: Work
) -> None:
    task_id = run(admin, "demo.steps", total=1, lines=2)
    work()
    kinds = [kind for kind, _ in events(iter(admin.get(f"/api/tasks/{task_id}/events").response))]
    assert kinds == ["log", "log", "task"]
    assert [kind for kind, _ in events(iter(client.get(f"/api/tasks/{task_id}/events").response))] == ["task"]


def test_a_stream_says_when_its_task_expires(client: FlaskClient, redis: Redis) -> None:
    task_id = run(client, "demo.add", a=1)
    stream = events(iter(client.get(f"/api/tasks/{task_id}/events", buffered=False).response))
    next(stream)
    redis.flushall()
    assert next(stream)[0] == "gone"


@pytest.mark.parametrize("last", ["garbage", "1-", "0-0; DROP", "9" * 40])
def test_a_last_event_id_that_is_none_is_ignored(admin: FlaskClient, work: Work, last: str) -> None:
    task_id = run(admin, "demo.steps", total=1, lines=2)
    work()
    answer = admin.get(f"/api/tasks/{task_id}/events", headers={"Last-Event-ID": last})
    assert [kind for kind, _ in events(iter(answer.response))] == ["log", "log", "task"]


DAMAGE: list[dict[str, Any]] = [
    {"created_at": "garbage"},
    {"enqueued_at": "yesterday"},
    {"status": "odd"},
    {"timeout": "soon"},
    {"retries_left": "x"},
    {"retry_intervals": "{"},
    {"dependency_ids": "["},
    {"origin": b"\xff"},
    {"data": b"\x80\x04"},
    {"meta": "[]"},
    {"meta": '"x"'},
    {"meta": '{"progress":5,"error":5,"retries":"x","deaths":"y","schedule":[]}'},
    {"meta": '{"progress":{"current":"1","total":"2","message":"m","at":1,"first":[1,1]}}'},
]


@pytest.mark.parametrize("damage", DAMAGE, ids=str)
def test_one_damaged_task_spoils_no_page_and_no_worker(
    admin: FlaskClient, redis: Redis, work: Work, damage: dict[str, Any]
) -> None:
    bad, good = run(admin, "demo.add", a=1), run(admin, "demo.add", a=2)
    redis.hset(f"rq:job:{bad}", mapping=damage)
    for path in (
        "/api/tasks",
        "/tasks",
        f"/api/tasks/{bad}",
        f"/tasks/{bad}",
        f"/api/tasks/{bad}/why",
        "/rq/",
    ):
        assert admin.get(path).status_code == 200, path
    work()
    assert admin.get(f"/api/tasks/{good}").get_json()["result"] == 3
    assert admin.get(f"/api/tasks/{bad}").get_json()["status"] in ("SUCCESS", "FAILURE")
    assert admin.get("/api/tasks").status_code == 200


def test_streams_are_bounded_and_their_places_come_back(app: Flask, client: FlaskClient, work: Work) -> None:
    app.extensions["streams"] = Streams(1)  # which one address may have
    task_id = run(client, "demo.add", a=1)
    first = client.get(f"/api/tasks/{task_id}/events", buffered=False)
    refused = client.get(f"/api/tasks/{task_id}/events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    first.close()
    work()
    assert client.get(f"/api/tasks/{task_id}/events").status_code == 200


def test_why_says_that_no_worker_listens(admin: FlaskClient) -> None:
    task_id = run(admin, "demo.add", a=1)
    body = admin.get(f"/api/tasks/{task_id}/why").get_json()
    assert body["status"] == "PENDING"
    assert "No worker listens to queue 'default'" in body["reasons"][0]


def test_why_says_that_the_clock_is_missing(admin: FlaskClient) -> None:
    task_id = admin.post("/api/jobs/demo.add?delay=1h", json={"a": 1}).get_json()["task_id"]
    reasons = admin.get(f"/api/tasks/{task_id}/why").get_json()["reasons"]
    assert "No clock is alive" in reasons[0]
    assert "in 1h" in reasons[1] or "in 59m" in reasons[1]


def test_why_says_how_it_ended(admin: FlaskClient, work: Work) -> None:
    task_id = run(admin, "demo.fail", message="boom")
    work()
    assert "ValueError: boom" in admin.get(f"/api/tasks/{task_id}/why").get_json()["reasons"][0]


def test_why_says_that_another_run_is_in_the_way(admin: FlaskClient) -> None:
    run(admin, "demo.alone", name="a")
    task_id = run(admin, "demo.alone", name="b")
    assert "overlap=False" in admin.get(f"/api/tasks/{task_id}/why").get_json()["reasons"][0]


def test_queues_are_counted(admin: FlaskClient) -> None:
    admin.post("/api/jobs/demo.add/batch", json={"tasks": [{"a": 1}] * 3})
    (default,) = [one for one in admin.get("/api/queues").get_json()["queues"] if one["name"] == "default"]
    assert (default["counts"]["queued"], default["workers"]) == (3, 0)
    assert default["oldest_wait_seconds"] >= 0


def test_workers_are_listed_while_they_live(admin: FlaskClient, redis: Redis, work: Work) -> None:
    task_id = run(admin, "demo.sleepy")
    seen: list[dict[str, Any]] = []

    def look() -> None:
        from tests.support.waiting import wait_until

        wait_until(lambda: admin.get(f"/api/tasks/{task_id}").get_json()["status"] == "PROGRESS")
        seen.extend(admin.get("/api/workers").get_json()["workers"])
        seen.append(admin.get(f"/api/tasks/{task_id}/why").get_json())
        admin.post(f"/api/tasks/{task_id}/cancel")

    looker = threading.Thread(target=look)
    looker.start()
    work()
    looker.join()
    worker, why = seen
    assert (worker["state"], worker["alive"], worker["task_id"]) == ("busy", True, task_id)
    assert "default" in worker["queues"]
    assert why["reasons"][0].startswith(f"It runs on worker {worker['name']}")


def test_looking_at_workers_leaves_the_clients_timeouts_alone(
    admin: FlaskClient, redis: Redis, redis_url: str
) -> None:
    worker = LongshoreWorker(["default"], connection=Redis.from_url(redis_url))
    worker.register_birth()
    before = shared().connection_pool.connection_kwargs["socket_timeout"]
    assert len(admin.get("/api/workers").get_json()["workers"]) == 1
    assert shared().connection_pool.connection_kwargs["socket_timeout"] == before < 1
    worker.connection.close()


def test_progress_reaches_the_api(client: FlaskClient, redis: Redis, dispatcher: Dispatcher) -> None:
    task_id = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1}).task_id
    with RedisReporter(redis, task_id, {}) as reporter:
        reporter.progress(310, 629, "Placing games…")
    redis.hset(f"rq:job:{task_id}", "status", "started")
    body = client.get(f"/api/tasks/{task_id}").get_json()
    assert (body["status"], body["message"], body["progress"]["percent"]) == (
        "PROGRESS",
        "Placing games…",
        49.3,
    )
