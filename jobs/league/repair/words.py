"""Dates and games as people say them."""

from __future__ import annotations

import datetime as dt

from jobs.league.games import Game


def day_name(date: dt.date) -> str:
    """A date as people say it: ``9 May 2027``."""
    return f"{date.day} {date:%B %Y}"


def pair_name(game: Game) -> str:
    """``Ants v Bees``."""
    return f"{game.home} v {game.away}"
