from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.league.games import Game
from jobs.league.spec import Season
from tests.web.console.league.games import DIVISIONS, GAMES, LATER, SOONER, game
from web.console.league import months
from web.console.league.months import MOST_IN_WORDS, MOST_TALLIES, Calendar, Date


def season(first: str = "2027-04-03", last: str = "2027-05-09", **more: Any) -> Season:
    play_days = more.pop("play_days", ["saturday", "sunday"])
    return Season.model_validate({"first_date": first, "last_date": last, "play_days": play_days, **more})


def drawn(every: list[Game], chosen: list[Game] | None = None, **more: Any) -> Calendar:
    return months.calendar(season(**more), every, every if chosen is None else chosen, DIVISIONS)


def days(found: Calendar) -> dict[dt.date, Date]:
    return {day.date: day for month in found.months for week in month.weeks for day in week if day}


def numbers(found: Calendar, month: int) -> list[list[int | None]]:
    return [[day and day.date.day for day in week] for week in found.months[month].weeks]


def test_a_league_of_weekends_has_two_columns_and_no_row_without_a_play_day() -> None:
    found = drawn(GAMES)
    assert found.weekdays == ["Saturday", "Sunday"]
    assert numbers(found, 0) == [[3, 4], [10, 11], [17, 18], [24, 25]]
    assert numbers(found, 1) == [[1, 2], [8, 9]]
    assert [month.count for month in found.months] == [4, 0]


def test_a_weekend_across_two_months_stands_half_in_each() -> None:
    found = drawn(GAMES, first="2027-07-24", last="2027-08-08")
    assert numbers(found, 1) == [[24, 25], [31, None]]
    assert numbers(found, 2) == [[None, 1], [7, 8]]


def test_a_game_on_an_unusual_day_gets_its_column() -> None:
    found = drawn([*GAMES, game("Ants", "Deer", dt.date(2027, 4, 14))])
    assert found.weekdays == ["Wednesday", "Saturday", "Sunday"]
    assert [None, 3, 4] in numbers(found, 0)
    assert [14, 17, 18] in numbers(found, 0)


def test_a_filter_changes_the_games_and_not_the_grid() -> None:
    whole, some = drawn(GAMES), drawn(GAMES, GAMES[3:])
    assert numbers(whole, 0) == numbers(some, 0)
    assert [one.home for one in days(some)[LATER].games] == ["Crows"]
    assert days(some)[SOONER].games == []


def test_a_holiday_is_marked_where_there_might_have_been_games() -> None:
    found = drawn(GAMES, holidays=["2027-04-17", "2027-04-20", "2028-04-15"])
    assert [date.day for date, day in days(found).items() if day.off] == [17]


def test_many_games_on_a_day_are_counted_by_division_in_the_leagues_order() -> None:
    assert drawn([game("Ants", "Bees")] * MOST_IN_WORDS).in_words
    found = drawn([*[game("Ants", "Bees")] * MOST_IN_WORDS, game("Eels", "Foxes", division="U12")])
    assert not found.in_words
    assert list(days(found)[SOONER].tallies.items()) == [("U12", 1), ("U10", MOST_IN_WORDS)]


def test_a_day_does_not_count_more_divisions_than_can_be_read() -> None:
    names = [f"D{number}" for number in range(MOST_TALLIES + 3)]
    games = [game("Ants", "Bees", division=name) for name in names]
    day = days(months.calendar(season(), games, games, names))[SOONER]
    assert list(day.tallies) == names[:MOST_TALLIES]
    assert day.more == 3
