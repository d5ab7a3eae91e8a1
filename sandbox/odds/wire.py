"""Writes events down as The Odds API v4 does: the very keys, types and nesting."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sandbox.odds.listing import Listing, Market, Outcome, Quote, Score
from sandbox.odds.query import Chosen, Style

NOWHERE = "https://sandbox.invalid"
"""Where links lead: to no book."""
LIMITS = {"pinnacle": 2_000, "matchbook": 800, "betfair_ex_uk": 450, "betfair_ex_eu": 450, "smarkets": 300}
"""Books that say what they take at most."""


def event(listing: Listing, style: Style) -> dict[str, Any]:
    """An event without odds, as /events lists it."""
    written: dict[str, Any] = {
        "id": listing.id,
        "sport_key": listing.sport_key,
        "sport_title": listing.sport_title,
        "commence_time": time(listing.start, style.unix),
        "home_team": listing.home,
        "away_team": listing.away,
    }
    if style.rotation:
        number = int(listing.id[:6], 16) % 900 + 100
        written |= {"home_rotation_number": number // 2 * 2 + 2, "away_rotation_number": number // 2 * 2 + 1}
    return written


def event_odds(listing: Listing, chosen: Chosen, style: Style, *, alone: bool = False) -> dict[str, Any]:
    """An event with odds.

    Args:
        listing: the event.
        chosen: books and markets.
        style: formats.
        alone: as the odds of one event: its books have no `last_update` of their own.
    """
    wanted, books = chosen.shown(), []
    for quote in listing.quotes:
        if not chosen.wants(quote.book):
            continue
        markets = [one for one in quote.markets if one.key in wanted]
        if markets:
            books.append(_book(listing, quote, markets, style, alone))
    return event(listing, style) | {"bookmakers": books}


def _book(listing: Listing, quote: Quote, markets: list[Market], style: Style, alone: bool) -> dict[str, Any]:
    written: dict[str, Any] = {"key": quote.book.key, "title": quote.book.title}
    if not alone:
        written["last_update"] = time(quote.seen, style.unix)
    path = f"{quote.book.key}/{listing.id}"
    _include(written, path, style)
    written["markets"] = [_market(one, f"{path}/{one.key}", style, quote.book.key) for one in markets]
    return written


def _market(market: Market, path: str, style: Style, book: str) -> dict[str, Any]:
    written: dict[str, Any] = {"key": market.key, "last_update": time(market.seen, style.unix)}
    _include(written, path, style)
    written["outcomes"] = [_outcome(one, path, style, book) for one in market.outcomes]
    return written


def _outcome(outcome: Outcome, path: str, style: Style, book: str) -> dict[str, Any]:
    price = american(outcome.price) if style.american else outcome.price
    written: dict[str, Any] = {"name": outcome.name, "price": price}
    if outcome.point is not None:
        written["point"] = outcome.point
    if outcome.description is not None:
        written["description"] = outcome.description
    if style.links or style.sids:
        _include(written, f"{path}/{outcome.name.replace(' ', '-')}", style)
    if style.limits:
        written["bet_limit"] = LIMITS.get(book)
    return written


def _include(written: dict[str, Any], path: str, style: Style) -> None:
    if style.links:
        written["link"] = f"{NOWHERE}/{path}"
    if style.sids:
        written["sid"] = path.rpartition("/")[2]


def score(one: Score, style: Style) -> dict[str, Any]:
    """An event as /scores lists it; scores are strings, and null before the start."""
    listing, begun = one.listing, one.home is not None
    sides = ((listing.home, one.home), (listing.away, one.away))
    plain = event(listing, Style(unix=style.unix))
    return {
        **{name: plain[name] for name in ("id", "sport_key", "sport_title", "commence_time")},
        "completed": one.completed,
        "home_team": listing.home,
        "away_team": listing.away,
        "scores": [{"name": name, "score": str(points)} for name, points in sides] if begun else None,
        "last_update": time(one.seen, style.unix) if begun else None,
    }


def american(price: float) -> int:
    """Decimal odds as American ones: 2.50 is 150, 1.50 is -200."""
    return round((price - 1) * 100) if price >= 2 else round(-100 / (price - 1))


@lru_cache(maxsize=8192)
def time(seconds: int, unix: bool) -> int | str:
    """A time, in seconds since 1970, as it is written."""
    return seconds if unix else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
