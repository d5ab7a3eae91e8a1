"""Season, hours and closures of an OSSS file, as dates and start times."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jobs.league.formats.naming import unique
from jobs.league.formats.osss_games import DEFAULT_MINUTES
from jobs.league.formats.osss_shape import Availability, Instance, Period, Place, Venue
from jobs.league.formats.outcome import Note, shown
from jobs.league.formats.season_fields import SeasonFields
from jobs.league.windows import WEEKDAYS

DEFAULT_FIRST_DATE = dt.date(2027, 9, 4)  # a Saturday
DEFAULT_STARTS = ["10:00", "12:00", "14:00", "16:00"]
DEFAULT_HOURS = "with starts at 10:00, 12:00, 14:00 and 16:00 on Saturday and Sunday"
LONGEST = 400  # days
MIDNIGHT = 24 * 60
Span = tuple[int, int]  # minutes of a day


@dataclass
class SeasonDates:
    """The season's fields, and its bounds."""

    data: dict[str, Any]
    first: dt.date
    last: dt.date

    def within(self, periods: Iterable[Period]) -> list[dt.date]:
        """Every date of the periods that lies in the season, in order."""
        found: set[dt.date] = set()
        for period in periods:
            begin, end = max(period.start, self.first), min(period.end, self.last)
            days = min((end - begin).days, LONGEST)
            found.update(begin + dt.timedelta(days=day) for day in range(days + 1))
        return sorted(found)


def season(
    instance: Instance,
    divisions: dict[str, dict[str, Any]],
    form: SeasonFields,
    first_date: dt.date | None,
    notes: list[Note],
) -> SeasonDates:
    """First and last date and holidays; a form's dates go before the file's, those before defaults."""
    ranges = [one for venue in instance.venues for use in venue.availability if (one := _range(use))]
    first = instance.bounds.start or min((one.start for one in ranges), default=None)
    last = instance.bounds.end or max((one.end for one in ranges), default=None)
    if first is None:
        first = first_date or DEFAULT_FIRST_DATE
        notes.append(Note("season", f"the file has no first date; it begins on {first}"))
    elif instance.bounds.start is None:
        notes.append(Note("season", "its dates are the first and last on which a venue is available"))
    if last is None:
        last = first + dt.timedelta(weeks=_weeks(instance, divisions), days=-1)
        notes.append(Note("season", f"the file has no last date; it ends on {last}"))
    first, last = _given(form, "first_date", first), _given(form, "last_date", last)
    dates = SeasonDates({"first_date": first, "last_date": last}, first, last)
    dates.data["holidays"] = dates.within([*instance.blackouts, *instance.bounds.blackouts])
    return dates


def _given(form: SeasonFields, name: str, otherwise: dt.date) -> dt.date:
    value = form.fields.get(name)
    return value if isinstance(value, dt.date) else otherwise


def _weeks(instance: Instance, divisions: dict[str, dict[str, Any]]) -> int:
    """Weeks that leave room: one for each game of the team that plays most, and a fifth more."""
    sizes = dict.fromkeys(divisions, 0)
    for team in instance.teams:
        for name in sizes:
            sizes[name] += (team.division or "League") == name
    most = 1
    for name, division in divisions.items():
        rounds = (sizes[name] - 1) * (2 if division.get("rounds") == "double" else 1)
        most = max(most, division.get("games_per_team", rounds))
    return min(max(8, math.ceil(most * 1.2)), LONGEST // 7)


def venues(
    instance: Instance, season: SeasonDates, divisions: dict[str, dict[str, Any]], notes: list[Note]
) -> dict[str, dict[str, Any]]:
    """The venues by id."""
    longest = _lengths(instance, divisions, notes)
    found: dict[str, dict[str, Any]] = {}
    names = unique([venue.name or venue.id for venue in instance.venues], [one.id for one in instance.venues])
    without: list[str] = []
    odd = 0
    for venue, name in zip(instance.venues, names, strict=True):
        slots = {day: _starts(venue, day, longest) for day in WEEKDAYS}
        odd += sum(not _days(use) for use in venue.availability)
        if not any(slots.values()):
            without.append(name)
            slots = _default_slots()
        found[venue.id] = _venue(venue, name, {day: at for day, at in slots.items() if at}, season)
    if without:
        text = f"{shown(', '.join(without))}: no hours in which a game fits, and so {DEFAULT_HOURS}"
        notes.append(Note("venues", text))
    if odd:
        notes.append(Note("availability", f"{odd} entries that are for no weekday are not taken"))
    if any(len(venue.resources) > 1 for venue in instance.venues):
        notes.append(Note("resources", "each counts as a pitch, and all pitches of a venue as equally good"))
    notes.append(
        Note("venues", f"starts follow each other by the longest game ({longest} min) and the changeover")
    )
    return found


def default_venue(name: str) -> dict[str, Any]:
    """A venue of which nothing is known."""
    return {"name": name, "slots": _default_slots()}


def _default_slots() -> dict[str, list[str]]:
    return {"saturday": list(DEFAULT_STARTS), "sunday": list(DEFAULT_STARTS)}


def _venue(venue: Venue, name: str, slots: dict[str, list[str]], season: SeasonDates) -> dict[str, Any]:
    item: dict[str, Any] = {"name": name, "slots": slots, "pitches": max(1, len(venue.resources))}
    if place := location(venue.location):
        item["location"] = place
    closed = set(season.within(venue.blackouts)) | set(_outside(venue, season))
    item["closed_dates"] = sorted(date for date in closed if WEEKDAYS[date.weekday()] in slots)
    return item


def location(place: Place | None) -> dict[str, float] | None:
    """A place as a league has it, if both of its degrees are given."""
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return {"latitude": place.latitude, "longitude": place.longitude}


def _outside(venue: Venue, season: SeasonDates) -> list[dt.date]:
    """Dates of the season on which none of the venue's hours hold."""
    ranges = [_range(use) for use in venue.availability if _days(use)]
    if not ranges or None in ranges:
        return []
    open_dates = set(season.within(one for one in ranges if one))
    days = min((season.last - season.first).days, LONGEST)
    every = (season.first + dt.timedelta(days=day) for day in range(days + 1))
    return [date for date in every if date not in open_dates]


def played(items: Iterable[dict[str, Any]]) -> list[str]:
    """Weekdays on which any venue has a start."""
    used = {day for item in items for day in item["slots"]}
    return [day for day in WEEKDAYS if day in used]


def _lengths(instance: Instance, divisions: dict[str, dict[str, Any]], notes: list[Note]) -> int:
    """Minutes of the longest game; divisions without a length get one that fits into the shortest hours."""
    without = [division for division in divisions.values() if "game_minutes" not in division]
    if without:
        spans = [
            end - start
            for venue in instance.venues
            for use in venue.availability
            for start, end in _spans(use)
        ]
        shortest = min((span for span in spans if span >= 30), default=DEFAULT_MINUTES)
        minutes = min(shortest, DEFAULT_MINUTES)
        for division in without:
            division["game_minutes"] = minutes
        notes.append(Note("fixtures", f"no length of a game is given; {minutes} minutes are planned"))
    return max(min(360, division["game_minutes"]) for division in divisions.values()) if divisions else 90


def _starts(venue: Venue, day: str, minutes: int) -> list[str]:
    """Start times on a weekday: as many games as fit into the hours, one after the other."""
    spans = sorted(span for use in venue.availability if day in _days(use) for span in _spans(use))
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    step = math.ceil(max(minutes, 5) + max(venue.changeover, 60 * (venue.limits.gap_hours or 0)))
    found: list[int] = []
    for start, end in joined:
        at = max(start, found[-1] + step) if found else start
        while at + minutes <= end:
            found.append(at)
            at += step
    if venue.limits.per_day is not None:
        found = found[: venue.limits.per_day // max(1, len(venue.resources)) or 1]
    return [f"{at // 60:02}:{at % 60:02}" for at in found]


def _spans(use: Availability) -> list[Span]:
    if use.pattern is None:
        clocks = [(use.from_clock, use.to_clock)]
    else:
        clocks = [(window.start, window.end) for window in use.pattern.windows]
        clocks.append((use.pattern.start, use.pattern.end))
    spans = [(_minutes(start), _minutes(end)) for start, end in clocks if start and end]
    return [(start, end) for start, end in spans if start < end <= MIDNIGHT]


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")[:2]
    return 60 * int(hour) + int(minute)


def _days(use: Availability) -> set[str]:
    """Weekdays of the hours; numbers count from Sunday, 0."""
    if use.pattern is not None:
        named: list[str | int] = use.pattern.days or list(WEEKDAYS)
    else:
        named = use.days or ([use.day] if use.day is not None else [])
    found = {WEEKDAYS[(day - 1) % 7] for day in named if isinstance(day, int)}
    words = [day.strip().lower() for day in named if isinstance(day, str)]
    return found | {day for day in WEEKDAYS for word in words if len(word) >= 3 and day.startswith(word)}


def _range(use: Availability) -> Period | None:
    """The dates between which the hours hold, if there are any."""
    if use.dates is not None:
        return use.dates
    try:
        return Period(start=use.start[:10], end=use.end[:10])
    except (TypeError, ValueError):
        return None
