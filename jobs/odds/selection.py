"""Which opportunities, arbitrages and middles to show, in which order, and which page of them. Pure.

Pages are told apart by where they begin: a cursor holds what the last line is sorted by, and its id. So a
page follows the one before, whatever a refresh has put between them meanwhile.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jobs.odds.model import Arbitrage, Middle, Opportunity
from longshore.errors import LongshoreError

Value = float | str
SORTS: dict[str, Callable[[Opportunity], Value]] = {
    "ev": lambda one: one.ev_percent,
    "commence": lambda one: one.commence_time.timestamp(),
    "price": lambda one: one.price,
    "fair_price": lambda one: one.fair_price,
    "edge": lambda one: one.edge_percent,
    "kelly": lambda one: one.kelly_percent,
    "book": lambda one: one.book,
    "sport": lambda one: one.sport,
    "market": lambda one: one.market,
}
"""What opportunities are sorted by. With "-" before it, the largest come first."""


class InvalidCursor(LongshoreError):
    """The cursor is not one that such a list has given."""


@dataclass(frozen=True)
class Choice:
    """Which lines to show; what is empty narrows nothing.

    Attributes:
        sports: keys of sports.
        markets: markets.
        books: keys of books; of an arbitrage or middle one leg has to be there.
        least: least EV, or least profit of an arbitrage or middle, in percent.
        commence_from: events that start then or later.
        commence_to: events that start before that.
    """

    sports: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    books: tuple[str, ...] = ()
    least: float | None = None
    commence_from: datetime | None = None
    commence_to: datetime | None = None

    def opportunity(self, one: Opportunity) -> bool:
        """Whether an opportunity is shown."""
        return (
            (not self.books or one.book in self.books)
            and (self.least is None or one.ev_percent >= self.least)
            and self._fits(one)
        )

    def pair(self, one: Arbitrage | Middle) -> bool:
        """Whether an arbitrage or a middle is shown."""
        return (
            (not self.books or any(leg.book in self.books for leg in one.legs))
            and (self.least is None or one.profit_percent >= self.least)
            and self._fits(one)
        )

    def _fits(self, one: Opportunity | Arbitrage | Middle) -> bool:
        return (
            (not self.sports or one.sport in self.sports)
            and (not self.markets or one.market in self.markets)
            and (self.commence_from is None or one.commence_time >= self.commence_from)
            and (self.commence_to is None or one.commence_time < self.commence_to)
        )


@dataclass(frozen=True)
class Page:
    """Some of many.

    Attributes:
        places: where its lines stand on the board, in order.
        total: how many there are on all pages.
        next_cursor: where the next page begins; None: there is none.
    """

    places: Sequence[int]
    total: int
    next_cursor: str | None


def opportunities(
    listed: Sequence[Opportunity],
    choice: Choice,
    now: datetime,
    *,
    sort: str = "-ev",
    limit: int | None = None,
    cursor: str | None = None,
) -> Page:
    """A page of opportunities whose events have not begun.

    Args:
        listed: all of them.
        choice: which to show.
        now: the time.
        sort: one of SORTS, with "-" before it if the largest come first.
        limit: most of them; None for all.
        cursor: `next_cursor` of the page before.

    Raises:
        InvalidCursor: it is not of such a list.
    """
    there = [place for place, one in enumerate(listed) if one.commence_time > now and choice.opportunity(one)]
    value = SORTS[sort.removeprefix("-")]
    order = _Order(sort, lambda place: value(listed[place]), lambda place: listed[place].id)
    return _page(there, order, limit, cursor)


def arbitrages(
    listed: Sequence[Arbitrage], choice: Choice, now: datetime, *, limit: int, cursor: str | None = None
) -> Page:
    """A page of arbitrages, the highest profit first. Otherwise as `opportunities`."""
    there = [place for place, one in enumerate(listed) if one.commence_time > now and choice.pair(one)]
    order = _Order("-profit", lambda place: listed[place].profit_percent, lambda place: listed[place].id)
    return _page(there, order, limit, cursor)


def middles(
    listed: Sequence[Middle], choice: Choice, now: datetime, *, limit: int, cursor: str | None = None
) -> Page:
    """A page of middles, the least break-even probability first. Otherwise as `opportunities`."""
    there = [place for place, one in enumerate(listed) if one.commence_time > now and choice.pair(one)]
    value: Callable[[int], Value] = lambda place: listed[place].break_even_probability  # noqa: E731
    return _page(there, _Order("break_even", value, lambda place: listed[place].id), limit, cursor)


@dataclass(frozen=True)
class _Order:
    """How lines are sorted: by a value, and of equal values by the id."""

    sort: str
    value: Callable[[int], Value]
    name: Callable[[int], str]

    @property
    def falling(self) -> bool:
        return self.sort.startswith("-")

    def sorted(self, places: Iterable[int]) -> list[int]:
        return sorted(sorted(places, key=self.name), key=self.value, reverse=self.falling)

    def follows(self, place: int, last: tuple[Any, str]) -> bool:
        """Whether a line comes after the one with that value and id."""
        value: Any = self.value(place)
        if value == last[0]:
            return self.name(place) > last[1]
        return bool(value < last[0]) if self.falling else bool(value > last[0])


def _page(places: Sequence[int], order: _Order, limit: int | None, cursor: str | None) -> Page:
    rest = ordered = order.sorted(places)
    if cursor is not None:
        last = _read(cursor, order.sort, order.value(ordered[0]) if ordered else None)
        rest = [one for one in ordered if order.follows(one, last)]
    shown = rest[:limit]
    more = len(rest) > len(shown)
    return Page(shown, len(ordered), _cursor(order, shown[-1]) if more else None)


def _cursor(order: _Order, place: int) -> str:
    said = json.dumps([order.sort, order.value(place), order.name(place)])
    return base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")


def _read(cursor: str, sort: str, like: Value | None) -> tuple[Value, str]:
    """The value and id in a cursor of a list that is sorted so, and whose values are like that one."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        of, value, name = json.loads(raw)
    except (ValueError, TypeError, binascii.Error, RecursionError):
        of = value = name = None
    right = isinstance(value, (float, int) if isinstance(like, float) else str) or like is None
    if of != sort or not right or not isinstance(name, str) or isinstance(value, bool):
        raise InvalidCursor(
            "The cursor is not valid; pass next_cursor of the page before, with the same sort."
        )
    return value, name
