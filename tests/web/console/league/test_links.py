from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.web.console.league.games import SOONER
from web.console.league.choice import Choice
from web.console.league.links import Links

TEAM = Choice(team="Ants & Bees/#1")
QUERY = "team=Ants+%26+Bees/%231"


@pytest.fixture(autouse=True)
def request_from_outside(app: Flask) -> Iterator[None]:
    with app.test_request_context(base_url="https://leagues.example:8443"):
        yield


def links(choice: Choice = TEAM) -> Links:
    return Links("abc", "f00d", choice)


def test_a_calendar_program_is_handed_the_feed_of_the_choice() -> None:
    path = f"//leagues.example:8443/api/schedule/feeds/f00d.ics?{QUERY}"
    assert (links().subscribe, links().feed_address) == (f"webcal:{path}", f"https:{path}")
    assert links(Choice()).subscribe == "webcal://leagues.example:8443/api/schedule/feeds/f00d.ics"


def test_files_are_of_the_choice() -> None:
    assert dict(links().files)["CSV"] == f"/api/schedule/abc.csv?{QUERY}"


def test_pages_keep_the_choice_but_for_what_changes() -> None:
    assert links().page(team="", venue="Park") == "/league/abc?venue=Park"
    assert links(Choice(division="U10")).day(SOONER) == "/league/abc?division=U10&date=2027-04-03&view=date"
    assert links(Choice(division="U10")).version("def") == "/league/def?division=U10"
