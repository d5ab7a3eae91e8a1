"""Made-up odds in the upstream's wire format, and what the engine makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.odds import wire
from jobs.odds.analyse import analyse
from jobs.odds.model import Analysis, Event, Line, Opportunity, Policy

NOW = datetime(2026, 4, 16, 19, 0, tzinfo=UTC)
HOME, AWAY = "Harbour", "Gulls"
Wire = dict[str, Any]


def wire_time(seconds_ago: float = 60.0) -> str:
    """A time before NOW as the upstream writes it."""
    return (NOW - timedelta(seconds=seconds_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def market(key: str, outcomes: Sequence[Wire], seconds_ago: float = 60.0) -> Wire:
    """One market of one book."""
    return {"key": key, "last_update": wire_time(seconds_ago), "outcomes": list(outcomes)}


def h2h(home: float | None, away: float | None, draw: float | None = None, **more: Any) -> Wire:
    """Home, away and perhaps a draw; None for an outcome that the book does not show."""
    prices = {HOME: home, AWAY: away, "Draw": draw}
    outcomes = [{"name": name, "price": price} for name, price in prices.items() if price is not None]
    return market("h2h", outcomes, **more)


def spread(point: float, home: float | None, away: float | None, **more: Any) -> Wire:
    """The home team at a handicap, the away team at its opposite."""
    sides = [(HOME, point, home), (AWAY, -point, away)]
    outcomes = [{"name": name, "price": price, "point": at} for name, at, price in sides if price is not None]
    return market("spreads", outcomes, **more)


def total(point: float, over: float | None, under: float | None, **more: Any) -> Wire:
    """Over and under a line."""
    sides = [("Over", over), ("Under", under)]
    outcomes = [{"name": name, "price": price, "point": point} for name, price in sides if price is not None]
    return market("totals", outcomes, **more)


def wire_event(books: Mapping[str, Wire | Sequence[Wire]], *, event_id: str = "a" * 32, **more: Any) -> Wire:
    """An event in an hour's time with the markets of each book."""
    listed = {book: markets if isinstance(markets, list) else [markets] for book, markets in books.items()}
    return {
        "id": event_id,
        "sport_key": "icehockey_made_up",
        "sport_title": "Made-up hockey",
        "commence_time": wire_time(-3600.0),
        "home_team": HOME,
        "away_team": AWAY,
        "bookmakers": [
            {"key": book, "title": book.title(), "last_update": wire_time(), "markets": markets}
            for book, markets in listed.items()
        ],
    } | more


def event(books: Mapping[str, Wire | Sequence[Wire]], **more: Any) -> Event:
    """The same as the engine sees it."""
    parsed = wire.parse([wire_event(books, **more)])
    assert parsed.faults == []
    return parsed.events[0]


def judged(books: Mapping[str, Wire | Sequence[Wire]], policy: Policy | None = None, **more: Any) -> Analysis:
    """What the engine makes of one event, everything with an expected value listed unless told otherwise."""
    return analyse([event(books, **more)], policy or everything(), NOW)


def everything(**more: Any) -> Policy:
    """A policy that lists each price that can be judged."""
    return Policy(**({"min_ev_percent": -100.0} | more))


def opportunity(found: Analysis, book: str, outcome: str, point: float | None = None) -> Opportunity:
    """The one opportunity on an outcome at a book."""
    [one] = [
        one for one in found.opportunities if (one.book, one.outcome, one.point) == (book, outcome, point)
    ]
    return one


def line(found: Analysis, outcome: str, point: float | None = None, ways: int = 2) -> Line:
    """The one line of an outcome."""
    lines = [line for lines in found.lines.values() for line in lines]
    [one] = [one for one in lines if (one.outcome, one.point, one.ways) == (outcome, point, ways)]
    return one


def why_not(
    found: Analysis, outcome: str, point: float | None = None, ways: int = 2
) -> dict[str, str | None]:
    """Why each book of a line takes no part; None if it does."""
    return {rung.book: rung.why_not for rung in line(found, outcome, point, ways).prices}
