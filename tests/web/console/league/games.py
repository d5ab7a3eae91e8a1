"""Games, changes and a stored schedule for tests of the league pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.league import store
from jobs.league.games import Game
from jobs.league.schedule import Schedule
from jobs.league.validate import validate
from tests.jobs.league.leagues import league

LATER, SOONER = dt.date(2027, 4, 10), dt.date(2027, 4, 3)
HOSTILE = "<script>window.pwned=1</script>"


def game(
    home: str,
    away: str,
    date: dt.date = SOONER,
    start: str = "09:00",
    *,
    division: str = "U10",
    venue: str = "Park",
    pitch: int = 1,
) -> Game:
    return Game(
        division=division, home=home, away=away, date=date, start=start, end=f"{int(start[:2]) + 1:02}:00",
        venue=venue, pitch=pitch, at_home_venue=venue == "Park",
    )  # fmt: skip


GAMES = [
    game("Bees", "Crows"),
    game("Eels", "Foxes", division="U12", venue="Lane"),
    game("Ants", "Bees", start="10:00"),
    game("Crows", "Deer", LATER),
]
DIVISIONS = ["U12", "U10"]


def save(games: list[Game] = GAMES, kept: dict[str, Any] | None = None, **changes: Any) -> str:
    """Store a schedule of the small league with these games; its id.

    Args:
        games: the games.
        kept: more to keep with it, e.g. its feed.
        changes: in the league.
    """
    spec = league(**changes)
    schedule = Schedule.of(spec, games)
    return store.save(spec, schedule, validate(spec, games), seed=7, generation_time=1.25, **(kept or {})).id
