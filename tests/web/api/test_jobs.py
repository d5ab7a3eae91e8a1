"""/api/jobs: what is accepted, and how everything else is answered."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue

from app import create_app
from longshore.settings import Settings
from tests.conftest import install

JSON = {"Content-Type": "application/json"}


def test_a_run_is_accepted_and_in_redis(client: FlaskClient, redis: Redis) -> None:
    answer = client.post("/api/jobs/demo.add", json={"a": 1})
    body = answer.get_json()
    assert answer.status_code == 202
    assert (body["status"], body["job"], body["created"]) == ("queued", "demo.add", True)
    assert answer.headers["Location"] == body["status_url"] == f"/api/tasks/{body['task_id']}"
    assert Queue("default", connection=redis).job_ids == [body["task_id"]]
    assert client.get(body["status_url"]).get_json()["status"] == "PENDING"


def test_a_job_shows_its_schema(client: FlaskClient) -> None:
    body = client.get("/api/jobs/demo.add").get_json()
    assert body["schema"]["properties"]["b"]["maximum"] == 1000
    assert "demo.add" in [one["name"] for one in client.get("/api/jobs").get_json()["jobs"]]


@pytest.mark.parametrize(
    ("data", "headers", "status", "said"),
    [
        (b'{"a": 1', JSON, 400, "not JSON"),
        (b'{"a": NaN}', JSON, 400, "NaN is not JSON"),
        (b"\xff\xfe", JSON, 400, "not JSON"),
        (b"[" * 100_000, JSON, 400, "nested too deeply"),
        (b"[1]", JSON, 422, "JSON object is needed"),
        (b'"a"', JSON, 422, "JSON object is needed"),
        (b"null", JSON, 422, "JSON object is needed"),
        (b'{"a": 1}', {"Content-Type": "text/plain"}, 415, "Content-Type: application/json"),
        (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
        (b"", {}, 422, "a: Field required"),
        (b'{"a": "many"}', JSON, 422, "a: "),
        (b'{"a": 1, "b": 1001}', JSON, 422, "b: Input should be less than or equal to 1000"),
        (b'{"a": 1, "z": 1}', JSON, 422, "z: unknown field; demo.add takes a, b"),
        (b'{"a": ' + b"9" * 5000 + b"}", JSON, 400, "not JSON"),
        (b'{"a": "\\ud800"}', JSON, 400, "surrogate"),
    ],
)
def test_a_bad_body_is_a_problem_that_says_what_is_wrong(
    client: FlaskClient, redis: Redis, data: bytes, headers: dict[str, str], status: int, said: str
) -> None:
    answer = client.post("/api/jobs/demo.add", data=data, headers=headers)
    body = answer.get_json()
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert body["status"] == status
    assert said in body["detail"]
    assert Queue("default", connection=redis).count == 0


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/jobs/demo.add", data=b" " * 10_000_000, headers=JSON)
    assert answer.status_code == 413
    assert "MAX_BODY_BYTES" in answer.get_json()["detail"]


def test_a_chunked_body_is_refused_rather_than_cut(client: FlaskClient) -> None:
    answer = client.post(
        "/api/jobs/demo.add",
        headers=JSON | {"Transfer-Encoding": "chunked"},
        environ_overrides={"CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 411


@pytest.mark.parametrize("name", ["demo.nothing", "os.system", "x", "demo.add%00", "<script>"])
def test_an_unknown_job_is_404(client: FlaskClient, name: str) -> None:
    for answer in (client.post(f"/api/jobs/{name}", json={}), client.get(f"/api/jobs/{name}")):
        assert answer.status_code == 404
        assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("delay=soon", "delay"),
        ("run_at=tomorrow", "run_at"),
        ("run_at=0.5", "run_at"),
        ("run_at=1893456000", "run_at"),
        ("run_at=2030-01-01T00:00:00", "run_at"),
        ("later=1", "later"),
        ("delay=1s&run_at=2030-01-01T00:00:00Z", "run_at"),
    ],
)
def test_bad_options_are_named(admin: FlaskClient, query: str, field: str) -> None:
    answer = admin.post(f"/api/jobs/demo.add?{query}", json={"a": 1})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


def test_a_delay_is_kept(admin: FlaskClient, redis: Redis) -> None:
    body = admin.post("/api/jobs/demo.add?delay=1h", json={"a": 1}).get_json()
    assert Queue("default", connection=redis).count == 0
    assert admin.get(body["status_url"]).get_json()["message"] == "Scheduled"


def test_an_idempotency_key_makes_a_repeat_return_the_first_task(client: FlaskClient) -> None:
    send: Any = {"json": {"a": 1}, "headers": {"Idempotency-Key": "order 7"}}
    first, again = (client.post("/api/jobs/demo.add", **send).get_json() for _ in range(2))
    assert again == first | {"created": False}
    conflict = client.post("/api/jobs/demo.add", json={"a": 2}, headers={"Idempotency-Key": "order 7"})
    assert conflict.status_code == 422
    assert (
        client.post("/api/jobs/demo.add", json={"a": 1}, headers={"Idempotency-Key": "x" * 256}).status_code
        == 422
    )


def test_a_batch_is_accepted_whole(admin: FlaskClient, redis: Redis) -> None:
    answer = admin.post("/api/jobs/demo.add/batch", json={"tasks": [{"a": n} for n in range(10)]})
    assert answer.status_code == 202
    assert len(answer.get_json()["tasks"]) == 10 == Queue("default", connection=redis).count


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "tasks"), ({"tasks": {}}, "tasks"), ({"tasks": [1]}, "tasks"), ({"tasks": []}, "(batch)"),
     ({"tasks": [{"a": 1}], "x": 1}, "x"), ({"tasks": [{"a": 1}, {"a": "x"}]}, "1.a")],
)  # fmt: skip
def test_a_bad_batch_names_its_fault(admin: FlaskClient, body: dict[str, Any], field: str) -> None:
    answer = admin.post("/api/jobs/demo.add/batch", json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


@pytest.fixture
def redisless(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of a web process whose Redis is away."""
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2})
    for chosen in install(away, monkeypatch):
        return create_app(chosen).test_client()
    raise AssertionError


def test_without_redis_an_enqueue_is_503_with_retry_after(redisless: FlaskClient) -> None:
    answer = redisless.post("/api/jobs/demo.add", json={"a": 1})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.content_type == "application/problem+json"


def test_without_redis_the_process_is_alive_but_not_ready(redisless: FlaskClient) -> None:
    assert redisless.get("/health").status_code == 200
    ready = redisless.get("/ready")
    assert ready.status_code == 503
    assert {one["name"]: one["ok"] for one in ready.get_json()["checks"]}["redis"] is False


def test_the_answer_to_a_thousand_faults_is_short(client: FlaskClient) -> None:
    body = {f"k{n}": 0 for n in range(20_000)}
    answer = client.post("/api/jobs/demo.add", json=body)
    assert answer.status_code == 422
    assert len(answer.get_json()["errors"]) == 101
    assert answer.get_json()["errors"][-1]["message"] == "and 19,901 more faults"


def test_a_full_redis_is_503(client: FlaskClient, redis: Redis) -> None:
    redis.config_set("maxmemory", 1)
    try:
        answer = client.post("/api/jobs/demo.add", json={"a": 1})
    finally:
        redis.config_set("maxmemory", 0)
    assert answer.status_code == 503
    assert "full" in answer.get_json()["detail"]


def test_public_routes_are_limited_and_admins_are_not(settings: Settings, token: str) -> None:
    app = create_app(settings.model_copy(update={"public_rate_limit": "3/minute"}))
    stranger = app.test_client()
    answers = [stranger.get("/api/jobs") for _ in range(5)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].content_type == "application/problem+json"
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert stranger.get("/health").status_code == 200
    assert stranger.get("/api/jobs", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_an_unexpected_error_is_a_problem_without_a_trace(app: Flask) -> None:
    def broken() -> str:
        raise RuntimeError("secret detail")

    app.add_url_rule("/api/broken", "broken", broken)
    app.view_functions["broken"].access = "public"  # type: ignore[attr-defined]
    answer = app.test_client().get("/api/broken")
    assert answer.status_code == 500
    assert answer.content_type == "application/problem+json"
    assert b"secret detail" not in answer.data


def test_an_unknown_address_is_a_problem(client: FlaskClient) -> None:
    answer = client.get("/api/nowhere")
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")
    assert client.put("/api/jobs").status_code == 405
