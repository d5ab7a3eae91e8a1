"""The page that makes schedules, and the page of a schedule on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from jobs.league import formats
from longshore import tasks
from longshore.connections import shared
from longshore.tasks import Status
from tests.web.console.conftest import HTML, Page
from tests.web.console.league.games import HOSTILE, save

JOB = "league.generate_schedule"
Enqueue = Callable[..., str]


@pytest.fixture
def task_at(monkeypatch: pytest.MonkeyPatch, enqueue: Enqueue) -> Callable[..., str]:
    """A function that has a task of the job look as it is told; its id."""

    def look(**parts: Any) -> str:
        task_id = enqueue(JOB)
        view = replace(tasks.view(shared(), task_id), **parts)
        monkeypatch.setattr("web.visible.task", lambda _: view)
        return task_id

    return look


def test_anybody_may_make_a_schedule_and_only_admins_see_what_others_made(
    page: Page, admin_page: Page, database: str
) -> None:
    found = save()
    stranger, admin = page("/leagues"), admin_page("/leagues")
    for shown in (stranger, admin):
        made = [one.attributes["data-make"] for one in shown.all("form") if "data-make" in one.attributes]
        assert made == ["upload", "sample"]
    assert "Little League" not in stranger.text
    link = next(one for one in admin.all("a") if one.text == "Little League")
    assert link.attributes["href"] == f"/league/{found}"


def test_the_tables_that_the_page_shows_are_a_league(page: Page) -> None:
    shown = [one.parts[0] for one in page("/leagues").all("pre")]
    tables = [str(one).split("\n", 1) for one in shown]
    found = formats.read([formats.Upload(name, rows.encode()) for name, rows in tables])
    assert [name for name, _ in tables] == ["teams.csv", "divisions.csv", "venues.csv", "season.csv"]
    assert (found.league.name, found.league.total_games) == ("Riverbank Juniors", 2)


def test_the_form_knows_the_limits_that_the_job_declares(page: Page) -> None:
    field = page("/leagues").one("input", name="time_limit")
    assert (field.attributes["min"], field.attributes["max"]) == ("5", "540")
    assert field.attributes["placeholder"] == "30"


def test_a_task_that_waits_says_so(page: Page, enqueue: Enqueue) -> None:
    task_id = enqueue(JOB)
    shown = page(f"/leagues/tasks/{task_id}")
    assert shown.one("p", id="phase").text == "It waits for a worker"
    assert shown.one("div", id="making").attributes["data-status"] == f"/api/schedule/status/{task_id}"
    assert "disabled" in shown.one("button", id="finish").attributes


def test_a_task_that_runs_says_its_phase_and_figures(page: Page, task_at: Callable[..., str]) -> None:
    figures = {"home_venue_share": 0.962, "cost": 1807.2, "bound": None}
    progress = {"current": 310, "total": 629, "percent": 49.3, "eta_seconds": None, "figures": figures}
    task_id = task_at(status=Status.PROGRESS, message="Improving… turn 3", progress=progress)
    shown = page(f"/leagues/tasks/{task_id}")
    assert shown.one("p", id="phase").text == "Improving"
    assert shown.one("p", class_="figures").text == "310 of 629 games turn 3"
    assert shown.one("dl", id="figures").text == "home venue share 96.2 % cost 1,807.2"
    assert shown.one("progress").attributes["value"] == "49.3"
    assert "disabled" not in shown.one("button", id="finish").attributes


def test_a_league_that_cannot_be_scheduled_says_why(
    page: Page, client: FlaskClient, task_at: Callable[..., str]
) -> None:
    error = {"type": "jobs.league.errors.InfeasibleLeague", "message": f"{HOSTILE} needs 14 slots on 9 May"}
    task_id = task_at(status=Status.FAILURE, error=error)
    shown = page(f"/leagues/tasks/{task_id}")
    assert shown.one("pre").text == f"{HOSTILE} needs 14 slots on 9 May"
    assert "The rules are in each other's way" in shown.text
    assert not shown.all("script", src="/static/js/league_task.js")
    assert HOSTILE not in client.get(f"/leagues/tasks/{task_id}", headers=HTML).text


def test_a_task_that_has_ended_leads_to_its_schedule(
    client: FlaskClient, task_at: Callable[..., str]
) -> None:
    task_id = task_at(status=Status.SUCCESS, result={"schedule_id": "abc"})
    answer = client.get(f"/leagues/tasks/{task_id}", headers=HTML)
    assert (answer.status_code, answer.location) == (303, "/league/abc")


def test_a_task_of_another_job_is_not_one_of_these(page: Page, enqueue: Enqueue) -> None:
    page(f"/leagues/tasks/{enqueue('demo.add', a=1)}", 404)
    page("/leagues/tasks/none", 404)
