"""Teams of a RobinX instance and the grounds that are made up for them: one for each club or single team."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.league.formats.naming import LONGEST, unique
from jobs.league.formats.robinx_rules import Taken
from jobs.league.formats.robinx_shape import Instance
from jobs.league.windows import WEEKDAYS

START = "15:00"


@dataclass
class _Ground:
    """A ground, and the ids of those at home there."""

    label: str
    id: str
    club: str | None
    teams: list[str] = field(default_factory=list)
    name: str = ""


def teams_and_venues(
    instance: Instance, taken: Taken, divisions: Mapping[str, str], dates: Mapping[str, dt.date]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Both as a league has them.

    Args:
        instance: The instance.
        taken: What its constraints say.
        divisions: Names of the divisions by the id of their league.
        dates: Dates by the id of their slot, in order.
    """
    names = unique([team.name for team in instance.teams.values()], list(instance.teams))
    grounds = _grounds(instance, taken, dict(zip(instance.teams, names, strict=True)))
    home = {team: ground for ground in grounds for team in ground.teams}
    teams = [
        {
            "name": name,
            "division": divisions[team.league],
            "home_venue": home[id_].name,
            "club": home[id_].label[:LONGEST] if home[id_].club else None,
            "coach": taken.coaches.get(id_),
            "blackout_dates": [dates[slot] for slot in dates if slot in taken.blackouts.get(id_, ())],
        }
        for (id_, team), name in zip(instance.teams.items(), names, strict=True)
    ]
    return teams, [_venue(ground, taken, dates) for ground in grounds]


def _grounds(instance: Instance, taken: Taken, names: Mapping[str, str]) -> list[_Ground]:
    found: dict[tuple[str, str], _Ground] = {}
    for team, name in names.items():
        club = taken.clubs.get(team)
        if club is None:
            ground = found.setdefault(("team", team), _Ground(name, f"team {team}", None))
        else:
            label = instance.team_groups[club]
            ground = found.setdefault(("club", club), _Ground(label, f"club {club}", club))
        ground.teams.append(team)
    grounds = list(found.values())
    for ground, name in zip(
        grounds, unique([one.label for one in grounds], [one.id for one in grounds]), strict=True
    ):
        ground.name = name
    return grounds


def _venue(ground: _Ground, taken: Taken, dates: Mapping[str, dt.date]) -> dict[str, Any]:
    weekdays = {WEEKDAYS[date.weekday()] for date in dates.values()}
    closed = [
        date
        for slot, date in dates.items()
        if all(slot in taken.not_at_home.get(team, ()) for team in ground.teams)
    ]
    several = len(ground.teams)
    return {
        "name": ground.name,
        "pitches": taken.pitches.get(ground.club, several) if ground.club and several > 1 else 1,
        "slots": {day: [START] for day in WEEKDAYS if day in weekdays},
        "closed_dates": closed,
    }
