from __future__ import annotations

import pytest

from tests.jobs.league.leagues import league
from tests.web.console.league.games import GAMES, LATER, SOONER
from web.console.league.choice import Choice, read


@pytest.mark.parametrize(
    ("choice", "homes"),
    [
        (Choice(), ["Bees", "Eels", "Ants", "Crows"]),
        (Choice(division="U12"), ["Eels"]),
        (Choice(team="Bees"), ["Bees", "Ants"]),
        (Choice(venue="Lane"), ["Eels"]),
        (Choice(date=LATER), ["Crows"]),
        (Choice(team="Eels", venue="Park"), []),
    ],
)
def test_each_filter_narrows_the_games(choice: Choice, homes: list[str]) -> None:
    assert [game.home for game in GAMES if choice.takes(game)] == homes


def test_an_address_is_read_and_written() -> None:
    choice = read({"team": "Bees", "date": "2027-04-03", "view": "division"}, league())
    assert choice == Choice(team="Bees", date=SOONER, view="division")
    assert choice.query == {"team": "Bees", "date": "2027-04-03", "view": "division"}
    assert choice.filters == {"team": "Bees"}
    assert Choice().query == {}


def test_what_a_league_does_not_have_narrows_nothing() -> None:
    asked = {"team": "Nobody", "division": "U99", "venue": "Moon", "date": "31-12-1999", "view": "mosaic"}
    assert read(asked, league()) == Choice()


def test_a_day_is_shown_as_a_list() -> None:
    assert read({"date": "2027-04-03"}, league()).view == "date"
