"""What a visitor chose to see of the opportunities, read from the address. Pure."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, get_args

from jobs.odds.model import Market, Opportunity
from web.console.odds.prices import STYLES, Style

LONGEST = 80
"""Most characters of a text in the address that are read."""
LEAST_EV, MOST_EV = -100.0, 10_000.0
"""Limits of an EV in percent, as GET /api/odds has them; a bet loses its stake at most."""
WINDOWS = {
    "3": "the next 3 hours",
    "24": "the next 24 hours",
    "72": "the next 3 days",
    "168": "the next week",
}
"""How soon an event may start, in hours, in words."""
Key = Callable[[Opportunity], Any]
SORTS: dict[str, tuple[str, Key, bool]] = {
    "ev": ("EV", lambda one: one.ev_percent, True),
    "start": ("start", lambda one: one.commence_time, False),
    "bet": ("bet", lambda one: (one.market, one.outcome, one.point or 0), False),
    "book": ("book", lambda one: one.book_title.casefold(), False),
    "price": ("price", lambda one: one.price, True),
    "fair": ("fair price", lambda one: one.fair_price, True),
    "spread": ("spread of the methods", lambda one: one.method_spread, False),
    "stake": ("stake", lambda one: one.kelly_percent, True),
    "age": ("age", lambda one: _or_last(one.oldest_price_seconds), False),
    "reference": ("reference", lambda one: (one.reference.kind, one.reference.books), False),
}  # fmt: skip
"""What opportunities are sorted by: in words, the key, and whether the largest come first by themselves."""


def _or_last(value: float | None) -> float:
    """A value to sort by; what is not known comes last."""
    return math.inf if value is None else value


@dataclass(frozen=True)
class Choice:
    """Which opportunities to show, and how; what is empty narrows nothing.

    Attributes:
        sport: the upstream's key.
        market: one of the markets.
        book: the book's key.
        min_ev: least expected value in percent.
        team: words that are looked for in the teams' names.
        within: one of WINDOWS.
        best: whether only the best price of each bet is shown.
        no_long_shots: whether long shots are left out.
        sort: one of SORTS, with "-" before it if the largest come first.
        prices: how prices are written.
        page: which page, from 1.
    """

    sport: str = ""
    market: str = ""
    book: str = ""
    min_ev: float | None = None
    team: str = ""
    within: str = ""
    best: bool = False
    no_long_shots: bool = False
    sort: str = "-ev"
    prices: Style = "decimal"
    page: int = 1

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        free = replace(self, sort="-ev", prices="decimal", page=1)
        return free != Choice()

    @property
    def query(self) -> dict[str, str]:
        """The choice as an address says it, without what goes without saying."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        usual = Choice()
        return {name: _said(value) for name, value in given.items() if value != getattr(usual, name)}

    def but(self, **changes: Any) -> Choice:
        """Another choice that differs in some things; it begins at its first page."""
        return replace(self, **{"page": 1, **changes})

    def takes(self, one: Opportunity, now: datetime) -> bool:
        """Whether an opportunity is shown."""
        return (
            self.sport in ("", one.sport)
            and self.market in ("", one.market)
            and self.book in ("", one.book)
            and (self.min_ev is None or one.ev_percent >= self.min_ev)
            and (not self.within or one.commence_time <= now + timedelta(hours=int(self.within)))
            and (one.is_best or not self.best)
            and not (one.long_shot and self.no_long_shots)
            and (not self.team or _is_in(self.team, f"{one.home_team} {one.away_team}"))
        )

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """By what, and whether the largest come first."""
        return self.sort.removeprefix("-"), self.sort.startswith("-")

    def sorting(self, name: str) -> str:
        """What `sort` says after a click on a column: its own direction first, then the other one."""
        usual = f"-{name}" if SORTS[name][2] else name
        other = name if SORTS[name][2] else f"-{name}"
        return other if self.sort == usual else usual


def read(asked: Mapping[str, str]) -> Choice:
    """The choice that an address says; what makes no sense there narrows nothing."""
    said = {name: asked.get(name, "").strip()[:LONGEST] for name in ("sport", "book", "team")}
    market, prices = asked.get("market", ""), asked.get("prices", "")
    sort, within = asked.get("sort", ""), asked.get("within", "")
    return Choice(
        **said,
        market=market if market in get_args(Market) else "",
        min_ev=_number(asked.get("min_ev", "")),
        within=within if within in WINDOWS else "",
        best=_is_on(asked.get("best", "")),
        no_long_shots=_is_on(asked.get("no_long_shots", "")),
        sort=sort if sort.removeprefix("-") in SORTS else "-ev",
        prices="american" if prices == "american" else "decimal",
        page=_page(asked.get("page", "")),
    )


def style(asked: Mapping[str, str]) -> Style:
    """How prices are written, on pages that have no other choice."""
    return next((one for one in STYLES if one == asked.get("prices")), "decimal")


def _said(value: Any) -> str:
    if value is True:
        return "yes"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _is_on(text: str) -> bool:
    return text in ("yes", "on", "true", "1")


def _number(text: str) -> float | None:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if LEAST_EV <= value <= MOST_EV else None


def _page(text: str) -> int:
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _is_in(words: str, text: str) -> bool:
    """Whether every word is in a text, in whatever case and with or without accents."""
    found = _plain(text)
    return all(word in found for word in _plain(words).split())


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(one for one in parts if not unicodedata.combining(one)).casefold()
