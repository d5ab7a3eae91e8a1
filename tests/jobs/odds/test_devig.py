"""Taking the margin out: worked by hand, by properties, and beside equations that are solved another way."""

from __future__ import annotations

import numpy as np
import pytest

from jobs.odds import devig
from jobs.odds.devig import Floats
from jobs.odds.model import METHODS, Method
from tests.jobs.odds import solved_otherwise

NAN = float("nan")
every_method = pytest.mark.parametrize("method", METHODS)


def _fair(method: Method, *prices: float) -> list[float]:
    found: list[float] = devig.fair(np.array([prices]), method)[0].tolist()
    return found


def _markets(outcomes: int, margin: tuple[float, float], seed: int = 1, rows: int = 300) -> Floats:
    """Random prices: from sure favourites to long shots, each market with a margin of its own."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.ones(outcomes), rows)
    chances = np.maximum(chances, 0.002) / np.maximum(chances, 0.002).sum(axis=1, keepdims=True)
    book = 1.0 + rng.uniform(*margin, (rows, 1))
    exponent = rng.uniform(0.85, 1.0, (rows, 1))  # long shots bear more of the margin, as in life
    inverse = chances**exponent
    inverse *= book / inverse.sum(axis=1, keepdims=True)
    return 1.0 / inverse[(inverse < 0.99).all(axis=1)]


# By hand. Prices 2, 3 and 4 have the inverses 18/36, 12/36 and 9/36, which sum to 39/36.


def test_multiplicative_scales_the_inverse_prices() -> None:
    assert _fair("multiplicative", 2.0, 3.0, 4.0) == pytest.approx([18 / 39, 12 / 39, 9 / 39])


def test_additive_takes_the_same_from_each() -> None:
    assert _fair("additive", 2.0, 3.0, 4.0) == pytest.approx([17 / 36, 11 / 36, 8 / 36])


def test_power_finds_the_exponent() -> None:
    assert _fair("power", 1 / 0.8, 1 / 0.6) == pytest.approx([0.64, 0.36])  # 0.8² + 0.6² = 1
    assert _fair("power", 1.5, 1.5, 3.0) == pytest.approx([4 / 9, 4 / 9, 1 / 9])  # likewise with 2


def test_shin_of_two_outcomes_is_the_additive_method() -> None:
    assert _fair("shin", 1.25, 5.0) == pytest.approx([0.8, 0.2])
    prices = _markets(2, (-0.05, 0.2))
    assert devig.fair(prices, "shin") == pytest.approx(devig.fair(prices, "additive"), abs=1e-12)


def test_shin_undoes_what_shins_bookmaker_does() -> None:
    rng = np.random.default_rng(3)
    chances, z = rng.dirichlet(np.full(3, 2.0), 500), rng.uniform(0.0, 0.2, (500, 1))
    against = np.sqrt(
        z * chances + (1.0 - z) * chances**2
    )  # the prices that Shin derives, from z and chances
    inverse = against * against.sum(axis=1, keepdims=True)
    assert devig.fair(1.0 / inverse, "shin") == pytest.approx(chances, abs=1e-10)


def test_even_prices_are_even_chances_whatever_the_margin() -> None:
    for method in METHODS:
        assert _fair(method, 1.8, 1.8) == pytest.approx([0.5, 0.5])
        assert _fair(method, 2.7, 2.7, 2.7) == pytest.approx([1 / 3] * 3)


def test_an_additive_long_shot_with_nothing_left_has_shins_probability() -> None:
    prices = (1.15, 5.5, 101.0)
    part = (1 / 1.15 + 1 / 5.5 + 1 / 101.0 - 1) / 3
    assert 1 / 101.0 - part < 0
    assert _fair("additive", *prices) == _fair("shin", *prices)
    assert min(_fair("additive", *prices)) > 0


def test_long_shots_are_where_the_methods_part() -> None:
    by_method = {method: _fair(method, 1.2, 6.0, 15.0)[2] for method in METHODS}
    assert by_method["power"] < by_method["shin"] < by_method["multiplicative"]
    assert by_method["multiplicative"] / by_method["power"] > 1.25


# Properties.


@every_method
@pytest.mark.parametrize("outcomes", [2, 3, 5])
@pytest.mark.parametrize("margin", [(0.0, 0.15), (-0.08, 0.0), (0.3, 0.9)])
def test_probabilities_are_positive_sum_to_one_and_keep_the_order(
    method: Method, outcomes: int, margin: tuple[float, float]
) -> None:
    prices = _markets(outcomes, margin)
    assert len(prices) > 50
    fair = devig.fair(prices, method)
    assert fair.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert fair.min() > 0
    by_price = np.take_along_axis(fair, np.argsort(prices, axis=1), axis=1)
    assert (np.diff(by_price, axis=1) <= 1e-15).all()


@every_method
def test_without_a_margin_nothing_changes(method: Method) -> None:
    prices = _markets(3, (0.0, 0.0))
    assert devig.fair(prices, method) == pytest.approx(1.0 / prices, abs=1e-12)


@every_method
def test_the_order_of_outcomes_and_of_markets_changes_nothing(method: Method) -> None:
    prices = _markets(3, (-0.02, 0.15))
    outcomes, rows = np.array([2, 0, 1]), np.random.default_rng(2).permutation(len(prices))
    turned = devig.fair(prices[rows][:, outcomes], method)
    assert turned == pytest.approx(devig.fair(prices, method)[rows][:, outcomes], abs=1e-13)


@every_method
def test_a_margin_that_crosses_nothing_does_not_jump(method: Method) -> None:
    below, above = _fair(method, 2.0001, 4.0, 4.0), _fair(method, 1.9999, 4.0, 4.0)
    assert below == pytest.approx(above, abs=1e-4)


@every_method
def test_markets_of_two_and_three_outcomes_stand_side_by_side(method: Method) -> None:
    found = devig.fair(np.array([[1.9, 2.0, NAN], [2.5, 3.2, 2.9], [NAN, 2.1, 1.8]]), method)
    assert found[0, :2].tolist() == pytest.approx(_fair(method, 1.9, 2.0))
    assert found[1].tolist() == pytest.approx(_fair(method, 2.5, 3.2, 2.9))
    assert found[2, 1:].tolist() == pytest.approx(_fair(method, 2.1, 1.8))
    assert np.isnan(found).sum() == 2


@every_method
def test_what_is_no_market_has_no_probabilities(method: Method) -> None:
    rows = [
        [1.9, NAN, NAN],
        [NAN] * 3,
        [1.0, 2.0, 3.0],
        [-2.0, 2.0, NAN],
        [np.inf, 2.0, 2.0],
        [0.0, 2.0, NAN],
    ]
    assert np.isnan(devig.fair(np.array(rows), method)).all()
    assert devig.fair(np.empty((0, 3)), method).shape == (0, 3)


def test_all_methods_come_in_their_order() -> None:
    assert tuple(devig.by_every_method(np.array([[1.9, 1.9]]))) == METHODS


def test_the_margin_is_what_inverse_prices_exceed_one_by() -> None:
    margins = devig.margin(np.array([[2.0, 2.0, NAN], [2.0, 3.0, 4.0], [2.1, 2.1, NAN]]))
    assert margins.tolist() == pytest.approx([0.0, 3 / 36, 2 / 2.1 - 1])


# Beside equations that are solved another way.


@every_method
@pytest.mark.parametrize("outcomes", [2, 3])
@pytest.mark.parametrize("margin", [(0.0, 0.15), (-0.08, 0.0), (0.3, 0.6)])
def test_bisection_in_decimals_finds_the_same(
    method: Method, outcomes: int, margin: tuple[float, float]
) -> None:
    prices = _markets(outcomes, margin, seed=7, rows=12)
    otherwise = [solved_otherwise.fair(tuple(row), method) for row in prices.tolist()]
    assert np.abs(devig.fair(prices, method) - otherwise).max() < 1e-9


@every_method
@pytest.mark.parametrize(
    "prices",
    [
        (1.02, 26.0),
        (1.011, 81.0),
        (1.02, 19.0, 501.0),
        (1.2, 1.2),
        (1.001, 1.001, 1.001),
        (900.0, 1.0005, 900.0),
        (30.0, 30.0, 30.0),
    ],
)
def test_extreme_prices_are_solved_as_well(method: Method, prices: tuple[float, ...]) -> None:
    assert _fair(method, *prices) == pytest.approx(solved_otherwise.fair(prices, method), abs=1e-9)
