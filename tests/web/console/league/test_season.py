from __future__ import annotations

import datetime as dt

import pytest

from tests.web.console.league.games import DIVISIONS, GAMES, LATER, SOONER
from web.console.league import season
from web.console.league.choice import Choice


def grouped(choice: Choice) -> list[tuple[str, list[tuple[dt.date, list[str]]]]]:
    return [
        (one.title, [(day.date, [game.home for game in day.games]) for day in one.days])
        for one in season.sections(GAMES, choice, DIVISIONS)
    ]


def test_games_stand_by_division_in_the_leagues_order_then_by_date_and_time() -> None:
    assert grouped(Choice(view="division")) == [
        ("U12", [(SOONER, ["Eels"])]),
        ("U10", [(SOONER, ["Bees", "Ants"]), (LATER, ["Crows"])]),
    ]


def test_games_can_stand_by_date() -> None:
    assert grouped(Choice(view="date")) == [
        ("Saturday 3 April 2027", [(SOONER, ["Eels", "Bees", "Ants"])]),
        ("Saturday 10 April 2027", [(LATER, ["Crows"])]),
    ]


@pytest.mark.parametrize(
    ("choice", "title", "homes"),
    [
        (Choice(division="U12", view="division"), "U12", {"Eels"}),
        (Choice(team="Bees", view="division"), "Bees", {"Ants", "Bees"}),
        (Choice(venue="Lane", view="division"), "Lane", {"Eels"}),
        (Choice(team="Bees", venue="Park", view="division"), "Bees at Park", {"Ants", "Bees"}),
    ],
)
def test_a_filter_shows_one_section(choice: Choice, title: str, homes: set[str]) -> None:
    found = grouped(choice)
    assert [one for one, _ in found] == [title]
    assert {home for _, some in found[0][1] for home in some} == homes


def test_filters_that_nothing_fits_show_nothing() -> None:
    assert grouped(Choice(team="Eels", venue="Park", view="division")) == []
