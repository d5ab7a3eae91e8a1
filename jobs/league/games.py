"""A game with its date, time and place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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


def in_order(games: Iterable[Game]) -> list[Game]:
    """Games by date, start and venue."""
    return sorted(games, key=lambda game: (game.date, game.start, game.venue, game.pitch))
