"""The markets of many games at many books: who offers what, at which line, at which price.

A game and a book are one place in arrays of shape (games, books); what is priced is taken out of them, flat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sandbox.odds import outlook as outlooks
from sandbox.odds.fixtures import Fixture
from sandbox.odds.outlook import Expected
from sandbox.odds.pricing import next_tick, on_grid, with_margin
from sandbox.odds.results import standing
from sandbox.odds.sports import Sport
from sandbox.odds.views import Views, roster

THREE_WAY = 1.45
"""How much more a book keeps of three outcomes than of two."""
SETTLED = 0.985
"""Chance of an outcome above which a market of a game being played is taken down."""
FIXED_LINE = 1.5
TOTAL_SKEW = 0.15
"""How far the middle of a Poisson total lies below its mean."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Priced:
    """One market of some games and books.

    Attributes:
        key: as The Odds API calls it.
        where: which games and books have it, of shape (games, books).
        prices: decimal odds, a row for each place that is set in `where`, home, away, draw or over, under.
        points: the home team's handicap or the total; None for h2h.
    """

    key: str
    where: Flags
    prices: Floats
    points: Floats | None = None


def priced(sport: Sport, fixtures: Sequence[Fixture], views: Views, now: float) -> list[Priced]:
    """All markets of some games of one sport."""
    expected = _expected(fixtures, views, now)
    playing = np.broadcast_to((expected.left < 1), views.offered.shape)
    board = _Board(sport, expected, views.offered, playing)
    found = [*board.h2h(), board.spreads(), board.totals()]
    return [market for market in found if market is not None]


def _expected(fixtures: Sequence[Fixture], views: Views, now: float) -> Expected:
    """The books' views, with the state of games that are being played."""
    played = [min(max(0.0, (now - one.start) / one.sport.length), 0.99) for one in fixtures]
    scores = [standing(one, share) for one, share in zip(fixtures, played, strict=True)]
    shape = views.margin.shape

    def wide(values: list[int] | list[float]) -> NDArray[np.generic]:
        return np.broadcast_to(np.array(values)[:, None], shape)

    home, away = ([score[side] for score in scores] for side in (0, 1))
    left = wide([1 - share for share in played])
    return Expected(views.margin, views.total, left, wide(home), wide(away))  # type: ignore[arg-type]


@cache
def _letters(letter: str) -> Flags:
    return np.array([letter in book.markets for book in roster()])


@cache
def _named(attribute: str) -> NDArray[np.str_]:
    return np.array([getattr(book, attribute) for book in roster()])


@cache
def _margins() -> Floats:
    return np.array([book.margin for book in roster()])


@dataclass(frozen=True)
class _Board:
    """Works out the markets; arrays are of shape (games, books)."""

    sport: Sport
    expected: Expected
    offered: Flags
    playing: Flags

    def h2h(self) -> list[Priced | None]:
        """Back and lay prices; in ice hockey some books leave extra time out and offer the draw."""
        if self.sport.draw:
            return self._h2h(self.offered & _letters("h"), ways=3)
        level = _letters("3") if self.sport.regulation else np.zeros(len(roster()), dtype=bool)
        two, three = self.offered & _letters("h") & ~level, self.offered & _letters("h") & level
        return [*self._h2h(two, ways=2), *self._h2h(three, ways=3)]

    def _h2h(self, where: Flags, ways: int) -> list[Priced | None]:
        if not where.any():
            return []
        chances = outlooks.outlook(self.sport, self.expected.where(where))
        fair = chances.three_way() if ways == 3 else outlooks.two_way(chances, int(where.sum()))
        back = self._priced("h2h", where, fair, None, THREE_WAY if ways == 3 else 1.0)
        return [back, self._lay(back, fair, where)]

    def _lay(self, back: Priced | None, fair: Floats, where: Flags) -> Priced | None:
        """What exchanges ask of those who bet against an outcome: always more than what they pay."""
        if back is None:
            return None
        kept, exchange = back.where[where], np.broadcast_to(_letters("l"), where.shape)[back.where]
        if not exchange.any():
            return None
        margin = -np.broadcast_to(_margins(), where.shape)[back.where][exchange]
        asked = on_grid(1 / with_margin(fair[kept][exchange], margin, "multiplicative"), "ticks", up=True)
        lay = np.maximum(asked, next_tick(back.prices[exchange]))
        return Priced("h2h_lay", back.where & _letters("l"), lay)

    def spreads(self) -> Priced | None:
        """Handicaps, from the home team's side."""
        soccer = self.sport.draw
        where = self.offered & (_letters("S") if soccer else _letters("s") | _letters("S"))
        if not where.any():
            return None
        expected, lines = self.expected.where(where), _spread(where)
        chances = outlooks.outlook(self.sport, expected)
        points = _handicaps(self.sport, expected.final_margin, lines, self.playing[where]) + 0.0
        return self._priced("spreads", where, outlooks.over_under(chances.margin_over, -points), points)

    def totals(self) -> Priced | None:
        """Over and under."""
        where = self.offered & _letters("t")
        if not where.any():
            return None
        expected, lines = self.expected.where(where), _spread(where)
        chances = outlooks.outlook(self.sport, expected)
        points = _totals(self.sport, expected.final_total, lines)
        return self._priced("totals", where, outlooks.over_under(chances.total_over, points), points)

    def _priced(
        self, key: str, where: Flags, fair: Floats, points: Floats | None, factor: float = 1.0
    ) -> Priced | None:
        """Put margins on, leave out what is as good as settled."""
        open_still = fair.max(axis=1) < SETTLED
        kept = where.copy()
        kept[where] = open_still
        if not open_still.any():
            return None
        column = np.nonzero(kept)[1]
        prices = _shown(fair[open_still], column, factor)
        return Priced(key, kept, prices, None if points is None else points[open_still])


def _spread(where: Flags) -> NDArray[np.str_]:
    """Each place's habit of drawing lines."""
    return np.asarray(np.broadcast_to(_named("lines"), where.shape)[where])


def _shown(fair: Floats, column: NDArray[np.int64], factor: float) -> Floats:
    """Prices of books, by their columns."""
    margin, prices = _margins()[column] * factor, np.empty_like(fair)
    for method in np.unique(_named("method")):
        at = _named("method")[column] == method
        if at.any():
            prices[at] = 1 / with_margin(fair[at], margin[at], str(method))
    for grid in np.unique(_named("grid")):
        at = _named("grid")[column] == grid
        prices[at] = on_grid(prices[at], str(grid))
    return prices


def _handicaps(sport: Sport, margin: Floats, lines: NDArray[np.str_], playing: Flags) -> Floats:
    """The home team's points: where both sides are about even, or 1.5 for the weaker side."""
    even = -margin
    half = np.floor(even) + 0.5
    if sport.line == "quarter":
        return np.select(
            [lines == "quarter", lines == "any"], [np.round(even * 4) / 4, np.round(even * 2) / 2], half
        )
    if sport.line == "fixed":
        size = np.select([lines == "any", lines == "odd"], [1.0, 2.5], FIXED_LINE)
        return np.where(playing, half, np.where(even < 0, -size, size))
    far = half + np.sign(half) * np.ceil(sport.margin_sd / 6)
    return np.select([lines == "any", lines == "odd"], [np.round(even * 2) / 2, far], half)


def _totals(sport: Sport, total: Floats, lines: NDArray[np.str_]) -> Floats:
    middle = total - TOTAL_SKEW if sport.goals else total
    half, whole = np.floor(middle) + 0.5, np.round(middle * 2) / 2
    far = half + np.ceil(sport.score_sd / 2)
    usual = whole if sport.line == "fixed" else half
    quarter = np.round(middle * 4) / 4 if sport.line == "quarter" else half
    return np.select([lines == "quarter", lines == "any", lines == "odd"], [quarter, whole, far], usual)
