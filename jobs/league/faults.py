"""Faults of a league that only show when its parts are held against each other.

Owns the wording of those faults: each says what is wrong and what would be right. All of them are found at
once, so that a league is corrected in one go. Bounds on single fields are in ``spec``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jobs.league.spec import Division, LeagueSpec, Venue

Where = tuple[int | str, ...]


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    Attributes:
        where: Path to the field, e.g. ``("teams", 3, "home_venue")``.
        message: What is wrong and what would be right.
        value: What was given.
    """

    where: Where
    message: str
    value: Any


def find_faults(league: LeagueSpec) -> list[Fault]:
    """Every fault of a league whose fields are each well formed, in the order of the checks."""
    return [fault for check in _CHECKS for fault in check(league)]


def _season(league: LeagueSpec) -> Iterator[Fault]:
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
    yield from _outside(league, ("season", "holidays"), season.holidays, "holiday")


def _duplicates(league: LeagueSpec) -> Iterator[Fault]:
    for kind in ("teams", "divisions", "venues"):
        first: dict[str, int] = {}
        for index, item in enumerate(getattr(league, kind)):
            earlier = first.setdefault(item.name.casefold(), index)
            if earlier != index:
                message = (
                    f"{item.name!r} is already the name of {kind}.{earlier}; each name must be given once"
                )
                yield Fault((kind, index, "name"), message, item.name)


def _teams(league: LeagueSpec) -> Iterator[Fault]:
    divisions = {division.name for division in league.divisions}
    venues = {venue.name: venue for venue in league.venues}
    for index, team in enumerate(league.teams):
        if team.division not in divisions:
            yield _unknown(("teams", index, "division"), team.name, "division", team.division, divisions)
        if team.home_venue not in venues:
            yield _unknown(("teams", index, "home_venue"), team.name, "venue", team.home_venue, venues)
        elif not venues[team.home_venue].takes(team.division):
            message = (
                f"{team.home_venue!r}, the home venue of {team.name!r}, does not take {team.division!r}: "
                "add that division to the venue or give the team another home"
            )
            yield Fault(("teams", index, "home_venue"), message, team.home_venue)
        where = ("teams", index, "blackout_dates")
        yield from _outside(league, where, team.blackout_dates, f"blackout date of {team.name!r}")


def _divisions(league: LeagueSpec) -> Iterator[Fault]:
    sizes = {division.name: 0 for division in league.divisions}
    for team in league.teams:
        if team.division in sizes:
            sizes[team.division] += 1
    for index, division in enumerate(league.divisions):
        size = sizes[division.name]
        if (division.games_per_team is None) == (division.rounds is None):
            message = f"{division.name!r} needs either games_per_team or rounds, and not both"
            yield Fault(("divisions", index), message, division.name)
        elif size < 2:
            message = f"{division.name!r} has {_count(size, 'team')}; a division needs at least two"
            yield Fault(("divisions", index, "name"), message, division.name)
        else:
            yield from _games(league, index, division, size)


def _games(league: LeagueSpec, index: int, division: Division, size: int) -> Iterator[Fault]:
    each = division.games_each(size)
    field = "games_per_team" if division.games_per_team is not None else "rounds"
    where = ("divisions", index, field)
    days, daily = len(league.season.play_dates), league.season.max_games_per_team_per_day
    if size * each % 2:
        works = " or ".join(str(number) for number in (each - 1, each + 1) if number > 0)
        message = (
            f"{division.name!r} has {size} teams with {each} games each: {size * each} is odd, but every "
            f"game takes two teams; games_per_team {works} would work"
        )
        yield Fault(where, message, each)
    if days and each > days * daily:
        message = (
            f"{division.name!r} asks for {each} games per team, the season has {_count(days, 'play day')} "
            f"with at most {daily} each: at most {days * daily} would work"
        )
        yield Fault(where, message, each)


def _venues(league: LeagueSpec) -> Iterator[Fault]:
    divisions = {division.name for division in league.divisions}
    for index, venue in enumerate(league.venues):
        yield from _outside(
            league, ("venues", index, "closed_dates"), venue.closed_dates, f"closed date of {venue.name!r}"
        )
        yield from _slots(index, venue)
        for place, name in enumerate(venue.divisions or []):
            if name not in divisions:
                yield _unknown(("venues", index, "divisions", place), venue.name, "division", name, divisions)


def _slots(index: int, venue: Venue) -> Iterator[Fault]:
    for weekday, starts in venue.slots.items():
        for place, start in enumerate(starts):
            if start in starts[:place]:
                message = (
                    f"{venue.name!r} has {start} on {weekday} twice; for two games at once set pitches to 2"
                )
                yield Fault(("venues", index, "slots", weekday, place), message, start)
    if not any(venue.slots.values()):
        yield Fault(("venues", index, "slots"), f"{venue.name!r} has no start time on any weekday", {})


def _size(league: LeagueSpec) -> Iterator[Fault]:
    from jobs.league.spec import MAX_GAMES

    known = {division.name for division in league.divisions}
    if any(team.division not in known for team in league.teams):
        return
    if league.total_games > MAX_GAMES:
        message = f"the season has {league.total_games:,} games, at most {MAX_GAMES:,} are possible"
        yield Fault(("divisions",), message, league.total_games)


def _outside(league: LeagueSpec, where: Where, dates: Sequence[dt.date], what: str) -> Iterator[Fault]:
    first, last = league.season.first_date, league.season.last_date
    if last < first:
        return
    for place, date in enumerate(dates):
        if not first <= date <= last:
            message = f"{date}, a {what}, lies outside the season, which is from {first} to {last}"
            yield Fault((*where, place), message, date)


def _unknown(where: Where, owner: str, kind: str, name: str, known: Iterable[str]) -> Fault:
    names = sorted(known)
    shown = ", ".join(names[:10]) + (", …" if len(names) > 10 else "")
    return Fault(
        where, f"{owner!r} names the {kind} {name!r}, which the league does not have; it has {shown}", name
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_CHECKS: tuple[Callable[[LeagueSpec], Iterator[Fault]], ...] = (
    _season,
    _duplicates,
    _teams,
    _divisions,
    _venues,
    _size,
)
