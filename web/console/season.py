"""A league's games, filtered and grouped as a person reads them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from jobs.league.schedule import Game


@dataclass(frozen=True)
class Choice:
    """Which games to show, and how to group them; what is empty narrows nothing.

    Attributes:
        division: games of this division.
        team: games of this team, at home or away.
        venue: games at this venue.
        by: "division" gives a section for each division, "date" for each date.
    """

    division: str = ""
    team: str = ""
    venue: str = ""
    by: str = "division"

    def takes(self, game: Game) -> bool:
        """Whether a game is shown."""
        return (
            (not self.division or game.division == self.division)
            and (not self.team or self.team in (game.home, game.away))
            and (not self.venue or game.venue == self.venue)
        )


@dataclass(frozen=True)
class Day:
    """The games of one date, in the order of their start."""

    date: dt.date
    games: list[Game]


@dataclass(frozen=True)
class Section:
    """Games under one heading.

    Attributes:
        title: the division, team, venue or date.
        days: its games by date.
        names_division: whether its table needs a column for the division.
        names_date: whether its table needs a row for each date.
    """

    title: str
    days: list[Day]
    names_division: bool
    names_date: bool = True

    @property
    def count(self) -> int:
        """How many games it has."""
        return sum(len(day.games) for day in self.days)


def sections(games: Iterable[Game], choice: Choice, divisions: Sequence[str]) -> list[Section]:
    """The chosen games in sections.

    Args:
        games: all games of the schedule.
        choice: what to show.
        divisions: the divisions in the order that the league names them.
    """
    shown = [game for game in games if choice.takes(game)]
    if choice.by == "date":
        return [
            Section(spoken(day.date), [day], names_division=not choice.division, names_date=False)
            for day in by_date(shown)
        ]
    if (choice.team or choice.venue) and not choice.division:
        title = " at ".join(name for name in (choice.team, choice.venue) if name)
        return [Section(title, by_date(shown), names_division=not choice.team)] if shown else []
    by_division = {name: [game for game in shown if game.division == name] for name in divisions}
    return [Section(name, by_date(some), names_division=False) for name, some in by_division.items() if some]


def by_date(games: Iterable[Game]) -> list[Day]:
    """Games by date, both in order."""
    ordered = sorted(games, key=lambda game: (game.date, game.start, game.venue, game.pitch))
    return [Day(date, list(some)) for date, some in groupby(ordered, key=lambda game: game.date)]


def spoken(date: dt.date) -> str:
    """A date as `Saturday 3 April 2027`."""
    return f"{date:%A} {date.day} {date:%B %Y}"
