"""Like is compared with like: outcomes by name, sides by point, 2-way never with 3-way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from jobs.odds.lines import Comparable, comparable
from tests.jobs.odds.feed import AWAY, HOME, Wire, event, h2h, market, spread, total

Key = tuple[str, float | None, int]


def _sorted(books: Mapping[str, Wire | Sequence[Wire]]) -> Comparable:
    return comparable(event(books))


def _books(found: Comparable) -> dict[Key, list[str]]:
    return {
        (group.market, group.point, group.ways): [offer.source.book for offer in group.offers]
        for group in found.groups
    }


def _prices(found: Comparable) -> list[list[float | None]]:
    offers = [offer for group in found.groups for offer in group.offers]
    return [[side and side.price for side in offer.sides] for offer in offers]


def test_outcomes_are_matched_by_name_in_whatever_order_they_come() -> None:
    turned = market("h2h", [{"name": AWAY, "price": 2.1}, {"name": HOME, "price": 1.8}])
    found = _sorted({"a": h2h(1.9, 2.0), "b": turned})
    assert _prices(found) == [[1.9, 2.0, None], [1.8, 2.1, None]]
    assert found.groups[0].outcomes == ((HOME, None), (AWAY, None))


def test_two_way_and_three_way_books_are_not_mixed() -> None:
    found = _sorted(
        {"a": h2h(1.9, 2.0), "b": h2h(2.4, 2.6, 4.0), "c": h2h(1.85, 2.05), "d": h2h(2.5, 2.5, 4.1)}
    )
    assert _books(found) == {("h2h", None, 2): ["a", "c"], ("h2h", None, 3): ["b", "d"]}
    assert found.groups[1].outcomes == ((HOME, None), (AWAY, None), ("Draw", None))


def test_a_three_way_book_without_its_draw_is_not_taken_for_a_two_way_one() -> None:
    found = _sorted(
        {"a": h2h(2.4, 2.6, 4.0), "b": h2h(2.4, 2.7, 4.0), "c": h2h(2.5, 2.6), "d": h2h(None, 2.6)}
    )
    assert _books(found) == {("h2h", None, 3): ["a", "b", "c", "d"]}


def test_the_home_teams_handicap_stands_with_the_away_teams_opposite() -> None:
    found = _sorted({"a": spread(-3.5, 1.9, 1.95), "b": spread(3.5, 1.4, 3.0), "c": spread(-3.5, 1.92, 1.9)})
    assert _books(found) == {("spreads", -3.5, 2): ["a", "c"], ("spreads", 3.5, 2): ["b"]}
    assert found.groups[0].outcomes == ((HOME, -3.5), (AWAY, 3.5))


def test_level_spreads_have_one_zero() -> None:
    found = _sorted({"a": spread(0.0, 1.9, 1.95), "b": spread(-0.0, 1.8, 2.0)})
    assert _books(found) == {("spreads", 0.0, 2): ["a", "b"]}
    assert str(found.groups[0].outcomes[1][1]) == "0.0"


def test_sides_with_the_same_sign_are_two_lines_that_each_lack_one() -> None:
    outcomes = [{"name": HOME, "price": 1.9, "point": -3.5}, {"name": AWAY, "price": 1.9, "point": -3.5}]
    found = _sorted({"a": market("spreads", outcomes)})
    assert _books(found) == {("spreads", -3.5, 2): ["a"], ("spreads", 3.5, 2): ["a"]}
    assert _prices(found) == [[1.9, None, None], [None, 1.9, None]]


def test_totals_are_grouped_by_their_line() -> None:
    found = _sorted({"a": total(5.5, 1.9, 1.95), "b": total(6.0, 2.1, 1.8), "c": total(5.5, 1.92, 1.9)})
    assert _books(found) == {("totals", 5.5, 2): ["a", "c"], ("totals", 6.0, 2): ["b"]}
    assert found.groups[0].outcomes == (("Over", 5.5), ("Under", 5.5))


def test_several_lines_of_one_book_in_one_market_are_kept_apart() -> None:
    both = total(5.5, 1.9, 1.95)["outcomes"] + total(6.5, 2.4, 1.6)["outcomes"]
    assert set(_books(_sorted({"a": market("totals", both)}))) == {("totals", 5.5, 2), ("totals", 6.5, 2)}


def test_lay_prices_are_no_offers() -> None:
    lay = market("h2h_lay", h2h(1.95, 2.1)["outcomes"])
    found = _sorted({"exchange": [h2h(1.9, 2.0), lay]})
    assert _prices(found) == [[1.9, 2.0, None]]
    assert found.dropped == {"lay": 2}


def test_markets_that_are_not_priced_are_counted() -> None:
    assert _sorted({"a": market("outrights", [{"name": HOME, "price": 9.0}])}).dropped == {"unpriced": 1}


@pytest.mark.parametrize(
    "unfit",
    [
        h2h(1.9, 2.0) | {"outcomes": [{"name": "Someone", "price": 1.9}, {"name": AWAY, "price": 2.0}]},
        market("h2h", [{"name": HOME, "price": 1.9}, {"name": HOME, "price": 2.0}]),
        market("spreads", [{"name": HOME, "price": 1.9}, {"name": AWAY, "price": 2.0}]),
        market(
            "totals",
            [{"name": "Over", "price": 1.9, "point": 5.5}, {"name": "Over", "price": 2, "point": 5.5}],
        ),
        market(
            "totals",
            [{"name": HOME, "price": 1.9, "point": 5.5}, {"name": "Under", "price": 2, "point": 5.5}],
        ),
    ],
)
def test_names_and_points_that_do_not_fit_the_market_are_counted_and_left_out(unfit: Wire) -> None:
    found = _sorted({"a": unfit})
    assert (found.groups, found.dropped) == ([], {"unmatched": 2})


def test_of_two_offers_of_one_book_the_newer_counts() -> None:
    old, new = h2h(1.7, 2.2, seconds_ago=500), h2h(1.9, 2.0, seconds_ago=10)
    for both in ([old, new], [new, old]):
        found = _sorted({"a": both})
        assert _prices(found) == [[1.9, 2.0, None]]
        assert found.dropped == {"duplicate": 2}


def test_offers_are_in_the_order_of_the_books_keys() -> None:
    assert _books(_sorted({"b": h2h(1.9, 2.0), "a": h2h(1.8, 2.1)})) == {("h2h", None, 2): ["a", "b"]}
