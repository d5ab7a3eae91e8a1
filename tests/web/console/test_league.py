from __future__ import annotations

import datetime as dt

import pytest
from flask.testing import FlaskClient

from jobs.league import store
from jobs.league.schedule import Game, Schedule
from jobs.league.validate import validate
from tests.jobs.league.leagues import league
from tests.web.console.conftest import HTML, Page
from web.console import season
from web.console.season import Choice

LATER, SOONER = dt.date(2027, 4, 10), dt.date(2027, 4, 3)
HOSTILE = "<script>window.pwned=1</script>"


def game(
    home: str,
    away: str,
    date: dt.date = SOONER,
    start: str = "09:00",
    *,
    division: str = "U10",
    venue: str = "Park",
) -> Game:
    return Game(
        division=division, home=home, away=away, date=date, start=start, end=f"{int(start[:2]) + 1:02}:00",
        venue=venue, pitch=1, at_home_venue=venue == "Park",
    )  # fmt: skip


GAMES = [
    game("Crows", "Deer", LATER),
    game("Ants", "Bees", start="10:00"),
    game("Eels", "Foxes", division="U12", venue="Lane"),
    game("Bees", "Crows"),
]
DIVISIONS = ["U12", "U10"]


def grouped(choice: Choice) -> list[tuple[str, list[tuple[dt.date, list[str]]]]]:
    return [
        (one.title, [(day.date, [game.home for game in day.games]) for day in one.days])
        for one in season.sections(GAMES, choice, DIVISIONS)
    ]


def test_games_stand_by_division_in_the_leagues_order_then_by_date_and_time() -> None:
    assert grouped(Choice()) == [
        ("U12", [(SOONER, ["Eels"])]),
        ("U10", [(SOONER, ["Bees", "Ants"]), (LATER, ["Crows"])]),
    ]


def test_games_can_stand_by_date() -> None:
    assert grouped(Choice(by="date")) == [
        ("Saturday 3 April 2027", [(SOONER, ["Eels", "Bees", "Ants"])]),
        ("Saturday 10 April 2027", [(LATER, ["Crows"])]),
    ]


@pytest.mark.parametrize(
    ("choice", "title", "homes"),
    [
        (Choice(division="U12"), "U12", {"Eels"}),
        (Choice(team="Bees"), "Bees", {"Ants", "Bees"}),
        (Choice(venue="Lane"), "Lane", {"Eels"}),
        (Choice(team="Bees", venue="Park"), "Bees at Park", {"Ants", "Bees"}),
    ],
)
def test_a_filter_shows_one_section(choice: Choice, title: str, homes: set[str]) -> None:
    found = grouped(choice)
    assert [one for one, _ in found] == [title]
    assert {home for _, some in found[0][1] for home in some} == homes


def test_filters_that_nothing_fits_show_nothing() -> None:
    assert grouped(Choice(team="Eels", venue="Park")) == []


@pytest.fixture
def schedule_id(database: str) -> str:
    spec = league()
    return store.save(spec, Schedule.of(GAMES), validate(spec, GAMES), seed=7, generation_time=1.25).id


def test_the_page_shows_the_games_and_what_was_checked(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}")
    assert shown.one("h1").text == "Little League"
    assert [one.text for one in shown.all("h2")] == ["U10 3 games", "U12 1 game"]
    assert [one.text for one in shown.all("th", scope="rowgroup")].count("Saturday 3 April 2027") == 2
    assert "At the home venue 75.0 %" in shown.text
    assert "in 1.2s with seed 7" in shown.text or "in 1.3s with seed 7" in shown.text
    assert "4 of 4 games" in shown.text
    row = next(one for one in shown.all("tr") if "Eels" in one.text)
    assert row.text == "09:00 –10:00 Eels Foxes Lane not home"


def test_the_page_filters_by_its_address(page: Page, schedule_id: str) -> None:
    shown = page(f"/league/{schedule_id}?team=Bees")
    assert [one.text for one in shown.all("h2")] == ["Bees 2 games"]
    assert {one.text for one in shown.all("td", class_="chosen")} == {"Bees"}
    assert "4 of 4 games" in page(f"/league/{schedule_id}?team=Nobody&by=nonsense").text
    assert "No game fits" in page(f"/league/{schedule_id}?team=Eels&venue=Park").text


def test_names_in_a_league_stay_text(page: Page, client: FlaskClient, database: str) -> None:
    spec = league(name=HOSTILE)
    found = store.save(spec, Schedule.of(GAMES), validate(spec, GAMES), seed=1, generation_time=1).id
    assert page(f"/league/{found}").one("h1").text == HOSTILE
    assert HOSTILE not in client.get(f"/league/{found}", headers=HTML).text


def test_an_unknown_schedule_has_a_page_that_says_so(page: Page) -> None:
    assert "There is no schedule of that id" in page("/league/none", 404).one("p", class_="lead").text
