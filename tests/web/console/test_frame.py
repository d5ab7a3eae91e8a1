"""What every page has, whoever asks and whatever is away."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from tests.web.console.conftest import HTML, Page
from web import auth

WEB = Path(auth.__file__).parent
TEMPLATES = sorted(path for path in (WEB / "templates").rglob("*.html") if "rq_dashboard" not in path.parts)


def names(page: Page, path: str) -> list[str]:
    return [one.text for one in page(path).one("nav", aria_label="Main").all("a")]


def test_a_stranger_sees_what_a_stranger_may_open(page: Page) -> None:
    assert names(page, "/") == ["Jobs", "Odds", "Leagues", "API docs"]
    assert (
        page("/jobs/demo.add").one("a", class_="session").attributes["href"] == "/login?next=/jobs/demo.add"
    )


def test_an_admin_sees_everything(admin_page: Page) -> None:
    pages = ["Jobs", "Odds", "Leagues", "Tasks", "Schedules", "Queues", "rq-dashboard", "API docs"]
    assert names(admin_page, "/") == pages
    assert admin_page("/").one("form", class_="session").attributes["action"] == "/logout"


@pytest.mark.parametrize("path", ["/", "/odds", "/tasks", "/schedules", "/queues", "/docs"])
def test_the_page_at_hand_is_marked(admin_page: Page, path: str) -> None:
    assert admin_page(path).one("a", aria_current="page").attributes["href"] == path


@pytest.mark.parametrize("path", ["/tasks", "/schedules", "/queues"])
def test_a_stranger_is_sent_to_sign_in_and_back(client: FlaskClient, path: str) -> None:
    answer = client.get(path + "?queue=default", headers=HTML)
    assert answer.status_code == 302
    assert answer.location == f"/login?next={path}%3Fqueue%3Ddefault"


def test_pages_are_not_kept_by_caches(client: FlaskClient) -> None:
    answer = client.get("/", headers=HTML)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer.headers["Vary"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_a_script_that_the_policy_would_stop(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"\son[a-z]+\s*=", text)
    assert "javascript:" not in text
    assert "|safe" not in text


@pytest.mark.parametrize("path", sorted((WEB / "static" / "js").glob("*.js")), ids=lambda path: path.name)
def test_no_module_writes_markup(path: Path) -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", path.read_text())


@pytest.mark.parametrize("path", [*TEMPLATES, *(WEB / "static").rglob("*.*")], ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    found = set(re.findall(r"https?://[^\s\"'<>)]+", path.read_text()))
    assert found <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_static_file_that_is_named_is_there(path: Path) -> None:
    for name in re.findall(r"filename='([^']+)'", path.read_text()):
        assert (WEB / "static" / name).is_file(), name


def test_an_error_has_a_page(page: Page) -> None:
    assert page("/no/such/page", 404).one("h1").text == "Not Found"
    assert "no-such-job" in page("/jobs/no-such-job", 404).one("p", class_="lead").text


def test_the_error_page_needs_no_database(app: Flask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: str) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr("web.tokens.check_id", away)
    client = app.test_client()
    with client.session_transaction() as session:
        session["token_id"] = token.split("_")[1]
    answer = client.get("/tasks", headers=HTML)
    assert answer.status_code == 503
    assert "database" in answer.text
