"""Cron lines: what is refused, and which instants they mean where clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from longshore.triggers import Cron, Slot
from longshore.triggers.local import settle, wall

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EDGES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),  # by half an hour
    "Africa/Casablanca": ("2026-03-22", "2026-02-15"),  # round Ramadan
    "America/Santiago": ("2026-09-06", "2026-04-05"),  # at midnight
    "Pacific/Apia": ("2011-12-30", "2011-12-31"),  # a whole day that never was
}
DAYS = [(zone, day) for zone, days in EDGES.items() for day in days]
LINES = [
    "0 2 * * *",
    "30 2 * * *",
    "15,45 0-3 * * *",
    "59 23 * * *",
    "0 0 * * *",
    "30 1,13 * * *",
    "0,30 1-3 * * *",
]
LINES += [
    "*/30 * * * *",
    "* * * * *",
    "7 * * * *",
    "0 */2 * * *",
    "*/20 2 * * *",
    "*/45 0-3 * * *",
    "30 */6 * * *",
]


def instants(line: str, zone: str, since: datetime, until: datetime) -> list[datetime]:
    """By brute force: every minute of the clock that matches, each read by the rule of its kind of line."""
    minute, hour = line.split()[:2]
    minutes, hours = spread(minute, 60), spread(hour, 24)
    place, steps = ZoneInfo(zone), range(int((until - since) / MINUTE) + 1)
    if minute[0] == "*" or hour[0] == "*":
        moments = [since + step * MINUTE for step in steps]
        shown = [(wall(at, place), at) for at in moments if since < at <= until]
        return [at for clock, at in shown if clock.minute in minutes and clock.hour in hours]
    start = since.replace(tzinfo=None, hour=0) - timedelta(days=2)
    walls = [start + step * MINUTE for step in range(len(steps) + 6 * 1440)]
    due = {settle(one, place) for one in walls if one.minute in minutes and one.hour in hours}
    return sorted(at for at in due if since < at <= until)


def spread(field: str, size: int) -> set[int]:
    found: set[int] = set()
    for term in field.split(","):
        term, _, step = term.partition("/")
        low, _, high = ("0-" + str(size - 1) if term == "*" else term).partition("-")
        found.update(range(int(low), int(high or low) + 1, int(step or 1)))
    return found


def walk(trigger: Cron, since: datetime, until: datetime) -> list[datetime]:
    found: list[datetime] = []
    slot = trigger.after(since)
    while slot is not None and slot.at <= until:
        found.append(slot.at)
        slot = trigger.after(slot.at)
    return found


@pytest.mark.parametrize(("zone", "day"), DAYS)
@pytest.mark.parametrize("line", LINES)
def test_slots_round_a_change_of_clocks_are_right_forward_and_back(line: str, zone: str, day: str) -> None:
    trigger = Cron(expression=line, zone=zone)
    since = datetime.fromisoformat(day).replace(tzinfo=UTC) - timedelta(hours=30)
    until = since + timedelta(hours=72)
    right = instants(line, zone, since, until)
    assert walk(trigger, since, until) == right
    assert [slot.at for slot in trigger.newest(since, until, 10_000)] == right
    assert trigger.newest(since, until, 3) == [Slot(at) for at in right[-3:]]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(DAYS), st.sampled_from(LINES), st.integers(0, 3 * 86_400), st.integers(0, 999_999))
def test_each_slot_is_found_from_every_moment_before_it(
    edge: Any, line: str, second: int, micro: int
) -> None:
    trigger = Cron(expression=line, zone=edge[0])
    start = datetime.fromisoformat(edge[1]).replace(tzinfo=UTC) - timedelta(days=1)
    moment = start + timedelta(seconds=second, microseconds=micro)
    slot = trigger.after(moment)
    assert slot is not None
    assert slot.at > moment
    assert trigger.newest(moment, slot.at, 5) == [slot]
    last = trigger.newest(moment - timedelta(days=4), moment, 1)[0]
    assert last.at <= moment
    assert trigger.after(last.at) == slot


@pytest.mark.parametrize(
    ("line", "zone", "since", "due"),
    [
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", ["2026-03-29T01:00", "2026-03-30T00:30"]),
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", ["2026-10-25T00:30", "2026-10-26T01:30"]),
        ("30 0 * * *", "America/Santiago", "2026-09-05T12:00Z", ["2026-09-06T04:00", "2026-09-07T03:30"]),
        ("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00Z", ["2026-04-04T14:45", "2026-04-05T15:15"]),
        (
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-10-25T00:15Z",
            ["2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30", "2026-10-25T02:00"],
        ),
    ],
)
def test_known_instants_where_clocks_change(line: str, zone: str, since: str, due: list[str]) -> None:
    found, moment = [], datetime.fromisoformat(since)
    for _ in due:
        slot = Cron(expression=line, zone=zone).after(moment)
        assert slot is not None
        found.append(f"{slot.at:%Y-%m-%dT%H:%M}")
        moment = slot.at
    assert found == due


@pytest.mark.parametrize("zone", EDGES)
def test_a_daily_line_runs_once_a_local_day_for_years(zone: str) -> None:
    slots = Cron(expression="30 2 * * *", zone=zone).newest(NOON - timedelta(days=1_200), NOON, 1_000)
    assert len(slots) == 1_000
    assert all(one.at < other.at for one, other in pairwise(slots))
    dates = [wall(slot.at, ZoneInfo(zone)).date() for slot in slots]
    assert [(later - one).days for one, later in pairwise(dates)] == [1] * 999


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("0 2 * * mon", "2026-05-11T02:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 29 2 MON", "2027-02-01T00:00"),  # either day is enough
        ("0 0 * 2 MON#5", "2044-02-29T00:00"),
        ("0 0 L * *", "2026-05-31T00:00"),
        ("@Yearly", "2027-01-01T00:00"),
        ("  0   12 * * * ", "2026-05-10T12:00"),
    ],
)
def test_the_next_slot_is_strictly_after_the_moment(line: str, due: str) -> None:
    slot = Cron(expression=line).after(NOON)
    assert slot == Slot(datetime.fromisoformat(due).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "* * *",
        "0 0 2 * * *",
        "61 * * * *",
        "every day at two x",
        "0 0 31 2 *",
        "0 0 30 2 *",
        "0 0 31 2,4 *",
        "0 0 */31 * MON#5",
        "*/0 * * * *",
        "5-1 * * * *",
        "@reboot",
        "1" * 5_000,
        "9" * 5_000 + " * * * *",
        "٣ * * * *",
    ],
)
def test_a_line_that_cannot_come_due_is_refused_with_an_example(line: str) -> None:
    with pytest.raises(ValidationError, match=r"0 2 \* \* \*|@daily") as caught:
        Cron(expression=line)
    assert [one["loc"] for one in caught.value.errors()] == [("expression",)]


def test_an_unknown_zone_is_refused_with_a_near_one() -> None:
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        Cron(expression="0 2 * * *", zone="Europe/Berln")
    for wrong in ("right/UTC", "../UTC", "", "Europe", None, 5):
        with pytest.raises(ValidationError, match="unknown zone"):
            Cron(expression="0 2 * * *", zone=wrong)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:30:00+00:00"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("line", ["0 2 * * *", "* * * * *"])
def test_the_end_of_the_calendar_is_an_end_and_no_error(line: str, zone: str, text: str) -> None:
    moment, trigger = datetime.fromisoformat(text), Cron(expression=line, zone=zone)
    slot = trigger.after(moment)
    assert slot is None or slot.at > moment
    first = datetime.min.replace(tzinfo=UTC)
    assert trigger.newest(first, first + timedelta(hours=1), 2_000) is not None
