"""The league as numbers: its fixtures, its slots, and which fixture may have which slot at what cost.

Owns everything that does not change while a schedule is searched for. ``state`` holds a schedule, ``patch``
changes one.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from jobs.league.dayparts import Dayparts
from jobs.league.distances import Distances
from jobs.league.goals import Goals
from jobs.league.scores import prefers
from jobs.league.solver.fixtures import Fixture, people_of
from jobs.league.solver.openings import Openings, time_of
from jobs.league.spec import LeagueSpec, Team
from jobs.league.weeks import play_weeks

TENTHS = 10  # costs are whole numbers in tenths of a goal's unit, so that kilometres keep a digit


class Slot(NamedTuple):
    """One start at a venue on a date, on as many pitches as the venue has.

    ``date``, ``week`` and ``venue`` are numbers in the board's lists; times are minutes since midnight.
    """

    date: int
    week: int
    venue: int
    start: int
    minutes: int
    pitches: int
    divisions: frozenset[str]


class Board:
    """A league's fixtures and slots by number.

    Args:
        league: the league.
        openings: its openings.
        fixtures: its games, without dates; a fixture's number is its place here.
    """

    def __init__(self, league: LeagueSpec, openings: Openings, fixtures: Sequence[Fixture]) -> None:
        self.league, self.openings, self.fixtures = league, openings, fixtures
        self.dates = openings.dates
        self.weeks = play_weeks(self.dates)
        week = {date: number for number, some in enumerate(self.weeks) for date in some}
        self.venues = {venue.name: number for number, venue in enumerate(league.venues)}
        self.teams = {team.name: team for team in league.teams}
        self.slots: list[Slot] = []
        self.at: dict[tuple[int, int], list[int]] = defaultdict(list)
        """Slots of a venue on a date."""
        for number, date in enumerate(self.dates):
            for each in openings.on(date):
                venue = self.venues[each.venue]
                self.at[venue, number].append(len(self.slots))
                self.slots.append(
                    Slot(number, week[date], venue, each.start, each.minutes, each.pitches, each.divisions)
                )
        self._barred = {team.name: self._barred_dates(team) for team in league.teams}
        self._preferred: dict[tuple[str, int, int], bool] = {}
        self._distances = Distances(league)
        self._names = [venue.name for venue in league.venues]

    def _barred_dates(self, team: Team) -> frozenset[int]:
        barred = set(team.blackout_dates)
        return frozenset(number for number, date in enumerate(self.dates) if date in barred)

    @cached_property
    def people(self) -> list[tuple[str, ...]]:
        """Each fixture's people, who can be at one game at a time."""
        return [tuple(people_of(fixture)) for fixture in self.fixtures]

    @cached_property
    def parts(self) -> list[tuple[bool, bool]]:
        """Whether each slot is early and whether it is late."""
        parts = Dayparts(self.league)
        return [
            (parts.early(self.dates[one.date], start), parts.late(self.dates[one.date], start))
            for one in self.slots
            for start in (time_of(one.start),)
        ]

    def without_goals(self) -> Board:
        """The same board, on which no slot costs anything."""
        bare = copy.copy(self)
        nothing = Goals(**dict.fromkeys(Goals.model_fields, 0))
        bare.league = self.league.model_copy(update={"goals": nothing})
        return bare

    def home_of(self, team: Team) -> int:
        """The number of a team's home venue."""
        return self.venues[team.home_venue]

    def barred(self, team: Team) -> frozenset[int]:
        """Dates on which a team cannot play."""
        return self._barred[team.name]

    def cost(self, fixture: Fixture, slot: int) -> int:
        """What a slot costs a fixture by itself, in weighted tenths: away from home, travel, times."""
        one, goals = self.slots[slot], self.league.goals
        cost = 0
        if one.venue != self.home_of(fixture.home):
            cost += TENTHS * goals.home_venue
        if goals.travel:
            cost += goals.travel * self._kilometres(fixture, one.venue)
        if goals.preferred_times:
            cost += (
                TENTHS
                * goals.preferred_times
                * sum(not self.prefers(team, slot) for team in (fixture.home, fixture.away))
            )
        return cost

    def prefers(self, team: Team, slot: int) -> bool:
        """Whether a start is at a time that the team prefers."""
        if not team.preferred_times:
            return True
        one = self.slots[slot]
        time = (team.name, self.dates[one.date].weekday(), one.start)
        if time not in self._preferred:
            self._preferred[time] = prefers(team, self.dates[one.date], time_of(one.start))
        return self._preferred[time]

    def _kilometres(self, fixture: Fixture, venue: int) -> int:
        """Of both teams, there and back."""
        legs = (self.distance(self.home_of(team), venue) for team in (fixture.home, fixture.away))
        return round(2 * sum(legs))

    def distance(self, one: int, other: int) -> float:
        """Kilometres between two venues; 0 where it is not known."""
        return self._distances.km(self._names[one], self._names[other]) or 0.0

    @cached_property
    def nearby(self) -> list[list[int]]:
        """For each venue, all the others, nearest first."""
        count = range(len(self._names))
        return [
            sorted((n for n in count if n != venue), key=lambda n: (self.distance(venue, n), n))
            for venue in count
        ]
