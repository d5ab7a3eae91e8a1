"""Made-up refreshes of any size, to be published as a board."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.odds import board
from jobs.odds.board import Cover, Refreshed
from jobs.odds.model import (
    METHODS,
    Analysis,
    Arbitrage,
    BookPrice,
    Event,
    Leg,
    Line,
    Middle,
    Opportunity,
    Reference,
    SportCount,
)

NBA, EPL, NHL = "basketball_nba", "soccer_epl", "icehockey_nhl"
SPORTS = (NBA, EPL, NHL)
BOOKS = ("bet365", "draftkings", "fanduel", "betmgm", "betway")
REFERENCE = Reference("sharp", ("pinnacle",), 20.0, 1)


def now() -> datetime:
    """The time, as JSON has it: what is served is compared with the clock."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)


def event_id(number: int) -> str:
    """An event's id by its number."""
    return f"{number:032x}"


def opportunity(number: int, at: datetime, **changes: Any) -> Opportunity:
    """The opportunity of a number: its event is that of a third of it, and so on, always the same."""
    rng = random.Random(number)
    event, price = number // 3, round(rng.uniform(1.5, 9.0), 2)
    ev = changes.pop("ev", round(rng.uniform(0, 12), 1))  # so that some are equal
    by_method = {name: round(ev + 0.1 * index, 3) for index, name in enumerate(METHODS)}
    usual: dict[str, Any] = {
        "id": f"{number:024x}", "event_id": event_id(event), "sport": SPORTS[event % 3],
        "sport_title": SPORTS[event % 3].upper(), "commence_time": start(event, at),
        "home_team": f"Home {event}", "away_team": f"Away {event}",
        "market": ("h2h", "spreads", "totals")[number % 3], "outcome": f"Home {event}",
        "point": (None, -3.5, 200.5)[number % 3], "book": BOOKS[number % 5],
        "book_title": BOOKS[number % 5].title(), "price": price, "price_updated_at": at,
        "fair_price": price / (1 + ev / 100), "fair_probability": (1 + ev / 100) / price,
        "ev_percent": ev, "ev_by_method": by_method, "method": "power", "method_spread": 0.3,
        "reference": REFERENCE, "books_offering": 12, "oldest_price_seconds": 25.5, "best_price": price,
        "best_book": BOOKS[number % 5], "is_best": True, "edge_percent": ev, "kelly_percent": 0.5,
        "full_kelly_percent": 2.0, "long_shot": price > 8, "link": None,
    }  # fmt: skip
    return Opportunity(**{**usual, **changes})


def start(event: int, at: datetime) -> datetime:
    """When the event of a number starts: one each quarter of an hour."""
    return (at + timedelta(minutes=15 * (event + 1))).replace(microsecond=0)


def legs(first: str = "Over", second: str = "Under") -> tuple[Leg, Leg]:
    """Two bets at two books."""
    return (
        Leg(first, 200.5, "bet365", "Bet365", 2.1, 0.49),
        Leg(second, 202.5, "fanduel", "Fanduel", 2.05, 0.51),
    )


def arbitrage(number: int, at: datetime, **changes: Any) -> Arbitrage:
    """The arbitrage of a number."""
    usual: dict[str, Any] = {
        "id": f"a{number:023x}", "event_id": event_id(number), "sport": SPORTS[number % 3],
        "commence_time": start(number, at), "home_team": f"Home {number}", "away_team": f"Away {number}",
        "market": "totals", "point": 200.5, "profit_percent": number % 7 / 2, "legs": legs(),
        "oldest_price_seconds": 30.0,
    }  # fmt: skip
    return Arbitrage(**{**usual, **changes})


def middle(number: int, at: datetime, **changes: Any) -> Middle:
    """The middle of a number."""
    usual: dict[str, Any] = {
        "id": f"m{number:023x}", "event_id": event_id(number), "sport": SPORTS[number % 3],
        "commence_time": start(number, at), "home_team": f"Home {number}", "away_team": f"Away {number}",
        "market": "totals", "gap": 2.0, "profit_percent": 104.0, "cost_percent": 2.4,
        "break_even_probability": 0.02 + number % 5 / 100, "legs": legs(), "oldest_price_seconds": 30.0,
    }  # fmt: skip
    return Middle(**{**usual, **changes})


def line(event: int, books: int = 3, **changes: Any) -> Line:
    """One line of an event: so many books, of which the last one's price is stale."""
    prices = tuple(_price(n, stale=n == books - 1) for n in range(books))
    usual: dict[str, Any] = {
        "event_id": event_id(event), "market": "h2h", "outcome": f"Home {event}", "point": None, "ways": 2,
        "fair_by_method": {name: 0.5 + index / 100 for index, name in enumerate(METHODS)},
        "reference": REFERENCE, "prices": prices,
    }  # fmt: skip
    return Line(**{**usual, **changes})


def _price(number: int, *, stale: bool) -> BookPrice:
    price, ev, why = round(2.1 - number / 100, 2), 5.0 - number, "stale" if stale else None
    return BookPrice(f"book_{number}", f"Book {number}", price, None, ev, not stale, why)


def event(number: int, at: datetime) -> Event:
    """The event of a number."""
    sport = SPORTS[number % 3]
    return Event(
        event_id(number), sport, sport.upper(), start(number, at), f"Home {number}", f"Away {number}", ()
    )


def refreshed(
    at: datetime,
    count: int = 12,
    *,
    opportunities: Sequence[Opportunity] | None = None,
    sports: Sequence[str] = SPORTS,
    source: str = "live",
    books: int = 3,
    **more: Any,
) -> Refreshed:
    """A refresh with so many opportunities, four arbitrages and four middles, of these sports only.

    Args:
        at: when prices were judged.
        count: how many, before sports are left out.
        opportunities: others than those by number.
        sports: those that were read.
        source: "live" or "sandbox".
        books: in each line.
        more: members of `Refreshed`.
    """
    listed = [opportunity(n, at) for n in range(count)] if opportunities is None else opportunities
    events = [event(n, at) for n in range(max((count + 2) // 3, 4))]
    found = Analysis(
        at=at,
        opportunities=sorted((one for one in listed if one.sport in sports), key=lambda one: -one.ev_percent),
        arbitrages=[one for one in (arbitrage(n, at) for n in range(4)) if one.sport in sports],
        middles=[one for one in (middle(n, at) for n in range(4)) if one.sport in sports],
        lines={one.id: [line(int(one.id, 16), books)] for one in events if one.sport in sports},
        counts={one: SportCount(4, 0, 3, 40, {"stale": 2}, 4, 2, 4) for one in sports},
    )
    return Refreshed(found, [one for one in events if one.sport in sports], list(sports), source, **more)


def publish(at: datetime | None = None, count: int = 12, **options: Any) -> Cover:
    """Publish such a refresh; by default as of now."""
    return board.publish(refreshed(at or now(), count, **options))
