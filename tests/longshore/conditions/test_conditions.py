"""What vetoes a slot: calendars, markets, hours and windows; and their JSON form."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from longshore.conditions import Calendar, Conditions, Hours
from longshore.conditions.calendars import holidays_of
from longshore.conditions.markets import MARKETS

NEW_YORK = ZoneInfo("America/New_York")
UTC_ZONE = ZoneInfo("UTC")


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("calendar", "day", "reason"),
    [
        (Calendar(of="US"), "2026-12-25", "2026-12-25 is a holiday in US: Christmas Day"),
        (Calendar(of="US"), "2026-12-26", ""),  # a Saturday, but no holiday
        (Calendar(of="us", subdivision="california"), "2026-03-31", "2026-03-31 is a holiday in US-CA"),
        (Calendar(of="US"), "2026-03-31", ""),
        (Calendar(of="nyse"), "2026-04-03", "2026-04-03 is a holiday in NYSE: Good Friday"),
        (Calendar(of="US", rule="only"), "2026-12-25", ""),
        (Calendar(of="US", rule="only"), "2026-12-26", "2026-12-26 is no holiday in US"),
        (Calendar(of="US", rule="shift"), "2026-12-25", ""),
    ],
)
def test_a_calendar_vetoes_by_its_rule(calendar: Calendar, day: str, reason: str) -> None:
    said = Conditions(calendar=calendar).verdict(local(f"{day}T12:00", "America/New_York"), NEW_YORK)
    assert said.startswith(reason) if reason else not said


def test_dates_of_a_calendar_are_local_ones() -> None:
    late = local("2026-12-25T23:00", "America/New_York")  # the 26th in UTC
    assert Calendar(of="US").verdict(late, NEW_YORK)
    assert not Calendar(of="US").verdict(late, UTC_ZONE)
    assert Calendar(of="US", zone="America/New_York").verdict(late, UTC_ZONE)


@pytest.mark.parametrize(
    ("calendar", "at", "moved"),
    [
        (Calendar(of="US", rule="shift"), "2026-05-13T09:00", "2026-05-13T09:00"),
        (Calendar(of="US", rule="shift"), "2026-05-16T09:00", "2026-05-18T09:00"),  # Saturday to Monday
        (Calendar(of="US", rule="shift"), "2026-05-23T09:00", "2026-05-26T09:00"),  # over Memorial Day
        (Calendar(of="US", rule="shift"), "2026-03-07T02:30", "2026-03-09T02:30"),  # clocks change between
        (Calendar(of="AE", rule="shift"), "2026-05-16T09:00", "2026-05-18T09:00"),
        (
            Calendar(of="SA", rule="shift"),
            "2026-05-15T09:00",
            "2026-05-17T09:00",
        ),  # its weekend is Friday, Saturday
    ],
)
def test_shift_moves_to_the_same_time_of_the_next_business_day(
    calendar: Calendar, at: str, moved: str
) -> None:
    assert calendar.shifted(local(at, "America/New_York"), NEW_YORK) == local(moved, "America/New_York")


@pytest.mark.parametrize(
    ("market", "zone", "at", "reason"),
    [
        ("NYSE", "America/New_York", "2026-05-13T09:29", "NYSE is closed at 09:29"),
        ("NYSE", "America/New_York", "2026-05-13T09:30", ""),
        ("NYSE", "America/New_York", "2026-05-13T15:59", ""),
        ("NYSE", "America/New_York", "2026-05-13T16:00", "NYSE is closed at 16:00"),
        ("NYSE", "America/New_York", "2026-05-16T12:00", "NYSE is closed on Saturdays"),
        ("NYSE", "America/New_York", "2026-12-25T12:00", "NYSE is closed on 2026-12-25 (Christmas Day)"),
        ("NASDAQ", "America/New_York", "2026-11-27T12:59", ""),
        ("NASDAQ", "America/New_York", "2026-11-27T13:00", "NASDAQ is closed from 13:00 America/New_York"),
        ("LSE", "Europe/London", "2026-12-24T12:30", "LSE is closed from 12:30"),
        ("XETR", "Europe/Berlin", "2026-05-13T17:29", ""),
        (
            "JPX",
            "Asia/Tokyo",
            "2026-05-13T12:00",
            "JPX is closed at 12:00 Asia/Tokyo (open 09:00-11:30 and 12:30-15:30)",
        ),
        ("JPX", "Asia/Tokyo", "2026-05-13T15:29", ""),
        ("HKEX", "Asia/Hong_Kong", "2026-05-13T12:30", "HKEX is closed at 12:30"),
        ("HKEX", "Asia/Hong_Kong", "2026-12-24T14:00", "HKEX is closed from 12:00"),
        ("XSAU", "Asia/Riyadh", "2026-05-15T12:00", "XSAU is closed on Fridays"),
        ("XSAU", "Asia/Riyadh", "2026-05-17T12:00", ""),
    ],
)
def test_a_market_is_open_in_its_own_hours(market: str, zone: str, at: str, reason: str) -> None:
    said = Conditions(market=market).verdict(local(at, zone), UTC_ZONE)
    assert said.startswith(reason) if reason else not said


def test_every_market_of_the_table_has_a_calendar_and_opens() -> None:
    for name, market in MARKETS.items():
        assert Calendar(of=name).of == name
        start = datetime(2026, 6, 1, tzinfo=UTC)
        hours = [
            Conditions(market=name).verdict(start + timedelta(minutes=30 * n), UTC_ZONE) for n in range(336)
        ]
        assert 40 <= hours.count("") <= 150, name
        if market.half:
            assert holidays_of(market.calendar, None, 2026, "half_day") is not None


@pytest.mark.parametrize(
    ("hours", "inside", "outside"),
    [
        ({"from": "09:30", "to": "16:00"},
         ["2026-05-16T09:30", "2026-05-13T15:59"], ["2026-05-13T16:00", "2026-05-13T09:29"]),
        ({"from": "9:30", "to": "16:00", "days": "mon-fri"}, ["2026-05-15T10:00"], ["2026-05-16T10:00"]),
        ({"from": "00:00", "to": "24:00", "days": "Sat, sun"}, ["2026-05-16T23:59"], ["2026-05-18T00:00"]),
        # over midnight the days are those on which it begins
        ({"from": "22:00", "to": "06:00", "days": "fri"},
         ["2026-05-15T22:00", "2026-05-16T05:59"], ["2026-05-15T05:00", "2026-05-16T22:00"]),
        ({"from": "22:00", "to": "06:00", "days": "sat-mon"}, ["2026-05-19T01:00"], ["2026-05-16T01:00"]),
    ],
)  # fmt: skip
def test_hours_hold_from_start_to_before_the_end(hours: Any, inside: list[str], outside: list[str]) -> None:
    for zone in ({}, {"zone": "America/New_York"}):
        condition = Conditions.model_validate({"hours": hours | zone})
        for at in inside:
            assert not condition.verdict(local(at, "America/New_York"), NEW_YORK)
        for at in outside:
            assert "is outside of" in condition.verdict(local(at, "America/New_York"), NEW_YORK)


def test_a_window_includes_both_of_its_ends() -> None:
    condition = Conditions(not_before="2026-05-01T00:00:00Z", not_after="2026-05-02T00:00:00Z")
    first, last = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC)
    second = timedelta(seconds=1)
    assert [bool(condition.verdict(at, UTC_ZONE)) for at in (first - second, first, last, last + second)] == [
        True,
        False,
        False,
        True,
    ]


def test_the_json_form_has_only_what_was_said_and_reads_back() -> None:
    form = {
        "calendar": {"of": "US", "subdivision": "CA", "rule": "shift"},
        "market": "NYSE",
        "hours": {"from": "09:30", "to": "16:00", "zone": "America/New_York", "days": "mon-fri"},
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": "2027-01-01T00:00:00Z",
        "when": "shop.is_open",
    }
    condition = Conditions.model_validate(form)
    assert json.loads(condition.model_dump_json()) == condition.model_dump(mode="json") == form
    assert Conditions().model_dump(mode="json") == {}
    assert condition.describe() == (
        "moved to business days of US-CA, while NYSE is open, 09:30 to 16:00 America/New_York, mon-fri, "
        "from 2026-01-01T00:00:00Z, until 2027-01-01T00:00:00Z, when shop.is_open"
    )
    assert Hours(start="9:30", end="16:00").model_dump(mode="json") == {"from": "09:30", "to": "16:00"}


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"calendar": {"of": "XY"}}, "calendar.of", "ISO country code"),
        ({"calendar": {"of": "NYSEE"}}, "calendar.of", "did you mean 'NYSE'"),
        ({"calendar": {"of": 5}}, "calendar.of", "ISO country code"),
        (
            {"calendar": {"of": "US", "subdivision": "Californa"}},
            "calendar.subdivision",
            "did you mean 'California'",
        ),
        ({"calendar": {"of": "US", "subdivision": "QQ"}}, "calendar.subdivision", "they are AK, AL"),
        ({"calendar": {"of": "NYSE", "subdivision": "CA"}}, "calendar.subdivision", "no subdivisions"),
        ({"calendar": {"of": "US", "rule": "never"}}, "calendar.rule", "skip"),
        ({"market": "NYS"}, "market", "'NYSE'"),
        ({"market": "moon"}, "market", "known are ASX"),
        ({"hours": {"from": "9", "to": "10:00"}}, "hours.from", "'09:30'"),
        ({"hours": {"from": "09:00", "to": "25:00"}}, "hours.to", "'09:30'"),
        ({"hours": {"from": "24:00", "to": "24:00"}}, "hours.from", "begin before 24:00"),
        ({"hours": {"from": "09:00", "to": "09:00"}}, "hours.to", "no time at all"),
        ({"hours": {"from": "09:00", "to": "10:00", "days": "mo-fr"}}, "hours.days", "'mon-fri'"),
        ({"hours": {"from": "09:00", "to": "10:00", "zone": "Mars"}}, "hours.zone", "unknown zone"),
        ({"not_before": "2026-01-02"}, "not_before", "has no zone"),
        (
            {"not_before": "2026-01-02T00:00:00Z", "not_after": "2026-01-01T00:00:00Z"},
            "not_after",
            "is before",
        ),
        ({"when": "os.system()"}, "when", "shop.is_open"),
        ({"moon": "full"}, "moon", "not permitted"),
    ],
)
def test_a_wrong_condition_names_its_field_and_what_is_right(form: Any, field: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Conditions.model_validate(form)
    fault = caught.value.errors()[0]
    assert ".".join(str(part) for part in fault["loc"]) == field
    assert words in fault["msg"]


def test_holidays_of_a_year_are_computed_once() -> None:
    assert holidays_of("DE", "BY", 2026) is holidays_of("DE", "BY", 2026)
    assert date(2026, 6, 4) in holidays_of("DE", "BY", 2026)
    assert date(2026, 6, 4) not in holidays_of("DE", "BE", 2026)
