"""What the query of a page may say, and what it means."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from jobs.odds.model import MARKETS
from jobs.odds.selection import SORTS, Choice

LIMIT, MOST = 100, 1_000
"""Lines of a page unless it says how many, and most of them."""


def _written_out(value: Any) -> Any:
    """Refuse bare numbers, which pydantic would take for seconds since 1970."""
    if isinstance(value, str) and "T" not in value:
        raise ValueError("an instant with its zone is needed, e.g. 2030-01-01T09:00:00Z")
    return value


def _markets(value: str) -> str:
    for one in _names(value):
        if one not in MARKETS:
            raise ValueError(f"{one!r} is no market; markets are {', '.join(MARKETS)}")
    return value


def _sort(value: str) -> str:
    if value.removeprefix("-") not in SORTS:
        raise ValueError(f"one of {', '.join(SORTS)}, with - before it for the largest first, e.g. -ev")
    return value


def _names(value: str | None) -> tuple[str, ...]:
    """The names in a text, comma separated, each once and in order."""
    return tuple(sorted({one.strip().lower() for one in (value or "").split(",")} - {""}))


Instant = Annotated[AwareDatetime | None, BeforeValidator(_written_out)]


class Narrowed(BaseModel):
    """What the lists have in common."""

    model_config = ConfigDict(extra="forbid")

    sport: str | None = Field(None, max_length=1_000, description="sports by key, comma separated")
    market: Annotated[str, AfterValidator(_markets)] | None = Field(
        None, max_length=100, description="h2h, spreads, totals, comma separated"
    )
    book: str | None = Field(None, max_length=1_000, description="books by key, comma separated")
    commence_from: Instant = Field(None, description="events that start at this instant or later")
    commence_to: Instant = Field(None, description="events that start before this instant")
    limit: int = Field(LIMIT, ge=1, le=MOST, description="most lines of the page")
    cursor: str | None = Field(None, max_length=500, description="next_cursor of the page before")

    def choice(self, least: float | None) -> Choice:
        """The lines that it asks for."""
        return Choice(
            _names(self.sport), _names(self.market), _names(self.book), least,
            self.commence_from, self.commence_to,
        )  # fmt: skip


class OddsQuery(Narrowed):
    """Which opportunities to list."""

    min_ev: float | None = Field(
        None, ge=-100, le=10_000, allow_inf_nan=False, description="least EV in percent"
    )
    sort: Annotated[str, AfterValidator(_sort)] = Field(
        "-ev", description=f"{', '.join(SORTS)}; - before it: the largest first"
    )
    format: Literal["json", "csv"] = Field("json", description="csv: a table, with all lines unless limited")


class PairsQuery(Narrowed):
    """Which arbitrages or middles to list."""

    min_profit: float | None = Field(
        None, ge=-100, le=10_000, allow_inf_nan=False, description="least profit in percent"
    )


class AnalyticsQuery(BaseModel):
    """What the report is narrowed to."""

    model_config = ConfigDict(extra="forbid")

    sport: str | None = Field(None, max_length=60, description="only this sport")
    market: Literal["h2h", "spreads", "totals"] | None = Field(None, description="only this market")
    book: str | None = Field(None, max_length=60, description="only this book")
    since: Instant = Field(None, description="only events that start at this instant or later")
    source: Literal["live", "sandbox"] | None = Field(
        None, description="real or made-up data; by default what the newest odds are"
    )


def key(choice: Choice, *more: object) -> str:
    """What a query means, the same for all that mean the same."""
    said = (
        choice.sports, choice.markets, choice.books, choice.least, _instant(choice.commence_from),
        _instant(choice.commence_to), *more,
    )  # fmt: skip
    return repr(said)


def _instant(value: datetime | None) -> float | None:
    return value.timestamp() if value is not None else None
