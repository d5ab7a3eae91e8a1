"""What is on at a time: events with quotes, and scores, put together and kept for their time bucket."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from sandbox.odds import outrights
from sandbox.odds.fixtures import Fixture, between
from sandbox.odds.listing import Listing, Market, Outcome, Quote, Score
from sandbox.odds.markets import Priced, priced
from sandbox.odds.results import result, standing
from sandbox.odds.sports import DAY, Sport, sports
from sandbox.odds.views import roster, views

BUCKET = 30
"""Seconds for which everything stays the same."""
KEPT = 32
"""Slates in the cache: each sport of the last bucket, and some of those before."""
LONGEST_GAME = DAY // 4


class MadeUp:
    """The made-up source of events.

    Args:
        seed: another one makes another world.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._slates: OrderedDict[tuple[str, int], list[Listing]] = OrderedDict()
        self._lock = threading.Lock()

    def sports(self) -> list[dict[str, object]]:
        """See Source."""
        games = [
            _entry(one.key, one.group, one.title, one.description, one.active) for one in sports().values()
        ]
        return sorted([*games, outrights.ENTRY], key=lambda entry: (str(entry["group"]), str(entry["key"])))

    def listings(self, sport_key: str, now: float) -> list[Listing]:
        """See Source."""
        bucket = int(now // BUCKET)
        with self._lock:  # one call makes a slate, the others wait for it
            if (sport_key, bucket) not in self._slates:
                self._slates[sport_key, bucket] = self._make(sport_key, bucket * BUCKET)
            self._slates.move_to_end((sport_key, bucket))
            while len(self._slates) > KEPT:
                self._slates.popitem(last=False)
            return self._slates[sport_key, bucket]

    def scores(self, sport_key: str, now: float, days: int | None) -> list[Score]:
        """See Source."""
        sport = sports().get(sport_key)
        if sport is None or not sport.active:
            return []
        at = now // BUCKET * BUCKET
        begin = at - (days or 0) * DAY - LONGEST_GAME
        found = (_score(one, at) for one in between(sport, self._seed, begin, at + sport.horizon))
        since = at - (days or 0) * DAY
        return [score for score in found if not score.completed or score.seen > since]

    def _make(self, sport_key: str, now: int) -> list[Listing]:
        if sport_key == outrights.KEY:
            return [outrights.listing(self._seed, now)]
        sport = sports()[sport_key]
        if not sport.active:
            return []
        games = between(sport, self._seed, now - sport.length + 1, now + sport.horizon)
        return listings(sport, games, now)


def _entry(key: str, group: str, title: str, description: str, active: bool) -> dict[str, object]:
    return {
        "key": key,
        "group": group,
        "title": title,
        "description": description,
        "active": active,
        "has_outrights": False,
    }


def listings(sport: Sport, games: Sequence[Fixture], now: int) -> list[Listing]:
    """Games of one sport with what all books offer on them."""
    if not games:
        return []
    seen = views(games, now)
    markets: list[list[list[Market]]] = [[[] for _ in roster()] for _ in games]
    for one in priced(sport, games, seen, now):
        _fill(markets, one, games, seen.seen.tolist())
    return [_listing(game, row, at) for game, row, at in zip(games, markets, seen.seen.tolist(), strict=True)]


def _fill(
    markets: list[list[list[Market]]], one: Priced, games: Sequence[Fixture], seen: list[list[int]]
) -> None:
    """Put one market's prices where they belong. The API lists the teams by name, the draw last."""
    at = zip(*(axis.tolist() for axis in one.where.nonzero()), strict=True)
    points = [None] * len(one.prices) if one.points is None else one.points.tolist()
    for (game, book), prices, point in zip(at, one.prices.tolist(), points, strict=True):
        outcomes = _outcomes(one.key, games[game], prices, point)
        markets[game][book].append(Market(one.key, seen[game][book], outcomes))


def _outcomes(key: str, game: Fixture, prices: list[float], point: float | None) -> list[Outcome]:
    if key == "totals":
        return [Outcome("Over", prices[0], point), Outcome("Under", prices[1], point)]
    theirs = None if point is None else 0.0 - point
    sides = [Outcome(game.home, prices[0], point), Outcome(game.away, prices[1], theirs)]
    if game.away < game.home:
        sides.reverse()
    return [*sides, Outcome("Draw", prices[2])] if len(prices) == 3 else sides


def _listing(game: Fixture, row: list[list[Market]], seen: list[int]) -> Listing:
    quotes = [
        Quote(book, at, markets) for book, at, markets in zip(roster(), seen, row, strict=True) if markets
    ]
    return Listing(game.id, game.sport.key, game.sport.title, game.start, game.home, game.away, quotes)


def _score(game: Fixture, now: float) -> Score:
    listed = Listing(game.id, game.sport.key, game.sport.title, game.start, game.home, game.away, [])
    if now < game.start:
        return Score(listed, None, None, False, int(now))
    ended = game.start + game.sport.length
    if now >= ended:
        return Score(listed, *result(game), True, ended)
    return Score(listed, *standing(game, (now - game.start) / game.sport.length), False, int(now))
