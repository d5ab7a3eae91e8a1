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


def test_intervals_are_said_in_their_unit() -> None:
    assert words.trigger("every 300 s") == "every 5m"
    assert words.trigger("cron 0 2 * * *") == "cron 0 2 * * *"
