"""The parts of an Open Sports Scheduling Standard file that a league can be made of.

The standard is young and its files spell things in several ways: all that are known are read here into one
shape. Fields that have no place in it are kept by name, so that they can be told of.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, FailFast, Field, StringConstraints

MAX_FIXTURES = 20_000
MAX_WINDOWS = 200

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]?[0-9]|2[0-4]):[0-5][0-9](:[0-5][0-9])?$")]
Minutes = Annotated[float, Field(ge=0, le=1_440)]


def _day(value: Any) -> Any:
    """The date of an instant as it is written, whatever its zone: seasons are given in local dates."""
    return value[:10] if isinstance(value, str) else value


Day = Annotated[dt.date, BeforeValidator(_day), Field(ge=dt.date(1900, 1, 1), le=dt.date(2999, 12, 31))]


def _names(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Place(_Part):
    """Where something is."""

    latitude: float | None = Field(None, validation_alias=_names("lat", "latitude"))
    longitude: float | None = Field(None, validation_alias=_names("lon", "lng", "longitude"))


class Period(_Part):
    """From one day to another, both included."""

    start: Day
    end: Day = Field(validation_alias=_names("end", "start"))


def _period(value: Any) -> Any:
    if isinstance(value, str):
        return {"start": value, "end": value}
    if isinstance(value, dict) and "date" in value and "start" not in value:
        return {"start": value["date"], "end": value["date"]}
    return value


Periods = Annotated[list[Annotated[Period, BeforeValidator(_period)]], Field(max_length=400)]
_BLACKOUTS = _names("blackoutPeriods", "blackout_dates", "blackoutDates", "blackouts")


class Team(_Part):
    """A team."""

    id: Text = Field(validation_alias=_names("teamId", "id"))
    name: Text | None = None
    division: Text | None = None
    home_venue: Text | None = Field(None, validation_alias=_names("homeVenue", "homeVenueId", "home_venue"))
    club: Text | None = Field(None, validation_alias=_names("club", "clubName"))
    location: Place | None = None
    blackouts: Periods = Field(default_factory=list, validation_alias=_BLACKOUTS)


class Hours(_Part):
    """A stretch of a day."""

    start: Clock = Field(validation_alias=_names("start", "startTime", "start_time"))
    end: Clock = Field(validation_alias=_names("end", "endTime", "end_time"))


class Pattern(_Part):
    """Weekdays that come again, and hours on them."""

    days: list[str | int] = Field(
        default_factory=list, max_length=7, validation_alias=_names("daysOfWeek", "days")
    )
    windows: list[Hours] = Field(
        default_factory=list, max_length=MAX_WINDOWS, validation_alias=_names("timeWindows", "windows")
    )
    start: Clock | None = Field(None, validation_alias=_names("startTime", "start_time"))
    end: Clock | None = Field(None, validation_alias=_names("endTime", "end_time"))


class Availability(_Part):
    """When a venue is open, in one of the spellings."""

    dates: Period | None = Field(None, validation_alias="dateRange")
    pattern: Pattern | None = Field(None, validation_alias=_names("recurringPattern", "recurring"))
    day: str | int | None = Field(None, validation_alias="dayOfWeek")
    days: list[str | int] = Field(
        default_factory=list, max_length=7, validation_alias=_names("days", "daysOfWeek")
    )
    from_clock: Clock | None = Field(None, validation_alias=_names("startTime", "start_time"))
    to_clock: Clock | None = Field(None, validation_alias=_names("endTime", "end_time"))
    start: Any = None
    end: Any = None
    resources: list[Any] | None = Field(None, validation_alias="resourceIds")


class Limits(_Part):
    """What a venue can bear."""

    per_day: int | None = Field(None, ge=1, validation_alias="maxFixturesPerDay")
    gap_hours: float | None = Field(None, ge=0, le=24, validation_alias="requiredGapHours")


class Venue(_Part):
    """A place with resources (pitches, rinks, courts)."""

    id: Text = Field(validation_alias=_names("venueId", "id"))
    name: Text | None = None
    location: Place | None = None
    resources: list[Any] = Field(default_factory=list, max_length=100)
    availability: list[Availability] = Field(default_factory=list, max_length=MAX_WINDOWS)
    changeover: Minutes = Field(
        0, validation_alias=_names("changeoverTime", "changeoverMinutes", "setup_time_minutes")
    )
    limits: Limits = Field(default_factory=Limits, validation_alias="operationalConstraints")
    blackouts: Periods = Field(default_factory=list, validation_alias=_BLACKOUTS)


def _participants(value: Any) -> Any:
    """Home and away of a fixture that lists its participants."""
    if not isinstance(value, dict) or not isinstance(value.get("participants"), list):
        return value
    ids = [one.get("id") if isinstance(one, dict) else one for one in value["participants"]]
    if len(ids) != 2:
        return value
    rest = {key: one for key, one in value.items() if key != "participants"}
    first = value["participants"][0]
    if isinstance(first, dict) and first.get("role") == "away":
        ids.reverse()
    return {"homeTeam": ids[0], "awayTeam": ids[1]} | rest


class Fixture(_Part):
    """A game to be played."""

    home: Text = Field(validation_alias=_names("homeTeamId", "homeTeam", "home"))
    away: Text = Field(validation_alias=_names("awayTeamId", "awayTeam", "away"))
    minutes: Minutes | None = Field(
        None, validation_alias=_names("estimatedDuration", "durationMinutes", "duration")
    )
    kind: Text = Field("league", validation_alias=_names("fixtureType", "competition_phase"))


class Rule(_Part):
    """A constraint or an objective."""

    name: Text = Field(
        "(no name)",
        validation_alias=_names("rule", "ruleId", "constraintId", "objectiveId", "metric", "id"),
    )
    type: str = "soft"
    params: dict[str, Any] = Field(default_factory=dict)


def _rules(value: Any) -> Any:
    """A list of rules, also where they are grouped as required, recommended and so on."""
    if isinstance(value, dict):
        return [rule for rules in value.values() if isinstance(rules, list) for rule in rules]
    return value


def _object(value: Any) -> Any:
    """An object, or nothing: a season may also be given as its mere name."""
    return {} if isinstance(value, str) else value


class Bounds(_Part):
    """The season's first and last day."""

    start: Day | None = Field(None, validation_alias=_names("seasonStart", "start"))
    end: Day | None = Field(None, validation_alias=_names("seasonEnd", "end"))
    blackouts: Periods = Field(default_factory=list, validation_alias=_BLACKOUTS)


class About(_Part):
    """What a file says of itself."""

    name: str | None = None
    timezone: str | None = None


class Instance(_Part):
    """A whole scheduling problem."""

    name: str | None = None
    timezone: str | None = None
    about: About = Field(default_factory=About, validation_alias="metadata")
    bounds: Annotated[Bounds, BeforeValidator(_object)] = Field(
        default_factory=Bounds, validation_alias=_names("timeBounds", "seasonBounds", "season")
    )
    blackouts: Periods = Field(default_factory=list, validation_alias=_BLACKOUTS)
    teams: list[Team] = Field(max_length=2_000)
    venues: list[Venue] = Field(default_factory=list, max_length=500)
    fixtures: Annotated[
        list[Annotated[Fixture, BeforeValidator(_participants)]], Field(max_length=MAX_FIXTURES), FailFast()
    ] = Field(default_factory=list)
    constraints: Annotated[list[Rule], BeforeValidator(_rules), Field(max_length=1_000)] = Field(
        default_factory=list
    )
    objectives: Annotated[list[Rule], BeforeValidator(_rules), Field(max_length=1_000)] = Field(
        default_factory=list
    )
