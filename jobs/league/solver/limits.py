"""How often a team may and must play, as sets of dates by number.

Owns the reading of the season's limits, which ``grid`` and ``patch`` share.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence

from jobs.league.spec import Season
from jobs.league.weeks import long_gaps, week_of, weekend_of

Dates = tuple[int, ...]


def limits(dates: Sequence[dt.date], season: Season) -> list[tuple[Dates, int]]:
    """Dates by day, week and weekend, with the most games of a team; limits that bind nobody are left out."""
    daily = season.max_games_per_team_per_day
    found: list[tuple[Dates, int]] = [((date,), daily) for date in range(len(dates))]
    for key, most in (
        (week_of, season.max_games_per_team_per_week),
        (weekend_of, season.max_games_per_team_per_weekend),
    ):
        if most is not None:
            groups = _grouped(dates, key)
            found += [(tuple(some), most) for some in groups if len(some) * daily > most]
    return found


def _grouped(dates: Sequence[dt.date], key: Callable[[dt.date], object]) -> list[list[int]]:
    groups: dict[object, list[int]] = defaultdict(list)
    for number, date in enumerate(dates):
        if (group := key(date)) is not None:
            groups[group].append(number)
    return list(groups.values())


def rests(dates: Sequence[dt.date], season: Season) -> list[Dates]:
    """For each date, it and those after it that are too soon."""
    rest = season.min_rest_days
    found = []
    for number, date in enumerate(dates if rest else ()):
        near = [other for other in range(number, len(dates)) if (dates[other] - date).days <= rest]
        if len(near) > 1:
            found.append(tuple(near))
    return found


def gaps(dates: Sequence[dt.date], season: Season) -> list[Dates]:
    """For each stretch of days that is too long without a game, the dates in it: a team must play on one."""
    if season.max_gap_days is None:
        return []
    numbers = {date: number for number, date in enumerate(dates)}
    found = long_gaps(dates, season.first_date, season.last_date, season.max_gap_days)
    return [tuple(numbers[date] for date in some) for some in found]
