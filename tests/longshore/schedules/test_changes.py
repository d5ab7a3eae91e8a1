"""What the change of a zone's clocks does to a run, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from longshore.schedules import changes
from longshore.triggers import read

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def marks(trigger: Any, since: str, count: int) -> list[tuple[str, str | None, str]]:
    """Local time, kind and note of the slots after an instant."""
    one, at = read(trigger), datetime.fromisoformat(since)
    before: datetime | None = at
    found = []
    for _ in range(count):
        slot = one.after(at)
        assert slot is not None
        mark = changes.mark(one, slot.at, before)
        found.append((f"{slot.at.astimezone(one.zone):%d %H:%M}", mark.kind, mark.note))
        before = at = slot.at
    return found


def test_a_time_that_does_not_exist_runs_after_the_gap() -> None:
    assert marks(f"30 2 * * * {BERLIN}", "2027-03-27T00:00Z", 3) == [
        ("27 02:30", None, ""),
        ("28 03:00", "gap", "02:30 does not exist on 2027-03-28; it runs at 03:00"),
        ("29 02:30", None, ""),
    ]


def test_several_times_that_do_not_exist_are_one_run() -> None:
    ((_, kind, note),) = marks(f"0,20,40,50 2 * * * {NEW_YORK}", "2027-03-14T06:00Z", 1)
    assert kind == "gap"
    assert note == "02:00 and 02:20 and 02:40 and others do not exist on 2027-03-14; it runs at 03:00"


def test_a_time_after_the_gap_that_is_meant_is_no_gap() -> None:
    ((shown, kind, note),) = marks(f"0 3 * * * {BERLIN}", "2027-03-28T00:00Z", 1)
    assert (shown, kind) == ("28 03:00", "changes")
    assert note == "the clocks go forward by 1h on 2027-03-28, to UTC+02:00"


def test_a_time_that_comes_twice_runs_once_and_the_next_day_has_another_offset() -> None:
    assert marks(f"30 2 * * * {BERLIN}", "2026-10-24T22:00Z", 3) == [
        ("25 02:30", "overlap", "02:30 comes twice on 2026-10-25; it runs the first time only"),
        ("26 02:30", "changes", "the clocks go back by 1h on 2026-10-25, to UTC+01:00"),
        ("27 02:30", None, ""),
    ]


def test_a_line_that_runs_through_has_both_times_of_an_overlap() -> None:
    said = "02:30 comes twice on 2026-10-25; this is the"
    assert marks(f"30 * * * * {BERLIN}", "2026-10-24T23:45Z", 4) == [
        ("25 02:30", "overlap", f"{said} first time"),
        ("25 02:30", "overlap", f"{said} second time"),
        ("25 03:30", None, ""),
        ("25 04:30", None, ""),
    ]


def test_a_line_that_runs_through_says_what_falls_into_a_gap() -> None:
    said = "the clocks go forward by 1h on 2027-03-28, to UTC+02:00; "
    half, quarters = (marks(f"{line} * * * * {BERLIN}", "2027-03-28T00:59Z", 1)[0] for line in ("30", "*/15"))
    assert half == (
        "28 03:30",
        "changes",
        said + "02:30 does not exist then, and nothing runs for it",
    )
    assert quarters == (
        "28 03:00",
        "changes",
        said + "02:00 and 02:15 and 02:30 and others do not exist then, and nothing runs for them",
    )


def test_a_change_of_half_an_hour_is_told_as_such() -> None:
    found = marks("15 2 * * * Australia/Lord_Howe", "2026-10-03T00:00Z", 2)
    assert found[0] == ("04 02:30", "gap", "02:15 does not exist on 2026-10-04; it runs at 02:30")


def test_two_changes_that_cancel_out_are_none() -> None:
    assert marks(f"0 12 1 7 * {BERLIN}", "2026-07-01T10:00Z", 1) == [("01 12:00", None, "")]


@pytest.mark.parametrize("trigger", ["every 1 hour", "30 2 * * *", "sunset at 52.52, 13.41"])
def test_where_no_clocks_change_there_is_no_mark(trigger: str) -> None:
    one = read(trigger)
    for day in range(0, 365, 5):
        slot = one.after(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day))
        assert slot is not None
        assert changes.mark(one, slot.at, datetime(2025, 7, 1, tzinfo=UTC)) == changes.Mark()
