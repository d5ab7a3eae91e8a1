"""The one market on a whole season: who wins the Super Bowl. Its event has no teams, as in life."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from sandbox.odds.books import books
from sandbox.odds.fixtures import ERA, WEEK, strengths
from sandbox.odds.listing import Listing, Market, Outcome, Quote
from sandbox.odds.pricing import next_tick, on_grid, with_margin
from sandbox.odds.seeded import digest, generator
from sandbox.odds.sports import DAY, sports

KEY = "americanfootball_nfl_super_bowl_winner"
TITLE = "NFL Super Bowl Winner"
ENTRY: dict[str, object] = {
    "key": KEY,
    "group": "American Football",
    "title": TITLE,
    "description": "Super Bowl Winner",
    "active": True,
    "has_outrights": True,
}
OFFERED = 0.4
"""Share of the books that price it."""
MARGIN = 5.0
"""How much more a book keeps of 32 outcomes than of two."""


def listing(seed: int, now: int) -> Listing:
    """The event, with the books' prices of today."""
    final, sport = _final(now), sports()["americanfootball_nfl"]
    power = np.array(list(strengths(sport, seed, now // WEEK // ERA).values()))
    weight = np.exp(0.35 * power + 0.05 * generator(seed, KEY, now // DAY).normal(size=len(power)))
    name, quotes = digest(seed, KEY, final), []
    for book in books().values():
        draws = generator(name, book.key, now // DAY)
        if "h" in book.markets and draws.random() < OFFERED:
            chances = weight * np.exp(0.1 * draws.normal(size=len(weight)))
            markets = _markets(sport.teams, chances / chances.sum(), book.margin, "l" in book.markets, now)
            quotes.append(Quote(book, now, markets))
    return Listing(name, KEY, TITLE, final, None, None, quotes)


def _markets(
    teams: tuple[str, ...], chances: np.ndarray, margin: float, exchange: bool, now: int
) -> list[Market]:
    asked = with_margin(chances[None, :], np.array([margin * MARGIN]), "multiplicative")
    back = on_grid(1 / asked, "ticks")[0]
    found = [Market("outrights", now, _outcomes(teams, back))]
    return [*found, Market("outrights_lay", now, _outcomes(teams, next_tick(back)))] if exchange else found


def _outcomes(teams: tuple[str, ...], prices: np.ndarray) -> list[Outcome]:
    return [Outcome(team, price) for team, price in zip(teams, prices.tolist(), strict=True)]


def _final(now: int) -> int:
    """The second Sunday of the next February, 23:30 UTC."""
    year = datetime.fromtimestamp(now, UTC).year
    for at in (_second_sunday(year), _second_sunday(year + 1)):
        if at > now:
            return at
    raise AssertionError("a year has a February")


def _second_sunday(year: int) -> int:
    first = datetime(year, 2, 1, 23, 30, tzinfo=UTC)
    return int(first.timestamp()) + ((6 - first.weekday()) % 7 + 7) * DAY
