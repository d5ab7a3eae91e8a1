"""What a schedule is: its games, and how good they are.

Whether it keeps the rules is for ``validate`` to say.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict

from jobs.league.games import Game as Game
from jobs.league.games import in_order
from jobs.league.scores import Scores, score
from jobs.league.spec import LeagueSpec


class Schedule(BaseModel):
    """A season's games, sorted by date, start and venue, with their scores."""

    model_config = ConfigDict(frozen=True)

    games: list[Game]
    scores: Scores

    @classmethod
    def of(cls, league: LeagueSpec, games: Iterable[Game]) -> Self:
        """Sort and score games."""
        ordered = in_order(games)
        return cls(games=ordered, scores=score(league, ordered))
