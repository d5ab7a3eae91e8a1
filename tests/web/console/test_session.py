from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.web.console.conftest import HTML
from tests.web.console.pages import read
from web import tokens
from web.console import session

HOSTILE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "http:/evil.example", "evil.example", "",
    " //evil.example", "/x\\..\\", "data:text/html,x", "//[", "/\u2028/x",
]  # fmt: skip


def csrf_of(client: FlaskClient, path: str) -> str:
    return read(client.get(path, headers=HTML).text).all("input", name="csrf_token")[0].attributes["value"]


def sign_in(client: FlaskClient, token: str, where: str = "/tasks") -> int:
    form = {"token": token, "next": where, "csrf_token": csrf_of(client, "/login")}
    return client.post("/login", data=form, headers=HTML).status_code


def test_a_token_opens_a_session_and_leads_where_the_visitor_wanted(client: FlaskClient, token: str) -> None:
    form = {"token": f" {token} ", "next": "/tasks?queue=default", "csrf_token": csrf_of(client, "/login")}
    answer = client.post("/login", data=form)
    assert answer.status_code == 303
    assert answer.location == "/tasks?queue=default"
    assert client.get("/tasks", headers=HTML).status_code == 200


def test_a_session_may_change_things_only_with_the_pages_csrf_token(client: FlaskClient, token: str) -> None:
    sign_in(client, token)
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/tasks", headers=HTML).text)
    assert found
    assert client.post("/api/jobs/demo.echo", json={"value": {}}).status_code == 403
    headers = {"X-CSRFToken": found[1]}
    assert client.post("/api/jobs/demo.echo", json={"value": {}}, headers=headers).status_code == 202


@pytest.mark.parametrize("wrong", ["", "nonsense", "ls_aaaaaaaaaaaa_bbbb"])
def test_a_wrong_token_opens_nothing(client: FlaskClient, settings: object, wrong: str) -> None:
    form = {"token": wrong, "csrf_token": csrf_of(client, "/login")}
    answer = client.post("/login", data=form, headers=HTML)
    assert answer.status_code == 401
    assert "wrong, expired or revoked" in answer.text
    assert client.get("/tasks", headers=HTML).status_code == 302


def test_a_revoked_token_ends_its_sessions(client: FlaskClient, token: str) -> None:
    sign_in(client, token)
    tokens.revoke(token.split("_")[1])
    assert client.get("/tasks", headers=HTML).status_code == 302


def test_the_form_cannot_be_sent_from_elsewhere(client: FlaskClient, token: str) -> None:
    answer = client.post("/login", data={"token": token}, headers=HTML)
    assert answer.status_code == 400
    assert "Please try again" in answer.text
    assert client.get("/tasks", headers=HTML).status_code == 302


def test_signing_out_ends_the_session(client: FlaskClient, token: str) -> None:
    sign_in(client, token)
    form = {"csrf_token": csrf_of(client, "/tasks")}
    assert client.post("/logout").status_code == 403
    assert client.post("/logout", data=form).status_code == 303
    assert client.get("/tasks", headers=HTML).status_code == 302


def test_signing_out_twice_does_no_harm(client: FlaskClient) -> None:
    assert client.post("/logout").status_code == 303


@pytest.mark.parametrize("address", HOSTILE)
def test_only_paths_of_this_server_are_followed(
    app: Flask, client: FlaskClient, token: str, address: str
) -> None:
    with app.test_request_context():
        assert session.local(address) == "/"
    form = {"token": token, "next": address, "csrf_token": csrf_of(client, "/login")}
    assert client.post("/login", data=form).location == "/"
    assert client.get("/login", query_string={"next": address}).location == "/"


def test_who_is_signed_in_already_goes_on(client: FlaskClient, token: str) -> None:
    sign_in(client, token)
    assert client.get("/login?next=/queues").location == "/queues"


def test_the_token_is_never_written_into_a_page(client: FlaskClient, token: str) -> None:
    form = {"token": token + "x", "csrf_token": csrf_of(client, "/login")}
    assert token not in client.post("/login", data=form).text
