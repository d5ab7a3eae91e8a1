"""What has happened to a season: days that are rained off, venues that are lost, teams that withdraw.

Owns the shapes in which it is told, and the check that it speaks of this schedule's season, venues and teams.
What follows from it is for ``amend``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from jobs.league.errors import BadDisruption
from jobs.league.faults.fault import counted, listed
from jobs.league.faults.names import near_names
from jobs.league.repair.words import day_name
from jobs.league.spec import LeagueSpec, Name
from jobs.league.windows import WEEKDAYS

FAULTS_SHOWN = 10


class RainedOff(BaseModel):
    """A date on which nobody can play, or nobody at one venue; a date alone may stand for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: dt.date
    venue: Name | None = Field(None, description="The venue; every one when left out.")

    @model_validator(mode="before")
    @classmethod
    def _date_alone(cls, value: Any) -> Any:
        return {"date": value} if isinstance(value, (str, dt.date)) else value


class LostVenue(BaseModel):
    """A venue at which nobody can play for a time."""

    # By alias in both directions: what a task was given is written down, and read again by its worker.
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, serialize_by_alias=True)

    venue: Name
    since: dt.date | None = Field(
        None, alias="from", description="The first day; the repair's from_date when left out."
    )
    until: dt.date | None = Field(None, description="The last day; the season's when left out.")

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise PydanticCustomError(
                "league",
                "{venue} is lost until {until}, before it is lost from {since}: the other way round?",
                {"venue": self.venue, "until": str(self.until), "since": str(self.since)},
            )
        return self


@dataclass(frozen=True)
class Lost:
    """A venue that is lost from a first to a last day, both inclusive."""

    venue: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Disruption:
    """What has happened to one league, checked.

    Attributes:
        rained_off: dates, and the venue or None for all.
        lost: venues that are lost for a time.
        withdrawn: names of teams.
        from_date: games before it stay where they are, unless they could not be played.
    """

    rained_off: tuple[tuple[dt.date, str | None], ...]
    lost: tuple[Lost, ...]
    withdrawn: tuple[str, ...]
    from_date: dt.date


def read(
    league: LeagueSpec,
    rained_off: Sequence[RainedOff],
    lost_venues: Sequence[LostVenue],
    withdrawn_teams: Sequence[str],
    from_date: dt.date | None,
    today: dt.date,
) -> Disruption:
    """Check what has happened against a league.

    Args:
        league: the league as the schedule has it.
        rained_off: days on which games could not or cannot be played.
        lost_venues: venues that are lost.
        withdrawn_teams: teams that play no more.
        from_date: the first date on which games may move; the earliest date that is named, or else today,
            or else the season's first when left out.
        today: today.

    Raises:
        BadDisruption: names everything that this league does not have, and what would be right.
    """
    withdrawn = tuple(dict.fromkeys(withdrawn_teams))
    faults = [
        *_nothing(rained_off, lost_venues, withdrawn),
        *_dates(league, rained_off, lost_venues, from_date),
        *_venues(league, rained_off, lost_venues),
        *_teams(league, withdrawn),
    ]
    if faults:
        more = f"; and {len(faults) - FAULTS_SHOWN:,} more" if len(faults) > FAULTS_SHOWN else ""
        raise BadDisruption("; ".join(faults[:FAULTS_SHOWN]) + more)
    first = from_date or _earliest(league, rained_off, lost_venues, today)
    return Disruption(
        rained_off=tuple(dict.fromkeys((one.date, one.venue) for one in rained_off)),
        lost=tuple(
            Lost(one.venue, one.since or first, one.until or league.season.last_date) for one in lost_venues
        ),
        withdrawn=withdrawn,
        from_date=first,
    )


def _earliest(
    league: LeagueSpec, rained_off: Sequence[RainedOff], lost: Sequence[LostVenue], today: dt.date
) -> dt.date:
    named = [one.date for one in rained_off] + [one.since for one in lost if one.since]
    if named:
        return min(named)
    season = league.season
    return today if season.first_date <= today <= season.last_date else season.first_date


def _nothing(*given: Sequence[object]) -> Iterator[str]:
    if not any(given):
        yield "nothing has happened: name rained_off days, lost_venues or withdrawn_teams"


def _dates(
    league: LeagueSpec,
    rained_off: Sequence[RainedOff],
    lost: Sequence[LostVenue],
    from_date: dt.date | None,
) -> Iterator[str]:
    yield from _outside(league, "from_date", [from_date])
    yield from _outside(league, "a rained-off date", [one.date for one in rained_off])
    for one in lost:
        yield from _outside(league, f"a date on which {one.venue} is lost", [one.since, one.until])
    season = league.season
    for date in dict.fromkeys(one.date for one in rained_off):
        if season.first_date <= date <= season.last_date and date not in season.play_dates:
            weekday = WEEKDAYS[date.weekday()]
            why = "a holiday already" if date in season.holidays else f"a {weekday}, which is no play day"
            yield f"{date}, a rained-off date, is {why}"


def _outside(league: LeagueSpec, what: str, dates: Iterable[dt.date | None]) -> Iterator[str]:
    first, last = league.season.first_date, league.season.last_date
    for date in dict.fromkeys(dates):
        if date is not None and not first <= date <= last:
            yield f"{date}, {what}, lies outside the season, which is from {first} to {last}"


def _venues(league: LeagueSpec, rained_off: Sequence[RainedOff], lost: Sequence[LostVenue]) -> Iterator[str]:
    named = [one.venue for one in rained_off if one.venue] + [one.venue for one in lost]
    yield from _unknown("venue", named, [venue.name for venue in league.venues])


def _teams(league: LeagueSpec, withdrawn: Sequence[str]) -> Iterator[str]:
    yield from _unknown("team", withdrawn, [team.name for team in league.teams])
    gone, left = set(withdrawn), 0
    for name, teams in league.teams_by_division.items():
        stay = [team.name for team in teams if team.name not in gone]
        left += len(stay)
        if len(stay) == 1 and len(teams) > 1:
            yield f"only {stay[0]} would be left in {name}, with nobody to play: withdraw it as well"
    if not left:
        yield "every team would have withdrawn, and no league be left"


def _unknown(kind: str, names: Iterable[str], known: Sequence[str]) -> Iterator[str]:
    there = set(known)
    for name in [each for each in dict.fromkeys(names) if each not in there][:FAULTS_SHOWN]:
        near = near_names(name, known)
        right = f"did you mean {' or '.join(map(repr, near))}?" if near else f"it has {listed(sorted(known))}"
        yield f"the schedule has no {kind} {name!r}; {right}"


def told(disruption: Disruption) -> str:
    """What has happened, in a few words."""
    parts = [
        f"{day_name(date)} rained off{f' at {venue}' if venue else ''}"
        for date, venue in disruption.rained_off
    ]
    parts += [
        f"{one.venue} lost from {day_name(one.first)} to {day_name(one.last)}" for one in disruption.lost
    ]
    if disruption.withdrawn:
        parts.append(
            f"{counted(len(disruption.withdrawn), 'team')} withdrawn: {listed(disruption.withdrawn)}"
        )
    return "; ".join(parts[:FAULTS_SHOWN])
