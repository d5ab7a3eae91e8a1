"""What a visitor chose to see of a schedule, read from the address. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from jobs.league.changes import Change
from jobs.league.games import Game
from jobs.league.spec import LeagueSpec
from web.api.league.narrowing import Narrowing

VIEWS = {"calendar": "Calendar", "division": "List by division", "date": "List by date"}
"""The ways to show games, by their name in the address."""


@dataclass(frozen=True)
class Choice:
    """Which games to show, and how; what is empty narrows nothing.

    Attributes:
        division: games of this division.
        team: games of this team, at home or away.
        venue: games at this venue.
        date: games of this day.
        view: one of VIEWS: months as grids, a section for each division, or one for each date.
    """

    division: str = ""
    team: str = ""
    venue: str = ""
    date: dt.date | None = None
    view: str = "calendar"

    @property
    def filters(self) -> dict[str, str]:
        """What narrows the games for good, by name: what files and calendars are asked for as well."""
        return {name: value for name in ("division", "team", "venue") if (value := getattr(self, name))}

    @property
    def query(self) -> dict[str, str]:
        """The choice as an address says it, without what goes without saying."""
        dated = {"date": self.date.isoformat()} if self.date else {}
        return self.filters | dated | ({"view": self.view} if self.view != "calendar" else {})

    def takes(self, game: Game) -> bool:
        """Whether a game is shown."""
        return Narrowing(**self.filters).takes(game) and self.date in (None, game.date)

    def concerns(self, change: Change) -> bool:
        """Whether a change is of a game that is shown, or was."""
        dates = [place.date for place in (change.before, change.after) if place is not None]
        return Narrowing(**self.filters).concerns(change) and (self.date is None or self.date in dates)

    def but(self, **changes: object) -> Choice:
        """Another choice that differs in some things."""
        return Choice(**{**asdict(self), **changes})


def read(asked: Mapping[str, str], league: LeagueSpec) -> Choice:
    """The choice that an address says; a name that the league does not have narrows nothing."""
    known = {
        "division": {one.name for one in league.divisions},
        "team": {one.name for one in league.teams},
        "venue": {one.name for one in league.venues},
        "view": set(VIEWS),
    }
    said = {name: asked.get(name, "") for name in known}
    date = _date(asked.get("date", ""))
    choice = Choice(**{name: value for name, value in said.items() if value in known[name]}, date=date)
    return choice.but(view="date") if date and choice.view == "calendar" else choice


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
