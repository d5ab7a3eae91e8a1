"""The page of a schedule, and the one for a new one: what is compared, the slots, the form."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from redis import Redis

from longshore import catalog
from longshore.catalog import Catalog
from longshore.dispatch import Dispatcher
from longshore.schedules import book, edits, entries
from tests.web.console.conftest import MakeSchedule, Page, RecordSlots
from tests.web.console.test_tasks import HOSTILE
from web.console import schedules as pages

SWEEP = "maintenance.sweep"


def test_a_schedule_says_what_was_declared_beside_what_holds(admin_page: Page, database: str) -> None:
    edits.change(catalog.catalog, SWEEP, {"trigger": "Daily 4:00 AM UTC", "note": HOSTILE}, "bob")
    says = admin_page(f"/schedules/{SWEEP}").one("section", id="says")
    assert "2 of 5 are not as the code declares them: changed by bob" in says.text
    changed = {
        one.one("th").text: [each.text for each in one.all("td")] for one in says.all("tr", class_="changed")
    }
    assert changed["when"] == ["daily at 04:00 UTC (cron 0 4 * * *)", "daily at 03:17 UTC (cron 17 3 * * *)"]
    assert changed["note"] == [HOSTILE, "–"]


def test_an_unchanged_schedule_has_nothing_to_compare(admin_page: Page) -> None:
    says = admin_page(f"/schedules/{SWEEP}").one("section", id="says")
    assert not says.all("tr", class_="changed")
    assert not says.all("thead")


def test_slots_are_boxes_and_the_newest_are_told(
    admin_page: Page, make_schedule: MakeSchedule, record_slots: RecordSlots
) -> None:
    make_schedule()
    many = [("fired", 0.0, "")] * 30
    record_slots("nightly", *many, ("fired", 4.0, ""), ("missed", 90, "no clock was alive"))
    slots = admin_page("/schedules/nightly").one("div", id="slots")
    boxes = slots.one("div", class_="boxes")
    assert [one.attributes["class"] for one in boxes.all("i")][-3:] == ["fired", "fired late", "missed"]
    assert boxes.all("i")[-1].attributes["title"] == (
        "2030-01-01 12:31:00 UTC: missed, no clock was alive, 1m 30s late"
    )
    assert "31 fired, 1 missed" in boxes.attributes["aria-label"]
    assert len(slots.all("tr")) == 1 + pages.TOLD


def test_a_slot_leads_to_its_task_while_that_is_there(
    admin_page: Page, make_schedule: MakeSchedule, redis: Redis, record_slots: RecordSlots
) -> None:
    schedule = make_schedule()
    _, second = record_slots("nightly", ("fired", 0.1, ""), ("fired", 0.1, ""))
    task_id = entries.task_id(schedule.name, second)
    Dispatcher(redis).new_task(catalog.catalog.get("demo.add"), {"a": 1}, task_id).save()
    newest, older = admin_page("/schedules/nightly").one("div", id="slots").all("tr")[1:]
    assert newest.one("a").attributes["href"] == f"/tasks/{task_id}"
    assert not older.all("a")
    assert "its task has expired" in older.text


def test_the_form_carries_the_version_that_it_shows(admin_page: Page, make_schedule: MakeSchedule) -> None:
    schedule = make_schedule(jitter="90s")
    form = admin_page("/schedules/nightly").one("form", id="schedule")
    assert form.attributes["data-etag"] == f'"{schedule.etag}"'
    assert form.attributes["data-save"] == "/api/schedules/nightly"
    assert form.one("input", data_name="jitter").attributes["value"] == "1m30s"
    assert form.one("input", data_name="params.a").attributes["value"] == "1"
    assert [one.attributes["data-panel"] for one in form.all("div", class_="panel") if one.has({"hidden": ""})
            and "data-panel" in one.attributes] == ["cron", "solar", "once", "phrase"]  # fmt: skip


def test_every_control_of_the_form_has_a_label_and_a_place_for_its_fault(admin_page: Page) -> None:
    form = admin_page(f"/schedules/{SWEEP}").one("form", id="schedule")
    labels = {one.attributes.get("for") for one in form.all("label")}
    places = {one.attributes["id"] for one in form.all("p", class_="fault")}
    named = [one for one in form.walk() if "data-name" in one.attributes and one.name != "form"]
    assert len(named) > 20
    for one in named:
        assert one.attributes["id"] in labels
        assert f"fault-{one.attributes['data-name']}" in places
    assert {one.attributes["name"] for one in form.walk() if "name" in one.attributes} == {":kind"}


def test_what_this_code_cannot_read_has_no_form(
    admin_page: Page, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_schedule()
    unreadable = replace(
        made, spec=None, fault="trigger: kind is one of …", stored={"job": "demo.add", "x": HOSTILE}
    )
    monkeypatch.setattr(book, "every", lambda _: {"nightly": unreadable})
    shown = admin_page("/schedules/nightly")
    assert not shown.all("form", id="schedule")
    assert "This code cannot read it" in shown.text
    assert HOSTILE in json.loads(shown.one("section", id="says").one("pre").text)["x"]


def test_a_schedule_whose_job_is_gone_can_only_be_deleted(
    admin_page: Page, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_schedule()
    monkeypatch.setattr(pages, "_job", lambda _: None)
    shown = admin_page("/schedules/nightly")
    assert "Its job is not in this code" in shown.text
    assert "Delete" in [one.text for one in shown.all("button")]


def test_an_unknown_schedule_is_not_found(admin_page: Page) -> None:
    assert "no-such" in admin_page("/schedules/no-such", 404).text


def test_deleting_asks_first_and_says_what_it_means(admin_page: Page, make_schedule: MakeSchedule) -> None:
    make_schedule()
    for name, means, then in (
        ("nightly", "It cannot be brought back.", "/schedules"),
        (SWEEP, "until somebody restores it", f"/schedules/{SWEEP}"),
    ):
        (button,) = [one for one in admin_page(f"/schedules/{name}").all("button") if one.text == "Delete"]
        assert means in button.attributes["data-sure"]
        assert button.attributes["data-then"] == then
        assert button.attributes["data-etag"].startswith('"')


def test_a_new_schedule_begins_with_its_job(admin_page: Page) -> None:
    choice = admin_page("/schedules/new").one("select", id="job")
    assert "demo.add" in [one.text for one in choice.all("option")]
    form = admin_page("/schedules/new?job=demo.add").one("form", id="schedule")
    assert form.attributes["data-save"] == "/api/schedules"
    assert "data-etag" not in form.attributes
    assert form.one("input", data_name="name")
    assert form.one("input", data_name="params.a")
    assert "no-such" in admin_page("/schedules/new?job=no-such", 404).text


def test_a_schedule_may_be_called_new(admin_page: Page, make_schedule: MakeSchedule) -> None:
    make_schedule("new")
    assert admin_page("/schedules/new").one("h1").text == "new"
    assert admin_page("/schedules/new?job=").one("h1").text == "New schedule"


def test_no_jobs_means_nothing_to_schedule(admin_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "catalog", Catalog())
    assert "There are no jobs yet" in admin_page("/schedules/new").text
