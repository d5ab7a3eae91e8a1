"""A made-up season whose true probabilities are known, played through the doors of the record. Seeded.

The probability of a team moves up or down by the same amount with the same chance, so that its mean stays
what it is, and decides at the start how the game ends. Closing line value, hit rate and return have known
means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from jobs.odds import closing, record, results
from tests.support.odds import AWAY, HOME, START, Bet, Offer, analysis, event_id

BOOKS = ("betmgm", "bovada", "draftkings", "fanduel", "unibet_us")
LOOKS = (600, 120, 5)
"""Minutes before the start."""


@dataclass(frozen=True)
class Season:
    """What is played.

    Attributes:
        games: how many.
        first: number of the first one; seasons in one database need different ones.
        seed: of everything that is drawn.
        evs: the true EV of what each book offers at the first look, in percent.
        mistake: how far off the fair probability is at the first look, up or down, as a share of it.
        source: where it is recorded.
    """

    games: int = 300
    first: int = 0
    seed: int = 1
    evs: tuple[float, ...] = (0.5, 1.5, 3.0, 7.0, 12.0)
    mistake: float = 0.0
    source: str = "live"


def play(season: Season) -> datetime:
    """Record it all: the looks at each game, closing lines and results; when it is over."""
    rng = Random(season.seed)
    games = [_Game(season.first + number, rng, season) for number in range(season.games)]
    for _, day in groupby(games, lambda game: game.start):
        some = list(day)
        for look, minutes in enumerate(LOOKS):
            offers = [offer for game in some for offer in game.offers(look)]
            record.note(analysis(some[0].start - timedelta(minutes=minutes), *offers), season.source)
    over = games[-1].start + timedelta(hours=3)
    closing.settle(over)
    results.settle({event_id(game.number): game.score for game in games}, over, source=season.source)
    return over


class _Game:
    """A game on one team of which all books have a price."""

    def __init__(self, number: int, rng: Random, season: Season) -> None:
        self.number = number
        self.start = START + timedelta(days=number // 50)
        self._sport = ("basketball_nba", "americanfootball_nfl")[number % 2]
        self._evs = season.evs
        self._team = rng.choice((HOME, AWAY))
        self._chance = list(_walk(rng, rng.uniform(0.25, 0.75)))
        self._off = 1 + rng.choice((-1, 1)) * season.mistake
        is_home = (rng.random() < self._chance[-1]) is (self._team == HOME)
        self.score = (1.0, 0.0) if is_home else (0.0, 1.0)

    def offers(self, look: int) -> list[Offer]:
        """What the books offer at a look; at the first one all is listed that seems worth it."""
        fair = self._chance[look] * (self._off if look == 0 else 1.0)
        prices = [(1 + ev / 100) / self._chance[0] for ev in self._evs]
        return [
            Offer(self._bet(book), price, fair, listed=look == 0 and price * fair > 1)
            for book, price in zip(BOOKS, prices, strict=False)
        ]

    def _bet(self, book: str) -> Bet:
        return Bet(self.number, book, outcome=self._team, sport=self._sport, start=self.start)


def _walk(rng: Random, probability: float) -> Iterator[float]:
    """A probability at each look: a fair game at every step."""
    for _ in LOOKS:
        yield probability
        probability += rng.choice((-1, 1)) * 0.15 * probability * (1 - probability)
