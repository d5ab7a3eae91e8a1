"""Recorded answers of /odds, served anew: all their times are shifted so that they were recorded just now.

A file holds the answer as it came. It is named after its sport and the time of the recording, as
basketball_nba_2026-04-16T1859Z.json; without a time in the name the latest update in the file counts as that.
Of several files of a sport the latest is served. Games of a recording never start and never end.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from sandbox.odds.books import REGIONS, Book, books
from sandbox.odds.listing import Listing, Market, Outcome, Quote, Score
from sandbox.odds.slate import BUCKET
from sandbox.odds.sports import sports

_NAME = re.compile(r"_(\d{4}-\d{2}-\d{2}T\d{4}Z)$")


class CannotServe(ValueError):
    """The folder or a file in it cannot be served; the text says which and why."""


class _Recording(NamedTuple):
    """What one file holds; times are as recorded."""

    sport: str
    at: int
    events: list[Listing]


class Recorded:
    """The source of events that were recorded.

    Args:
        folder: of the files.

    Raises:
        CannotServe: it has none, or one is no answer of /odds.
    """

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.json")) if folder.is_dir() else []
        if not files:
            raise CannotServe(f"{folder} is no folder with recorded answers (*.json)")
        found = sorted((_read(file) for file in files), key=lambda one: one.at)
        self._latest = {one.sport: one for one in found}

    def sports(self) -> list[dict[str, object]]:
        """See Source."""
        return [_entry(one.sport, one.events[0].sport_title) for one in self._latest.values()]

    def listings(self, sport_key: str, now: float) -> list[Listing]:
        """See Source."""
        recording = self._latest[sport_key]
        shift = int(now // BUCKET * BUCKET) - recording.at
        return [_shifted(event, shift) for event in recording.events]

    def scores(self, sport_key: str, now: float, days: int | None) -> list[Score]:
        """See Source. How the games stood was not recorded."""
        return [Score(one, None, None, False, 0) for one in self.listings(sport_key, now)]


def _entry(key: str, title: str) -> dict[str, object]:
    known = sports().get(key)
    return {
        "key": key,
        "group": known.group if known else key.partition("_")[0].title(),
        "title": title,
        "description": known.description if known else title,
        "active": True,
        "has_outrights": False,
    }


def _read(file: Path) -> _Recording:
    try:
        payload = json.loads(file.read_bytes())
        events = [_event(one) for one in payload]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise CannotServe(f"{file} is no recorded answer of /odds: {type(error).__name__}: {error}") from None
    keys = {one.sport_key for one in events}
    if len(keys) != 1:
        raise CannotServe(f"{file} has events of {len(keys)} sports, where those of one are due")
    return _Recording(keys.pop(), _recorded_at(file, events), events)


def _recorded_at(file: Path, events: list[Listing]) -> int:
    """When it was recorded: what the name says, to the minute, unless it shows a later price."""
    updates = [market.seen for one in events for quote in one.quotes for market in quote.markets]
    named = _NAME.search(file.stem)
    at = datetime.strptime(named[1], "%Y-%m-%dT%H%MZ").replace(tzinfo=UTC).timestamp() if named else 0
    return max(int(at), *updates) if updates else int(at)


def _event(given: dict[str, Any]) -> Listing:
    return Listing(
        given["id"],
        given["sport_key"],
        given["sport_title"],
        _time(given["commence_time"]),
        given["home_team"],
        given["away_team"],
        [_quote(one) for one in given["bookmakers"]],
    )


def _quote(given: dict[str, Any]) -> Quote:
    known = books().get(given["key"])
    # A book that we do not know is shown whatever region is asked for.
    book = Book(given["key"], given["title"], known.regions if known else frozenset(REGIONS))
    seen = _time(given["last_update"])
    return Quote(book, seen, [_market(one, seen) for one in given["markets"]])


def _market(given: dict[str, Any], seen: int) -> Market:
    outcomes = [
        Outcome(one["name"], one["price"], one.get("point"), one.get("description"))
        for one in given["outcomes"]
    ]
    return Market(given["key"], _time(given["last_update"]) if "last_update" in given else seen, outcomes)


def _time(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _shifted(event: Listing, shift: int) -> Listing:
    quotes = [
        Quote(book, seen + shift, [Market(one.key, one.seen + shift, one.outcomes) for one in markets])
        for book, seen, markets in event.quotes
    ]
    return Listing(
        event.id, event.sport_key, event.sport_title, event.start + shift, event.home, event.away, quotes
    )
