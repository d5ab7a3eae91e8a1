"""An event with the prices that books offer on it, made up or recorded, before it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sandbox.odds.books import Book


class Outcome(NamedTuple):
    """One price.

    Attributes:
        name: the team, Draw, Over or Under.
        price: decimal odds.
        point: handicap or line, if the market has one.
        description: e.g. a player, if the market has one.
    """

    name: str
    price: float
    point: float | None = None
    description: str | None = None


class Market(NamedTuple):
    """One market of one book, last seen at `seen`, in seconds since 1970."""

    key: str
    seen: int
    outcomes: list[Outcome]


class Quote(NamedTuple):
    """What one book offers on an event."""

    book: Book
    seen: int
    markets: list[Market]


@dataclass(frozen=True, slots=True)
class Listing:
    """An event in the feed. Events of outrights have no teams."""

    id: str
    sport_key: str
    sport_title: str
    start: int
    home: str | None
    away: str | None
    quotes: list[Quote]


@dataclass(frozen=True, slots=True)
class Score:
    """How a game stands; `home` and `away` are None before it starts."""

    listing: Listing
    home: int | None
    away: int | None
    completed: bool
    seen: int


class Source(Protocol):
    """Where events come from: made up or recorded. Times are seconds since 1970."""

    def sports(self) -> list[dict[str, object]]:
        """All sports as /sports lists them, those out of season too."""

    def listings(self, sport_key: str, now: float) -> list[Listing]:
        """Events of a sport that are to come or being played, by start."""

    def scores(self, sport_key: str, now: float, days: int | None) -> list[Score]:
        """The same events and, if `days` is given, those that ended in the last days."""
