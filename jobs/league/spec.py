"""What a league is: its teams, divisions, venues and season, as the user describes them.

Owns the shape of a league, the bounds on each field and the meaning of each setting. Checks that need more
than one field live in ``faults``; whether a schedule exists at all is for ``bounds`` and the solver to say.
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    FailFast,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from jobs.league.faults import Fault, find_faults
from jobs.league.fields import at_least_one, some
from jobs.league.goals import Goals
from jobs.league.windows import WEEKDAYS, StartTime, TimeWindow, Weekday

MAX_TEAMS = 2_000
MAX_GAMES = 10_000
MAX_SEASON_DAYS = 400
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2999, 12, 31)  # calendars end before the year 10000 does
MAX_FAULTS_SHOWN = 100

# No control characters: a NUL cannot be stored in PostgreSQL, and a line break in a name can forge a log
# line.
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"),
]
Dates = Annotated[list[dt.date], Field(max_length=MAX_SEASON_DAYS), some("date", 0, MAX_SEASON_DAYS)]
Windows = Annotated[list[TimeWindow], Field(max_length=50), some("window", 0, 50)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Team(_Model):
    """A team, the division it plays in and the venue it calls home."""

    name: Name
    division: Name
    home_venue: Name
    club: Name | None = None
    coach: Name | None = Field(None, description="Teams with the same coach never play at overlapping times.")
    blackout_dates: Dates = Field(default_factory=list, description="Dates on which the team cannot play.")
    preferred_times: Windows = Field(
        default_factory=list, description="Times at which the team would like its games to begin."
    )
    forbidden_times: Windows = Field(
        default_factory=list, description="Times of which no part may lie in a game of the team."
    )
    fewer_games: int = Field(
        0, ge=0, le=100, description="Games of its division's number that the team does not play."
    )


class Division(_Model):
    """Teams that play each other. Takes either ``games_per_team`` or ``rounds``."""

    name: Name
    games_per_team: int | None = Field(None, ge=1, le=100, description="Games of each team in the season.")
    rounds: Literal["single", "double"] | None = Field(
        None, description="Each team meets every other once (single) or twice, home and away (double)."
    )
    game_minutes: int = Field(
        60, ge=5, le=360, description="Length of a game with its changeover, in minutes."
    )

    def games_each(self, teams: int) -> int:
        """Games that each team plays when the division has this many teams."""
        if self.games_per_team is not None:
            return self.games_per_team
        return (teams - 1) * (2 if self.rounds == "double" else 1)


class Location(_Model):
    """A place on Earth, in degrees (WGS 84)."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Venue(_Model):
    """A place with pitches, and the times at which a game may start there.

    A slot lasts until the next start of the same day, and the last one until midnight: a game is only given
    a slot that it fits in.
    """

    name: Name
    slots: dict[Weekday, Annotated[list[StartTime], Field(max_length=96), FailFast()]] = Field(
        description='Start times for each weekday, e.g. {"saturday": ["09:00", "10:30"]}.'
    )
    pitches: Annotated[int, at_least_one("pitch")] = Field(
        1, ge=1, le=100, description="Games that can be played there at the same time."
    )
    closed_dates: Dates = Field(default_factory=list)
    open_dates: Dates | None = Field(
        None, min_length=1, description="The only dates on which it is open; all of them when left out."
    )
    location: Location | None = Field(None, description="Where it is, for the distances that teams travel.")
    divisions: list[Name] | None = Field(
        None,
        min_length=1,
        max_length=500,
        description="Divisions that may play there; all of them when left out.",
    )

    def takes(self, division: str) -> bool:
        """Whether games of this division may be played here."""
        return self.divisions is None or division in self.divisions

    def open_on(self, date: dt.date) -> bool:
        """Whether it is open on a date, whatever its slots."""
        return date not in self.closed_dates and (self.open_dates is None or date in self.open_dates)


class Season(_Model):
    """When games may be played, and how often a team may play."""

    first_date: dt.date = Field(ge=FIRST_DAY, le=LAST_DAY)
    last_date: dt.date = Field(ge=FIRST_DAY, le=LAST_DAY)
    play_days: list[Weekday] = Field(min_length=1, max_length=7)
    holidays: Dates = Field(default_factory=list, description="Dates on which nobody plays.")
    max_games_per_team_per_day: int = Field(1, ge=1, le=5)
    max_games_per_team_per_week: int | None = Field(
        None, ge=1, le=35, description="Per week from Monday to Sunday; no limit when left out."
    )
    max_games_per_team_per_weekend: int | None = Field(
        None, ge=1, le=10, description="On a Saturday and the Sunday after it; no limit when left out."
    )
    max_gap_days: int | None = Field(
        None,
        ge=1,
        le=MAX_SEASON_DAYS,
        description="Most days in a row, from the season's first day to its last, without a game of a team.",
    )
    min_rest_days: int = Field(0, ge=0, le=30, description="Days off between two days on which a team plays.")
    require_home_away_balance: bool = Field(
        False, description="Refuse a schedule in which a team's home and away games differ by more than one."
    )

    @cached_property
    def play_dates(self) -> list[dt.date]:
        """Dates of the season on which games may be played, in order."""
        days = (self.last_date - self.first_date).days + 1
        if days > MAX_SEASON_DAYS:  # refused by the checks, which must not first count through 8,000 years
            return []
        every = (self.first_date + dt.timedelta(days=n) for n in range(days))
        holidays, play_days = set(self.holidays), set(self.play_days)
        return [date for date in every if WEEKDAYS[date.weekday()] in play_days and date not in holidays]


class LeagueSpec(_Model):
    """Everything that a schedule depends on.

    Raises:
        ValidationError: names every fault with its place (``teams.3.home_venue``) and what would be right.
    """

    name: Name
    teams: Annotated[list[Team], some("team", 2, MAX_TEAMS)] = Field(min_length=2, max_length=MAX_TEAMS)
    divisions: Annotated[list[Division], some("division", 1, 500)] = Field(min_length=1, max_length=500)
    venues: Annotated[list[Venue], some("venue", 1, 500)] = Field(min_length=1, max_length=500)
    season: Season
    timezone: str | None = Field(
        None, max_length=50, description="IANA name, e.g. Europe/London; calendars show local times without."
    )
    goals: Goals = Goals()

    @cached_property
    def teams_by_division(self) -> dict[str, list[Team]]:
        """Each division's teams, in the order in which they were given."""
        members: dict[str, list[Team]] = {division.name: [] for division in self.divisions}
        for team in self.teams:
            members[team.division].append(team)
        return members

    @cached_property
    def total_games(self) -> int:
        """Games in the whole season."""
        return (
            sum(sum(self.games_of(team) for team in teams) for teams in self.teams_by_division.values()) // 2
        )

    @cached_property
    def _divisions_by_name(self) -> dict[str, Division]:
        return {division.name: division for division in self.divisions}

    def division_of(self, team: Team) -> Division:
        """The team's division."""
        return self._divisions_by_name[team.division]

    def games_of(self, team: Team) -> int:
        """Games that a team plays."""
        each = self.division_of(team).games_each(len(self.teams_by_division[team.division]))
        return max(0, each - team.fewer_games)

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        faults = find_faults(self)
        if faults:
            raise ValidationError.from_exception_data(
                "LeagueSpec", [_as_error(fault) for fault in _shown(faults)]
            )
        return self


def _shown(faults: list[Fault]) -> list[Fault]:
    """All the faults, or the first of them and how many there are.

    An answer must not be larger than its question.
    """
    if len(faults) <= MAX_FAULTS_SHOWN:
        return faults
    more = len(faults) - MAX_FAULTS_SHOWN
    return [*faults[:MAX_FAULTS_SHOWN], Fault((), f"and {more:,} more faults that are not listed", None)]


def _as_error(fault: Fault) -> InitErrorDetails:
    return InitErrorDetails(
        type=PydanticCustomError("league", fault.message), loc=fault.where, input=fault.value
    )
