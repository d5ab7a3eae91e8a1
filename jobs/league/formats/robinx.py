"""Leagues out of RobinX XML, the format of the literature on sports timetables (also that of ITC2021).

Its slots are numbered and have no dates, and its games have neither place nor hour: slots become play dates
from a first date on, one a week if the season then is no longer than we can plan; every club (or team without
one) has a ground of its own, with one start a day. Of the constraints those are taken that our leagues have
too.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from jobs.league.formats import robinx_grounds, robinx_rules, robinx_shape, safe_xml
from jobs.league.formats.archive import Document
from jobs.league.formats.naming import unique
from jobs.league.formats.outcome import Note, Reading, refused, shown
from jobs.league.formats.plain_json import complete
from jobs.league.formats.robinx_grounds import START
from jobs.league.formats.robinx_rules import Taken
from jobs.league.formats.robinx_shape import Instance
from jobs.league.formats.season_fields import SeasonFields
from jobs.league.windows import WEEKDAYS

DEFAULT_FIRST_DATE = dt.date(2027, 9, 4)  # a Saturday
GAME_MINUTES = 90
LONGEST = 400  # days of a season


def read_robinx(file: Document, form: SeasonFields, name: str | None, first_date: dt.date | None) -> Reading:
    """The league that a RobinX instance describes.

    Args:
        file: The file.
        form: Fields of the season, in place of those that are made up here.
        name: Name of the league, before the file's.
        first_date: Date of the first slot.

    Raises:
        UnreadableLeague: it is no instance of RobinX, or no league can be made of it.
    """
    instance = robinx_shape.instance(file.name, safe_xml.parse(file))
    notes: list[Note] = []
    first = first_date or _form_date(form) or DEFAULT_FIRST_DATE
    if not 1900 <= first.year <= 2999:
        raise refused(file.name, f"cannot begin on {first}; give a first_date between 1900 and 2999")
    dates = _dates(instance, first, notes)
    taken = robinx_rules.taken(instance, notes)
    divisions = _divisions(instance, taken, notes)
    names = {league: division["name"] for league, division in divisions.items()}
    teams, venues = robinx_grounds.teams_and_venues(instance, taken, names, dates)
    notes.append(Note("venues", f"made up: a ground for each club, with one start a day at {START}"))
    season: dict[str, Any] = {
        "first_date": min(dates.values()),
        "last_date": max(dates.values()),
        "play_days": [day for day in WEEKDAYS if day in {WEEKDAYS[one.weekday()] for one in dates.values()}],
    }
    _tell_of_the_rest(instance, notes)
    league = {
        "name": (name or instance.name or "RobinX league")[:100],
        "teams": teams,
        "divisions": list(divisions.values()),
        "venues": venues,
        "season": season,
    }
    return Reading(complete(file.name, league, form), "robinx", notes)


def _form_date(form: SeasonFields) -> dt.date | None:
    value = form.fields.get("first_date")
    return value if isinstance(value, dt.date) else None


def _dates(instance: Instance, first: dt.date, notes: list[Note]) -> dict[str, dt.date]:
    """A date for each slot: one a week, or on as many days in a row of each week as the season then needs."""
    number = len(instance.slots)
    days = next(days for days in range(1, 8) if 7 * ((number - 1) // days) + 6 < LONGEST or days == 7)
    dates = {
        slot: first + dt.timedelta(days=7 * (place // days) + place % days)
        for place, slot in enumerate(instance.slots)
    }
    often = (
        "once a week"
        if days == 1
        else f"on {days} days of each week, as the season must end within {LONGEST} days"
    )
    text = f"the {number} slots have no dates: they are {often} from {first} ({WEEKDAYS[first.weekday()]}) on"
    notes.append(Note("Slots", text))
    return dates


def _divisions(instance: Instance, taken: Taken, notes: list[Note]) -> dict[str, dict[str, Any]]:
    """The divisions by the id of their league."""
    ids = [league for league in instance.leagues if instance.in_league(league)]
    names = unique(_league_names(instance, ids), ids)
    return {
        id_: {"name": name, "game_minutes": GAME_MINUTES, **_number(instance, id_, shown(name), taken, notes)}
        for id_, name in zip(ids, names, strict=True)
    }


def _number(instance: Instance, id_: str, name: str, taken: Taken, notes: list[Note]) -> dict[str, Any]:
    """Rounds of a league, or the games that each of its teams plays."""
    rounds = instance.rounds.get(id_)
    if each := taken.games_each.get(id_):
        text = f"{name}: {each} games for each team, as a CA1 (HARD) says; which teams meet is chosen anew"
        notes.append(Note("Structure", text))
        return {"games_per_team": each}
    if rounds is None:
        notes.append(Note("Structure", f"{name}: no format is given; a single round robin is planned"))
    if rounds is None or rounds <= 2:
        return {"rounds": "double" if rounds == 2 else "single"}
    text = f"{name}: {rounds} rounds are taken as so many games for each team; pairs may differ by more"
    notes.append(Note("Structure", text))
    return {"games_per_team": rounds * (len(instance.in_league(id_)) - 1)}


def _league_names(instance: Instance, ids: list[str]) -> list[str]:
    """Names of leagues; where several have the same, that of the group of exactly their teams, if any."""
    names = [instance.leagues[id_] for id_ in ids]
    groups = {frozenset(instance.group(group)): name for group, name in instance.team_groups.items()}
    return [
        groups.get(frozenset(team.id for team in instance.in_league(id_)), name)
        if names.count(name) > 1
        else name
        for id_, name in zip(ids, names, strict=True)
    ]


def _tell_of_the_rest(instance: Instance, notes: list[Note]) -> None:
    if instance.phased:
        text = (
            "the phased game mode (P) is not taken: two teams may meet twice in the first half of the season"
        )
        notes.append(Note("Structure", text))
    if instance.additional_games:
        notes.append(Note("Structure", f"{instance.additional_games} additional games are not taken"))
    if instance.data:
        names = ", ".join(dict.fromkeys(shown(name) for name in instance.data))
        notes.append(Note("Data", f"not taken: {names}"))
