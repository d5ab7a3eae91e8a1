"""Small leagues for tests: a valid one, as plain data that a test changes before it is read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import ValidationError

from jobs.league.solver.deadline import Deadline
from jobs.league.spec import LeagueSpec

SATURDAY = dt.date(2027, 4, 3)
SUNDAY = dt.date(2027, 4, 4)

Data = dict[str, Any]


def team(name: str, division: str = "U10", home: str = "Park", **more: Any) -> Data:
    return {"name": name, "division": division, "home_venue": home, **more}


def league_data(**changes: Any) -> Data:
    """Six teams of two divisions, two venues, four weekends; single round robins of nine games in all."""
    data: Data = {
        "name": "Little League",
        "teams": [
            *(team(name) for name in ("Ants", "Bees", "Crows", "Deer")),
            *(team(name, "U12", "Lane") for name in ("Eels", "Foxes", "Gulls")),
        ],
        "divisions": [
            {"name": "U10", "rounds": "single", "game_minutes": 60},
            {"name": "U12", "rounds": "single", "game_minutes": 90},
        ],
        "venues": [
            {"name": "Park", "slots": {"saturday": ["09:00", "10:30"], "sunday": ["09:00"]}},
            {"name": "Lane", "slots": {"saturday": ["09:00", "10:30"]}},
        ],
        "season": season(),
    }
    return data | changes


def season(weekends: int = 4, **changes: Any) -> Data:
    last = SATURDAY + dt.timedelta(days=7 * weekends - 6)
    return {"first_date": SATURDAY, "last_date": last, "play_days": ["saturday", "sunday"], **changes}


def league(**changes: Any) -> LeagueSpec:
    return LeagueSpec.model_validate(league_data(**changes))


def faults_of(data: Data) -> dict[str, str]:
    """Place and message of every fault that a league is refused for."""
    try:
        LeagueSpec.model_validate(data)
    except ValidationError as error:
        return {".".join(map(str, each["loc"])): each["msg"] for each in error.errors()}
    return {}


def soon() -> Deadline:
    return Deadline(60)
