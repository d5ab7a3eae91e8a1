"""When a schedule really runs next, compared with looking at each slot."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from longshore.schedules import entries, upcoming
from longshore.schedules.book import Schedule
from longshore.schedules.spec import read

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)
"""A Saturday."""


def schedule(trigger: Any = "Every 5 minutes", **more: Any) -> Schedule:
    """A schedule with these members; `paused` and the like are its own, the rest stands in its JSON."""
    own = {key: more.pop(key) for key in ("paused", "paused_until", "deleted", "fault") if key in more}
    return Schedule("nightly", read({"job": "demo.add", "trigger": trigger, **more}), "made", **own)


CONDITIONS: list[dict[str, Any]] = [
    {"hours": {"from": "09:00", "to": "10:00", "zone": "UTC", "days": "wed"}},
    {"hours": {"from": "02:30", "to": "04:00", "zone": "Europe/Berlin"}},
    {"hours": {"from": "22:30", "to": "02:30", "zone": "Europe/Berlin", "days": "sat"}},
    {"hours": {"from": "01:30", "to": "02:45", "zone": "Europe/Berlin"}},
    {"market": "NYSE"},
    {"market": "HKEX", "calendar": {"of": "US"}},
    {"calendar": {"of": "DE", "zone": "Europe/Berlin"}, "hours": {"from": "01:30", "to": "02:15"}},
]
STARTS = [
    datetime(2026, 3, 28, 23, tzinfo=UTC),
    datetime(2026, 10, 24, 23, tzinfo=UTC),
    datetime(2026, 12, 24, 22, tzinfo=UTC),
    NOON,
]
"""Before the clocks go forward, before they go back, before Christmas, on a weekend."""


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("conditions", CONDITIONS, ids=str)
def test_the_next_run_is_the_first_slot_that_nothing_vetoes(conditions: Any, start: datetime) -> None:
    one = schedule(conditions=conditions)
    slots = one.recurrence
    assert slots is not None
    expected = None
    for step in range(40, -1, -1):  # from the last to the first, so that each slot is judged once
        now = start + timedelta(minutes=10 * step)
        slot = slots.after(now)
        while slot and slot.skip and slot.at <= now + timedelta(minutes=10):
            slot = slots.after(slot.at)
        if expected is None or (slot and not slot.skip):
            while slot and slot.skip:
                slot = slots.after(slot.at)
            expected = slot.at if slot else None
        assert upcoming.next_run(one, now) == expected


def test_a_minutely_schedule_is_found_after_a_long_time_without_a_slot() -> None:
    rare = schedule("Every 1 minute", conditions={"calendar": {"of": "US", "rule": "only"}})
    assert upcoming.next_run(rare, NOON) == datetime(2026, 5, 25, tzinfo=UTC)


def test_a_day_without_the_sun_is_passed_over() -> None:
    north = schedule("sunset at 78.22, 15.65")
    run = upcoming.next_run(north, NOON)
    assert run is not None
    assert run.month == 8


@pytest.mark.parametrize("own", [{"deleted": True}, {"fault": "no such job"}, {"paused": True}])
def test_what_does_not_run_has_no_next_run(own: dict[str, Any]) -> None:
    assert upcoming.next_run(schedule(**own), NOON) is None


def test_the_first_slot_at_or_after_the_end_of_a_pause_runs() -> None:
    until = NOON + timedelta(hours=1)
    assert upcoming.next_run(schedule(paused=True, paused_until=until), NOON) == until
    assert upcoming.next_run(schedule(paused=True, paused_until=NOON), NOON) == NOON + timedelta(minutes=5)


def test_what_is_over_has_no_next_run() -> None:
    assert upcoming.next_run(schedule("once at 2026-05-09T11:00:00Z"), NOON) is None


def test_an_overdue_entry_shows_when_it_was_due() -> None:
    due = NOON - timedelta(minutes=20)
    assert upcoming.next_run(schedule(), NOON, due) == due


def test_the_jitter_of_a_slot_is_part_of_its_next_run() -> None:
    one = schedule(jitter="10m")
    slot = NOON + timedelta(minutes=5)
    at = datetime.fromtimestamp(entries.due_at(one, slot), UTC)
    assert upcoming.next_run(one, NOON) == at > slot
    assert upcoming.next_run(one, NOON, at) == at
