"""An event's prices as ladders: by market and line, each outcome with all its books, best first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from jobs.odds import worth
from jobs.odds.model import MARKETS, METHODS, BookPrice, Line, Method, Opportunity
from web.console.odds import prices

ROUNDING = 0.02
"""Percentage points by which an EV may differ from itself, as it is kept with fewer digits."""
Key = tuple[str, str, float | None, str]
Known = dict[Key, list[Opportunity]]
"""The opportunities of an event by market, outcome, point and book."""


@dataclass(frozen=True)
class Rung:
    """One book's price on a ladder.

    Attributes:
        price: the price.
        evs: expected profit for a stake of 100 under each method; empty without a fair price.
        reference: whether the fair price comes from this book, too.
        listed: the opportunity that it is, if it is one.
    """

    price: BookPrice
    evs: dict[Method, float]
    reference: bool
    listed: Opportunity | None


@dataclass(frozen=True)
class Ladder:
    """All prices on one outcome.

    Attributes:
        line: what is priced.
        name: what is bet on, in words.
        fair: the fair price by each method; empty if there are too few books.
        rungs: the books that take part, best price first, then those that are left out.
    """

    line: Line
    name: str
    fair: dict[Method, float]
    rungs: list[Rung]

    @property
    def best(self) -> BookPrice | None:
        """The best price that takes part."""
        return next((one.price for one in self.rungs if one.price.used), None)

    @property
    def used(self) -> int:
        """How many books take part."""
        return sum(one.price.used for one in self.rungs)

    @property
    def positive(self) -> int:
        """How many prices pay more than they should."""
        return sum((one.price.ev_percent or 0) > 0 for one in self.rungs if one.price.used)


@dataclass(frozen=True)
class Group:
    """The outcomes of one market that belong together: one of them comes true.

    Attributes:
        name: in words, e.g. "221.5" or "Ravens -3.5"; empty if there is only one in the market.
        ladders: an outcome each.
        main: whether it is the market's line with the most books.
    """

    name: str
    ladders: list[Ladder]
    main: bool

    @property
    def books(self) -> int:
        """How many books take part, of the outcome that has most."""
        return max((one.used for one in self.ladders), default=0)

    @property
    def positive(self) -> int:
        """How many prices pay more than they should."""
        return sum(one.positive for one in self.ladders)


@dataclass(frozen=True)
class MarketLadders:
    """One market of an event.

    Attributes:
        key: the market's.
        name: in words.
        groups: its lines in order.
    """

    key: str
    name: str
    groups: list[Group]


def ladders(
    lines: Iterable[Line], home: str, away: str, method: Method, listed: Iterable[Opportunity] = ()
) -> list[MarketLadders]:
    """An event's ladders.

    Args:
        lines: all its lines.
        home: the home team, which is shown first.
        away: the away team.
        method: the one by which EVs are given.
        listed: its opportunities: they know their EV under each method best.
    """
    known: Known = {}
    for one in listed:
        known.setdefault(_key(one.market, one.outcome, one.point, one.book), []).append(one)

    def make(line: Line) -> Ladder:
        return _ladder(line, method, known)

    ordered = sorted(lines, key=lambda line: (MARKETS.index(line.market), _group(line, home)))
    return [
        MarketLadders(market, prices.market(market), _groups(list(some), (home, "Draw", away), make))
        for market, some in groupby(ordered, key=lambda line: line.market)
    ]


def reasons(markets: Iterable[MarketLadders]) -> dict[str, int]:
    """How many prices are left out, by reason, the most frequent first."""
    counts: dict[str, int] = {}
    for rung in every_rung(markets):
        if not rung.price.used:
            reason = rung.price.why_not or "left out"
            counts[reason] = counts.get(reason, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def every_rung(markets: Iterable[MarketLadders]) -> Iterable[Rung]:
    """All rungs of some markets."""
    for market in markets:
        for group in market.groups:
            for ladder in group.ladders:
                yield from ladder.rungs


def _groups(lines: Sequence[Line], sides: Sequence[str], make: Callable[[Line], Ladder]) -> list[Group]:
    found = [list(some) for _, some in groupby(lines, key=lambda line: _group(line, sides[0]))]
    made = [[make(line) for line in sorted(some, key=lambda one: _place(one, sides))] for some in found]
    most = max(made, key=lambda some: max(one.used for one in some))
    return [Group(_name(some, sides[0]) if len(made) > 1 else "", some, some is most) for some in made]


def _group(line: Line, home: str) -> tuple[int, float]:
    """What belongs together: a market's ways, and its line; a handicap is the home team's."""
    if line.point is None:
        return line.ways, 0.0
    return line.ways, line.point if line.market != "spreads" or line.outcome == home else -line.point


def _place(line: Line, sides: Sequence[str]) -> tuple[int, str]:
    """Home, draw, away; "Over" stands before "Under" by the alphabet."""
    return sides.index(line.outcome) if line.outcome in sides else len(sides), line.outcome


def _name(some: Sequence[Ladder], home: str) -> str:
    line = some[0].line
    if line.market == "h2h":
        return "with a draw" if line.ways == 3 else "without a draw"
    if line.market == "spreads":
        return next((one.name for one in some if one.line.outcome == home), some[0].name)
    return prices.point(line.point)


def _ladder(line: Line, method: Method, known: Known) -> Ladder:
    fair = {method: 1 / line.fair_by_method[method] for method in METHODS if line.fair_by_method.get(method)}
    rungs = [_rung(line, one, method, known) for one in line.prices]
    ordered = sorted(rungs, key=lambda rung: (not rung.price.used, -rung.price.price, rung.price.book_title))
    return Ladder(line, prices.bet(line.market, line.outcome, line.point), fair, ordered)


def _rung(line: Line, one: BookPrice, method: Method, known: Known) -> Rung:
    same = known.get(_key(line.market, line.outcome, line.point, one.book), [])
    listed = next((bet for bet in same if _is(bet, one)), None)
    reference = (
        line.reference is not None and line.reference.kind == "sharp" and one.book in line.reference.books
    )
    if not one.used or one.ev_percent is None:
        return Rung(one, {}, reference, listed)
    return Rung(
        one, listed.ev_by_method if listed else worth.evs(line, one.ev_percent, method), reference, listed
    )


def _is(bet: Opportunity, one: BookPrice) -> bool:
    """Whether an opportunity is this price: a book may sell a winner with a draw and without one."""
    close = one.ev_percent is not None and abs(bet.ev_percent - one.ev_percent) < ROUNDING
    return close and bet.price == one.price


def _key(market: str, outcome: str, at: float | None, book: str) -> Key:
    return market, outcome, at, book
