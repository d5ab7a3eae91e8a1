"""A league's games as months: grids of the weekdays on which anybody plays. Pure."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from jobs.league.games import Game
from jobs.league.spec import Season

MOST_IN_WORDS = 12
"""Games on one day up to which each is told; beyond, they are counted by division."""
MOST_TALLIES = 20
"""Divisions that one day counts one by one."""


@dataclass(frozen=True)
class Date:
    """One day of a month.

    Attributes:
        date: the day.
        games: its games, in the order of their start.
        tallies: how many games each division has, in the league's order; the first MOST_TALLIES of them.
        more: how many divisions are not among the tallies.
        off: whether it is a holiday on which otherwise there might be games.
    """

    date: dt.date
    games: list[Game] = field(default_factory=list)
    tallies: dict[str, int] = field(default_factory=dict)
    more: int = 0
    off: bool = False


@dataclass(frozen=True)
class Month:
    """One month: its weeks, each with a cell for every column of the calendar; None outside of the season."""

    first: dt.date
    weeks: list[list[Date | None]]

    @property
    def count(self) -> int:
        """How many games it has."""
        return sum(len(day.games) for week in self.weeks for day in week if day)


@dataclass(frozen=True)
class Calendar:
    """A season's months.

    Attributes:
        weekdays: the names of the columns, from Monday on; days on which nobody ever plays have none.
        months: from the first with a play day to the last.
        in_words: whether each game is told; else days count their games.
    """

    weekdays: list[str]
    months: list[Month]
    in_words: bool


def calendar(
    season: Season, every: Iterable[Game], chosen: Iterable[Game], divisions: Sequence[str]
) -> Calendar:
    """The chosen games in months.

    Args:
        season: whose play days are the cells.
        every: all games of the schedule, so that a filter does not change the grid.
        chosen: the games to show, in order.
        divisions: the divisions in the order that the league names them.
    """
    by_date = {date: list(some) for date, some in groupby(chosen, key=lambda game: game.date)}
    off = _holidays(season)
    dates = sorted({*season.play_dates, *off, *(game.date for game in every)})
    columns = sorted({date.weekday() for date in dates})
    days = {date: _day(date, by_date.get(date, []), divisions, date in off) for date in dates}
    months = groupby(dates, key=lambda date: date.replace(day=1))
    return Calendar(
        weekdays=[f"{dt.date(2024, 1, 1 + column):%A}" for column in columns],  # 1 January 2024 is a Monday
        months=[Month(first, _weeks(list(some), columns, days)) for first, some in months],
        in_words=max((len(some) for some in by_date.values()), default=0) <= MOST_IN_WORDS,
    )


def _holidays(season: Season) -> set[dt.date]:
    """Holidays of the season that fall on a day on which there would be games."""
    within = {date for date in season.holidays if season.first_date <= date <= season.last_date}
    return {date for date in within if f"{date:%A}".lower() in season.play_days}


def _weeks(
    dates: Sequence[dt.date], columns: Sequence[int], days: dict[dt.date, Date]
) -> list[list[Date | None]]:
    """One month's weeks that have a cell at all."""
    mondays = sorted({date - dt.timedelta(days=date.weekday()) for date in dates})
    inside = set(dates)
    return [
        [days[date] if (date := monday + dt.timedelta(days=column)) in inside else None for column in columns]
        for monday in mondays
    ]


def _day(date: dt.date, games: list[Game], divisions: Sequence[str], off: bool) -> Date:
    counted = Counter(game.division for game in games)
    tallies = [(name, counted[name]) for name in divisions if counted[name]]
    return Date(date, games, dict(tallies[:MOST_TALLIES]), max(len(tallies) - MOST_TALLIES, 0), off)
