"""Which openings there are: the starts at each venue, date by date.

Owns the reading of venues and season that the solver's phases share, and which division fits in which
opening. The validator reads the league by itself, on purpose, and does not use this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from jobs.league.solver.fixtures import Fixture
from jobs.league.spec import LeagueSpec, Team, Venue
from jobs.league.windows import WEEKDAYS

DAY_MINUTES = 24 * 60


class Opening(NamedTuple):
    """A start time at a venue, on as many pitches as the venue has.

    ``start`` and ``minutes`` (how long the slot lasts) are in minutes, ``start`` since midnight.
    """

    venue: str
    start: int
    minutes: int
    pitches: int
    divisions: frozenset[str]


class Openings:
    """The openings of each play date of a league."""

    def __init__(self, league: LeagueSpec) -> None:
        self.dates: list[dt.date] = league.season.play_dates
        self._league = league
        self._weekly = {weekday: self._on_weekday(weekday) for weekday in WEEKDAYS}
        self._closed = {venue.name: _closed_dates(venue, self.dates) for venue in league.venues}

    def on(self, date: dt.date) -> list[Opening]:
        """Openings of one play date, in the order of the venues."""
        weekly = self._weekly[WEEKDAYS[date.weekday()]]
        return [each for each in weekly if date not in self._closed[each.venue]]

    def classes(self, date: dt.date) -> dict[frozenset[str], int]:
        """Slots of one date, counted by the set of divisions that may use them."""
        counts: dict[frozenset[str], int] = {}
        for each in self.on(date):
            counts[each.divisions] = counts.get(each.divisions, 0) + each.pitches
        return counts

    def _on_weekday(self, weekday: str) -> list[Opening]:
        return [opening for venue in self._league.venues for opening in self._at(venue, weekday)]

    def _at(self, venue: Venue, weekday: str) -> list[Opening]:
        starts = sorted(minutes_of(start) for start in venue.slots.get(weekday, []))  # type: ignore[call-overload]
        ends = [*starts[1:], DAY_MINUTES][: len(starts)]
        found = []
        for start, end in zip(starts, ends, strict=True):
            fits = frozenset(
                division.name
                for division in self._league.divisions
                if division.game_minutes <= end - start and venue.takes(division.name)
            )
            if fits:
                found.append(Opening(venue.name, start, end - start, venue.pitches, fits))
        return found


def _closed_dates(venue: Venue, dates: Sequence[dt.date]) -> frozenset[dt.date]:
    closed = frozenset(venue.closed_dates)
    return closed if venue.open_dates is None else closed | (frozenset(dates) - frozenset(venue.open_dates))


def forbids(team: Team, date: dt.date, start: int, minutes: int) -> bool:
    """Whether a game from this minute of the day would lie in one of the team's forbidden times."""
    return any(
        window.holds_on(date)
        and start < minutes_of(window.end)
        and minutes_of(window.start) < start + minutes
        for window in team.forbidden_times
    )


def fits(fixture: Fixture, date: dt.date, opening: Opening) -> bool:
    """Whether a fixture could be played in an opening on this date, if it were the only one."""
    minutes = fixture.division.game_minutes
    return fixture.division.name in opening.divisions and not any(
        date in team.blackout_dates or forbids(team, date, opening.start, minutes)
        for team in (fixture.home, fixture.away)
    )


def minutes_of(time: str) -> int:
    """Minutes since midnight of ``"HH:MM"``."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def time_of(minutes: int) -> str:
    """``"HH:MM"`` of minutes since midnight; midnight at the end of a day is ``"24:00"``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def most_in_a_row(openings: Sequence[Opening], minutes: int) -> int:
    """How many games of this length one person can be at, one after the other, were every opening theirs."""
    free, count = 0, 0
    for start in sorted({opening.start for opening in openings}):
        if start >= free:
            count, free = count + 1, start + minutes
    return count
