"""What the templates of the pages about odds need, put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from jobs.odds.board import Board, EventLadders
from jobs.odds.model import METHODS, Arbitrage, Middle, Opportunity
from jobs.odds.report import Report
from longshore import settings
from web.console.odds import links, prices
from web.console.odds import record as records
from web.console.odds.asked import SPANS, Asked
from web.console.odds.choice import WINDOWS, Choice
from web.console.odds.head import head
from web.console.odds.ladder import ladders, reasons
from web.console.odds.links import Links
from web.console.odds.listing import listing, options
from web.console.odds.prices import Style
from web.console.odds.saying import METHODS as METHOD_NAMES
from web.console.odds.saying import Say, safe

MOST_PAIRS = 100
"""Arbitrages on one page, and as many middles."""
Timed = TypeVar("Timed", Opportunity, Arbitrage, Middle)


def index(odds: Board, choice: Choice, now: datetime) -> dict[str, Any]:
    """The list of opportunities."""
    coming = ahead(odds.opportunities, now)
    found = listing(coming, choice, now)
    return {
        **_common(odds, choice.prices, now),
        "choice": choice,
        "links": Links(replace(choice, page=found.page)),
        "listing": found,
        "options": options(coming),
        "begun": len(odds.opportunities) - len(coming),
        "windows": WINDOWS,
        "markets": prices.MARKETS,
        "safe": safe,
    }


def arbitrages(odds: Board, style: Style, sport: str, now: datetime) -> dict[str, Any]:
    """Arbitrages and middles of all events, or of one sport."""
    pairs = ahead(odds.arbitrages, now), ahead(odds.middles, now)
    common = _common(odds, style, now)
    found, between = ([one for one in some if sport in ("", one.sport)] for some in pairs)
    return {
        **common,
        "sport": sport,
        "sports": sorted({one.sport for some in pairs for one in some}),
        "arbitrages": found[:MOST_PAIRS],
        "middles": between[:MOST_PAIRS],
        "counts": (len(found), len(between)),
        "style": style,
        "to_event": lambda event_id: links.event(event_id, style),
        "priced": lambda other: links.pairs(sport, other),
    }


def event(odds: Board, found: EventLadders, style: Style, now: datetime) -> dict[str, Any]:
    """One event's ladders, arbitrages and middles."""
    one, lines = found.head, found.lines or ()
    listed = [bet for bet in odds.opportunities if bet.event_id == one.id]
    method = next((bet.method for bet in odds.opportunities), settings.current().odds_method)
    markets = ladders(lines, one.home_team, one.away_team, method, listed)
    books = {rung.book: rung.book_title for line in lines for rung in line.prices}
    return {
        **_common(odds, style, now, books),
        "event": one,
        "begun": one.commence_time <= now,
        "no_room": found.lines is None,
        "markets": markets,
        "books": len(books),
        "left_out": {why: (count, prices.LEFT_OUT.get(why, "")) for why, count in reasons(markets).items()},
        "listed": listed,
        "arbitrages": [pair for pair in odds.arbitrages if pair.event_id == one.id],
        "middles": [pair for pair in odds.middles if pair.event_id == one.id],
        "methods": [(name, *METHOD_NAMES[name]) for name in METHODS],
        "method": method,
        "style": style,
        "priced": lambda other: links.event(one.id, other),
        "safe": safe,
    }


def record(report: Report, odds: Board | None, asked: Asked, now: datetime) -> dict[str, Any]:
    """What became of the opportunities that were listed.

    Args:
        report: the report.
        odds: the newest odds, for the names of books and sports; None if there are none.
        asked: what the report is narrowed to.
        now: the time.
    """
    say = _say(odds, "decimal") if odds else Say("decimal", now)
    return {
        "report": report,
        "asked": asked,
        "all": records.overall(report),
        "chart": records.chart(report),
        "tables": records.tables(report, say.books, say.sports),
        "spans": SPANS,
        "width": records.WIDTH,
        "say": say,
        "words": prices,
        "tabs": links.tabs("decimal"),
        "narrowed": lambda **changes: links.record(asked.but(**changes)),
    }


def ahead(some: Iterable[Timed], now: datetime) -> list[Timed]:
    """Those whose event has not begun: what the odds were before is nothing that can be bet on."""
    return [one for one in some if one.commence_time > now]


def _common(
    odds: Board, style: Style, now: datetime, books: Mapping[str, str] | None = None
) -> dict[str, Any]:
    most = timedelta(minutes=settings.current().odds_max_age_minutes)
    return {
        "head": head(odds, most, now),
        "say": _say(odds, style, books),
        "words": prices,
        "tabs": links.tabs(style),
        "styles": prices.STYLES,
    }


def _say(odds: Board, style: Style, books: Mapping[str, str] | None = None) -> Say:
    """The words of a page, with the names of all books and sports that the odds have."""
    sports = {one.sport: one.title for one in odds.sports.values()}
    updated = {one.sport: one.updated_at for one in odds.sports.values() if one.updated_at is not None}
    known = {one.book: one.book_title for one in odds.opportunities}
    for sure in odds.arbitrages:
        known |= {leg.book: leg.book_title for leg in sure.legs}
    for between in odds.middles:
        known |= {leg.book: leg.book_title for leg in between.legs}
    return Say(style, odds.at, updated, prices.titles({**known, **(books or {})}), sports)
