"""The de-vig equations solved another way than the engine does: market by market, by bisection, in decimals.

It shares no code with jobs/odds/devig.py: the powers and Shin's formula stand here as they are printed.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from functools import lru_cache

HALVINGS = 120
DIGITS = 45


@lru_cache(maxsize=2_000)
def fair(prices: tuple[float, ...], method: str) -> list[float]:
    """Fair probabilities of one market."""
    with localcontext() as context:
        context.prec = DIGITS
        inverse = [1 / Decimal(price) for price in prices]
        return [float(one) for one in _METHODS[method](inverse)]


def _multiplicative(inverse: list[Decimal]) -> list[Decimal]:
    return [one / sum(inverse) for one in inverse]


def _additive(inverse: list[Decimal]) -> list[Decimal]:
    part = (sum(inverse) - 1) / len(inverse)
    found = [one - part for one in inverse]
    return found if min(found) > 0 else _shin(inverse)


def _power(inverse: list[Decimal]) -> list[Decimal]:
    def at(exponent: Decimal) -> list[Decimal]:
        return [one**exponent for one in inverse]

    return at(_bisect(lambda exponent: sum(at(exponent), Decimal(-1)), Decimal(0), Decimal(2_000)))


def _shin(inverse: list[Decimal]) -> list[Decimal]:
    book = sum(inverse)

    def at(z: Decimal) -> list[Decimal]:
        return [((z * z + 4 * (1 - z) * one * one / book).sqrt() - z) / (2 * (1 - z)) for one in inverse]

    low, high = (Decimal(0), Decimal(1) - Decimal(10) ** -12) if book > 1 else (Decimal(-50), Decimal(0))
    return at(_bisect(lambda z: sum(at(z), Decimal(-1)), low, high))


def _bisect(falling: Callable[[Decimal], Decimal], low: Decimal, high: Decimal) -> Decimal:
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if falling(middle) > 0 else (low, middle)
    return (low + high) / 2


_METHODS: dict[str, Callable[[list[Decimal]], list[Decimal]]] = {
    "multiplicative": _multiplicative,
    "additive": _additive,
    "power": _power,
    "shin": _shin,
}
