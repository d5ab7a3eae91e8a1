"""What an analysis says now of bets that were listed before: their book's price and the fair probability.

Pure. What of it is written, and when, is decided in record.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from jobs.odds.model import Analysis, BookPrice, Line, Method


class Bet(Protocol):
    """What identifies a bet at a book: a listed opportunity, or its row."""

    @property
    def market(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def point(self) -> float | None: ...
    @property
    def book(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Now:
    """A bet's worth at one moment.

    Attributes:
        price: its book's decimal odds; None if the book offers none that can be taken.
        probability: the fair probability; None if too few books offer the line, or none does.
    """

    price: float | None = None
    probability: float | None = None


Key = tuple[str, str, float | None, int]


class Current:
    """The lines of an analysis, found by event, market, outcome, point and number of ways."""

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._by_event: dict[str, dict[Key, Line]] = {}

    def ways(self, event_id: str, bet: Bet, price: float) -> int:
        """Outcomes of the market in which the book has that price; 0 if no line has it."""
        for ways in (2, 3):
            line = self._lines(event_id).get((bet.market, bet.outcome, bet.point, ways))
            if line and any(one.book == bet.book and one.price == price for one in line.prices):
                return ways
        return 0

    def look(self, event_id: str, bet: Bet, ways: int, method: Method) -> Now:
        """What a bet is worth.

        As long as its book offers it, the fair probability is the one that the book was judged by, which
        leaves out the book's own prices; after that, the line's. `method` is what the latter is taken by.
        """
        line = self._lines(event_id).get((bet.market, bet.outcome, bet.point, ways))
        if line is None:
            return Now()
        offer = next((one for one in line.prices if one.book == bet.book and one.used), None)
        price = offer.price if offer else None
        return Now(price, _judged_by(offer) or line.fair_by_method.get(method))

    def _lines(self, event_id: str) -> dict[Key, Line]:
        if event_id not in self._by_event:
            lines = self._analysis.lines.get(event_id, [])
            self._by_event[event_id] = {(one.market, one.outcome, one.point, one.ways): one for one in lines}
        return self._by_event[event_id]


def _judged_by(price: BookPrice | None) -> float | None:
    """The fair probability behind a price's EV, as EV = price x probability - 1."""
    if price is None or price.ev_percent is None:
        return None
    return (1.0 + price.ev_percent / 100.0) / price.price
