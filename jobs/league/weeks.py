"""A season's play weeks, and how far apart in them a team's games and two teams' meetings should lie."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from itertools import groupby

Week = tuple[int, int]  # ISO year and week, from Monday to Sunday


def week_of(date: dt.date) -> Week:
    """The ISO week of a date."""
    year, week, _ = date.isocalendar()
    return year, week


def weekend_of(date: dt.date) -> dt.date | None:
    """The Saturday of a weekend's date; None for a date from Monday to Friday."""
    return date - dt.timedelta(days=date.weekday() - 5) if date.weekday() >= 5 else None


def play_weeks(dates: Sequence[dt.date]) -> list[list[dt.date]]:
    """A season's play dates, week by week.

    Args:
        dates: in order.
    """
    return [list(some) for _, some in groupby(dates, key=week_of)]


def stretch_length(weeks: int, games: int) -> int:
    """Play weeks in a row of which at least one should have a game, for a team of so many games."""
    return math.ceil(weeks / games) + 1


def stretches(weeks: int, games: int) -> Iterator[range]:
    """Every stretch of play weeks, by their numbers, in which a team of so many games should have one."""
    length = stretch_length(weeks, games)
    for first in range(weeks - length + 1):
        yield range(first, first + length)


def rematch_gap(weeks: int, meetings: int) -> int:
    """Weeks that should lie between two meetings of the same teams, if they meet so often."""
    return max(1, weeks // (meetings + 1))


def long_gaps(dates: Sequence[dt.date], first: dt.date, last: dt.date, most: int) -> Iterator[list[dt.date]]:
    """For each stretch of more than ``most`` days, the play dates in it: one of them must be used.

    Args:
        dates: the play dates, in order.
        first: the season's first day.
        last: its last day.
        most: days in a row that may be without a game.
    """
    begins = [first, *(date + dt.timedelta(days=1) for date in dates)]
    for begin in begins:
        end = begin + dt.timedelta(days=most)
        if end <= last:
            yield [date for date in dates if begin <= date <= end]
