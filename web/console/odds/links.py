"""Where the pages about odds lead: other choices, events, the same rows by the API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import url_for

from web.console.odds.asked import Asked
from web.console.odds.choice import SORTS, Choice
from web.console.odds.prices import Style

TABS = {
    "console_odds.index": "Opportunities",
    "console_odds.arbitrages": "Arbitrages and middles",
    "console_odds.record": "The record",
}
"""The pages, in words."""
API_SORTS = {
    "ev": "ev", "start": "commence", "book": "book", "price": "price", "fair": "fair_price", "stake": "kelly",
}  # fmt: skip
"""What GET /api/odds calls the columns that it can sort by."""


@dataclass(frozen=True)
class Links:
    """The addresses of one page.

    Attributes:
        choice: what is shown of the opportunities.
    """

    choice: Choice

    def page(self, **changes: Any) -> str:
        """The list with another choice."""
        return url_for("console_odds.index", **self.choice.but(**changes).query)  # type: ignore[arg-type]

    def sorted_by(self, name: str) -> str:
        """The list sorted by a column; by the one that it is sorted by already, the other way round."""
        return self.page(sort=self.choice.sorting(name))

    def order(self, name: str) -> str:
        """What `aria-sort` says of a column."""
        by, descending = self.choice.sorted_by
        return "none" if by != name else "descending" if descending else "ascending"

    @property
    def sorted_words(self) -> str:
        """What the list is sorted by, in words."""
        return SORTS[self.choice.sorted_by[0]][0]

    def event(self, event_id: str) -> str:
        """An event's page, with prices as they are written here."""
        return event(event_id, self.choice.prices)

    def priced(self, style: Style) -> str:
        """This page with prices written another way."""
        return self.page(prices=style, page=self.choice.page)

    def table(self, form: str) -> str:
        """The same rows from the API, as "csv" or "json", as far as it narrows in the same way."""
        asked = self.choice.query
        given = {name: asked[name] for name in ("sport", "market", "book", "min_ev") if name in asked}
        by, descending = self.choice.sorted_by
        sort = f"{'-' if descending else ''}{API_SORTS[by]}" if by in API_SORTS else "-ev"
        return url_for("odds.index", **given, sort=sort, format=form)  # type: ignore[arg-type]

    @property
    def narrows_more(self) -> bool:
        """Whether the list is narrowed by what the API does not know."""
        free = self.choice.but(team="", within="", best=False, no_long_shots=False)
        return free != self.choice.but()


def event(event_id: str, style: Style) -> str:
    """An event's page."""
    return url_for("console_odds.event", event_id=event_id, **written(style))  # type: ignore[arg-type]


def pairs(sport: str, style: Style) -> str:
    """The page of arbitrages and middles."""
    given = ({"sport": sport} if sport else {}) | written(style)
    return url_for("console_odds.arbitrages", **given)  # type: ignore[arg-type]


def record(asked: Asked) -> str:
    """The page of the record."""
    return url_for("console_odds.record", **asked.query)  # type: ignore[arg-type]


def tabs(style: Style) -> list[tuple[str, str, str]]:
    """The pages about odds: endpoint, address and name of each."""
    return [(name, url_for(name, **written(style)), words) for name, words in TABS.items()]  # type: ignore[arg-type]


def written(style: Style) -> dict[str, str]:
    """How an address says how prices are written."""
    return {} if style == "decimal" else {"prices": style}
