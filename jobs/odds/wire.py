"""Reads what The Odds API answers into events: tolerant of single faults, strict about what is used.

A part of the wrong shape is left out alone and named, and the rest is kept: a wrong link costs the link, a
wrong price the outcome, a wrong list of outcomes the market. What a price means, and whether it may be used,
is decided in lines.py.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from jobs.odds.model import BookMarket, Event, Outcome
from longshore.errors import LongshoreError

MOST_FAULTS = 100
"""Faults that are named; of more only their number is told."""
MOST_PRICE = 100_000.0
MOST_POINT = 10_000.0
MOST_TEXT = 200
MOST_LINK = 2_000
SHOWN = 40
"""Characters of a wrong value that a fault shows."""


class UnreadableOdds(LongshoreError):
    """The answer as a whole is not what /odds answers: a list of events."""


@dataclass(frozen=True)
class Parsed:
    """What could be read.

    Attributes:
        events: in the upstream's order.
        faults: what was left out, each with its place and why; at most ``MOST_FAULTS``, and one that counts
            the others.
    """

    events: list[Event]
    faults: list[str]


def parse(payload: object) -> Parsed:
    """Read an answer of ``/sports/{sport}/odds``, as it is after JSON.

    Raises:
        UnreadableOdds: it is no list.
    """
    if not isinstance(payload, list):
        raise UnreadableOdds(f"Odds are due as a list of events, but {_shown(payload)} came.")
    reader, events = _Reader(), dict[str, Event]()
    for number, raw in enumerate(payload, 1):
        try:
            event = reader.event(raw)
        except _Wrong as wrong:
            reader.fault((f"event {number}",), wrong)
            continue
        if events.setdefault(event.id, event) is not event:
            reader.fault((f"event {number}",), f"has the id {event.id} of an earlier one")
    return Parsed(list(events.values()), reader.faults())


class _Wrong(ValueError):
    """A part cannot be read; the text says what it is and what was due."""


Place = tuple[str, ...]


@dataclass
class _Reader:
    """Reads part by part and keeps what was wrong."""

    named: list[str] = field(default_factory=list)
    others: int = 0
    times: dict[str, datetime] = field(default_factory=dict)

    def fault(self, place: Place, what: object) -> None:
        """Note what was left out."""
        if len(self.named) < MOST_FAULTS:
            self.named.append(f"{', '.join(place)}: {what}")
        else:
            self.others += 1

    def faults(self) -> list[str]:
        """All that was noted."""
        return [*self.named, f"and {self.others:,} more"] if self.others else self.named

    def event(self, raw: object) -> Event:
        """An event; without id, sport, time or teams it is none."""
        given = _object(raw)
        event_id, sport = _text(given, "id"), _text(given, "sport_key")
        place = (f"event {event_id}",)
        return Event(
            id=event_id,
            sport=sport,
            sport_title=self._title(given, "sport_title", sport, place),
            commence_time=self._time(given.get("commence_time"), "commence_time"),
            home=_text(given, "home_team"),
            away=_text(given, "away_team"),
            markets=tuple(self._books(given, place)),
        )

    def _books(self, event: dict[str, Any], place: Place) -> Iterator[BookMarket]:
        for number, raw in self._parts(event, "bookmakers", place):
            try:
                book = _object(raw)
                key = _text(book, "key")
            except _Wrong as wrong:
                self.fault((*place, f"bookmaker {number}"), wrong)
                continue
            yield from self._markets(book, key, (*place, key))

    def _markets(self, book: dict[str, Any], key: str, place: Place) -> Iterator[BookMarket]:
        title = self._title(book, "title", key, place)
        updated, link = self._updated(book, None, place), self._link(book, None, place)
        for number, raw in self._parts(book, "markets", place):
            try:
                market = _object(raw)
                name = _text(market, "key")
                listed = _list(market, "outcomes")
            except _Wrong as wrong:
                self.fault((*place, f"market {number}"), wrong)
                continue
            where = (*place, name)
            outcomes = self._outcomes(listed, self._link(market, link, where), where)
            yield BookMarket(key, title, name, self._updated(market, updated, where), tuple(outcomes))

    def _outcomes(self, listed: Iterable[object], link: str | None, place: Place) -> Iterator[Outcome]:
        for number, raw in enumerate(listed, 1):
            try:
                given = _object(raw)
                name, price, point = _text(given, "name"), _price(given.get("price")), _point(given)
            except _Wrong as wrong:
                self.fault((*place, f"outcome {number}"), wrong)
                continue
            own = self._link(given, link, place) if "link" in given else link
            yield Outcome(name, price, point, own)

    def _parts(self, given: dict[str, Any], name: str, place: Place) -> Iterator[tuple[int, object]]:
        try:
            yield from enumerate(_list(given, name), 1)
        except _Wrong as wrong:
            self.fault(place, wrong)

    # What may be missing, and is no reason to leave out more than itself.

    def _title(self, given: dict[str, Any], name: str, otherwise: str, place: Place) -> str:
        try:
            return _text(given, name) if given.get(name) is not None else otherwise
        except _Wrong as wrong:
            self.fault(place, wrong)
            return otherwise

    def _link(self, given: dict[str, Any], otherwise: str | None, place: Place) -> str | None:
        link = given.get("link")
        if link is None:
            return otherwise
        # It becomes the target of a link on a page: nothing but the web.
        if isinstance(link, str) and len(link) <= MOST_LINK and link.isprintable() and _is_web(link):
            return link
        self.fault(place, f"link is {_shown(link)}, where a web address is due")
        return otherwise

    def _updated(self, given: dict[str, Any], otherwise: datetime | None, place: Place) -> datetime | None:
        raw = given.get("last_update")
        if raw is None:
            return otherwise
        try:
            return self._time(raw, "last_update")
        except _Wrong as wrong:
            self.fault(place, wrong)
            return otherwise

    def _time(self, raw: object, name: str) -> datetime:
        """A time in UTC. Few different ones recur thousands of times, so that each is read once."""
        if not isinstance(raw, str):
            raise _Wrong(f"{name} is {_shown(raw)}, where an ISO 8601 time with its zone is due")
        if raw not in self.times:
            self.times[raw] = _utc(raw, name)
        return self.times[raw]


def _utc(raw: str, name: str) -> datetime:
    try:
        read = datetime.fromisoformat(raw)
        utc = read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        utc = None
    if utc is None:
        raise _Wrong(f"{name} is {_shown(raw)}, where an ISO 8601 time with its zone is due")
    return utc


def _is_web(link: str) -> bool:
    return link.startswith(("https://", "http://"))


def _object(raw: object) -> dict[str, Any]:
    if isinstance(raw, dict):
        return raw
    raise _Wrong(f"is {_shown(raw)}, where an object is due")


def _list(given: dict[str, Any], name: str) -> list[object]:
    found = given.get(name)
    if isinstance(found, list):
        return found
    raise _Wrong(f"{name} is {_shown(found)}, where a list is due")


def _text(given: dict[str, Any], name: str) -> str:
    text = given.get(name)
    if not isinstance(text, str) or not text or len(text) > MOST_TEXT:
        raise _Wrong(f"{name} is {_shown(text)}, where 1 to {MOST_TEXT} characters are due")
    # Control characters and halves of surrogate pairs can be stored nowhere.
    if not text.isprintable() and any(unicodedata.category(one).startswith("C") for one in text):
        raise _Wrong(f"{name} is {_shown(text)}, which has characters that are no text")
    return text


def _price(price: object) -> float:
    # 1.0 is what a suspended price looks like: lines.py deals with it.
    if type(price) in (float, int) and 1.0 <= price <= MOST_PRICE:  # type: ignore[operator]
        return float(price)  # type: ignore[arg-type]
    raise _Wrong(f"price is {_shown(price)}, where decimal odds from 1 to {MOST_PRICE:,.0f} are due")


def _point(given: dict[str, Any]) -> float | None:
    point = given.get("point")
    if point is None:
        return None
    if type(point) in (float, int) and -MOST_POINT <= point <= MOST_POINT:
        return float(point) + 0.0  # -0.0 is 0.0
    raise _Wrong(f"point is {_shown(point)}, where a number within {MOST_POINT:,.0f} of 0 is due")


def _shown(raw: object) -> str:
    """What a value is, for people; short, whatever it is."""
    if raw is None:
        return "missing or null"
    if isinstance(raw, dict):
        return f"an object with {', '.join(ascii(str(key)[:SHOWN]) for key in list(raw)[:3]) or 'nothing'}"
    if isinstance(raw, list):
        return f"a list of {len(raw):,}"
    if isinstance(raw, int) and not -(10**SHOWN) < raw < 10**SHOWN:
        return "a number too long to show"
    text = ascii(raw)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
