"""The list of schedules: what each state shows, and what still shows while SQL or Redis is away."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy.exc import OperationalError

from longshore import catalog, keys
from longshore.clock import Clock
from longshore.schedules import book, edits, table
from longshore.schedules.aside import SetAside
from tests.web.console.conftest import HTML, SLOT, MakeSchedule, Page, RecordSlots
from tests.web.console.pages import Element
from tests.web.console.test_tasks import HOSTILE
from web.console import schedules as pages

SWEEP = "maintenance.sweep"


def row(page: Element, name: str) -> Element:
    """The row of a schedule in the list."""
    table = page.one("div", id="list")
    return next(one for one in table.all("tr") if one.all("a") and one.all("a")[0].text == name)


def cell(page: Element, name: str, label: str) -> str:
    """The text of one cell of the list."""
    return row(page, name).one("td", data_label=label).text


def gone_sql(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the table of schedules be unreadable."""

    def away() -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(table, "rows", away)


def gone_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Redis be away."""

    def away(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    monkeypatch.setattr(Redis, "execute_command", away)


def test_the_list_shows_what_the_code_declares(admin_page: Page) -> None:
    shown = admin_page("/schedules")
    assert cell(shown, SWEEP, "when") == "daily at 03:17 UTC"
    assert cell(shown, SWEEP, "next run").startswith("in ")
    assert cell(shown, SWEEP, "state") == "on declared in code"
    assert cell(shown, SWEEP, "last slot") == "none yet"
    assert shown.one("a", href="/schedules/new?job=").text == "New schedule"


def test_the_list_says_who_has_made_and_changed_what(admin_page: Page, make_schedule: MakeSchedule) -> None:
    make_schedule()
    edits.change(catalog.catalog, SWEEP, {"jitter": "1m"}, "bob")
    shown = admin_page("/schedules")
    assert cell(shown, "nightly", "state").startswith("on made by ada ")
    assert cell(shown, SWEEP, "state").startswith("on changed by bob ")


def test_buttons_of_the_list_call_the_api(admin_page: Page, make_schedule: MakeSchedule) -> None:
    make_schedule("two words")
    buttons = row(admin_page("/schedules"), "two words").all("button")
    assert [one.attributes["data-act"] for one in buttons] == [
        "/api/schedules/two%20words/run", "/api/schedules/two%20words/pause",
    ]  # fmt: skip
    assert [one.attributes["aria-label"] for one in buttons] == ["Run two words now", "Pause two words"]


def test_a_paused_schedule_says_until_when_and_by_whom(admin_page: Page, make_schedule: MakeSchedule) -> None:
    make_schedule()
    edits.pause(catalog.catalog, "nightly", "bob", datetime(2099, 1, 1, tzinfo=UTC))
    shown = admin_page("/schedules")
    assert cell(shown, "nightly", "state") == "paused until 2099-01-01 00:00:00 UTC by bob"
    assert row(shown, "nightly").one("button", aria_label="Resume nightly")


def test_a_declared_schedule_that_is_deleted_can_be_restored(admin_page: Page, database: str) -> None:
    edits.delete(catalog.catalog, SWEEP, "bob")
    shown = admin_page("/schedules")
    assert cell(shown, SWEEP, "state").startswith("deleted by bob ")
    (button,) = row(shown, SWEEP).all("button")
    assert button.attributes["data-act"] == f"/api/schedules/{SWEEP}/restore"
    alone = admin_page(f"/schedules/{SWEEP}")
    assert not alone.all("form", id="schedule")
    assert [one.text for one in alone.all("button") if "data-act" in one.attributes] == ["Restore"]


def test_a_fault_is_said_in_red_and_leaves_no_run(
    admin_page: Page, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_schedule()
    broken = replace(book.one(catalog.catalog, "nightly"), fault="params.a: Field required")
    monkeypatch.setattr(book, "every", lambda _: {"nightly": broken})
    shown = admin_page("/schedules")
    assert "cannot fire" in cell(shown, "nightly", "state")
    assert row(shown, "nightly").one("span", class_="fault").text == "params.a: Field required"
    assert cell(shown, "nightly", "next run") == "–"
    assert "It cannot fire. params.a: Field required" in admin_page("/schedules/nightly").text


def test_the_last_slot_is_told_with_its_reason(
    admin_page: Page, make_schedule: MakeSchedule, record_slots: RecordSlots
) -> None:
    make_schedule()
    record_slots("nightly", ("fired", 0.1, ""), ("skipped", 0, "2030-01-01 is a holiday in US"))
    shown = cell(admin_page("/schedules"), "nightly", "last slot")
    assert shown.startswith("skipped ")
    assert shown.endswith("2030-01-01 is a holiday in US")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("find=NIGHT", ["nightly"]),
        ("find=demo.add", ["nightly", "other"]),
        ("which=paused", ["other"]),
        ("which=made", ["nightly", "other"]),
        ("which=changed", []),
        ("which=nonsense", sorted([*catalog.catalog.schedules(), "nightly", "other"])),
    ],
)
def test_the_list_can_be_narrowed(
    admin_page: Page, make_schedule: MakeSchedule, query: str, names: list[str]
) -> None:
    make_schedule()
    make_schedule("other")
    edits.pause(catalog.catalog, "other", "bob")
    found = admin_page(f"/schedules?{query}").one("div", id="list")
    assert [one.all("a")[0].text for one in found.all("tr") if one.all("a")] == names
    assert ("No schedules like that." in found.text) == (not names)


def test_a_long_list_has_pages(
    admin_page: Page, make_schedule: MakeSchedule, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    make_schedule("a")
    make_schedule("b")
    following = admin_page("/schedules?find=a").one("a", rel="next").attributes["href"]
    rest = admin_page(following)
    assert SWEEP not in rest.one("div", id="list").text or not rest.all("a", rel="next")
    assert "First page" in rest.text


def test_no_schedules_at_all_is_said_in_words(admin_page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "every", lambda _: {})
    assert "There are no schedules yet." in admin_page("/schedules").text


def test_what_was_set_aside_is_shown_with_its_reason(admin_page: Page, redis: Redis) -> None:
    entry = SetAside("entry-1", "shop.send", "default", HOSTILE, SLOT.timestamp(), SLOT.timestamp())
    redis.hset(keys.aside(), entry.entry_id, entry.text())
    shown = admin_page("/schedules").one("section", id="aside")
    assert shown.one("td", data_label="reason").text == HOSTILE
    back, discard = shown.all("button")
    assert back.attributes["data-act"] == "/api/set-aside/entry-1/put-back"
    assert (discard.attributes["data-method"], discard.attributes["data-yes"]) == ("DELETE", "Discard")
    assert "data-sure" in discard.attributes


def test_nothing_set_aside_takes_no_room(admin_page: Page) -> None:
    assert not admin_page("/schedules").all("section", id="aside")


@pytest.mark.parametrize("path", ["/schedules", f"/schedules/{SWEEP}"])
def test_a_missing_clock_is_said_and_a_living_one_is_not(admin_page: Page, redis: Redis, path: str) -> None:
    assert "No clock is alive" in admin_page(path).text
    clock = Clock(connection=redis, catalog=catalog.catalog)
    clock.tick()
    assert "No clock is alive" not in admin_page(path).text
    clock.leave()


@pytest.mark.parametrize("path", ["/schedules", f"/schedules/{SWEEP}", "/jobs/maintenance.sweep"])
def test_pages_are_shown_while_redis_is_away(
    admin_page: Page, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    gone_redis(monkeypatch)
    shown = admin_page(path)
    assert SWEEP in shown.one("main").text
    assert ("Redis cannot be reached." in shown.text) == path.startswith("/schedules")


@pytest.mark.parametrize("path", ["/schedules", f"/schedules/{SWEEP}", "/jobs/maintenance.sweep"])
def test_pages_show_what_the_code_declares_while_sql_is_away(
    admin_page: Page, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    gone_sql(monkeypatch)
    shown = admin_page(path)
    assert "daily at 03:17 UTC" in shown.text
    assert ("The database cannot be read." in shown.text) == path.startswith("/schedules")


def test_the_page_of_a_job_lists_its_schedules_for_admins(
    page: Page, admin_page: Page, make_schedule: MakeSchedule
) -> None:
    make_schedule("two words")
    mine = admin_page("/jobs/demo.add").one("section", id="schedules")
    assert mine.one("p", class_="due").one("a").attributes["href"] == "/schedules/two%20words"
    assert "every 3h; next in " in mine.text
    assert mine.one("p", class_="links").one("a").attributes["href"] == "/schedules/new?job=demo.add"
    assert not page("/jobs/demo.add").all("section", id="schedules")


def test_strangers_are_sent_to_sign_in(app: Flask) -> None:
    for path in ("/schedules", f"/schedules/{SWEEP}", "/schedules/new?job=demo.add"):
        answer: Any = FlaskClient(app, app.response_class).get(path, headers=HTML)
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")
