from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.console.odds.bets import NOW, opportunity
from web.console.odds.choice import Choice, read

BETS = [
    opportunity("Hawks", "Bulls", ev=4.0),
    opportunity("Atlético Madrid", "Elche", sport="soccer_epl", sport_title="EPL", ev=1.0),
    opportunity("Jets", "Rams", book="fanduel", is_best=False, ev=2.0),
    opportunity("Kings", "Suns", market="totals", outcome="Over", point=220.5, long_shot=True, ev=9.0),
    opportunity("Heat", "Magic", commence_time=NOW + timedelta(days=5), ev=3.0),
]


@pytest.mark.parametrize(
    ("choice", "homes"),
    [
        (Choice(), ["Hawks", "Atlético Madrid", "Jets", "Kings", "Heat"]),
        (Choice(sport="soccer_epl"), ["Atlético Madrid"]),
        (Choice(market="totals"), ["Kings"]),
        (Choice(book="fanduel"), ["Jets"]),
        (Choice(min_ev=3.0), ["Hawks", "Kings", "Heat"]),
        (Choice(team="atletico"), ["Atlético Madrid"]),
        (Choice(team="BULLS hawks"), ["Hawks"]),
        (Choice(within="24"), ["Hawks", "Atlético Madrid", "Jets", "Kings"]),
        (Choice(best=True), ["Hawks", "Atlético Madrid", "Kings", "Heat"]),
        (Choice(no_long_shots=True), ["Hawks", "Atlético Madrid", "Jets", "Heat"]),
        (Choice(sport="soccer_epl", market="totals"), []),
    ],
)
def test_each_filter_narrows_the_opportunities(choice: Choice, homes: list[str]) -> None:
    assert [one.home_team for one in BETS if choice.takes(one, NOW)] == homes


def test_an_address_is_read_and_written() -> None:
    address = {
        "sport": "basketball_nba", "market": "h2h", "book": "fanduel", "min_ev": "2.5", "team": "hawks",
        "within": "24", "best": "yes", "no_long_shots": "yes", "sort": "age", "prices": "american",
        "page": "3",
    }  # fmt: skip
    assert read(address).query == address
    assert read(read(address).query) == read(address)
    assert Choice().query == {}
    assert read({}) == Choice()


def test_what_makes_no_sense_in_an_address_narrows_nothing() -> None:
    asked = {
        "market": "outrights", "min_ev": "much", "within": "-1", "sort": "luck", "prices": "roman",
        "page": "-2", "best": "perhaps",
    }  # fmt: skip
    assert read(asked) == Choice()
    assert read({"min_ev": "nan"}) == read({"min_ev": "inf"}) == read({"min_ev": "-101"}) == Choice()
    assert read({"min_ev": "1,5"}).min_ev == 1.5
    assert read({"page": "٣"}) == read({"page": "9" * 30}) == Choice()


def test_another_choice_begins_at_its_first_page() -> None:
    assert Choice(page=4).but(sport="x").page == 1
    assert Choice(page=4).but(page=5).page == 5


def test_a_second_click_on_a_column_turns_its_order() -> None:
    assert Choice().sorting("start") == "start"
    assert Choice(sort="start").sorting("start") == "-start"
    assert Choice(sort="-ev").sorting("ev") == "ev"
    assert Choice(sort="start").sorting("ev") == "-ev"


def test_only_what_leaves_something_out_narrows() -> None:
    assert not Choice(sort="age", prices="american", page=2).narrows
    assert Choice(team="hawks").narrows
    assert Choice(min_ev=0.0).narrows
