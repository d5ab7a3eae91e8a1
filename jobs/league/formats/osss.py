"""Leagues out of Open Sports Scheduling Standard JSON.

Taken are teams, divisions, venues with their hours, the season, the number of games and the limits that we
have too. Everything else is told in notes. Where a file says nothing of what a league needs, a default is
taken and noted: starts at 10:00, 12:00, 14:00 and 16:00 on Saturday and Sunday, games of 90 minutes, a season
that begins on the given first date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from jobs.league.formats import osss_games, osss_rules, osss_times
from jobs.league.formats.archive import Document
from jobs.league.formats.checked import Faults, plain
from jobs.league.formats.naming import unique
from jobs.league.formats.osss_shape import Instance, Team, Venue
from jobs.league.formats.outcome import FileFault, Note, Reading, UnreadableLeague, shown
from jobs.league.formats.plain_json import complete
from jobs.league.formats.season_fields import SeasonFields

NAMELESS = "OSSS league"
ONE_DIVISION = "League"
_MARKS = ("osssVersion", "timeBounds", "fixtures", "entities")


def is_osss(data: dict[str, Any]) -> bool:
    """Whether a JSON object is of this standard, and not a league in our own fields."""
    if isinstance(data.get("instance"), dict) or any(mark in data for mark in _MARKS):
        return True
    teams = data.get("teams")
    return isinstance(teams, list) and any(isinstance(team, dict) and "teamId" in team for team in teams[:10])


def read_osss(
    file: Document, data: dict[str, Any], form: SeasonFields, name: str | None, first_date: dt.date | None
) -> Reading:
    """The league that an OSSS instance describes.

    Args:
        file: The file, for its name.
        data: What it holds.
        form: Fields of the season that go before the file's.
        name: Name of the league, before the file's.
        first_date: First date of the season, where the file has no dates.

    Raises:
        UnreadableLeague: it is not of the standard's shape, or no league can be made of it.
    """
    instance = _instance(file, data)
    notes: list[Note] = []
    division_of = {team.id: team.division or ONE_DIVISION for team in instance.teams}
    divisions = osss_games.divisions(instance, division_of, notes)
    season = osss_times.season(instance, divisions, form, first_date, notes)
    venues = osss_times.venues(instance, season, divisions, notes)
    teams, faults = _teams(instance, venues, season, notes)
    season.data["play_days"] = season.data.get("play_days") or osss_times.played(venues.values())
    season.data |= osss_rules.limits(instance, notes)
    league = {
        "name": name or _name(instance),
        "teams": teams,
        "divisions": list(divisions.values()),
        "venues": list(venues.values()),
        "season": season.data,
        "timezone": _zone(instance, notes),
    }
    _tell_of_the_rest(instance, notes)
    return Reading(complete(file.name, league, form, faults), "osss", notes)


def _instance(file: Document, data: dict[str, Any]) -> Instance:
    inner = data["instance"] if isinstance(data.get("instance"), dict) else data
    if isinstance(inner.get("entities"), dict):
        inner = {key: value for key, value in inner.items() if key != "entities"} | inner["entities"]
    try:
        return Instance.model_validate(inner)
    except ValidationError as error:
        faults = [
            FileFault(file.name, None, shown(".".join(map(str, one["loc"]))), plain(one))
            for one in error.errors(include_url=False)
        ]
        raise UnreadableLeague(faults) from error


def _name(instance: Instance) -> str:
    return (instance.name or instance.about.name or NAMELESS)[:100]


def _zone(instance: Instance, notes: list[Note]) -> str | None:
    zone = instance.timezone or instance.about.timezone
    if not zone:
        notes.append(Note("timezone", "the file names no time zone; times are local"))
    return zone


def _teams(
    instance: Instance, venues: dict[str, dict[str, Any]], season: osss_times.SeasonDates, notes: list[Note]
) -> tuple[list[dict[str, Any]], Faults]:
    """The teams; those without a home get one of their own, which is added to the venues."""
    names = unique([team.name or team.id for team in instance.teams], [team.id for team in instance.teams])
    shared = _shared(instance.venues)
    teams: list[dict[str, Any]] = []
    faults: Faults = {}
    homeless, seen = 0, set()
    for index, (team, name) in enumerate(zip(instance.teams, names, strict=True)):
        if team.id in seen:
            faults[("teams", index, "name")] = f"the id {shown(team.id)!r} is that of an earlier team too"
        seen.add(team.id)
        home = team.home_venue or shared.get(team.id)
        if home is None:
            homeless += 1
            home = f"home of {team.id}"
            venues[home] = osss_times.default_venue(f"Home of {name}"[:100])
        elif home not in venues:
            known = ", ".join(list(venues)[:10])
            message = f"names the venue {shown(home)!r}, which the file does not have; it has {shown(known)}"
            faults[("teams", index, "home_venue")] = message
        teams.append(_team(team, name, venues.get(home), season))
    if homeless:
        notes.append(
            Note("teams", f"{homeless} without a home venue got one each, {osss_times.DEFAULT_HOURS}")
        )
    return teams, faults


def _team(
    team: Team, name: str, home: dict[str, Any] | None, season: osss_times.SeasonDates
) -> dict[str, Any]:
    if home is not None and "location" not in home and (place := osss_times.location(team.location)):
        home["location"] = place
    return {
        "name": name,
        "division": team.division or ONE_DIVISION,
        "home_venue": home["name"] if home else "?",
        "club": team.club,
        "blackout_dates": season.within(team.blackouts),
    }


def _shared(venues: Iterable[Venue]) -> dict[str, str]:
    """Venues by the teams that they say are theirs."""
    found: dict[str, str] = {}
    for venue in venues:
        extra = venue.model_extra or {}
        for field in ("sharedBy", "preferredFor", "homeTeams"):
            ids = extra.get(field)
            for one in ids if isinstance(ids, list) else ():
                if isinstance(one, str):
                    found.setdefault(one, venue.id)
    return found


def _tell_of_the_rest(instance: Instance, notes: list[Note]) -> None:
    """Fields that have no place in a league, by the part that they are of."""
    quiet = {
        "version",
        "osssVersion",
        "id",
        "name",
        "description",
        "sport",
        "season",
        "competition",
        "metadata",
    }
    for part, fields in (
        ("the file", set(instance.model_extra or {}) - quiet),
        ("teams", _extras(instance.teams)),
        ("venues", _extras(instance.venues) - {"sharedBy", "preferredFor", "homeTeams"}),
        ("availability", {name for venue in instance.venues for name in _extras(venue.availability)}),
        ("fixtures", _extras(instance.fixtures) - {"fixtureId", "id"}),
    ):
        if fields:
            names = ", ".join(sorted(map(shown, fields))[:12])
            notes.append(Note(part, f"not taken, as a league has no such fields: {names}"))


def _extras(parts: Iterable[Any]) -> set[str]:
    return {name for part in parts for name in (part.model_extra or {})}
