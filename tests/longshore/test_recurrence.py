"""Triggers and conditions together: which slots there are."""

from __future__ import annotations

import ast
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore import conditions, recurrence, triggers
from longshore.conditions import Conditions
from longshore.recurrence import Recurrence
from longshore.triggers import Slot, read

START = datetime(2026, 5, 9, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def recur(trigger: Any, **chosen: Any) -> Recurrence:
    return Recurrence(read(trigger), Conditions.model_validate(chosen))


def walk(one: Recurrence, since: datetime, until: datetime) -> list[Slot]:
    found: list[Slot] = []
    slot = one.after(since)
    while slot is not None and slot.at <= until:
        found.append(slot)
        slot = one.after(slot.at)
    return found


MANY = [
    recur("every 7 hours"),
    recur("0 2 * * *", calendar={"of": "US"}, when="shop.is_open"),
    recur("every 7 hours", market="NYSE", not_before="2026-05-12T13:00:00Z"),
    recur("30 9 * * * Europe/Berlin", calendar={"of": "DE", "rule": "shift"}),
    recur("30 23 * * * America/New_York", calendar={"of": "NYSE", "rule": "shift"}),
    recur(
        "every 1 day from 2026-01-01T17:00:00Z",
        calendar={"of": "CN", "rule": "shift", "zone": "Asia/Shanghai"},
    ),
    recur("sunset at 52.52, 13.41", calendar={"of": "DE", "rule": "shift"}),
    recur("sunset at 69.65, 18.96", calendar={"of": "NO", "rule": "shift"}, not_after="2026-06-20T00:00:00Z"),
    recur("0 12 1 * *", calendar={"of": "US", "rule": "shift"}),
    recur("once at 2026-05-10T09:00:00Z", calendar={"of": "US", "rule": "shift"}),
]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(MANY), st.integers(-400, 400), st.integers(0, 60), st.integers(0, 30))
def test_newest_are_the_last_that_after_gives(one: Recurrence, hours: int, days: int, limit: int) -> None:
    since = START + timedelta(hours=hours)
    until = since + timedelta(days=days)
    walked = walk(one, since, until)
    assert all(before.at < later.at for before, later in pairwise(walked))
    assert one.newest(since, until, limit) == (walked[-limit:] if limit else [])
    for early in range(0, 200, 37):  # whoever asks from earlier hears of the same slots
        assert [
            slot for slot in walk(one, since - timedelta(hours=early), until) if slot.at > since
        ] == walked


def test_a_vetoed_slot_stays_and_says_why() -> None:
    slots = walk(recur("Daily 2 AM America/New_York", calendar={"of": "US"}), START, START + 18 * DAY)
    assert len(slots) == 18
    assert [slot.skip for slot in slots if slot.skip] == ["2026-05-25 is a holiday in US: Memorial Day"]


def test_shift_runs_once_a_business_day() -> None:
    one = recur("Daily 9 AM America/New_York", calendar={"of": "US", "rule": "shift"})
    days = [
        f"{slot.at:%a %d}"
        for slot in walk(one, datetime(2026, 5, 20, tzinfo=UTC), datetime(2026, 5, 28, tzinfo=UTC))
    ]
    assert days == ["Wed 20", "Thu 21", "Fri 22", "Tue 26", "Wed 27"]


def test_shift_of_times_that_drift_keeps_the_business_days_own() -> None:
    plain, shifted = (
        recur("sunset at 52.52, 13.41"),
        recur("sunset at 52.52, 13.41", calendar={"of": "DE", "rule": "shift"}),
    )
    friday = datetime(2026, 10, 9, 12, tzinfo=UTC)
    own = {slot.at for slot in walk(plain, friday, friday + 10 * DAY)}
    slots = walk(shifted, friday, friday + 10 * DAY)
    assert [f"{slot.at:%a}" for slot in slots] == ["Fri", "Mon", "Tue", "Wed", "Thu", "Fri"]
    assert {slot.at for slot in slots} <= own


def test_a_monthly_slot_moves_past_a_weekend() -> None:
    one = recur("0 12 1 * *", calendar={"of": "US", "rule": "shift"})
    assert one.after(datetime(2026, 7, 20, tzinfo=UTC)) == Slot(datetime(2026, 8, 3, 12, tzinfo=UTC))
    assert one.after(datetime(2026, 8, 2, tzinfo=UTC)) == Slot(datetime(2026, 8, 3, 12, tzinfo=UTC))


def test_other_conditions_judge_a_moved_slot_where_it_landed() -> None:
    shift = {"of": "US", "rule": "shift"}
    one = recur("0 12 * * sat", calendar=shift, hours={"from": "09:00", "to": "17:00", "days": "mon-fri"})
    slot = one.after(START)
    assert slot == Slot(datetime(2026, 5, 11, 12, tzinfo=UTC))


def test_nothing_is_before_the_window_and_nothing_comes_after_it() -> None:
    one = recur("every 1 hour", not_before="2026-06-01T00:00:00Z", not_after="2026-06-01T02:30:00Z")
    assert [slot.at.hour for slot in walk(one, START, START + 90 * DAY)] == [0, 1, 2]
    assert one.after(datetime(2026, 6, 1, 2, tzinfo=UTC)) is None
    assert one.newest(START, START + 90 * DAY, 2) == walk(one, START, START + 90 * DAY)[1:]
    assert one.newest(START, START + DAY, 5) == []


def test_a_day_without_its_event_keeps_that_reason() -> None:
    one = recur("sunset at 69.65, 18.96", market="NYSE")
    slot = one.after(datetime(2026, 6, 21, tzinfo=UTC))
    assert slot is not None
    assert slot.skip.startswith("the sun does not set")


@pytest.mark.parametrize(
    ("trigger", "fits"),
    [
        ("every 1 day", True),
        ("every 23 hours", True),
        ("every 19 hours", False),
        ("0 2 * * *", True),
        ("0 2 * * mon", True),
        ("0 0 1 1 *", True),
        ("30 2 * * * Europe/Berlin", True),
        ("0 2,14 * * *", False),
        ("* * 1 1 *", False),
        ("0 9,10 1 1 *", False),
        ("sunset at 52.52, 13.41", True),
        ("once at 2027-01-01T09:00:00Z", True),
    ],
)
def test_shift_asks_for_one_slot_a_day_at_most(trigger: str, fits: bool) -> None:
    fault = recur(trigger, calendar={"of": "US", "rule": "shift"}).fault()
    assert (fault is None) is fits
    if fault:
        assert fault[0] == "conditions.calendar.rule"
        assert "write 'skip'" in fault[1]
    assert recur(trigger, calendar={"of": "US"}).fault() is None


def test_a_recurrence_tells_of_both_of_its_parts() -> None:
    one = recur("30 2 * * * Europe/Berlin", calendar={"of": "DE"}, when="shop.is_open")
    assert one.describe() == "cron 30 2 * * * Europe/Berlin, not on holidays in DE, when shop.is_open"
    assert one.zone.key == "Europe/Berlin"
    assert recur("every 5m") == Recurrence(read("every 5m"))
    assert recur("every 5m").describe() == "every 300 s"


def test_nothing_in_time_keeping_reads_a_clock() -> None:
    folders = [Path(str(one.__file__)).parent for one in (triggers, conditions)]
    files = [Path(recurrence.__file__), *(file for folder in folders for file in folder.glob("*.py"))]
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            assert name not in ("now", "utcnow", "today", "time_ns", "monotonic"), f"{file}:{node}"
