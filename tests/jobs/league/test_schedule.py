from __future__ import annotations

import datetime as dt

from jobs.league.schedule import Game, Schedule
from tests.jobs.league.leagues import league


def _game(home: str, away: str, start: str = "09:00", at_home: bool = True) -> Game:
    return Game(
        division="U10",
        home=home,
        away=away,
        date=dt.date(2027, 4, 3),
        start=start,
        end="12:00",
        venue="Park",
        pitch=1,
        at_home_venue=at_home,
    )


def test_scores_are_counted_from_the_games() -> None:
    scores = Schedule.of(
        league(), [_game("Ants", "Bees"), _game("Ants", "Crows"), _game("Bees", "Ants", at_home=False)]
    ).scores
    assert scores.home_venue_share == 0.6667
    assert scores.home_away_balance_max == 1
    assert scores.home_away_balance_mean == 0.2857  # two of seven teams


def test_games_are_sorted() -> None:
    assert [
        game.start
        for game in Schedule.of(league(), [_game("Ants", "Bees", "11:00"), _game("Crows", "Deer")]).games
    ] == [
        "09:00",
        "11:00",
    ]


def test_no_games_are_a_schedule_too() -> None:
    assert Schedule.of(league(), []).scores.home_venue_share == 1


def test_dates_are_iso_in_json() -> None:
    assert _game("Ants", "Bees").model_dump(mode="json")["date"] == "2027-04-03"
