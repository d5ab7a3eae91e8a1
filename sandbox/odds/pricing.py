"""How a book turns chances into the prices that it shows: its margin, the way it is put on, its grid.

The ways are those that de-vigging undoes. The grids are those of American odds, of exchanges, of books that
once showed fractions, and plain cents; prices are rounded in the book's favour.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CHEAPEST, DEAREST = 1.01, 1000.0
HALVINGS = 40

_STEPS: dict[str, tuple[tuple[float, float], ...]] = {
    "cents": ((10, 0.01), (30, 0.1), (DEAREST, 1.0)),
    "retail": ((2.5, 0.01), (5, 0.05), (10, 0.1), (20, 0.5), (DEAREST, 1.0)),
    "ticks": (
        (2, 0.01), (3, 0.02), (4, 0.05), (6, 0.1), (10, 0.2), (20, 0.5), (30, 1.0), (50, 2.0), (100, 5.0),
        (DEAREST, 10.0),
    ),
}  # fmt: skip
"""Steps of the grids: below which price, how far apart."""
_AMERICAN = ((200, 1.0), (500, 5.0), (2000, 25.0), (np.inf, 100.0))


def with_margin(chances: Floats, margin: Floats, method: str) -> Floats:
    """What a book charges for a stake of 1 that pays 1: chances that sum to 1 + its margin.

    Args:
        chances: of shape (n, outcomes); each row sums to 1.
        margin: of shape (n,), as fractions; negative for what an exchange asks from layers.
        method: multiplicative, additive, power or shin (Shin 1993: the more insiders, the dearer long shots).
    """
    chances = np.clip(chances, 1e-9, 1.0)
    return _WAYS[method](chances, margin)


def _multiplicative(chances: Floats, margin: Floats) -> Floats:
    return np.asarray(chances * (1 + margin)[:, None])


def _additive(chances: Floats, margin: Floats) -> Floats:
    return np.asarray(chances + (margin / chances.shape[1])[:, None])


def _power(chances: Floats, margin: Floats) -> Floats:
    return _solved(lambda k: np.asarray(chances ** k[:, None]), margin, 1.0, 0.3)


def _shin(chances: Floats, margin: Floats) -> Floats:
    """π = √B · √(z p + (1 − z) p²) with B = Σπ, so √B is the sum of the roots."""

    def asked(z: Floats) -> Floats:
        share = z[:, None]
        roots = np.sqrt(share * chances + (1 - share) * chances**2)
        return np.asarray(roots * roots.sum(axis=1, keepdims=True))

    return _solved(asked, margin, 0.0, 0.5)


def _solved(asked: Callable[[Floats], Floats], margin: Floats, fair: float, high: float) -> Floats:
    """Halve the range of a parameter until the prices hold the margin; at `fair` they hold none."""
    low, up = np.full(len(margin), fair), np.full(len(margin), high)
    for _ in range(HALVINGS):
        middle = (low + up) / 2
        more = asked(middle).sum(axis=1) > 1 + margin
        low, up = np.where(more, low, middle), np.where(more, middle, up)
    return asked((low + up) / 2)


_WAYS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "multiplicative": _multiplicative,
    "additive": _additive,
    "power": _power,
    "shin": _shin,
}


def on_grid(price: Floats, grid: str, *, up: bool = False) -> Floats:
    """The next price that a book can show.

    Args:
        price: decimal odds.
        grid: american, or one of those above.
        up: round up, as who asks for lay bets does; otherwise down.
    """
    price = np.clip(price, CHEAPEST, DEAREST)
    shown = _american(price) if grid == "american" else _stepped(price, _STEPS[grid], up)
    return np.asarray(np.round(np.clip(shown, CHEAPEST, DEAREST), 2))


def next_tick(price: Floats) -> Floats:
    """The next price above one on an exchange."""
    return np.asarray(np.round(price + _step(price, _STEPS["ticks"]), 2))


def _stepped(price: Floats, steps: tuple[tuple[float, float], ...], up: bool) -> Floats:
    step = _step(price, steps)
    return (np.ceil(price / step - 1e-6) if up else np.floor(price / step + 1e-6)) * step


def _american(price: Floats) -> Floats:
    """Decimal odds of the next American odds below: +150 is 2.50, −200 is 1.50."""
    dog, favourite = (price - 1) * 100, 100 / (price - 1)
    plus = np.floor(dog / _step(dog, _AMERICAN) + 1e-6) * _step(dog, _AMERICAN)
    minus = np.ceil(favourite / _step(favourite, _AMERICAN) - 1e-6) * _step(favourite, _AMERICAN)
    return np.where(price >= 2, 1 + plus / 100, 1 + 100 / np.maximum(minus, 100))


def _step(price: Floats, steps: tuple[tuple[float, float], ...]) -> Floats:
    limits = np.array([limit for limit, _ in steps])
    sizes = np.array([size for _, size in steps])
    return np.asarray(sizes[np.minimum(np.searchsorted(limits, price, side="right"), len(sizes) - 1)])
