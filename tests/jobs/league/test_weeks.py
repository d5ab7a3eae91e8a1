"""Weeks of a season, and the stretches of it that should not or must not be without a game."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.league.weeks import (
    long_gaps,
    play_weeks,
    rematch_gap,
    stretch_length,
    stretches,
    week_of,
    weekend_of,
)
from tests.jobs.league.leagues import SATURDAY, SUNDAY

DAY = dt.timedelta(days=1)
FRIDAY, MONDAY = SATURDAY - DAY, SUNDAY + DAY


def test_a_week_is_from_monday_to_sunday_over_the_turn_of_the_year() -> None:
    monday = dt.date(2026, 12, 28)
    assert {week_of(monday + n * DAY) for n in range(7)} == {(2026, 53)}
    assert week_of(monday + 7 * DAY) == (2027, 1)


def test_a_weekend_is_a_saturday_and_the_sunday_after_it() -> None:
    assert [weekend_of(date) for date in (FRIDAY, SATURDAY, SUNDAY, MONDAY)] == [
        None,
        SATURDAY,
        SATURDAY,
        None,
    ]


def test_only_weeks_with_a_play_date_are_counted() -> None:
    later = SATURDAY + 14 * DAY
    assert play_weeks([SATURDAY, SUNDAY, MONDAY, later]) == [[SATURDAY, SUNDAY], [MONDAY], [later]]
    assert play_weeks([]) == []


def test_weeks_with_the_same_number_in_two_years_are_two() -> None:
    one, other = dt.date(2026, 3, 30), dt.date(2027, 4, 5)
    assert one.isocalendar().week == other.isocalendar().week
    assert play_weeks([one, other]) == [[one], [other]]


@pytest.mark.parametrize(
    ("weeks", "games", "expected"),
    [
        (4, 2, [[0, 1, 2], [1, 2, 3]]),
        (4, 4, [[0, 1], [1, 2], [2, 3]]),
        (5, 2, [[0, 1, 2, 3], [1, 2, 3, 4]]),
        (3, 9, [[0, 1], [1, 2]]),
        (4, 1, []),
    ],
)
def test_a_stretch_is_a_week_longer_than_games_are_apart_on_average(
    weeks: int, games: int, expected: list[list[int]]
) -> None:
    assert [list(each) for each in stretches(weeks, games)] == expected
    assert all(len(each) == stretch_length(weeks, games) for each in expected)


@pytest.mark.parametrize(("weeks", "meetings", "gap"), [(9, 2, 3), (8, 2, 2), (8, 3, 2), (2, 5, 1)])
def test_meetings_share_out_the_season(weeks: int, meetings: int, gap: int) -> None:
    assert rematch_gap(weeks, meetings) == gap


@settings(
    derandomize=True, deadline=None
)  # the same examples on every run, and no folder to keep failures in
@given(st.data())
def test_a_game_in_each_long_gap_is_the_same_as_no_idle_run_that_is_too_long(data: st.DataObject) -> None:
    length, most = data.draw(st.integers(1, 25)), data.draw(st.integers(1, 12))
    season = [SATURDAY + n * DAY for n in range(length)]
    dates = sorted(data.draw(st.sets(st.sampled_from(season))))
    used = data.draw(st.sets(st.sampled_from(dates))) if dates else set()
    idle = longest = 0
    for date in season:
        idle = 0 if date in used else idle + 1
        longest = max(longest, idle)
    filled = all(used & set(some) for some in long_gaps(dates, season[0], season[-1], most))
    assert filled == (longest <= most)
