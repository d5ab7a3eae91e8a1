"""A league's games as lists: by division or by date. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from jobs.league.games import Game
from web.console.league.choice import Choice


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
    if choice.view == "date":
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


def brief(date: dt.date) -> str:
    """A date as `Sat 3 Apr`."""
    return f"{date:%a} {date.day} {date:%b}"
