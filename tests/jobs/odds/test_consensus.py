"""What the others hold for fair: beside the same worked out one by one, and what it keeps out."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import median

import pytest

from jobs.odds.model import METHODS
from tests.jobs.odds.feed import HOME, Wire, everything, h2h, judged, line, opportunity
from tests.jobs.odds.solved_otherwise import fair

NO_SHARP = everything(sharp={})
Prices = tuple[float, ...]


def _plainly(
    judged_prices: Prices | None, all_prices: Sequence[Prices], method: str, least: int
) -> list[float]:
    """Of the other opinions the half of least margin, and of these the median, made to sum to 1."""
    others = {prices for prices in all_prices if prices != judged_prices}
    by_margin = sorted(others, key=lambda prices: (abs(sum(1 / one for one in prices) - 1), prices))
    half = by_margin[: max(least, (len(by_margin) + 1) // 2)]
    columns = zip(*(fair(prices, method) for prices in half), strict=True)
    medians = [median(column) for column in columns]
    return [one / sum(medians) for one in medians]


def _random_books(count: int, ways: int, rng: random.Random) -> dict[str, Prices]:
    base = [1.95, 1.95] if ways == 2 else [2.6, 2.7, 3.5]
    return {
        f"book{number:02}": tuple(round(price * rng.uniform(0.96, 1.02), 2) for price in base)
        for number in range(count)
    }


@pytest.mark.parametrize("count", [5, 6, 7, 8, 13, 40])
@pytest.mark.parametrize("ways", [2, 3])
def test_each_price_is_judged_by_the_tightest_half_of_the_other_opinions(count: int, ways: int) -> None:
    books = _random_books(count, ways, random.Random(count))
    found = judged({book: h2h(*prices) for book, prices in books.items()}, NO_SHARP)
    assert len({one.book for one in found.opportunities}) == count
    for one in found.opportunities:
        if one.outcome == HOME:
            expected = _plainly(books[one.book], list(books.values()), one.method, 4)[0]
            assert one.fair_probability == pytest.approx(expected, abs=1e-6)


def test_a_line_shows_the_tightest_half_of_all_opinions() -> None:
    books = _random_books(9, 3, random.Random(2))
    found = judged({book: h2h(*prices) for book, prices in books.items()}, NO_SHARP)
    for method in METHODS:
        expected = _plainly(None, list(books.values()), method, 4)[0]
        assert line(found, HOME, ways=3).fair_by_method[method] == pytest.approx(expected, abs=1e-6)


def _spread_out(count: int) -> dict[str, Wire]:
    return {f"book{n}": h2h(round(1.90 + n / 100, 2), round(1.92 - n / 100, 2)) for n in range(count)}


def test_a_consensus_needs_so_many_opinions_beside_the_one_that_is_judged() -> None:
    assert judged(_spread_out(4), NO_SHARP).opportunities == []
    assert len(judged(_spread_out(5), NO_SHARP).opportunities) == 10
    assert judged(_spread_out(5), everything(sharp={}, min_consensus=5)).opportunities == []


def test_books_with_the_same_prices_are_one_opinion() -> None:
    skins = {f"skin{n}": h2h(1.95, 1.87) for n in range(20)}
    assert judged(skins, NO_SHARP).opportunities == []
    found = judged(_spread_out(4) | skins, NO_SHARP)
    reference = opportunity(found, "skin3", HOME).reference
    assert (reference.kind, reference.opinions) == ("consensus", 4)
    assert set(reference.books) == set(_spread_out(4))


def test_copies_do_not_outvote_the_others() -> None:
    some = judged(_spread_out(7), NO_SHARP)
    copied = judged(_spread_out(7) | {f"copy{n}": h2h(1.90, 1.92) for n in range(30)}, NO_SHARP)
    one, other = (opportunity(found, "book4", HOME).fair_probability for found in (some, copied))
    assert one == other


def test_a_price_alone_does_not_move_what_it_is_judged_by() -> None:
    before = opportunity(judged(_spread_out(8), NO_SHARP), "book7", HOME)
    after = opportunity(judged(_spread_out(8) | {"book7": h2h(2.4, 1.6)}, NO_SHARP), "book7", HOME)
    assert before.fair_probability == after.fair_probability
    assert after.ev_percent > before.ev_percent


def test_the_reference_names_its_books_the_least_margin_first() -> None:
    books = {f"book{n}": h2h(1.95 - n / 50, 1.96) for n in range(9)}
    reference = opportunity(judged(books, NO_SHARP), "book1", HOME).reference
    assert reference.books == ("book0", "book2", "book3", "book4")
    assert reference.opinions == 4


def test_the_age_is_of_what_went_into_the_reference() -> None:
    books = {f"book{n}": h2h(1.95 - n / 50, 1.96, seconds_ago=100.0 + n) for n in range(9)}
    one = opportunity(judged(books, NO_SHARP), "book1", HOME)
    assert one.reference.oldest_price_seconds == 104.0
    assert one.oldest_price_seconds == 104.0
    assert opportunity(judged(books, NO_SHARP), "book8", HOME).oldest_price_seconds == 108.0


def test_the_order_in_which_books_come_changes_nothing() -> None:
    books = _random_books(20, 2, random.Random(4))
    turned = dict(reversed(books.items()))
    one, other = (judged({book: h2h(*p) for book, p in some.items()}, NO_SHARP) for some in (books, turned))
    assert one == other


def test_an_underround_book_is_no_tighter_than_one_that_takes_as_much() -> None:
    books = _spread_out(9) | {"loose": h2h(2.2, 2.2)}
    assert "loose" not in opportunity(judged(books, NO_SHARP), "book1", HOME).reference.books
