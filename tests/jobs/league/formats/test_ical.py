"""Calendars, read by another parser than the one that wrote them."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject

from jobs.league.formats import ical, zones
from jobs.league.games import Game
from tests.jobs.league.formats.test_sheets import game
from tests.jobs.league.leagues import league

AT = dt.datetime(2027, 1, 2, 3, 4, 5, 678_000, tzinfo=dt.UTC)
SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)  # when London's clocks change


def source(games: Sequence[Game], **changes: Any) -> ical.Source:
    return ical.Source(league(**changes), games, "f" * 32, 3, AT, "http://localhost/league/x")


def read(games: Sequence[Game], **changes: Any) -> Any:
    return vobject.readOne(ical.calendar(source(games, **changes), games).decode())


def uids(games: Sequence[Game], version: int = 1) -> dict[tuple[str, dt.date], str]:
    """Each event's UID by summary and date."""
    made = vobject.readOne(ical.calendar(replace(source(games), version=version), games).decode())
    return {(one.summary.value, one.dtstart.value.date()): one.uid.value for one in made.vevent_list}


def instant(moment: dt.datetime) -> dt.datetime:
    assert moment.tzinfo is not None
    return moment.astimezone(dt.UTC).replace(tzinfo=None)


def test_a_game_is_an_event() -> None:
    venues = [
        {"name": "Park", "slots": {"saturday": ["09:00", "10:30"]}, "pitches": 2,
         "location": {"latitude": 51.5, "longitude": -0.12}},
        {"name": "Lane", "slots": {"saturday": ["09:00", "10:30"]}},
    ]  # fmt: skip
    event = read([game()], venues=venues).vevent
    assert event.summary.value == "Ants v Bees (U10)"
    assert event.location.value == "Park, pitch 2"
    assert event.geo.value == "51.5;-0.12"
    assert (event.dtstart.value.isoformat(), event.dtend.value.isoformat()) == (
        "2027-04-03T09:00:00",
        "2027-04-03T10:00:00",
    )
    assert event.sequence.value == "3"
    assert event.dtstamp.value.isoformat() == "2027-01-02T03:04:05+00:00"
    assert event.url.value == "http://localhost/league/x"
    assert "version 3 of the schedule" in event.description.value


def test_the_calendar_has_a_name_and_says_how_often_to_come_back() -> None:
    made = read([game()])
    assert made.method.value == "PUBLISH"
    assert made.contents["x-wr-calname"][0].value == "Little League"
    (refresh,) = made.contents["refresh-interval"]
    assert (refresh.value, refresh.params) == ("PT6H", {"VALUE": ["DURATION"]})
    assert made.contents["x-published-ttl"][0].value == "PT6H"
    titled = vobject.readOne(ical.calendar(source([game()]), [game()], "Ants").decode())
    assert titled.contents["x-wr-calname"][0].value == "Ants"


def test_without_a_zone_times_float() -> None:
    made = read([game()])
    assert made.vevent.dtstart.value.tzinfo is None
    assert "vtimezone" not in made.contents


@pytest.mark.parametrize("date", [SPRING, AUTUMN])
@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_games_around_a_change_of_the_clocks_are_at_the_right_instant(
    date: dt.date, days: int, zone: str
) -> None:
    date += dt.timedelta(days=days)
    event = read([game(date=date, start="09:30", end="10:30")], timezone=zone).vevent
    right = dt.datetime(date.year, date.month, date.day, 9, 30, tzinfo=ZoneInfo(zone))
    assert instant(event.dtstart.value) == instant(right)
    assert instant(event.dtend.value) - instant(event.dtstart.value) == dt.timedelta(hours=1)


def test_hours_of_london_by_hand() -> None:
    games = [game(date=date) for date in (SPRING - dt.timedelta(days=1), SPRING, AUTUMN)]
    hours = [instant(one.dtstart.value).hour for one in read(games, timezone="Europe/London").vevent_list]
    assert hours == [9, 8, 9]


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        ("Europe/London", ["20270328T010000", "20271031T020000"]),
        ("America/New_York", ["20270314T020000", "20271107T020000"]),
        ("Asia/Kolkata", []),
    ],
)
def test_the_clocks_change_at_the_local_time_before_the_change(zone: str, changes: list[str]) -> None:
    lines = zones.timezone(zone, 2027, 2027).to_ical().decode().splitlines()
    found = [one.partition(":")[2] for one in lines if one.startswith("DTSTART")]
    assert found[1:] == changes


def test_a_game_until_midnight_ends_on_the_next_day() -> None:
    event = read([game(start="22:30", end="24:00")], timezone="Europe/London").vevent
    assert instant(event.dtend.value).isoformat() == "2027-04-03T23:00:00"
    assert event.dtend.value.date() == dt.date(2027, 4, 4)


def test_a_moved_game_keeps_its_uid_and_no_two_share_one() -> None:
    later = dt.date(2027, 5, 8)
    before = uids([game(), game(home="Bees", away="Ants"), game(date=later), game(home="Crows")])
    after = uids(
        [game(date=dt.date(2027, 4, 10), start="10:30", end="11:30", venue="Lane"), game(date=later)], 4
    )
    assert len(set(before.values())) == 4
    name = "Ants v Bees (U10)"
    assert after[name, dt.date(2027, 4, 10)] == before[name, dt.date(2027, 4, 3)]
    assert after[name, later] == before[name, later]


def test_a_part_of_the_games_has_the_same_uids_as_all_of_them() -> None:
    games = [game(), game(date=dt.date(2027, 5, 8))]
    made = vobject.readOne(ical.calendar(source(games), games[1:]).decode())
    assert [one.uid.value for one in made.vevent_list] == [
        uids(games)["Ants v Bees (U10)", dt.date(2027, 5, 8)]
    ]


@pytest.mark.parametrize(
    "name", ["Ants, the; 1st", "back\\slash", "🐝 " * 40, 'quote " and ’', "END:VEVENT", "a:b=c"]
)
def test_any_name_comes_back_as_it_was(name: str) -> None:
    made = read([game(home=name.strip(), venue=name.strip())], name=name)
    assert made.vevent.summary.value == f"{name.strip()} v Bees (U10)"
    assert made.vevent.location.value == name.strip()
    assert made.contents["x-wr-calname"][0].value == name.strip()
    assert len(made.vevent_list) == 1


def test_lines_are_folded_and_end_as_they_must() -> None:
    games = [game(home="Ž" * 100, away="🐝" * 100)]
    content = ical.calendar(source(games), games)
    lines = content.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode()  # no character is torn apart


def test_the_same_schedule_gives_the_same_bytes() -> None:
    games = [game(), game(home="Crows", pitch=1)]
    one, other = (
        ical.calendar(source(some, timezone="Europe/London"), some) for some in (games, games[::-1])
    )
    assert one == other


def test_no_games_are_an_empty_calendar() -> None:
    made = read([], timezone="Europe/London")
    assert "vevent" not in made.contents
    assert made.contents["x-wr-timezone"][0].value == "Europe/London"


def test_the_jobs_load_no_calendar_and_no_database() -> None:
    code = (
        "import sys, jobs.league, jobs.league.formats, jobs.league.changes;"
        "print(sorted({'icalendar', 'sqlalchemy'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
