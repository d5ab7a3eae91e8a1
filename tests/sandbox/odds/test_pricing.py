"""Margins and grids of prices."""

from __future__ import annotations

import numpy as np
import pytest

from sandbox.odds.pricing import next_tick, on_grid, with_margin

METHODS = ("multiplicative", "additive", "power", "shin")
FAIR = np.array([[0.5, 0.5, 0.0], [0.62, 0.23, 0.15], [0.9, 0.07, 0.03]])[1:]


@pytest.mark.parametrize("method", METHODS)
def test_the_prices_hold_the_margin_and_keep_the_order(method: str) -> None:
    margin = np.array([0.03, 0.08])
    asked = with_margin(FAIR, margin, method)
    assert asked.sum(axis=1) == pytest.approx(1 + margin, abs=1e-9)
    assert (np.diff(asked, axis=1) < 0).all()
    assert (asked > FAIR).all()


@pytest.mark.parametrize("method", METHODS)
def test_no_margin_changes_nothing(method: str) -> None:
    assert with_margin(FAIR, np.zeros(2), method) == pytest.approx(FAIR, abs=1e-6)


def test_long_shots_bear_most_where_power_or_shin_put_the_margin_on() -> None:
    margin = np.array([0.06, 0.06])
    dearer = {m: with_margin(FAIR, margin, m)[:, 2] / FAIR[:, 2] for m in METHODS}
    assert (dearer["power"] > dearer["multiplicative"]).all()
    assert (dearer["shin"] > dearer["multiplicative"]).all()


def test_each_grid_shows_only_its_own_prices_and_never_better_ones() -> None:
    price = np.linspace(1.02, 28, 2001)
    for grid in ("cents", "retail", "ticks", "american"):
        shown = on_grid(price, grid)
        assert (shown <= price + 0.005).all()
        assert (shown >= price * 0.93).all()
        assert on_grid(shown + 0.001, grid) == pytest.approx(shown, abs=0.011)


def test_american_prices_are_whole_numbers() -> None:
    shown = on_grid(np.array([1.9123, 2.4567, 1.5, 11.3]), "american")
    assert shown == pytest.approx([1.91, 2.45, 1.5, 11.25])


def test_who_lays_pays_up() -> None:
    price = np.array([1.523, 2.51, 4.44, 7.3, 15.2])
    assert on_grid(price, "ticks") == pytest.approx([1.52, 2.5, 4.4, 7.2, 15.0])
    assert on_grid(price, "ticks", up=True) == pytest.approx([1.53, 2.52, 4.5, 7.4, 15.5])
    assert next_tick(np.array([1.52, 2.5, 4.4])) == pytest.approx([1.53, 2.52, 4.5])
