"""The door: every route says who may use it, and strangers get no further."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from longshore.settings import Settings
from tests.conftest import install
from web import auth, tokens

PUBLIC = {
    "/health", "/ready", "/openapi.json", "/docs", "/docs/assets/<path:name>", "/static/<path:filename>",
    "/api/jobs", "/api/jobs/<job>", "/api/tasks/<task_id>",
    "/api/tasks/<task_id>/events", "/api/tasks/<task_id>/finish",
    "/api/schedule/repair", "/api/schedule/async", "/api/schedule/status/<task_id>", "/api/v2/tasks/schedule",
    "/api/schedule/<schedule_id>", "/api/schedule/<schedule_id>.json", "/api/schedule/<schedule_id>.csv",
    "/api/schedule/<schedule_id>.ics", "/api/schedule/feeds/<feed>", "/api/schedule/feeds/<feed>.json",
    "/api/schedule/feeds/<feed>.csv", "/api/schedule/feeds/<feed>.ics",
    "/api/odds", "/api/odds/events/<event_id>", "/api/odds/arbitrages", "/api/odds/middles",
    "/api/odds/analytics", "/api/cache-status",
    "/", "/favicon.ico", "/favicon.svg", "/login", "/logout", "/jobs/<job>", "/tasks/<task_id>",
    "/league/<schedule_id>", "/leagues", "/leagues/tasks/<task_id>", "/rq/static/<path:filename>",
    "/odds", "/odds/arbitrages", "/odds/events/<event_id>", "/odds/record",
}  # fmt: skip
"""Every public route. A new one is added here on purpose, or the test below fails."""


def test_every_public_route_is_public_on_purpose(app: Flask) -> None:
    with app.app_context():
        public = {
            rule.rule
            for rule in app.url_map.iter_rules()
            if auth.access_of(rule.endpoint) == "public"
            and not (rule.rule == "/api/tasks/<task_id>" and "DELETE" in (rule.methods or ()))
        }
    assert public - PUBLIC == set()


def test_strangers_get_401_or_the_login_page_from_every_other_route(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        closed = [rule for rule in app.url_map.iter_rules() if auth.access_of(rule.endpoint) == "admin"]
    assert len(closed) > 10
    for rule in closed:
        path = re.sub(r"<int:[^>]+>", "0", rule.rule)
        path = re.sub(r"<[^>]+>", "x", path)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(path, method=method)
            if answer.status_code == 308:  # rq-dashboard's routes end in a slash
                answer = client.open(answer.location, method=method)
            at_login = answer.status_code == 302 and answer.location.startswith("/login")
            assert answer.status_code == 401 or at_login, f"{method} {path} -> {answer.status_code}"


def test_a_job_for_admins_is_not_run_for_strangers(client: FlaskClient) -> None:
    answer = client.post("/api/jobs/demo.echo", json={"value": {}})
    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert client.post("/api/jobs/demo.echo/batch", json={"tasks": [{"value": {}}]}).status_code == 401


def test_a_public_job_is_run_for_strangers(client: FlaskClient) -> None:
    assert client.post("/api/jobs/demo.add", json={"a": 1}).status_code == 202


@pytest.mark.parametrize("header", ["Bearer", "Bearer nonsense", "Bearer ls_x_y", "Basic abc", "ls_a_b"])
def test_a_wrong_token_is_refused(client: FlaskClient, header: str) -> None:
    assert client.get("/api/tasks", headers={"Authorization": header}).status_code == 401


def test_a_token_with_another_secret_is_refused(client: FlaskClient, token: str) -> None:
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert client.get("/api/tasks", headers={"Authorization": f"Bearer {other}"}).status_code == 401


def test_a_revoked_token_is_refused_at_once(admin: FlaskClient, token: str) -> None:
    assert admin.get("/api/tasks").status_code == 200
    tokens.revoke(token.split("_")[1])
    assert admin.get("/api/tasks").status_code == 401


def test_a_token_expires(database: str) -> None:
    made = tokens.create("admin", "short", 1)
    now = datetime.now(UTC)
    assert tokens.check(made, now) is not None
    assert tokens.check(made, now + timedelta(days=1, seconds=1)) is None


def test_the_table_of_tokens_holds_no_secret(database: str) -> None:
    made = tokens.create("admin", "x", 1)
    secret = made.split("_", 2)[2]
    (row,) = tokens.every()
    assert all(secret not in str(value) for value in vars(row).values())


def test_parameters_and_traces_are_for_admins(client: FlaskClient, admin: FlaskClient) -> None:
    task_id = client.post("/api/jobs/demo.add", json={"a": 1}).get_json()["task_id"]
    public = client.get(f"/api/tasks/{task_id}").get_json()
    assert not {"params", "trace", "worker"} & public.keys()
    assert admin.get(f"/api/tasks/{task_id}").get_json()["params"] == {"a": 1}


def test_a_session_needs_the_csrf_token_to_change_something(session: FlaskClient) -> None:
    assert session.get("/api/tasks").status_code == 200
    refused = session.post("/api/tasks/x/cancel")
    assert refused.status_code == 403
    assert "X-CSRFToken" in refused.get_json()["detail"]


def test_answers_carry_the_headers_that_keep_browsers_safe(client: FlaskClient) -> None:
    headers = client.get("/health").headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_stale_page_is_told_so_in_a_page(session: FlaskClient) -> None:
    answer = session.post("/logout", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert answer.content_type.startswith("text/html")
    assert b"reload the page" in answer.data


def test_strangers_may_not_park_or_pile_up_tasks(client: FlaskClient) -> None:
    assert client.post("/api/jobs/demo.add/batch", json={"tasks": [{"a": 1}]}).status_code == 401
    assert client.post("/api/jobs/demo.add?delay=1h", json={"a": 1}).status_code == 401
    assert client.post("/api/jobs/demo.add?run_at=2030-01-01T00:00:00Z", json={"a": 1}).status_code == 401


def test_strangers_are_refused_when_a_queue_is_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    for chosen in install(settings.model_copy(update={"public_backlog": 2}), monkeypatch):
        client = create_app(chosen).test_client()
        answers = [client.post("/api/jobs/demo.add", json={"a": 1}) for _ in range(3)]
        assert [one.status_code for one in answers] == [202, 202, 503]
        assert "Retry-After" in answers[-1].headers
        header = {"Authorization": f"Bearer {token}"}
        assert client.post("/api/jobs/demo.add", json={"a": 1}, headers=header).status_code == 202


def test_a_session_does_not_count_beside_another_authorization(session: FlaskClient) -> None:
    answer = session.post("/api/tasks/x/cancel", headers={"Authorization": "Basic eDp5"})
    assert answer.status_code == 401
