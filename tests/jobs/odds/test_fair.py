"""Sharp books are the reference where they offer the line, and no book is ever judged by itself."""

from __future__ import annotations

import pytest

from tests.jobs.odds.feed import AWAY, HOME, Wire, everything, h2h, judged, line, opportunity, spread

SOFT: dict[str, Wire] = {f"soft{n}": h2h(1.80 + n / 100, 1.92 - n / 100) for n in range(6)}


def test_where_the_sharp_book_offers_a_line_it_is_the_reference() -> None:
    found = judged(SOFT | {"pinnacle": h2h(2.0, 2.0, seconds_ago=90)})
    one = opportunity(found, "soft0", HOME)
    assert one.fair_probability == 0.5
    assert (one.reference.kind, one.reference.books, one.reference.opinions) == ("sharp", ("pinnacle",), 1)
    assert (one.reference.oldest_price_seconds, one.oldest_price_seconds) == (90.0, 90.0)


def test_one_sharp_book_is_enough_beside_one_other() -> None:
    found = judged({"pinnacle": h2h(2.0, 2.0), "soft": h2h(1.9, 2.1)})
    assert [(one.book, one.outcome) for one in found.opportunities] == [("soft", AWAY), ("soft", HOME)]


def test_the_sharp_book_itself_is_not_judged() -> None:
    found = judged(SOFT | {"pinnacle": h2h(2.0, 2.0)})
    assert "pinnacle" not in {one.book for one in found.opportunities}
    [rung] = [rung for rung in line(found, HOME).prices if rung.book == "pinnacle"]
    assert (rung.used, rung.ev_percent) == (True, None)


def test_without_the_sharp_book_a_consensus_of_the_others_stands_in() -> None:
    one = opportunity(judged(SOFT), "soft0", HOME)
    assert one.reference.kind == "consensus"
    assert "soft0" not in one.reference.books


def test_a_line_that_the_sharp_book_does_not_offer_has_a_consensus() -> None:
    spreads = {
        book: [offer, spread(-1.5, 2.2 + n / 100, 1.6)] for n, (book, offer) in enumerate(SOFT.items())
    }
    found = judged(spreads | {"pinnacle": [h2h(2.0, 2.0), spread(-2.5, 2.0, 2.0)]})
    assert opportunity(found, "soft0", HOME).reference.kind == "sharp"
    assert opportunity(found, "soft0", HOME, -1.5).reference.kind == "consensus"


@pytest.mark.parametrize("offer", [h2h(2.0, 2.0, seconds_ago=7_200), h2h(2.0, None), h2h(5.0, 1.2)])
def test_a_sharp_book_that_takes_no_part_is_no_reference(offer: Wire) -> None:
    assert opportunity(judged(SOFT | {"pinnacle": offer}), "soft0", HOME).reference.kind == "consensus"


def test_several_sharp_books_count_by_their_weights() -> None:
    policy = everything(sharp={"pinnacle": 3.0, "exchange": 1.0})
    books = SOFT | {"pinnacle": h2h(2.0, 2.0), "exchange": h2h(2.5, 5 / 3)}
    one = opportunity(judged(books, policy), "soft0", HOME)
    assert one.fair_probability == pytest.approx((3 * 0.5 + 1 * 0.4) / 4)
    assert (one.reference.books, one.reference.opinions) == (("pinnacle", "exchange"), 2)


def test_a_sharp_book_is_judged_by_the_other_sharp_ones_alone() -> None:
    policy = everything(sharp={"pinnacle": 3.0, "exchange": 1.0})
    found = judged(SOFT | {"pinnacle": h2h(2.0, 2.0), "exchange": h2h(2.5, 5 / 3)}, policy)
    one = opportunity(found, "exchange", HOME)
    assert (one.fair_probability, one.reference.books) == (pytest.approx(0.5), ("pinnacle",))
    assert opportunity(found, "pinnacle", HOME).fair_probability == pytest.approx(0.4)


def test_a_weight_of_nothing_makes_no_reference() -> None:
    found = judged(SOFT | {"pinnacle": h2h(2.0, 2.0)}, everything(sharp={"pinnacle": 0.0}))
    assert opportunity(found, "soft0", HOME).reference.kind == "consensus"


def test_the_line_shows_the_reference_that_leaves_nobody_out() -> None:
    found = judged(SOFT | {"pinnacle": h2h(2.0, 2.0)})
    shown = line(found, AWAY)
    assert set(shown.fair_by_method.values()) == {0.5}
    assert shown.reference is not None
    assert shown.reference.books == ("pinnacle",)


def test_a_line_of_too_few_books_has_no_fair_price() -> None:
    shown = line(judged({"soft": h2h(1.9, 1.9), "other": h2h(1.8, 2.0)}), HOME)
    assert (shown.fair_by_method, shown.reference) == ({}, None)
    assert [rung.ev_percent for rung in shown.prices] == [None, None]
