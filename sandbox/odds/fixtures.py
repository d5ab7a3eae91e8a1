"""Who plays whom and when: a season without an end, of which any part can be asked for.

Each sport plays its rounds every week of the year. The circle method pairs the teams of a round; who is
strong changes every half year.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sandbox.odds.seeded import digest, generator
from sandbox.odds.sports import DAY, Sport

WEEK = 7 * DAY
MONDAY = 4 * DAY
"""The first Monday of 1970."""
ERA = 26
"""Weeks for which the teams keep their strengths."""
LATEST_SLOT = 2
"""Weeks over which the slots of one week reach: into the next."""
MOST_SHARE = 0.8
"""Largest share of the expected total that may be expected as margin, where scores are Poisson."""


@dataclass(frozen=True, eq=False)
class Fixture:
    """One game.

    Attributes:
        id: 32 hexadecimal digits.
        sport: its sport.
        start: when it starts, seconds since 1970.
        home: the home team.
        away: the away team.
        margin: home less away score that is expected when it is listed.
        total: the same of the sum of both scores.
    """

    id: str
    sport: Sport
    start: int
    home: str
    away: str
    margin: float
    total: float


def between(sport: Sport, seed: int, begin: float, end: float) -> list[Fixture]:
    """The games that start from `begin` on and before `end`, by start."""
    first, last = _week_of(begin) - LATEST_SLOT, _week_of(end)
    found = [one for week in range(first, last + 1) for one in _week(sport, seed, week)]
    return sorted((one for one in found if begin <= one.start < end), key=lambda one: (one.start, one.id))


def _week_of(time: float) -> int:
    return int((time - MONDAY) // WEEK)


@lru_cache(maxsize=512)
def _week(sport: Sport, seed: int, week: int) -> tuple[Fixture, ...]:
    """The games of a week. Their number in the cache is bounded: about 40 a week."""
    made: list[Fixture] = []
    for number, slots in enumerate(sport.rounds):
        played = week * len(sport.rounds) + number
        starts = [MONDAY + week * WEEK + slot.offset for slot in slots for _ in range(slot.games)]
        pairs = pairings(sport, seed, played)
        generator(seed, sport.key, "slots", played).shuffle(pairs)
        made += [_fixture(sport, seed, week, at, pair) for at, pair in zip(starts, pairs, strict=False)]
    return tuple(made)


def pairings(sport: Sport, seed: int, played: int) -> list[tuple[str, str]]:
    """The pairs of a round, home team first, by the circle method; with an odd number one team rests.

    Args:
        sport: the sport.
        seed: of the sandbox.
        played: number of the round since 1970.
    """
    rounds = len(sport.teams) - 1 + len(sport.teams) % 2
    season, turn = divmod(played, rounds)
    order: list[str | None] = list(sport.teams) + [None] * (len(sport.teams) % 2)
    generator(seed, sport.key, "order", season).shuffle(order)
    circle = [order[0], *order[1 + turn :], *order[1 : 1 + turn]]
    sides = [(circle[k], circle[-1 - k]) for k in range(len(circle) // 2)]
    flip = [(one, other) if (turn + season + k) % 2 else (other, one) for k, (one, other) in enumerate(sides)]
    return [(home, away) for home, away in flip if home is not None and away is not None]


def _fixture(sport: Sport, seed: int, week: int, start: int, pair: tuple[str, str]) -> Fixture:
    home, away = pair
    strength = strengths(sport, seed, week // ERA)
    name = digest(seed, sport.key, start, home, away)
    luck = generator(name, "opening").normal(size=2)
    total = sport.total + sport.total_sd * luck[0]
    margin = sport.home + strength[home] - strength[away] + 0.3 * sport.strength_sd * luck[1]
    if sport.goals:
        margin = float(np.clip(margin, -MOST_SHARE * total, MOST_SHARE * total))
    return Fixture(name, sport, start, home, away, float(margin), float(total))


@lru_cache(maxsize=256)
def strengths(sport: Sport, seed: int, era: int) -> dict[str, float]:
    """Points by which each team is better than the mean."""
    drawn = generator(seed, sport.key, "strength", era).normal(size=len(sport.teams)) * sport.strength_sd
    return dict(zip(sport.teams, (drawn - drawn.mean()).tolist(), strict=True))
