"""When each game is played: a date for every fixture.

Owns the model of the season's days: how often a team plays, its blackout dates and rest, how many slots
each date has for whom. Aims at as many games as a home venue has slots for on that date. Not the time of
day and not the venue (``slots``): a day that turns out too full for its coaches comes back from there as a
cut.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from ortools.sat.python import cp_model

from jobs.league.errors import OutOfTime
from jobs.league.solver import cpsat
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.fixtures import Fixture
from jobs.league.solver.openings import Openings, most_in_a_row
from jobs.league.spec import LeagueSpec

EFFORT = 8.0
MANNERS = (
    # Where nearly all games find a slot at home: 0.2 s for the 200-team sample, against 2.4 s from above.
    cpsat.Manner(1.0, relaxation=False, core=True, presolve=1),
    cpsat.Manner(EFFORT, relaxation=False, presolve=1),
    cpsat.Manner(200.0, relaxation=True),  # until the deadline, as a rule
)


@dataclass(frozen=True)
class Cut:
    """Fixtures, by their numbers, that cannot all be played on this date."""

    date: dt.date
    fixtures: frozenset[int]


@dataclass(frozen=True)
class Shortage:
    """A date on which a division has too few slots, however the games are moved about."""

    date: dt.date
    division: str
    games: int
    missing: int


@dataclass
class _Plays:
    """The yes-or-no variables of one person or group: those of its games, date by date."""

    on: dict[dt.date, list[cp_model.IntVar]] = field(default_factory=lambda: defaultdict(list))


class DayModel:
    """The days of a season as a CP-SAT model.

    Args:
        league: The league.
        openings: Its openings.
        fixtures: Its games, or those of some of its divisions.
        elastic: Build the model that explains: slots may be missing, and as few as possible are.
    """

    def __init__(
        self, league: LeagueSpec, openings: Openings, fixtures: Sequence[Fixture], *, elastic: bool = False
    ) -> None:
        self._league, self._openings, self._fixtures = league, openings, fixtures
        self._model = cp_model.CpModel()
        self._plays = [self._play_dates(fixture) for fixture in fixtures]
        for plays in self._plays:
            self._model.add_exactly_one(plays.values())
        self._teams()
        self._coaches()
        self._missing = self._slots(elastic)
        self._model.minimize(sum(self._missing.values()) if elastic else sum(self._away_from_home()))

    def forbid(self, cut: Cut) -> None:
        """Never again all these fixtures on that date."""
        self._model.add(
            sum(self._plays[number][cut.date] for number in cut.fixtures) <= len(cut.fixtures) - 1
        )

    def choose(self, deadline: Deadline, seed: int) -> list[dt.date] | None:
        """A date for each fixture, in their order; None when there is no way to do it.

        Raises:
            OutOfTime: neither was known in time.
        """
        for manner in MANNERS:
            try:
                solver = cpsat.run(self._model, deadline, seed=seed, manner=manner)
            except OutOfTime:
                deadline.remaining()  # if it was the deadline and not the effort, this raises
            else:
                return self._dates(solver) if solver else None
        raise deadline.passed()

    def shortages(self, deadline: Deadline, seed: int) -> list[Shortage] | None:
        """What an elastic model lacks at least; None when slots are not what is in the way."""
        manner = cpsat.Manner(EFFORT, relaxation=False)
        solver = cpsat.run(self._model, deadline, seed=seed, manner=manner)
        if solver is None:
            return None
        games = Counter(
            zip(self._dates(solver), (each.division.name for each in self._fixtures), strict=True)
        )
        lacking = {key: solver.value(missing) for key, missing in self._missing.items()}
        return [Shortage(*key, games[key], missing) for key, missing in lacking.items() if missing]

    def _dates(self, solver: cp_model.CpSolver) -> list[dt.date]:
        return [
            next(date for date, plays in each.items() if solver.boolean_value(plays)) for each in self._plays
        ]

    def _play_dates(self, fixture: Fixture) -> dict[dt.date, cp_model.IntVar]:
        barred = {*fixture.home.blackout_dates, *fixture.away.blackout_dates}
        return {date: self._model.new_bool_var("") for date in self._openings.dates if date not in barred}

    def _teams(self) -> None:
        """At most so many games of a team on a day and in a week, and its rest between two days."""
        season = self._league.season
        for team in self._groups((each.home.name, each.away.name) for each in self._fixtures).values():
            for games in team.on.values():
                self._at_most(games, season.max_games_per_team_per_day)
            if season.max_games_per_team_per_week is not None:
                for week in _weeks(self._openings.dates):
                    games = [game for date in week for game in team.on.get(date, ())]
                    self._at_most(games, season.max_games_per_team_per_week)
            if season.min_rest_days:
                self._rest(team)

    def _rest(self, team: _Plays) -> None:
        """In any stretch of days as long as the rest and one more, a team plays on one day at most."""
        active = {date: self._any_of(games) for date, games in team.on.items()}
        dates = sorted(active)
        for place, first in enumerate(dates):
            last = first + dt.timedelta(days=self._league.season.min_rest_days)
            self._model.add_at_most_one(active[date] for date in dates[place:] if date <= last)

    def _any_of(self, games: list[cp_model.IntVar]) -> cp_model.IntVar:
        """Whether any of these games is played."""
        active = self._model.new_bool_var("")
        for game in games:
            self._model.add_implication(game, active)
        return active

    def _coaches(self) -> None:
        """No coach and no team has more games in a day than fit one after the other."""
        people = self._groups(people_of(each) for each in self._fixtures)
        for date in self._openings.dates:
            openings = self._openings.on(date)
            shortest = min(division.game_minutes for division in self._league.divisions)
            most = most_in_a_row(openings, shortest)
            for person in people.values():
                self._at_most(person.on.get(date, []), most)

    def _slots(self, elastic: bool) -> dict[tuple[dt.date, str], cp_model.IntVar]:
        """The games of each division on each date share out the slots that they may use.

        Slots are counted by the set of divisions that may use them, which is exact and far smaller than
        slot by slot.
        """
        missing: dict[tuple[dt.date, str], cp_model.IntVar] = {}
        divisions = self._groups((each.division.name,) for each in self._fixtures)
        for date in self._openings.dates:
            taken: dict[str, list[cp_model.IntVar]] = defaultdict(list)
            for fits, slots in self._openings.classes(date).items():
                shares = {name: self._model.new_int_var(0, slots, "") for name in divisions if name in fits}
                self._model.add(sum(shares.values()) <= slots)
                for name, share in shares.items():
                    taken[name].append(share)
            for name, games in divisions.items():
                if elastic:
                    missing[date, name] = self._model.new_int_var(0, len(self._fixtures), "")
                    taken[name].append(missing[date, name])
                self._model.add(sum(games.on.get(date, ())) <= sum(taken[name]))
        return missing

    def _away_from_home(self) -> Iterator[cp_model.IntVar]:
        """For each venue and date, the games that find no slot at their home venue."""
        homes = self._groups((each.home.home_venue,) for each in self._fixtures)
        for date in self._openings.dates:
            slots: Counter[str] = Counter()
            for opening in self._openings.on(date):
                slots[opening.venue] += opening.pitches
            for venue, games in homes.items():
                if len(games.on.get(date, ())) > slots[venue]:
                    over = self._model.new_int_var(0, len(games.on[date]), "")
                    self._model.add(over >= sum(games.on[date]) - slots[venue])
                    yield over

    def _groups(self, names: Iterable[Iterable[str]]) -> dict[str, _Plays]:
        """Each name's games, given the names that belong to each fixture."""
        groups: dict[str, _Plays] = defaultdict(_Plays)
        for belongs, plays in zip(names, self._plays, strict=True):
            for name in dict.fromkeys(belongs):
                for date, play in plays.items():
                    groups[name].on[date].append(play)
        return groups

    def _at_most(self, games: list[cp_model.IntVar], most: int) -> None:
        if len(games) > most:
            if most == 1:
                self._model.add_at_most_one(games)
            else:
                self._model.add(sum(games) <= most)


def people_of(fixture: Fixture) -> list[str]:
    """Everyone who must be at a game and can be at one only: both teams, and their coaches."""
    coaches = [f"coach {team.coach}" for team in (fixture.home, fixture.away) if team.coach]
    return list(dict.fromkeys([f"team {fixture.home.name}", f"team {fixture.away.name}", *coaches]))


def _weeks(dates: list[dt.date]) -> list[list[dt.date]]:
    """The dates, week by week; a week is from Monday to Sunday."""
    return [list(week) for _, week in groupby(dates, key=lambda date: date.isocalendar()[:2])]
