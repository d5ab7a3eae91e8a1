"""Dates: of the season, outside of it, and at odds with each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jobs.league.faults.fault import Fault, Where
from jobs.league.windows import WEEKDAYS

if TYPE_CHECKING:
    from jobs.league.spec import LeagueSpec, Venue


def season(league: LeagueSpec) -> Iterator[Fault]:
    """The season's two ends, and whether it has a play day at all."""
    from jobs.league.spec import MAX_SEASON_DAYS

    season = league.season
    days = (season.last_date - season.first_date).days + 1
    if days < 1:
        message = f"the season ends on {season.last_date}, before it begins on {season.first_date}"
        yield Fault(("season", "last_date"), message, season.last_date)
    elif days > MAX_SEASON_DAYS:
        message = f"the season lasts {days:,} days, at most {MAX_SEASON_DAYS} are possible"
        yield Fault(("season", "last_date"), message, season.last_date)
    elif not season.play_dates:
        named = " or ".join(season.play_days)
        message = f"no {named} that is not a holiday lies between {season.first_date} and {season.last_date}"
        yield Fault(("season", "play_days"), message, season.play_days)


def outside(league: LeagueSpec) -> Iterator[Fault]:
    """Dates that are named but lie outside the season: most likely a slip of the pen in the year."""
    yield from _outside(league, ("season", "holidays"), league.season.holidays, "a holiday")
    for index, team in enumerate(league.teams):
        where = ("teams", index, "blackout_dates")
        yield from _outside(league, where, team.blackout_dates, f"a blackout date of {team.name!r}")
    for index, venue in enumerate(league.venues):
        where = ("venues", index, "closed_dates")
        yield from _outside(league, where, venue.closed_dates, f"a closed date of {venue.name!r}")
        where = ("venues", index, "open_dates")
        yield from _outside(league, where, venue.open_dates or [], f"an open date of {venue.name!r}")


def _outside(league: LeagueSpec, where: Where, dates: Sequence[dt.date], what: str) -> Iterator[Fault]:
    first, last = league.season.first_date, league.season.last_date
    if last < first:
        return
    for place, date in enumerate(dates):
        if not first <= date <= last:
            message = f"{date}, {what}, lies outside the season, which is from {first} to {last}"
            yield Fault((*where, place), message, date)


def venues(league: LeagueSpec) -> Iterator[Fault]:
    """Starts given twice, venues without any, and dates that are both open and closed."""
    for index, venue in enumerate(league.venues):
        yield from _starts(index, venue)
        yield from _open(index, venue)


def _starts(index: int, venue: Venue) -> Iterator[Fault]:
    for weekday, starts in venue.slots.items():
        for place, start in enumerate(starts):
            if start in starts[:place]:
                message = (
                    f"{venue.name!r} has {start} on {weekday} twice; for two games at once set pitches to 2"
                )
                yield Fault(("venues", index, "slots", weekday, place), message, start)
    if not any(venue.slots.values()):
        yield Fault(("venues", index, "slots"), f"{venue.name!r} has no start time on any weekday", {})


def _open(index: int, venue: Venue) -> Iterator[Fault]:
    if venue.open_dates is None:
        return
    dates = set(venue.open_dates)
    for place, date in enumerate(venue.closed_dates):
        if date in dates:
            message = f"{venue.name!r} is both open and closed on {date}: take it out of one of the two lists"
            yield Fault(("venues", index, "closed_dates", place), message, date)
    weekdays = {str(weekday) for weekday, starts in venue.slots.items() if starts}
    if weekdays and not any(WEEKDAYS[date.weekday()] in weekdays for date in dates):
        named = " or ".join(weekday for weekday in WEEKDAYS if weekday in weekdays)
        message = f"{venue.name!r} has starts on {named} only, and none of its open dates is one"
        yield Fault(("venues", index, "open_dates"), message, venue.open_dates)
