from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from longshore import catalog
from tests.web.console.conftest import HTML, Page
from web.console import house


def test_the_catalog_lists_every_job_with_a_way_to_run_it(page: Page) -> None:
    shown = page("/")
    for job in catalog.catalog:
        assert shown.one("a", aria_label=f"Run {job.name}").attributes["href"] == f"/jobs/{job.name}"
    assert "Make a season's schedule for a league." in shown.text


def test_only_admins_see_the_state_of_the_house(page: Page, admin_page: Page) -> None:
    assert not page("/").all("section", id="house")
    state = admin_page("/").one("section", id="house").text
    assert "Workers 0 alive" in state
    assert "No clock is alive" in state
    assert "No worker listens to queues" in state


def test_waiting_tasks_are_counted(admin_page: Page, enqueue: Callable[..., str]) -> None:
    enqueue("demo.add", a=1)
    assert "Waiting 1 Failed 0" in admin_page("/").one("section", id="house").text


def test_an_empty_catalog_says_what_to_do(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.console.jobs.catalog.catalog", catalog.Catalog())
    assert "The catalog is empty." in page("/").text


def test_the_catalog_is_shown_while_redis_is_away(
    page: Page, admin_page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(Redis, "ping", away)
    monkeypatch.setattr(house, "look", away)
    for one in (page, admin_page):
        shown = one("/")
        assert "Redis cannot be reached." in shown.one("p", role="status").text
        assert shown.all("a", aria_label="Run demo.add")


def test_a_form_has_a_labelled_control_for_each_parameter(page: Page) -> None:
    form = page("/jobs/demo.add").one("form", id="run")
    for name in ("a", "b"):
        control = form.one("input", data_name=name)
        assert control.attributes["type"] == "number"
        assert [one for one in form.all("label") if one.attributes.get("for") == control.attributes["id"]]
        assert f"fault-{name}" in control.attributes["aria-describedby"]
    assert "required" in form.one("input", data_name="a").attributes
    assert form.one("input", data_name="b").attributes["placeholder"] == "1"
    assert "0 to 1,000" in form.text
    assert "The second number," in form.text


def test_no_control_has_a_name_that_would_hide_a_part_of_the_form(page: Page) -> None:
    form = page("/jobs/league.generate_schedule").one("form", id="run")
    assert {one.attributes["name"] for one in form.walk() if "name" in one.attributes} == {":when"}


def test_the_page_of_an_admins_job_sends_strangers_to_sign_in(client: FlaskClient, admin_page: Page) -> None:
    answer = client.get("/jobs/demo.echo", headers=HTML)
    assert answer.status_code == 302
    assert answer.location == "/login?next=/jobs/demo.echo"
    assert "$TOKEN" in admin_page("/jobs/demo.echo").one("pre", id="curl").text


def test_curl_needs_no_token_for_a_public_job(page: Page) -> None:
    command = page("/jobs/demo.add").one("pre", id="curl").text
    assert command.startswith("curl -X POST \\ http://localhost/api/jobs/demo.add \\")
    assert "Authorization" not in command


def test_recent_tasks_are_for_admins(page: Page, admin_page: Page, enqueue: Callable[..., str]) -> None:
    task_id = enqueue("demo.add", a=1)
    enqueue("demo.fail")
    assert task_id not in str(page("/jobs/demo.add"))
    links = admin_page("/jobs/demo.add").one("section", id="recent").all("a", class_="mono")
    assert [one.attributes["href"] for one in links] == [f"/tasks/{task_id}"]
