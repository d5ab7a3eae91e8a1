"""How often a team can play on some dates, within its limits per day, week and weekend and its rest.

Owns that count, which is exact.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from jobs.league.spec import Season

State = tuple[dt.date, int, int]  # last date played; games in its week, and in its weekend


def most_games(season: Season, dates: Sequence[dt.date], enough: int | None = None) -> int:
    """The most games that a team can have on these dates.

    Args:
        season: Its limits.
        dates: In order.
        enough: Stop counting here, if it is reached soonest-first; that is what nearly all teams do.
    """
    soonest = _soonest(season, dates)
    if enough is not None and soonest >= enough:
        return soonest
    states: dict[State, int] = {(dt.date.min, 0, 0): 0}
    for date in dates:
        grown = dict(states)
        for (last, week, weekend), games in states.items():
            if last != dt.date.min and (date - last).days <= season.min_rest_days:
                continue
            week, weekend = _carried(last, date, week, weekend)
            count = _room(season, date, week, weekend)
            for more in range(1, count + 1):
                state = (date, week + more, weekend + more * (date.weekday() > 4))
                grown[state] = max(grown.get(state, 0), games + more)
        states = _pruned(season, grown, date)
    return max(states.values())


def _soonest(season: Season, dates: Sequence[dt.date]) -> int:
    """The games of a team that always plays as soon and as often as it may."""
    last, week, weekend, games = dt.date.min, 0, 0, 0
    for date in dates:
        if last != dt.date.min and (date - last).days <= season.min_rest_days:
            continue
        carried = _carried(last, date, week, weekend)
        count = _room(season, date, *carried)
        if count > 0:
            last, games = date, games + count
            week, weekend = carried[0] + count, carried[1] + count * (date.weekday() > 4)
    return games


def _carried(last: dt.date, date: dt.date, week: int, weekend: int) -> tuple[int, int]:
    """What the week and the weekend of the last date still count on this one; a week begins on Monday."""
    return (week, weekend) if last.isocalendar()[:2] == date.isocalendar()[:2] else (0, 0)


def _room(season: Season, date: dt.date, week: int, weekend: int) -> int:
    room = season.max_games_per_team_per_day
    if season.max_games_per_team_per_week is not None:
        room = min(room, season.max_games_per_team_per_week - week)
    if season.max_games_per_team_per_weekend is not None and date.weekday() > 4:
        room = min(room, season.max_games_per_team_per_weekend - weekend)
    return room


def _pruned(season: Season, states: dict[State, int], date: dt.date) -> dict[State, int]:
    """States that no later date could tell apart made one: what was played in weeks before is forgotten."""
    merged: dict[State, int] = {}
    forgotten = date - dt.timedelta(days=max(7, season.min_rest_days + 1))
    for (last, week, weekend), games in states.items():
        key = (dt.date.min, 0, 0) if last < forgotten else (last, week, weekend)
        merged[key] = max(merged.get(key, 0), games)
    return merged


def limits(season: Season) -> str:
    """The limits in words: ``1 a day, 2 a week, 3 rest days``."""
    told = [f"{season.max_games_per_team_per_day} a day"]
    if season.max_games_per_team_per_week is not None:
        told.append(f"{season.max_games_per_team_per_week} a week")
    if season.max_games_per_team_per_weekend is not None:
        told.append(f"{season.max_games_per_team_per_weekend} a weekend")
    if season.min_rest_days:
        told.append(f"{season.min_rest_days} rest days")
    return ", ".join(told)
