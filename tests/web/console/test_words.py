from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from web.console import words

NOW = datetime(2026, 11, 22, 13, 45, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "just now"), (-0.4, "just now"), (-5, "5s ago"), (-3661, "1h 1m ago"), (90, "in 1m 30s")],
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert words.ago(NOW + timedelta(seconds=seconds), NOW) == said


def test_no_time_is_a_dash() -> None:
    assert words.ago(None, NOW) == words.moment(None) == words.duration(None) == "–"


def test_absolute_times_are_utc() -> None:
    assert words.moment(NOW) == "2026-11-22 13:45:24 UTC"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.0021, "2ms"), (1.26, "1.3s"), (13.2, "13s"), (65, "1m 5s"), (86_400, "1d")]
)
def test_durations_are_short(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("every 300 s", "every 5m"),
        ("every 300 s from 2030-01-01T00:00:00Z", "every 5m from 2030-01-01T00:00:00Z"),
        ("once at 2027-01-01T09:00:00Z", "once at 2027-01-01 09:00 UTC"),
        ("once at 2027-01-01T09:00:05Z", "once at 2027-01-01 09:00:05 UTC"),
        ("sunset -30m at 52.52, 13.41", "30m before sunset at 52.52, 13.41"),
        ("dusk +1h at 52.52, 13.41", "1h after dusk at 52.52, 13.41"),
        ("sunset at 52.52, 13.41", "sunset at 52.52, 13.41"),
        ("cron 0 2 * * *", "daily at 02:00 UTC"),
        ("cron 5 2,14 * * * Europe/Berlin", "daily at 02:05, 14:05 Europe/Berlin"),
        ("cron 0 2 * * 1", "Mon at 02:00 UTC"),
        ("cron 30 9 * * 1-5", "Mon to Fri at 09:30 UTC"),
        ("cron 0 9 * * 1,3-4,0", "Mon, Wed to Thu, Sun at 09:00 UTC"),
        ("cron 0 0 1 * *", "monthly on day 1 at 00:00 UTC"),
        ("cron 7 * * * *", "hourly at :07"),
        ("cron 7 * * * * Asia/Kolkata", "hourly at :07 Asia/Kolkata"),
        ("cron */15 * * * *", "every 15m"),
        ("cron * * * * *", "every 1m"),
    ],
)
def test_recurrences_are_said_in_words(told: str, said: str) -> None:
    assert words.trigger(told) == said


@pytest.mark.parametrize(
    "line",
    [
        "*/7 * * * *",
        "0 2 * 1 *",
        "0 2 1 * 1",
        "0 2 * * MON#1",
        "0 2 L * *",
        "0 9-17 * * *",
        "0,30 2 * * *",
        "0 2 * * */2",
    ],
)
def test_a_cron_line_without_short_words_stays_as_it_is(line: str) -> None:
    assert words.trigger(f"cron {line}") == f"cron {line}"


def test_ids_of_tasks_are_short_and_differ() -> None:
    assert words.brief("0a1b2c3d-4e5f") == "0a1b2c3d"
    assert words.brief("slot-nightly-1900000000") == "…1900000000"
