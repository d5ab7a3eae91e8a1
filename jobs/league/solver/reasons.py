"""The rules of a league that a user could change, one by one, and the ground they stand on.

Owns the vocabulary in which a conflict is found and told: each :class:`Rule` is one thing that the user has
asked for. What no user would call a rule is taken as given: the starts of the venues, the length of a game,
the divisions that a venue takes, and that nobody is in two places at once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator
from dataclasses import dataclass
from typing import Literal

from jobs.league.solver.openings import Opening, Openings, forbids
from jobs.league.spec import LeagueSpec, Season, Team, Venue
from jobs.league.windows import WEEKDAYS

Kind = Literal[
    "games",
    "slots",
    "blackout",
    "forbidden",
    "coach",
    "closed",
    "open dates",
    "holiday",
    "day",
    "week",
    "weekend",
    "rest",
    "gap",
]


@dataclass(frozen=True, order=True)
class Rule:
    """One rule: its kind, whose it is and on which date, where it has an owner or a date.

    Attributes:
        kind: ``games`` is a division's number of games, ``slots`` that a date has only so many.
        name: A division, team, coach or venue.
        date: For ``slots``, ``closed`` and ``holiday``.
    """

    kind: Kind
    name: str = ""
    date: dt.date | None = None


Rules = frozenset[Rule]


@dataclass(frozen=True)
class Unit:
    """A team's side of its games, or a pair of teams, which meet at least and at most so many times."""

    teams: tuple[Team, ...]
    least: int
    most: int

    @property
    def division(self) -> str:
        return self.teams[0].division


class Ground:
    """A league read so that each of its rules can be taken away.

    Args:
        league: The league.
    """

    def __init__(self, league: LeagueSpec) -> None:
        self.league = league
        self.season = league.season
        wide = Openings(_without_closures(league))
        self.dates = wide.dates
        self.teams = {team.name: team for team in league.teams}
        self.blackouts = {team.name: frozenset(team.blackout_dates) for team in league.teams}
        self.minutes = {division.name: division.game_minutes for division in league.divisions}
        self.coached = _coached(league)
        self._all = _openings(league, wide)
        self._closing: dict[dt.date, dict[str, Rule]] = {date: {} for date in self.dates}
        for venue in league.venues:
            for date, rule in _closing(venue, self.dates).items():
                self._closing[date][venue.name] = rule
        self.every_rule = self.rules()

    def openings(self, date: dt.date, rules: Collection[Rule]) -> list[Opening]:
        """The openings of a date when only these rules hold; not to be changed."""
        closed = {venue for venue, rule in self._closing[date].items() if rule in rules}
        return [each for each in self._all[date] if each.venue not in closed] if closed else self._all[date]

    def alike(self, rule: Rule) -> Hashable:
        """The same for closures of two venues that could stand for each other on that date."""
        if rule.kind != "closed" or rule.date is None:
            return rule
        here = (each for each in self._all[rule.date] if each.venue == rule.name)
        return rule.date, frozenset((each.start, each.divisions, each.pitches) for each in here)

    def rules(self) -> Rules:
        """Every rule of the league."""
        season = self.season
        limits: tuple[tuple[Kind, object], ...] = (
            ("day", True),
            ("week", season.max_games_per_team_per_week),
            ("weekend", season.max_games_per_team_per_weekend),
            ("rest", season.min_rest_days),
            ("gap", season.max_gap_days),
        )
        found = {Rule(kind) for kind, limit in limits if limit}
        found |= {Rule("games", division.name) for division in self.league.divisions}
        found |= {Rule("slots", date=date) for date in self.dates}
        found |= {Rule("holiday", date=date) for date in season.holidays if date in self._all}
        found |= {Rule("coach", coach) for coach, teams in self.coached.items() if len(teams) > 1}
        return frozenset(found | set(self._of_teams()) | set(self._of_venues()))

    def _of_teams(self) -> Iterator[Rule]:
        for team in self.league.teams:
            if not self.blackouts[team.name].isdisjoint(self.dates):
                yield Rule("blackout", team.name)
            if team.forbidden_times:
                yield Rule("forbidden", team.name)

    def _of_venues(self) -> Iterator[Rule]:
        venues = {venue.name: venue for venue in self.league.venues}
        for date, rules in self._closing.items():
            for name, rule in rules.items():
                if venues[name].slots.get(WEEKDAYS[date.weekday()]):  # type: ignore[call-overload]
                    yield rule

    def plays(self, team: Team, date: dt.date, openings: Collection[Opening]) -> bool:
        """Whether the team's forbidden times leave it one of the openings that its division may use."""
        minutes = self.league.division_of(team).game_minutes
        starts = {each.start for each in openings if team.division in each.divisions}
        return not starts or not all(forbids(team, date, start, minutes) for start in starts)


def _openings(league: LeagueSpec, wide: Openings) -> dict[dt.date, list[Opening]]:
    """The openings of each date if no venue were closed; dates of a weekday share one list if they can."""
    shut = {venue.name: _closed_twice(venue) for venue in league.venues}
    weekly: dict[int, list[Opening]] = {}
    found = {}
    for date in wide.dates:
        if date.weekday() not in weekly:
            weekly[date.weekday()] = wide.on(date)
        every, closed = weekly[date.weekday()], {name for name, dates in shut.items() if date in dates}
        found[date] = [each for each in every if each.venue not in closed] if closed else every
    return found


def slots_by_venue(openings: Collection[Opening], divisions: Collection[str]) -> Counter[str]:
    """How many games of these divisions each venue has room for, in its order."""
    counts: Counter[str] = Counter()
    for each in openings:
        if not each.divisions.isdisjoint(divisions):
            counts[each.venue] += each.pitches
    return counts


def _coached(league: LeagueSpec) -> dict[str, list[Team]]:
    coached: dict[str, list[Team]] = defaultdict(list)
    for team in league.teams:
        if team.coach:
            coached[team.coach].append(team)
    return dict(coached)


def _closing(venue: Venue, dates: Collection[dt.date]) -> dict[dt.date, Rule]:
    """For each date on which the venue is closed, the rule that closes it."""
    closed = {date: Rule("closed", venue.name, date) for date in set(venue.closed_dates).intersection(dates)}
    if venue.open_dates is None:
        return closed
    return {date: Rule("open dates", venue.name) for date in set(dates).difference(venue.open_dates)} | closed


def _closed_twice(venue: Venue) -> frozenset[dt.date]:
    """Dates that no single rule could open."""
    return frozenset(venue.closed_dates).difference(venue.open_dates or venue.closed_dates)


def _without_closures(league: LeagueSpec) -> LeagueSpec:
    """The same league with every venue open and no holiday; built anew, for a season caches its dates."""
    season = Season.model_validate({**league.season.model_dump(), "holidays": []})
    venues = [venue.model_copy(update={"closed_dates": [], "open_dates": None}) for venue in league.venues]
    return league.model_copy(update={"season": season, "venues": venues})


def in_a_row(starts: Collection[int], minutes: int) -> int:
    """How many games of this length one person can be at, one after the other, from these starts."""
    free, count = 0, 0
    for start in sorted(starts):
        if start >= free:
            count, free = count + 1, start + minutes
    return count


def starting(openings: Collection[Opening]) -> dict[str, set[int]]:
    """The starts that each division may have."""
    starts: dict[str, set[int]] = defaultdict(set)
    for divisions, start in {(each.divisions, each.start) for each in openings}:
        for name in divisions:
            starts[name].add(start)
    return starts
