"""Opportunities, lines, arbitrages and middles for tests of the pages about odds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from jobs.odds.model import METHODS, Arbitrage, BookPrice, Leg, Line, Method, Middle, Opportunity, Reference

HOSTILE = "<script>window.pwned=1</script>"
NOW = datetime.now(UTC).replace(microsecond=0)
"""About now, from which tests count: pages compare times with the clock."""
EVENT = "0123456789abcdef0123456789abcdef"
SHARP = Reference("sharp", ("pinnacle",), 20.0)
TITLES = {"pinnacle": "Pinnacle", "draftkings": "DraftKings", "fanduel": "FanDuel", "betway": "Betway"}


def evs(value: float, step: float = 0.2) -> dict[Method, float]:
    """An EV under each method, `step` apart; `value` under power."""
    return {name: value + step * (number - 2) for number, name in enumerate(METHODS)}


def opportunity(home: str = "Hawks", away: str = "Bulls", **changes: Any) -> Opportunity:
    """An opportunity of 4 % on the home team."""
    price = changes.get("price", 2.1)
    ev = changes.pop("ev", 4.0)
    fair = price / (1 + ev / 100)
    book = changes.get("book", "draftkings")
    usual: dict[str, Any] = {
        "id": f"{home}-{away}-{book}-{changes.get('market', 'h2h')}-{changes.get('outcome', home)}",
        "event_id": EVENT, "sport": "basketball_nba", "sport_title": "NBA",
        "commence_time": NOW + timedelta(hours=5), "home_team": home, "away_team": away,
        "market": "h2h", "outcome": home, "point": None,
        "book": book, "book_title": TITLES.get(book, book), "price": price,
        "price_updated_at": NOW - timedelta(seconds=40), "fair_price": fair, "fair_probability": 1 / fair,
        "ev_percent": ev, "ev_by_method": evs(ev), "method": "power", "method_spread": 0.6,
        "reference": SHARP, "books_offering": 30, "oldest_price_seconds": 40.0,
        "best_price": price, "best_book": book, "is_best": True, "edge_percent": ev,
        "kelly_percent": 0.9, "full_kelly_percent": 3.6, "long_shot": False,
    }  # fmt: skip
    return Opportunity(**{**usual, **changes})


def book_price(book: str, price: float, ev: float | None = None, why_not: str | None = None) -> BookPrice:
    """A rung; one with a reason takes no part."""
    seen = NOW - timedelta(seconds=30)
    return BookPrice(book, TITLES.get(book, book), price, seen, ev, why_not is None, why_not)


def line(outcome: str, *rungs: BookPrice, **changes: Any) -> Line:
    """All prices on one outcome, fair at 2.00 by every method unless something else is said."""
    usual: dict[str, Any] = {
        "event_id": EVENT, "market": "h2h", "outcome": outcome, "point": None, "ways": 2,
        "fair_by_method": dict.fromkeys(METHODS, 0.5), "reference": SHARP, "prices": rungs,
    }  # fmt: skip
    return Line(**{**usual, **changes})


def legs(
    first: str, second: str, points: tuple[float | None, float | None] = (None, None)
) -> tuple[Leg, Leg]:
    """Two bets at 2.10 and 2.05."""
    return (
        Leg(first, points[0], "draftkings", "DraftKings", 2.1, 0.494),
        Leg(second, points[1], "fanduel", "FanDuel", 2.05, 0.506),
    )


def arbitrage(home: str = "Hawks", away: str = "Bulls", **changes: Any) -> Arbitrage:
    """An arbitrage of 3.7 % on who wins."""
    usual: dict[str, Any] = {
        "id": f"arb-{home}-{away}", "event_id": EVENT, "sport": "basketball_nba",
        "commence_time": NOW + timedelta(hours=5), "home_team": home, "away_team": away, "market": "h2h",
        "point": None, "profit_percent": 3.73, "legs": legs(home, away), "oldest_price_seconds": 45.0,
    }  # fmt: skip
    return Arbitrage(**{**usual, **changes})


def middle(home: str = "Hawks", away: str = "Bulls", **changes: Any) -> Middle:
    """A middle of two points on the total."""
    usual: dict[str, Any] = {
        "id": f"mid-{home}-{away}", "event_id": EVENT, "sport": "basketball_nba",
        "commence_time": NOW + timedelta(hours=5), "home_team": home, "away_team": away, "market": "totals",
        "gap": 2.0, "profit_percent": 104.0, "cost_percent": 2.4, "break_even_probability": 0.023,
        "legs": legs("Over", "Under", (218.5, 220.5)), "oldest_price_seconds": 60.0,
    }  # fmt: skip
    return Middle(**{**usual, **changes})
