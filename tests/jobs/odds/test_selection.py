"""Which lines are shown, in which order, and that pages have all of them, once each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.odds import selection
from jobs.odds.model import Opportunity
from jobs.odds.selection import SORTS, Choice, InvalidCursor
from tests.support import boards
from tests.support.boards import EPL, NBA

NOW = datetime(2030, 5, 9, 12, 0, tzinfo=UTC)
ALL = Choice()
MANY = [boards.opportunity(number, NOW) for number in range(60)]


def chosen(choice: Choice = ALL, **options: Any) -> list[Opportunity]:
    """The opportunities that are shown."""
    page = selection.opportunities(MANY, choice, NOW, **options)
    assert page.total >= len(page.places)
    return [MANY[place] for place in page.places]


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        (Choice(), lambda one: True),
        (Choice(sports=(NBA,)), lambda one: one.sport == NBA),
        (Choice(sports=(NBA, EPL)), lambda one: one.sport in (NBA, EPL)),
        (Choice(markets=("totals",)), lambda one: one.market == "totals"),
        (Choice(books=("fanduel", "betway")), lambda one: one.book in ("fanduel", "betway")),
        (Choice(least=5.0), lambda one: one.ev_percent >= 5.0),
        (
            Choice(commence_from=boards.start(5, NOW), commence_to=boards.start(9, NOW)),
            lambda one: boards.start(5, NOW) <= one.commence_time < boards.start(9, NOW),
        ),
        (
            Choice(sports=(NBA,), markets=("h2h",), least=3.0),
            lambda one: one.sport == NBA and one.market == "h2h" and one.ev_percent >= 3,
        ),
        (Choice(sports=("curling",)), lambda one: False),
    ],
)  # fmt: skip
def test_each_filter_narrows(choice: Choice, fits: Any) -> None:
    assert {one.id for one in chosen(choice)} == {one.id for one in MANY if fits(one)}


def test_events_that_have_begun_are_not_shown() -> None:
    page = selection.opportunities(MANY, Choice(), boards.start(3, NOW))
    assert min(MANY[place].commence_time for place in page.places) == boards.start(4, NOW)


@pytest.mark.parametrize("name", SORTS)
def test_every_sort_goes_both_ways(name: str) -> None:
    rising = [SORTS[name](one) for one in chosen(sort=name)]
    falling = [SORTS[name](one) for one in chosen(sort=f"-{name}")]
    assert rising == sorted(rising)  # type: ignore[type-var]
    assert falling == sorted(falling, reverse=True)  # type: ignore[type-var]
    assert len(rising) == len(falling) == 60


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
@pytest.mark.parametrize("limit", [1, 7, 60, 61])
def test_pages_have_every_line_once_and_in_order(sort: str, limit: int) -> None:
    seen: list[int] = []
    cursor: str | None = None
    while True:
        page = selection.opportunities(MANY, Choice(), NOW, sort=sort, limit=limit, cursor=cursor)
        assert page.total == 60
        seen += page.places
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(selection.opportunities(MANY, Choice(), NOW, sort=sort).places)


@given(st.lists(st.sampled_from([1.0, 2.0, 2.5]), max_size=20), st.integers(1, 5), st.booleans())
def test_lines_of_equal_value_are_not_lost_between_pages(evs: list[float], limit: int, falling: bool) -> None:
    listed = [boards.opportunity(number, NOW, ev=ev) for number, ev in enumerate(evs)]
    sort, cursor, seen = ("-ev" if falling else "ev"), None, []
    for _ in range(len(evs) + 1):
        page = selection.opportunities(listed, Choice(), NOW, sort=sort, limit=limit, cursor=cursor)
        seen += page.places
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == list(range(len(evs)))


def test_a_page_follows_the_one_before_though_a_refresh_came_between() -> None:
    first = selection.opportunities(MANY, Choice(), NOW, limit=10)
    fresh = boards.opportunity(999, NOW, ev=99.0)
    longer = [fresh, *MANY]
    second = selection.opportunities(longer, Choice(), NOW, limit=10, cursor=first.next_cursor)
    assert [longer[place].id for place in second.places] == [one.id for one in chosen(limit=20)[10:]]


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "e30", "W10", "bnVsbA", "WzEsMiwzXQ", "ÿ", "W" * 400])
def test_a_cursor_that_no_page_gave_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor, match="next_cursor of the page before"):
        selection.opportunities(MANY, Choice(), NOW, limit=10, cursor=cursor)


def test_a_cursor_of_another_sort_is_refused() -> None:
    cursor = selection.opportunities(MANY, Choice(), NOW, sort="book", limit=10).next_cursor
    for sort in ("ev", "-book", "sport"):
        with pytest.raises(InvalidCursor):
            selection.opportunities(MANY, Choice(), NOW, sort=sort, cursor=cursor)


def test_pairs_are_narrowed_by_their_legs_and_paged() -> None:
    arbitrages = [boards.arbitrage(number, NOW) for number in range(20)]
    middles = [boards.middle(number, NOW) for number in range(20)]
    assert selection.arbitrages(arbitrages, Choice(books=("fanduel",)), NOW, limit=50).total == 20
    assert selection.arbitrages(arbitrages, Choice(books=("betway",)), NOW, limit=50).total == 0
    assert selection.arbitrages(arbitrages, Choice(least=2.0), NOW, limit=50).total == 8
    assert selection.middles(middles, Choice(sports=(NBA,)), NOW, limit=50).total == 7
    first = selection.arbitrages(arbitrages, Choice(), NOW, limit=12)
    rest = selection.arbitrages(arbitrages, Choice(), NOW, limit=12, cursor=first.next_cursor)
    profits = [arbitrages[place].profit_percent for place in (*first.places, *rest.places)]
    assert profits == sorted((one.profit_percent for one in arbitrages), reverse=True)
    least = [
        middles[place].break_even_probability
        for place in selection.middles(middles, Choice(), NOW, limit=50).places
    ]
    assert least == sorted(least)
    later = NOW + timedelta(days=30)
    assert selection.middles(middles, Choice(), later, limit=50).total == 0
