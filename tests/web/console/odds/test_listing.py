from __future__ import annotations

from datetime import timedelta

import pytest

from jobs.odds.model import Reference
from tests.web.console.odds.bets import NOW, SHARP, opportunity
from web.console.odds.choice import SORTS, Choice
from web.console.odds.listing import PAGE, listing, options

FEW = [
    opportunity("A", ev=1.0, price=3.0, oldest_price_seconds=None, kelly_percent=0.5),
    opportunity("B", ev=5.0, price=2.0, commence_time=NOW + timedelta(hours=1), method_spread=2.0),
    opportunity(
        "C", ev=3.0, price=9.0, oldest_price_seconds=5.0, reference=Reference("consensus", ("x",), 1.0)
    ),
]


def homes(choice: Choice) -> list[str]:
    return [one.home_team for one in listing(FEW, choice, NOW).rows]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("-ev", "BCA"), ("ev", "ACB"), ("start", "BCA"), ("-price", "CAB"), ("age", "CBA"), ("-age", "ABC"),
        ("spread", "CAB"), ("stake", "ABC"), ("reference", "CBA"), ("-fair", "CAB"), ("bet", "ABC"),
    ],
)  # fmt: skip
def test_opportunities_are_sorted_by_any_column(sort: str, order: str) -> None:
    assert homes(Choice(sort=sort)) == list(order)


@pytest.mark.parametrize("name", SORTS)
def test_opportunities_of_every_kind_can_be_compared(name: str) -> None:
    mixed = [
        *FEW,
        opportunity("D", market="spreads", point=-3.5),
        opportunity("E", market="totals", outcome="Over", point=200.5),
    ]
    assert len(listing(mixed, Choice(sort=name), NOW).rows) == 5


def test_a_long_list_has_pages() -> None:
    many = [opportunity(f"T{number:03}", ev=number / 10) for number in range(PAGE * 2 + 5)]
    last = listing(many, Choice(page=3), NOW)
    assert (last.page, last.pages, last.first, last.last, last.fitting) == (3, 3, 201, 205, 205)
    assert listing(many, Choice(page=99), NOW).page == 3
    assert listing(many, Choice(), NOW).rows[0].home_team == "T204"


def test_nothing_that_fits_is_one_empty_page() -> None:
    found = listing(FEW, Choice(team="nobody"), NOW)
    assert (found.rows, found.fitting, found.total, found.first, found.last, found.pages) == (
        [],
        0,
        3,
        0,
        0,
        1,
    )


def test_sports_and_books_are_offered_with_their_counts() -> None:
    many = [
        opportunity(book="fanduel", book_title="FanDuel"),
        opportunity(book="betfair_ex_uk", book_title="Betfair"),
        opportunity(book="betfair_ex_eu", book_title="Betfair"),
        opportunity(book="betfair_ex_eu", book_title="Betfair", reference=SHARP),
    ]
    assert options(many).books == [
        ("betfair_ex_eu", "Betfair (ex eu)", 2),
        ("betfair_ex_uk", "Betfair (ex uk)", 1),
        ("fanduel", "FanDuel", 1),
    ]
    assert options(many).sports == [("basketball_nba", "NBA", 4)]
