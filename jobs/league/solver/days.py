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

from ortools.sat.python import cp_model

from jobs.league.errors import OutOfTime
from jobs.league.solver import cpsat
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.fixtures import Fixture, people_of
from jobs.league.solver.limits import gaps, limits
from jobs.league.solver.openings import Openings, fits, most_in_a_row
from jobs.league.spec import LeagueSpec

EFFORT = 8.0
MANNERS = (
    cpsat.Manner(EFFORT, relaxation=False),
    cpsat.Manner(200.0, relaxation=True),  # until the deadline, as a rule
)


@dataclass(frozen=True)
class Cut:
    """Fixtures, by their numbers, that cannot all be played on this date."""

    date: dt.date
    fixtures: frozenset[int]


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
    """

    def __init__(self, league: LeagueSpec, openings: Openings, fixtures: Sequence[Fixture]) -> None:
        self._league, self._openings, self._fixtures = league, openings, fixtures
        self._model = cp_model.CpModel()
        self._plays = [self._play_dates(fixture) for fixture in fixtures]
        for plays in self._plays:
            self._model.add_exactly_one(plays.values())
        self._teams()
        self._coaches()
        self._slots()
        self._model.minimize(sum(self._away_from_home()))

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

    def _dates(self, solver: cp_model.CpSolver) -> list[dt.date]:
        return [
            next(date for date, plays in each.items() if solver.boolean_value(plays)) for each in self._plays
        ]

    def _play_dates(self, fixture: Fixture) -> dict[dt.date, cp_model.IntVar]:
        return {
            date: self._model.new_bool_var("")
            for date in self._openings.dates
            if any(fits(fixture, date, opening) for opening in self._openings.on(date))
        }

    def _teams(self) -> None:
        """At most so many games of a team on a day, in a week and on a weekend; its rest and its gaps."""
        season, dates = self._league.season, self._openings.dates
        sets = limits(dates, season)
        must = gaps(dates, season)
        for team in self._groups((each.home.name, each.away.name) for each in self._fixtures).values():
            for some, most in sets:
                self._at_most([game for date in some for game in team.on.get(dates[date], ())], most)
            for some in must:
                self._model.add_bool_or(game for date in some for game in team.on.get(dates[date], ()))
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

    def _slots(self) -> None:
        """The games of each division on each date share out the slots that they may use.

        Slots are counted by the set of divisions that may use them, which is exact and far smaller than
        slot by slot.
        """
        divisions = self._groups((each.division.name,) for each in self._fixtures)
        for date in self._openings.dates:
            taken: dict[str, list[cp_model.IntVar]] = defaultdict(list)
            for takes, slots in self._openings.classes(date).items():
                shares = {name: self._model.new_int_var(0, slots, "") for name in divisions if name in takes}
                self._model.add(sum(shares.values()) <= slots)
                for name, share in shares.items():
                    taken[name].append(share)
            for name, games in divisions.items():
                self._model.add(sum(games.on.get(date, ())) <= sum(taken[name]))

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
