"""The query of The Odds API: every parameter checked as the real service checks it, with its error codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.odds.books import REGIONS, Book, books
from sandbox.odds.listing import Listing

FEATURED = ("h2h", "spreads", "totals", "outrights", "h2h_lay", "outrights_lay")
"""Markets that /odds takes; the odds of one event take more, of which there are none here."""
WITH_BACK = {"h2h": "h2h_lay", "outrights": "outrights_lay"}
"""Lay prices of exchanges come with the back prices, and cost nothing more."""
MOST_DAYS = 3
BOOKS_A_REGION = 10
"""Books by name that cost as much as one region."""

_ID = re.compile(r"[0-9a-f]{32}")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_ADDITIONAL = re.compile(
    r"(alternate_|player_|batter_|pitcher_|team_totals|btts|draw_no_bet|h2h_|spreads_|totals_)"
)


class Refused(Exception):
    """The service answers with an error.

    Args:
        status: HTTP's.
        code: its error code.
        message: for people.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Style:
    """How an answer is written: the odds and times, and what is included."""

    american: bool = False
    unix: bool = False
    links: bool = False
    sids: bool = False
    limits: bool = False
    rotation: bool = False


@dataclass(frozen=True)
class Chosen:
    """Which books and markets are wanted.

    Attributes:
        regions: how many regions they cost.
        markets: as asked.
        keys: of books; None: those of `names`.
        names: regions; empty if books were named.
    """

    regions: int
    markets: tuple[str, ...]
    keys: frozenset[str] | None
    names: frozenset[str]

    def wants(self, book: Book) -> bool:
        """Whether a book is among them."""
        return book.key in self.keys if self.keys is not None else bool(book.regions & self.names)

    def shown(self) -> frozenset[str]:
        """The markets, and the lay prices that come with them."""
        return frozenset(self.markets) | {WITH_BACK[one] for one in self.markets if one in WITH_BACK}


@dataclass(frozen=True)
class Window:
    """Which events are wanted."""

    ids: frozenset[str] | None = None
    begin: float | None = None
    end: float | None = None

    def wants(self, event: Listing) -> bool:
        """Whether an event is among them."""
        return (
            (self.ids is None or event.id in self.ids)
            and (self.begin is None or event.start >= self.begin)
            and (self.end is None or event.start <= self.end)
        )


def style(query: Mapping[str, str]) -> Style:
    """Formats and what is included."""
    return Style(
        american=_one_of(query, "oddsFormat", ("decimal", "american"), "INVALID_ODDS_FORMAT") == "american",
        unix=_one_of(query, "dateFormat", ("iso", "unix"), "INVALID_DATE_FORMAT") == "unix",
        links=flag(query, "includeLinks", "INVALID_INCLUDE_LINKS"),
        sids=flag(query, "includeSids", "INVALID_INCLUDE_SIDS"),
        limits=flag(query, "includeBetLimits", "INVALID_INCLUDE_BET_LIMITS"),
        rotation=flag(query, "includeRotationNumbers", "INVALID_INCLUDE_ROTATION_NUMBERS"),
    )


def flag(query: Mapping[str, str], name: str, code: str) -> bool:
    """A parameter that is true or false."""
    return _one_of(query, name, ("false", "true"), code) == "true"


def _one_of(query: Mapping[str, str], name: str, values: tuple[str, ...], code: str) -> str:
    """One of some values; the first if it is not given."""
    value = query.get(name) or values[0]
    if value not in values:
        raise Refused(422, code, f"Invalid {name} parameter. Must be one of {', '.join(values)}")
    return value


def chosen(query: Mapping[str, str], *, featured: bool) -> Chosen:
    """Books and markets.

    Args:
        query: of the call.
        featured: whether only featured markets are taken, as /odds does.
    """
    markets = _names(query, "markets") or ("h2h",)
    wrong = [one for one in markets if one not in FEATURED and (featured or not _ADDITIONAL.match(one))]
    if wrong:
        known = all(_ADDITIONAL.match(one) for one in wrong)
        why = "Markets not supported by this endpoint" if known else "Invalid markets"
        raise Refused(422, "INVALID_MARKET", f"{why}: {', '.join(wrong)}")
    keys, regions = _names(query, "bookmakers"), _names(query, "regions")
    if keys:
        return _by_key(keys, markets)
    if not regions:
        raise Refused(422, "MISSING_REGION", "Missing regions parameter")
    wrong = [one for one in regions if one not in REGIONS]
    if wrong:
        raise Refused(422, "INVALID_REGION", f"Invalid regions parameter: {', '.join(wrong)}")
    return Chosen(len(set(regions)), markets, None, frozenset(regions))


def _by_key(keys: tuple[str, ...], markets: tuple[str, ...]) -> Chosen:
    wrong = [one for one in keys if one not in books()]
    if wrong:
        raise Refused(422, "INVALID_BOOKMAKERS", f"Invalid bookmakers parameter: {', '.join(wrong)}")
    return Chosen(-(-len(set(keys)) // BOOKS_A_REGION), markets, frozenset(keys), frozenset())


def _names(query: Mapping[str, str], name: str) -> tuple[str, ...]:
    """What is comma separated in a parameter, once each."""
    given = (one.strip() for one in query.get(name, "").split(","))
    return tuple(dict.fromkeys(one for one in given if one))


def window(query: Mapping[str, str]) -> Window:
    """Event ids and times of start."""
    ids = _names(query, "eventIds")
    if not all(_ID.fullmatch(one) for one in ids):
        raise Refused(422, "INVALID_EVENT_IDS", "Invalid eventIds parameter. Each must have 32 characters")
    begin = _time(query, "commenceTimeFrom", "INVALID_COMMENCE_TIME_FROM")
    end = _time(query, "commenceTimeTo", "INVALID_COMMENCE_TIME_TO")
    if begin is not None and end is not None and end <= begin:
        raise Refused(
            422, "INVALID_COMMENCE_TIME_RANGE", "commenceTimeTo must be later than commenceTimeFrom"
        )
    return Window(frozenset(ids) if ids else None, begin, end)


def _time(query: Mapping[str, str], name: str, code: str) -> float | None:
    text = query.get(name)
    if not text:
        return None
    try:
        return datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise Refused(422, code, f"Invalid {name} parameter. The format is 2024-04-30T00:00:00Z") from None


def event_id(text: str) -> str:
    """The id of an event in a path."""
    if not _ID.fullmatch(text):
        raise Refused(422, "INVALID_EVENT_ID", "Invalid event id. It must have 32 characters")
    return text


def days_from(query: Mapping[str, str]) -> int | None:
    """Days of finished games that /scores is asked for."""
    text = query.get("daysFrom")
    if not text:
        return None
    if text not in {str(day) for day in range(1, MOST_DAYS + 1)}:
        raise Refused(
            422, "INVALID_SCORES_DAYS_FROM", f"daysFrom must be a whole number from 1 to {MOST_DAYS}"
        )
    return int(text)
