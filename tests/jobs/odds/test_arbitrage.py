"""Bets that pay however the event ends, with stakes worked out by hand."""

from __future__ import annotations

import pytest

from jobs.odds.model import Arbitrage
from tests.jobs.odds.feed import AWAY, HOME, h2h, judged, spread, total


def _returns(one: Arbitrage) -> list[float]:
    """What a stake of 1 in all brings back by outcome."""
    return [leg.stake_share * leg.price for leg in one.legs]


def test_two_books_that_disagree_are_one() -> None:
    [one] = judged({"a": h2h(2.1, 1.8), "b": h2h(1.7, 2.1)}).arbitrages
    assert one.profit_percent == pytest.approx(5.0)  # 1 / 2.1 + 1 / 2.1 = 0.952
    assert [(leg.outcome, leg.book, leg.price, leg.stake_share) for leg in one.legs] == [
        (HOME, "a", 2.1, pytest.approx(0.5)),
        (AWAY, "b", 2.1, pytest.approx(0.5)),
    ]


def test_every_outcome_pays_the_same_and_stakes_are_one_in_all() -> None:
    [one] = judged({"a": h2h(2.0, 4.0, 3.0), "b": h2h(1.9, 4.8, 3.2), "c": h2h(1.8, 4.0, 3.6)}).arbitrages
    cost = 1 / 2.0 + 1 / 4.8 + 1 / 3.6
    assert one.profit_percent == pytest.approx(100 * (1 / cost - 1))
    assert sum(leg.stake_share for leg in one.legs) == pytest.approx(1.0)
    assert _returns(one) == pytest.approx([1 / cost] * 3)
    assert [leg.book for leg in one.legs] == ["a", "b", "c"]


def test_a_line_that_costs_as_much_as_it_pays_is_none() -> None:
    assert judged({"a": h2h(2.0, 1.8), "b": h2h(1.8, 2.0)}).arbitrages == []


def test_a_two_way_price_does_not_complete_a_three_way_market() -> None:
    books = {"a": h2h(2.6, 2.7, 3.4), "b": h2h(2.5, 2.8, 3.4), "c": h2h(1.9, 2.0), "d": h2h(1.92, 1.98)}
    assert judged(books).arbitrages == []


def test_one_books_own_prices_are_none() -> None:
    assert judged({"generous": h2h(2.1, 2.1), "b": h2h(1.9, 1.9)}).arbitrages == []


def test_points_are_not_mixed() -> None:
    assert judged({"a": total(5.5, 2.1, 1.75), "b": total(6.5, 1.7, 2.1)}).arbitrages == []
    [one] = judged({"a": total(5.5, 2.1, 1.75), "b": total(5.5, 1.7, 2.0)}).arbitrages
    assert (one.market, one.point) == ("totals", 5.5)


def test_spreads_are_named_by_the_home_teams_handicap() -> None:
    [one] = judged({"a": spread(-3.5, 2.1, 1.75), "b": spread(-3.5, 1.7, 2.0)}).arbitrages
    assert (one.point, [leg.point for leg in one.legs]) == (-3.5, [-3.5, 3.5])


def test_the_highest_profit_comes_first_with_the_age_of_its_oldest_price() -> None:
    books = {
        "a": [h2h(2.1, 1.8, seconds_ago=30), total(5.5, 2.3, 1.6, seconds_ago=20)],
        "b": [h2h(1.7, 2.0, seconds_ago=70), total(5.5, 1.7, 2.0, seconds_ago=10)],
    }
    found = judged(books).arbitrages
    assert [(one.market, one.oldest_price_seconds) for one in found] == [("totals", 20.0), ("h2h", 70.0)]


def test_the_same_arbitrage_keeps_its_id() -> None:
    before, after = (judged({"a": h2h(price, 1.8), "b": h2h(1.7, 2.1)}).arbitrages for price in (2.1, 2.2))
    assert before[0].id == after[0].id


@pytest.mark.parametrize("push", ["whole", "quarter"])
def test_stakes_that_come_back_make_no_loss(push: str) -> None:
    [one] = judged({"a": spread(-0.25, 2.1, 1.75), "b": spread(-0.25, 1.7, 2.05)}).arbitrages
    home, away = one.legs
    if push == "whole":
        left = home.stake_share + away.stake_share
    else:  # a draw: half of home's stake is lost, half of away's wins
        left = home.stake_share / 2 + away.stake_share / 2 * (1 + away.price)
    assert left >= 1.0 - 1e-12
