"""What a visitor narrows the record to, read from the address. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, get_args

from jobs.odds.model import Market
from web.console.odds.choice import LONGEST

SPANS = {"7": "the last week", "30": "the last 30 days", "90": "the last 90 days"}
"""How far back the record is read, in days, in words."""
SOURCES = ("live", "sandbox")


@dataclass(frozen=True)
class Asked:
    """Which part of the record to show; what is empty narrows nothing.

    Attributes:
        source: "live" or "sandbox"; empty for what the odds come from now.
        sport: the upstream's key.
        market: one of the markets.
        book: the book's key.
        days: one of SPANS.
    """

    source: str = ""
    sport: str = ""
    market: str = ""
    book: str = ""
    days: str = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as an address says it."""
        return {one.name: value for one in fields(self) if (value := getattr(self, one.name))}

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return replace(self, source="") != Asked()

    def but(self, **changes: Any) -> Asked:
        """Another one that differs in some things."""
        return replace(self, **changes)

    def filters(self, now: datetime) -> dict[str, Any]:
        """The same as jobs/odds/analytics.py takes it, without the source."""
        since = now - timedelta(days=int(self.days)) if self.days else None
        return {name: getattr(self, name) or None for name in ("sport", "market", "book")} | {"since": since}


def read(asked: Mapping[str, str]) -> Asked:
    """What an address says; what makes no sense there narrows nothing."""
    source, market, days = (asked.get(name, "") for name in ("source", "market", "days"))
    sport, book = (asked.get(name, "").strip()[:LONGEST] for name in ("sport", "book"))
    return Asked(
        source=source if source in SOURCES else "",
        sport=sport,
        market=market if market in get_args(Market) else "",
        book=book,
        days=days if days in SPANS else "",
    )
