"""What a schedule is: its games, and how good they are.

Owns the result's shape and the soft scores. Whether a schedule keeps the rules is for ``validate`` to say.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class Game(BaseModel):
    """One game with its place and time.

    ``start`` and ``end`` are local times of day (``"09:30"``; a game may end at ``"24:00"``); ``pitch``
    counts from 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    division: str
    home: str
    away: str
    date: dt.date
    start: str = Field(pattern=r"^[0-9]{2}:[0-9]{2}$")
    end: str = Field(pattern=r"^[0-9]{2}:[0-9]{2}$")
    venue: str
    pitch: int
    at_home_venue: bool


class Scores(BaseModel):
    """Soft scores of a schedule: what is aimed for, not what is promised."""

    model_config = ConfigDict(frozen=True)

    home_venue_share: float = Field(description="Share of games at the home team's own venue, from 0 to 1.")
    home_away_balance_max: int = Field(description="Largest difference of home and away games of one team.")
    home_away_balance_mean: float = Field(description="Mean of that difference over all teams.")


class Schedule(BaseModel):
    """A season's games, sorted by date, start and venue, with their scores."""

    model_config = ConfigDict(frozen=True)

    games: list[Game]
    scores: Scores

    @classmethod
    def of(cls, games: Iterable[Game]) -> Self:
        """Sort and score games."""
        ordered = sorted(games, key=lambda game: (game.date, game.start, game.venue, game.pitch))
        return cls(games=ordered, scores=score(ordered))


def score(games: list[Game]) -> Scores:
    """Score games; without any, the scores are those of a perfect schedule."""
    difference: Counter[str] = Counter()
    for game in games:
        difference[game.home] += 1
        difference[game.away] -= 1
    gaps = [abs(gap) for gap in difference.values()]
    at_home = sum(game.at_home_venue for game in games)
    return Scores(
        home_venue_share=round(at_home / len(games), 4) if games else 1.0,
        home_away_balance_max=max(gaps, default=0),
        home_away_balance_mean=round(sum(gaps) / len(gaps), 4) if gaps else 0.0,
    )
