"""The Odds API v4, stood in for: its routes, errors and headers. What it answers with is in sandbox.odds.

It answers as https://the-odds-api.com/liveapi/guides/v4/ documents: /sports, and of each sport /events,
/odds, /scores and /events/{id}/odds. `upcoming` is a sport, too. Historical data are refused as on the free
plan.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.messages import Answer, Request, as_json
from sandbox.odds import outrights, query, wire
from sandbox.odds.credits import BAD, BUSY, SPENT, Credits
from sandbox.odds.listing import Listing, Source
from sandbox.odds.query import Chosen, Refused

DETAILS = "https://the-odds-api.com/liveapi/guides/v4/api-error-codes.html#"
UPCOMING = "upcoming"
MOST_UPCOMING = 8
"""Events that `upcoming` lists besides those that are being played."""

_ROUTES = (
    (re.compile(r"/v4/sports"), "_sports"),
    (re.compile(r"/v4/sports/(?P<sport>[^/]+)/events"), "_events"),
    (re.compile(r"/v4/sports/(?P<sport>[^/]+)/odds"), "_odds"),
    (re.compile(r"/v4/sports/(?P<sport>[^/]+)/scores"), "_scores"),
    (re.compile(r"/v4/sports/(?P<sport>[^/]+)/events/(?P<event>[^/]+)/odds"), "_event_odds"),
    (re.compile(r"/v4/historical/.+"), "_historical"),
)

Handler = Callable[..., tuple[Any, int]]
"""Takes the query, the key, the time and the path's parts; gives what to answer and its cost in credits."""


class TheOddsApi:
    """The stand-in.

    Args:
        source: where events come from.
        credits: of the keys.
    """

    name = "the_odds_api"
    path = "the-odds-api"
    example = "/v4/sports/basketball_nba/odds?apiKey=any&regions=us,eu&markets=h2h,spreads,totals"

    def __init__(self, source: Source, credits: Credits) -> None:
        self._source = source
        self._credits = credits

    def answer(self, request: Request, now: float) -> Answer:
        """See Upstream."""
        found = self._route(request)
        if found is None:
            return as_json({"message": "Not Found"}, 404)
        handler, parts = found
        headers: dict[str, str] = {}
        try:
            key = self._credits.admit(request.query, now)
            headers = self._credits.headers(key, now)
            payload, cost = handler(request.query, key, now, **parts)
        except Refused as refused:
            return _error(refused.status, refused.code, refused.message, headers)
        return as_json(payload, headers=self._credits.headers(key, now, cost))

    def refusal(self, fault: str, retry_after: float) -> Answer:
        """See Upstream."""
        if fault == "500":
            return as_json({"message": "Internal server error"}, 500)
        if fault == "429":
            return _error(*BUSY, {"retry-after": str(math.ceil(retry_after))})
        if fault == "no_credits_429":
            return _error(429, *SPENT[1:], {})
        return _error(*(SPENT if fault == "no_credits" else BAD), {})

    def _route(self, request: Request) -> tuple[Handler, dict[str, str]] | None:
        if request.method != "GET":
            return None
        for pattern, name in _ROUTES:
            match = pattern.fullmatch(request.path.rstrip("/"))
            if match:
                return getattr(self, name), match.groupdict()
        return None

    # Each of these gives a payload and what it costs.

    def _sports(self, given: Mapping[str, str], key: str, now: float) -> tuple[Any, int]:
        everything = query.flag(given, "all", "INVALID_ALL_SPORTS_PARAM")
        return [one for one in self._source.sports() if everything or one["active"]], 0

    def _events(self, given: Mapping[str, str], key: str, now: float, sport: str) -> tuple[Any, int]:
        style, window = query.style(given), query.window(given)
        return [wire.event(one, style) for one in self._listings(sport, now) if window.wants(one)], 0

    def _odds(self, given: Mapping[str, str], key: str, now: float, sport: str) -> tuple[Any, int]:
        self._credits.check(key, now)
        listings = self._listings(sport, now)
        chosen = _fitting(query.chosen(_with_default(given, sport), featured=True), sport)
        style, window = query.style(given), query.window(given)
        events = [wire.event_odds(one, chosen, style) for one in listings if window.wants(one)]
        priced = any(one["bookmakers"] for one in events)
        return events, chosen.regions * len(chosen.markets) if priced else 0

    def _event_odds(
        self, given: Mapping[str, str], key: str, now: float, sport: str, event: str
    ) -> tuple[Any, int]:
        self._credits.check(key, now)
        listings, wanted = self._listings(sport, now), query.event_id(event)
        chosen = _fitting(query.chosen(_with_default(given, sport), featured=False), sport)
        style = query.style(given)
        found = next((one for one in listings if one.id == wanted), None)
        if found is None:
            raise Refused(404, "EVENT_NOT_FOUND", "Event not found. It may have ended")
        written = wire.event_odds(found, chosen, style, alone=True)
        shown = {market["key"] for book in written["bookmakers"] for market in book["markets"]}
        return written, chosen.regions * len(shown.intersection(chosen.markets))

    def _scores(self, given: Mapping[str, str], key: str, now: float, sport: str) -> tuple[Any, int]:
        self._credits.check(key, now)
        self._known(sport)
        days, style, window = query.days_from(given), query.style(given), query.window(given)
        found = self._source.scores(sport, now, days)
        scores = [wire.score(one, style) for one in found if window.wants(one.listing)]
        return scores, 0 if not scores else 1 if days is None else 2

    def _historical(self, given: Mapping[str, str], key: str, now: float) -> tuple[Any, int]:
        raise Refused(
            401,
            "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN",
            "Historical odds are only available on paid usage plans.",
        )

    def _listings(self, sport: str, now: float) -> list[Listing]:
        if sport == UPCOMING:
            return self._upcoming(now)
        self._known(sport)
        return self._source.listings(sport, now)

    def _known(self, sport: str) -> None:
        if sport not in {one["key"] for one in self._source.sports()}:
            raise Refused(404, "UNKNOWN_SPORT", "Unknown sport")

    def _upcoming(self, now: float) -> list[Listing]:
        """What is being played in any sport, and the next events."""
        games = [str(one["key"]) for one in self._source.sports() if not one["has_outrights"]]
        found = [one for key in games for one in self._source.listings(key, now)]
        found.sort(key=lambda one: (one.start, one.id))
        live = [one for one in found if one.start <= now]
        return live + found[len(live) : len(live) + MOST_UPCOMING]


def _with_default(given: Mapping[str, str], sport: str) -> Mapping[str, str]:
    """The query, with the market that is meant where none is named."""
    outright = sport == outrights.KEY and not given.get("markets")
    return {**given, "markets": "outrights"} if outright else given


def _fitting(chosen: Chosen, sport: str) -> Chosen:
    if sport == outrights.KEY and not all(one.startswith("outrights") for one in chosen.markets):
        raise Refused(422, "INVALID_MARKET_COMBO", "This sport has outrights only")
    return chosen


def _error(status: int, code: str, message: str, headers: Mapping[str, str]) -> Answer:
    details = DETAILS + code.lower().replace("_", "-")
    return as_json({"message": message, "error_code": code, "details_url": details}, status, headers)
