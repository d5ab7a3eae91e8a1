"""How one page says what the engine found: prices in the reader's style, bets, books and references. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jobs.odds.model import Leg, Method, Opportunity, Reference
from web.console.odds import prices
from web.console.odds.prices import Style

METHODS: dict[Method, tuple[str, str]] = {
    "multiplicative": ("Multiplicative", "Mult."),
    "additive": ("Additive", "Add."),
    "power": ("Power", "Power"),
    "shin": ("Shin", "Shin"),
}
"""The ways to take out the margin, for people: in full, and for the head of a narrow column."""
MOST_NAMED = 3
"""Books of a reference up to which each is named."""


@dataclass(frozen=True)
class Say:
    """The words of one page.

    Attributes:
        style: how prices are written.
        at: when the prices were judged; ages count back from there.
        updated: the same of each sport: one that could not be read keeps what it had.
        books: the books' names by key, as far as they are known.
        sports: the sports' names by key, as far as they are known.
    """

    style: Style
    at: datetime
    updated: Mapping[str, datetime] = field(default_factory=dict)
    books: Mapping[str, str] = field(default_factory=dict)
    sports: Mapping[str, str] = field(default_factory=dict)

    def price(self, decimal: float) -> str:
        """A price."""
        return prices.price(decimal, self.style)

    def fair(self, decimal: float) -> str:
        """A fair price: nobody offers it, so it is rounded to two digits, or to three close to 1."""
        if self.style == "american":
            return prices.american(decimal)
        return f"{decimal:.2f}" if decimal >= 1.2 else f"{decimal:.3f}"

    def bet(self, one: Opportunity | Leg, market: str = "") -> str:
        """What is bet on."""
        return prices.bet(market or getattr(one, "market", ""), one.outcome, one.point)

    def book(self, key: str) -> str:
        """A book by name."""
        return self.books.get(key) or prices.title(key)

    def sport(self, key: str) -> str:
        """A sport by name."""
        return self.sports.get(key) or prices.title(key)

    def reference(self, one: Reference) -> str:
        """Where a fair price comes from: `Pinnacle`, or `consensus of 12` where copies count once."""
        if one.kind == "consensus":
            return f"consensus of {one.opinions or len(one.books)}"
        named = ", ".join(self.book(key) for key in one.books[:MOST_NAMED])
        more = len(one.books) - MOST_NAMED
        return f"{named} and {more} more" if more > 0 else named

    def seen(self, seconds: float | None, sport: str) -> datetime | None:
        """The time that lies so far before the sport's prices were judged."""
        return None if seconds is None else self.updated.get(sport, self.at) - timedelta(seconds=seconds)

    def evs(self, one: Opportunity) -> str:
        """The EV from the least to the most of all methods: `1.2 to 3.4 %`; one figure if they agree."""
        least, most = (f"{choose(one.ev_by_method.values()):.1f}" for choose in (min, max))
        return f"{least} %" if least == most else f"{least} to {most} %"

    def agree(self, one: Opportunity) -> bool:
        """Whether it pays under every method."""
        return all(value > 0 for value in one.ev_by_method.values())

    def stake(self, leg: Leg) -> str:
        """What to stake of 100."""
        return f"{leg.stake_share * 100:.2f}"


def safe(link: str | None) -> str | None:
    """A link that the upstream gave, if it is one to a web page."""
    return link if link and link.startswith(("https://", "http://")) else None
