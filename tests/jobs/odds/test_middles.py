"""Bets at two points that both win in between: which pairs are any, and what they cost."""

from __future__ import annotations

import pytest

from jobs.odds import middles
from tests.jobs.odds.feed import AWAY, HOME, Wire, h2h, judged, spread, total


def test_over_the_lower_and_under_the_higher_line() -> None:
    [one] = judged({"a": total(5.5, 1.95, 1.85), "b": total(6.5, 1.8, 1.95)}).middles
    assert [(leg.outcome, leg.point, leg.book, leg.price) for leg in one.legs] == [
        ("Over", 5.5, "a", 1.95),
        ("Under", 6.5, "b", 1.95),
    ]
    assert [leg.stake_share for leg in one.legs] == [0.5, 0.5]
    assert one.gap == 1.0
    assert one.profit_percent == pytest.approx(95.0)  # both win
    assert one.cost_percent == pytest.approx(2.5)  # one wins: 0.5 x 1.95 comes back
    assert one.break_even_probability == pytest.approx(2.5 / 97.5)


def test_at_the_break_even_probability_nothing_is_won_or_lost() -> None:
    [one] = judged({"a": total(5.5, 2.02, 1.8), "b": total(6.5, 1.7, 1.88)}).middles
    both = one.break_even_probability
    assert both * one.profit_percent - (1 - both) * one.cost_percent == pytest.approx(0.0)


def test_both_teams_with_points_to_spare() -> None:
    [one] = judged({"a": spread(-2.5, 1.95, 1.85), "b": spread(-4.5, 2.2, 1.95)}).middles
    assert [(leg.outcome, leg.point) for leg in one.legs] == [(HOME, -2.5), (AWAY, 4.5)]
    assert one.gap == 2.0


def test_a_pair_that_cannot_lose_has_nothing_to_break_even() -> None:
    [one] = judged({"a": total(5.5, 2.1, 1.7), "b": total(6.5, 1.7, 2.1)}).middles
    assert one.break_even_probability == 0.0
    assert one.cost_percent < 0


@pytest.mark.parametrize(
    ("low", "high", "number"),
    [
        (5.5, 6.5, 1),
        (5.0, 6.0, 0),  # nothing between
        (5.5, 6.0, 0),  # 6 gives a stake back
        (5.0, 7.0, 1),
        (5.25, 6.5, 1),
        (5.75, 6.5, 0),  # 6 wins half of over 5.75
        (5.5, 6.25, 0),  # 6 wins half of under 6.25
        (5.5, 6.75, 1),
        (5.25, 6.75, 1),
    ],
)
def test_a_whole_number_has_to_win_both_bets_in_full(low: float, high: float, number: int) -> None:
    found = judged({"a": total(low, 1.95, 1.85), "b": total(high, 1.8, 1.95)})
    assert len(found.middles) == number


def test_a_middle_that_has_to_win_too_often_is_left_out() -> None:
    dear = judged({"a": total(5.5, 1.9, 1.9), "b": total(6.5, 2.1, 1.7)})
    assert middles.MOST_BREAK_EVEN < 1 / 1.9 + 1 / 1.7 - 1
    assert dear.middles == []


def test_markets_without_points_have_none() -> None:
    assert judged({"a": h2h(2.1, 1.8), "b": h2h(1.7, 2.1)}).middles == []


def test_an_event_has_a_bounded_number_and_the_likeliest_to_pay_first() -> None:
    books: dict[str, Wire] = {f"book{n}": total(40.5 + n, 1.99 - n / 100, 1.9 + n / 200) for n in range(12)}
    found = judged(books).middles
    assert len(found) == middles.MOST_OF_EVENT
    needed = [one.break_even_probability for one in found]
    assert needed == sorted(needed)


def test_the_age_is_that_of_the_older_price() -> None:
    [one] = judged(
        {"a": total(5.5, 1.95, 1.85, seconds_ago=90), "b": total(6.5, 1.8, 1.95, seconds_ago=20)}
    ).middles
    assert one.oldest_price_seconds == 90.0


def test_the_same_middle_keeps_its_id() -> None:
    before, after = (
        judged({"a": total(5.5, price, 1.8), "b": total(6.5, 1.8, 1.95)}).middles for price in (1.95, 1.98)
    )
    assert before[0].id == after[0].id
