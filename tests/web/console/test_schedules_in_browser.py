"""Schedules in a real browser: changed, made, paused, deleted, with a preview, and two people at once."""

from __future__ import annotations

from typing import Any

import pytest
from redis import Redis

from longshore import catalog, keys
from longshore.schedules import book, edits
from longshore.schedules.aside import SetAside
from longshore.schedules.book import Schedule
from tests.web.browser.chromium import Chromium
from tests.web.console.conftest import MakeSchedule, RecordSlots
from tests.web.console.test_console_in_browser import harmless as harmless
from tests.web.console.test_console_in_browser import text
from tests.web.console.test_tasks import HOSTILE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
SWEEP = "maintenance.sweep"


def held(name: str) -> Schedule:
    """The schedule as SQL has it now."""
    return book.one(catalog.catalog, name)


def control(name: str) -> str:
    return f'[data-name="{name}"]'


def put(browser: Chromium, name: str, value: str) -> None:
    """Type a value in the place of what a control has."""
    browser.click(control(name))
    browser.evaluate(f"document.querySelector('{control(name)}').select()")
    browser.call("Input.insertText", text=value)


def shows(selector: str, words: str) -> str:
    return f"document.querySelector('{selector}')?.textContent.includes('{words}')"


def test_a_change_is_previewed_and_saved_and_changes_nothing_else(
    signed_in: Chromium, site: str, make_schedule: MakeSchedule
) -> None:
    before = make_schedule(
        params={"a": 7}, jitter="90s", misfire={"grace": 123},
        conditions={"hours": {"from": "09:00", "to": "17:00", "days": "mon-fri"},
                    "not_after": "2099-10-25T01:30:00Z"},
    )  # fmt: skip
    signed_in.open(f"{site}/schedules/nightly")
    signed_in.wait_for("document.querySelectorAll('#runs li:not(.vetoed)').length === 10")
    assert "is outside of 09:00 to 17:00" in text(signed_in, "#runs .vetoed .why")
    put(signed_in, "trigger.every", "2h")
    signed_in.wait_for(shows("#describe", "every 2h"))
    signed_in.click("#schedule button.primary")
    signed_in.wait_for(shows("#said", "Saved."))
    assert text(signed_in, "h1") == "nightly"
    after = held("nightly").document
    assert after["trigger"] == {"kind": "interval", "every": 7200, "anchor": "1970-01-01T00:00:00Z"}
    assert {**after, "trigger": None} == {**before.document, "trigger": None}


@pytest.mark.parametrize(
    ("kind", "typed", "trigger"),
    [
        (
            "cron",
            {"trigger.expression": "30 2 * * *", "trigger.zone": "Europe/Berlin"},
            {"kind": "cron", "expression": "30 2 * * *", "zone": "Europe/Berlin"},
        ),
        (
            "phrase",
            {"trigger": "sunset at 52.52, 13.41"},
            {"kind": "solar", "event": "sunset", "latitude": 52.52, "longitude": 13.41, "offset": 0},
        ),
        (
            "solar",
            {"trigger.latitude": "52.52", "trigger.longitude": "13.41", "trigger.offset": "-30m"},
            {"kind": "solar", "event": "dawn", "latitude": 52.52, "longitude": 13.41, "offset": -1800},
        ),
    ],
)
def test_each_way_to_say_when_can_be_chosen(
    signed_in: Chromium,
    site: str,
    make_schedule: MakeSchedule,
    kind: str,
    typed: dict[str, str],
    trigger: dict[str, Any],
) -> None:
    make_schedule()
    signed_in.open(f"{site}/schedules/nightly")
    signed_in.click(f"[type=radio][value={kind}]")
    for name, value in typed.items():
        put(signed_in, name, value)
    if kind == "solar":
        signed_in.evaluate(f"document.querySelector('{control('trigger.event')}').value = '\"dawn\"'")
    signed_in.click("#schedule button.primary")
    signed_in.wait_for(shows("#said", "Saved."))
    assert held("nightly").document["trigger"] == trigger


def test_what_somebody_else_has_changed_is_not_undone_and_nothing_typed_is_lost(
    signed_in: Chromium, site: str, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    signed_in.open(f"{site}/schedules/nightly")
    edits.change(catalog.catalog, "nightly", {"jitter": "5m"}, "bob")
    put(signed_in, "note", "mine")
    signed_in.click("#schedule button.primary")
    signed_in.wait_for(shows("#trouble", "bob has changed it"))
    assert held("nightly").document["note"] == ""
    signed_in.click("#trouble button")
    signed_in.wait_for(shows("#said", "What you typed is back"))
    signed_in.click("#schedule button.primary")
    signed_in.wait_for(shows("#said", "Saved."))
    document = held("nightly").document
    assert (document["note"], document["jitter"]) == ("mine", 300)
    signed_in.forget()  # the browser notes the 412


def test_faults_stand_at_their_field_with_an_example(
    signed_in: Chromium, site: str, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    signed_in.open(f"{site}/schedules/nightly")
    signed_in.click("[type=radio][value=cron]")
    signed_in.click("#schedule button.primary")
    assert text(signed_in, '[id="fault-trigger.expression"]') == "This is required."
    put(signed_in, "trigger.expression", "0 0 31 2 *")
    put(signed_in, "trigger.zone", "Europe/Berlni")
    signed_in.click("#schedule button.primary")
    signed_in.wait_for(shows('[id="fault-trigger.expression"]', "does not exist"))
    assert "Europe/Berlin" in text(signed_in, '[id="fault-trigger.zone"]')
    assert signed_in.evaluate("document.activeElement.dataset.name") == "trigger.expression"
    assert held("nightly").version == 1
    signed_in.forget()


def test_the_list_runs_pauses_and_resumes(
    signed_in: Chromium, site: str, make_schedule: MakeSchedule, redis: Redis
) -> None:
    make_schedule("two words")
    signed_in.open(f"{site}/schedules")
    signed_in.click('[aria-label="Pause two words"]')
    signed_in.wait_for("document.querySelector('[aria-label=\"Resume two words\"]')")
    assert held("two words").paused
    signed_in.click('[aria-label="Resume two words"]')
    signed_in.wait_for("document.querySelector('[aria-label=\"Pause two words\"]')")
    assert not held("two words").paused
    signed_in.click('[aria-label="Run two words now"]')
    signed_in.wait_for("document.querySelector('#said a')")
    signed_in.click("#said a")
    signed_in.wait_for("document.querySelector('h1')?.textContent === 'demo.add'")


def test_a_pause_does_not_cost_what_is_typed(
    signed_in: Chromium, site: str, make_schedule: MakeSchedule
) -> None:
    make_schedule()
    signed_in.open(f"{site}/schedules/nightly")
    put(signed_in, "note", "mine")
    signed_in.click("#toggle-nightly")
    signed_in.wait_for(shows("#top", "Resume"))
    signed_in.click("#schedule button.primary")
    signed_in.wait_for(shows("#said", "Saved."))
    assert (held("nightly").document["note"], held("nightly").paused) == ("mine", True)


def test_saving_what_nobody_has_changed_makes_no_version(
    signed_in: Chromium, site: str, database: str
) -> None:
    signed_in.open(f"{site}/schedules/{SWEEP}")
    signed_in.click("#schedule button.primary")
    assert text(signed_in, "#trouble") == "Nothing is changed yet."
    assert (held(SWEEP).origin, held(SWEEP).version) == ("declared", 0)


def test_deleting_asks_first(signed_in: Chromium, site: str, make_schedule: MakeSchedule) -> None:
    make_schedule()
    signed_in.open(f"{site}/schedules/nightly")
    signed_in.click("#delete-nightly")
    signed_in.click("dialog [value=no]")
    signed_in.wait_for("!document.querySelector('dialog')")
    assert held("nightly")
    signed_in.click("#delete-nightly")
    signed_in.click("dialog [value=yes]")
    signed_in.wait_for("location.pathname === '/schedules'")
    assert "nightly" not in book.every(catalog.catalog)


def test_a_new_schedule_is_made_from_the_page_of_a_job(signed_in: Chromium, site: str, database: str) -> None:
    signed_in.open(f"{site}/jobs/demo.add")
    signed_in.click("#schedules .links a")
    signed_in.wait_for("document.querySelector('#schedule')")
    put(signed_in, "name", "two words")
    put(signed_in, "trigger.every", "5m")
    put(signed_in, "params.a", "41")
    signed_in.click("#schedule button.primary")
    signed_in.wait_for("location.pathname === '/schedules/two%20words'")
    signed_in.wait_for(shows("#said", "Saved."))
    assert held("two words").document["params"] == {"a": 41}


def test_an_entry_is_put_back(signed_in: Chromium, site: str, redis: Redis) -> None:
    redis.hset(keys.aside(), "entry", SetAside("entry", HOSTILE, "default", HOSTILE, 0, 0).text())
    signed_in.open(f"{site}/schedules")
    signed_in.click("#back-entry")
    signed_in.wait_for("!document.querySelector('#aside')")
    assert not redis.hlen(keys.aside())


def test_hostile_words_stay_words(signed_in: Chromium, site: str, make_schedule: MakeSchedule) -> None:
    make_schedule(note=HOSTILE)
    edits.change(catalog.catalog, SWEEP, {"note": HOSTILE}, HOSTILE)
    for name in ("nightly", SWEEP):
        signed_in.open(f"{site}/schedules/{name}")
        signed_in.wait_for(f"document.querySelector('{control('note')}').value.includes('pwned')")
        assert signed_in.evaluate("document.images.length") == 0


@pytest.mark.parametrize("path", ["/schedules", "/schedules/nightly", "/schedules/new?job=demo.add"])
def test_pages_fit_a_telephone(
    signed_in: Chromium, site: str, make_schedule: MakeSchedule, record_slots: RecordSlots, path: str
) -> None:
    make_schedule(note="a" * 200)
    record_slots("nightly", *[("skipped", 0.0, "b" * 100)] * 200)
    edits.change(catalog.catalog, SWEEP, {"note": "c" * 200}, "d" * 90)
    signed_in.call(
        "Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=True
    )
    try:
        signed_in.open(site + path)
        assert signed_in.evaluate("document.documentElement.scrollWidth") == 400
    finally:
        signed_in.call("Emulation.clearDeviceMetricsOverride")
