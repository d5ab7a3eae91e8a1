"""Opportunities as a table in CSV.

Owns its columns, and that no text can become a formula in a spreadsheet: names come from outside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jobs.odds import parts
from jobs.odds.model import METHODS, Method, Opportunity

Cell = str | float | bool | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def _under(method: Method) -> Callable[[Opportunity], Cell]:
    return lambda one: one.ev_by_method.get(method)


_COLUMNS: dict[str, Callable[[Opportunity], Cell]] = {
    "id": lambda one: one.id,
    "event_id": lambda one: one.event_id,
    "sport": lambda one: one.sport,
    "sport_title": lambda one: one.sport_title,
    "commence_time": lambda one: parts.moment(one.commence_time),
    "home_team": lambda one: one.home_team,
    "away_team": lambda one: one.away_team,
    "market": lambda one: one.market,
    "outcome": lambda one: one.outcome,
    "point": lambda one: one.point,
    "book": lambda one: one.book,
    "book_title": lambda one: one.book_title,
    "price": lambda one: one.price,
    "price_updated_at": lambda one: parts.moment(one.price_updated_at) if one.price_updated_at else None,
    "fair_price": lambda one: one.fair_price,
    "fair_probability": lambda one: one.fair_probability,
    "ev_percent": lambda one: one.ev_percent,
    **{f"ev_{method}": _under(method) for method in METHODS},
    "method": lambda one: one.method,
    "method_spread": lambda one: one.method_spread,
    "reference": lambda one: one.reference.kind,
    "reference_books": lambda one: " ".join(one.reference.books),
    "books_offering": lambda one: one.books_offering,
    "oldest_price_seconds": lambda one: one.oldest_price_seconds,
    "best_price": lambda one: one.best_price,
    "best_book": lambda one: one.best_book,
    "edge_percent": lambda one: one.edge_percent,
    "kelly_percent": lambda one: one.kelly_percent,
    "full_kelly_percent": lambda one: one.full_kelly_percent,
    "long_shot": lambda one: one.long_shot,
    "link": lambda one: one.link,
}
_OF_ALL = ("source", "last_updated", "stale")
"""The last columns: the same in every row."""
COLUMNS = (*_COLUMNS, *_OF_ALL)


def table(opportunities: Iterable[Opportunity], head: Mapping[str, Any]) -> bytes:
    """Opportunities, one a row.

    UTF-8 with a byte order mark, without which Excel reads names in another encoding; lines end as RFC 4180
    has it. A text that begins as a formula does gets an apostrophe before it; numbers stay numbers.

    Args:
        opportunities: in the order of the rows.
        head: what the page says of all of them: `source`, `last_updated`, `stale`.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    of_all = [_cell(head[name]) for name in _OF_ALL]
    writer.writerows([*(_cell(of(one)) for of in _COLUMNS.values()), *of_all] for one in opportunities)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return round(value, parts.DECIMALS)
