"""Leagues and schedules that are repaired in tests, and who has moved in a repair."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from jobs.league.games import Game
from jobs.league.repair.disruption import Disruption, LostVenue, RainedOff, read
from jobs.league.repair.repair import Repair, Repairer
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, league, team

WEEK = dt.timedelta(days=7)
SATURDAYS = [SATURDAY + n * WEEK for n in range(10)]
BEFORE = dt.date(2027, 1, 1)


def happened(
    spec: LeagueSpec,
    *,
    rained_off: Sequence[dt.date | tuple[dt.date, str]] = (),
    lost: Sequence[LostVenue] = (),
    withdrawn: Sequence[str] = (),
    from_date: dt.date | None = None,
    today: dt.date = BEFORE,
) -> Disruption:
    rain = [
        RainedOff(date=one[0], venue=one[1]) if isinstance(one, tuple) else RainedOff(date=one)
        for one in rained_off
    ]
    return read(spec, rain, lost, withdrawn, from_date, today)


def repaired(spec: LeagueSpec, games: Sequence[Game], disruption: Disruption, **options: Any) -> Repair:
    return Repairer(spec, games, disruption, **{"time_limit": 30, **options}).run()


def one_venue(
    names: Sequence[str], weeks: int, starts: Sequence[str] = ("09:00",), **more: Any
) -> LeagueSpec:
    """A single round robin on Saturdays at the Park."""
    last = SATURDAYS[weeks - 1]
    data: dict[str, Any] = {
        "teams": [team(name) for name in names],
        "divisions": [{"name": "U10", "rounds": "single", "game_minutes": 60}],
        "venues": [{"name": "Park", "slots": {"saturday": list(starts)}}],
        "season": {"first_date": SATURDAY, "last_date": last, "play_days": ["saturday"]},
    }
    return league(**data | more)


def game(home: str, away: str, week: int, start: str = "09:00", **more: Any) -> Game:
    """A game of an hour at the Park on the Saturday of that week, counted from 0."""
    data: dict[str, Any] = {
        "division": "U10", "venue": "Park", "pitch": 1, "at_home_venue": True,
        "end": f"{int(start[:2]) + 1:02d}{start[2:]}",
    }  # fmt: skip
    return Game(home=home, away=away, date=SATURDAYS[week], start=start, **data | more)


def key(one: Game) -> tuple[str, str]:
    return one.home, one.away


def moved(before: Iterable[Game], after: Iterable[Game]) -> set[tuple[str, str]]:
    """Games of which anything is different, by their teams, who meet once."""
    old = {key(one): one for one in before}
    return {key(one) for one in after if one != old[key(one)]}
