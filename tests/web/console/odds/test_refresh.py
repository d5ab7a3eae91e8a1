"""The button that refreshes the odds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import jsonify
from flask.testing import FlaskClient
from redis import Redis
from werkzeug.test import TestResponse

from longshore import tasks
from longshore.connections import shared
from longshore.tasks import Status
from tests.support.listener import listening
from tests.web.console.conftest import HTML, Page
from tests.web.console.odds.test_outcome import RESULT
from tests.web.console.pages import read
from web.console.odds import routes


@pytest.fixture
def worker(redis: Redis) -> Iterator[None]:
    """A worker that is there, and does nothing."""
    with listening(redis, "odds"):
        yield


def press(session: FlaskClient) -> TestResponse:
    """Press the button as an admin's browser does."""
    form = read(session.get("/odds", headers=HTML).text).one("form", action="/odds/refresh")
    token = form.one("input", name="csrf_token").attributes["value"]
    return session.post("/odds/refresh", data={"csrf_token": token}, headers=HTML)


def answered(monkeypatch: pytest.MonkeyPatch, **answer: Any) -> None:
    """Have the refresh run here and answer so."""
    monkeypatch.setattr(routes, "enqueue", lambda *_: jsonify(mode="sync", **answer))


@pytest.mark.usefixtures("worker")
def test_the_button_starts_a_refresh_and_leads_to_its_task(session: FlaskClient) -> None:
    answer = press(session)
    assert answer.status_code == 303
    task_id = answer.location.removeprefix("/tasks/")
    assert tasks.view(shared(), task_id).job == "odds.refresh_odds_data"
    assert press(session).location == answer.location  # one is under way


def test_the_task_of_a_refresh_shows_what_was_found(
    page: Page, enqueue: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = enqueue("odds.refresh_odds_data")
    done = replace(tasks.view(shared(), task_id), status=Status.SUCCESS, result=RESULT)
    monkeypatch.setattr("web.visible.task", lambda _: done)
    shown = page(f"/tasks/{task_id}").one("div", id="outcome")
    onward = shown.one("p", class_="onward")
    assert onward.one("a").attributes["href"] == "/odds"
    assert onward.text == "Open the odds 57 opportunities, 1 of 2 sports read, made-up data"
    sports, best = shown.all("table")
    assert sports.all("tr")[2].text.startswith("soccer_epl no: no such sport")
    assert best.all("tr")[1].text == "Hawks v Bulls Hawks +3.5 FanDuel 2.10 2.02 +4.0 %"
    assert '"fair_price": 2.01923' in shown.one("pre").text  # the JSON has all of it


def test_only_an_admin_with_the_pages_token_refreshes(session: FlaskClient, client: FlaskClient) -> None:
    assert client.post("/odds/refresh", headers=HTML).status_code == 401
    assert session.post("/odds/refresh", headers=HTML).status_code == 403


def test_what_has_run_here_is_told_at_once(session: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(
        monkeypatch,
        result={"opportunities": 7, "source": "live", "sports": [{"sport": "x", "ok": True}], "best": []},
        limited={"most_sports": {"asked": 40, "used": 2}},
    )
    shown = read(press(session).text)
    assert shown.one("h1").text == "Refreshed"
    assert "Most sports: 2 in place of 40." in shown.text
    assert shown.one("p", class_="onward").text == "Open the odds 7 opportunities, 1 of 1 sports read"


def test_what_has_failed_here_says_why(session: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, error={"type": "jobs.odds.errors.MissingKey", "message": "There is no key."})
    shown = read(press(session).text)
    assert shown.one("h1").text == "A refresh that failed"
    assert shown.one("pre").text == "There is no key."


def test_a_refusal_is_a_page(session: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from web.problems import problem

    monkeypatch.setattr(
        routes, "enqueue", lambda *_: problem(503, "The queue is full.", headers={"Retry-After": "30"})
    )
    answer = press(session)
    assert answer.status_code == 503
    assert read(answer.text).one("p", class_="lead").text == "The queue is full."
