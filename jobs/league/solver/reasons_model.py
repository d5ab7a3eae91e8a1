"""Can these rules be kept together? Models that hold any choice of the rules, and only those.

Owns the relaxations in which a conflict is looked for. A :class:`Unit` is what gets a date: a team's side of
its games, whoever the opponent is (few variables, and what is proved holds for every way to pair the teams),
or a pair of teams. With ``times`` it gets a start as well, which with pairs is the whole problem. What has no
solution here has no schedule; the reverse is true only of the whole problem.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from jobs.league.solver.openings import Opening
from jobs.league.solver.reasons import Ground, Kind, Rule, Rules, Unit, in_a_row, starting
from jobs.league.spec import Team

MANY = 1_000_000
MOST_DAILY = 5  # games of a team in a day when no rule limits them; what a season's limit can be at most
STRUCTURAL: frozenset[Kind] = frozenset({"day", "holiday", "closed", "open dates"})
"""Kinds of rules that shape a model; each of the others belongs to certain rows, which can be told apart."""

Term = tuple[int, int]  # a variable, by its number, and its factor
Key = tuple[dt.date, int]  # a date and, in minutes, a start: -1 in a model without times
Games = dict[tuple[dt.date, int, int], list[int]]  # one person's, by date, start and length


class Row(NamedTuple):
    """A linear condition: the sum of the terms lies between two bounds. It holds if its rules do."""

    terms: list[Term]
    least: int
    most: int
    rules: tuple[Rule, ...]


class Model:
    """Some units under some rules, as whole numbers from 0 to ``tops`` and rows between them.

    Args:
        ground: The league.
        units: What is to be placed.
        rules: The rules that hold; no other does.
        times: Whether every unit gets a start, or only a date.
    """

    def __init__(self, ground: Ground, units: Sequence[Unit], rules: Rules, *, times: bool) -> None:
        self.tops: list[int] = []
        self.rows: list[Row] = []
        self._ground, self._rules, self._times = ground, rules, times
        divisions = {Rule("games", unit.division) for unit in units} & rules
        self.units = [unit for unit in units if Rule("games", unit.division) in divisions]
        self._names = frozenset(rule.name for rule in divisions)
        self._open = {date: self._openings(date) for date in ground.dates}
        self._starting = {date: starting(openings) for date, openings in self._open.items()}
        self._plays = [self._keys(unit) for unit in self.units]
        self._by_team = self._group(unit.teams for unit in self.units)
        self._numbers()
        self._limits()
        self._coaches()
        if times:
            self._starts()
        else:
            self.shares = self._slots()

    def sides_on(self, dates: Collection[dt.date]) -> list[Term]:
        """Every unit's plays on these dates; teams' sides count half, so the sum is twice the games."""
        return [
            (var, len(unit.teams))
            for unit, plays in zip(self.units, self._plays, strict=True)
            for (date, _), var in plays.items()
            if date in dates
        ]

    def _openings(self, date: dt.date) -> list[Opening]:
        if Rule("holiday", date=date) in self._rules:
            return []
        return [
            each
            for each in self._ground.openings(date, self._rules)
            if not each.divisions.isdisjoint(self._names)
        ]

    def _keys(self, unit: Unit) -> dict[Key, int]:
        """A variable for each date, or start, that the unit may have."""
        most = self._ground.season.max_games_per_team_per_day if Rule("day") in self._rules else MOST_DAILY
        keys: dict[Key, int] = {}
        for date in self._ground.dates:
            starts = sorted(self._starting[date].get(unit.division, ()))
            for start in starts if self._times else [-1] * bool(starts):
                top = 1 if self._times else min(most, unit.most)
                var = self._new(top)
                keys[date, start] = var
                self._bar(unit, date, start, var)
        return keys

    def _bar(self, unit: Unit, date: dt.date, start: int, var: int) -> None:
        """Keep the unit away from its blackout dates and forbidden times."""
        for team in unit.teams:
            blackout, forbidden = Rule("blackout", team.name), Rule("forbidden", team.name)
            if blackout in self._rules and date in self._ground.blackouts[team.name]:
                self._sum([var], 0, 0, blackout)
            if forbidden in self._rules:
                here = [each for each in self._open[date] if start in (-1, each.start)]
                if not self._ground.plays(team, date, here):
                    self._sum([var], 0, 0, forbidden)

    def _numbers(self) -> None:
        """Every team has its number of games, every pair its meetings."""
        for unit, plays in zip(self.units, self._plays, strict=True):
            self._sum(plays.values(), unit.least, unit.most, Rule("games", unit.division))
        loose = {team.name: team for unit in self.units if unit.least != unit.most for team in unit.teams}
        for name, team in loose.items():
            every = [var for each in self._by_team[name].values() for var in each]
            games = self._ground.league.games_of(team)
            self._sum(every, games, games, Rule("games", team.division))

    def _limits(self) -> None:
        """Per day, week and weekend, rest and gaps, team by team."""
        season, dates = self._ground.season, self._ground.dates
        weeks = [list(week) for _, week in groupby(dates, key=lambda date: date.isocalendar()[:2])]
        weekends = [[date for date in week if date.weekday() > 4] for week in weeks]
        for name, keys in self._by_team.items():
            on: dict[dt.date, list[int]] = defaultdict(list)
            for (date, _), plays in keys.items():
                on[date] += plays
            for date in on:
                self._at_most([on[date]], season.max_games_per_team_per_day, Rule("day"))
            for week in weeks:
                self._at_most([on.get(d, []) for d in week], season.max_games_per_team_per_week, Rule("week"))
            for weekend in weekends:
                days = [on.get(date, []) for date in weekend]
                self._at_most(days, season.max_games_per_team_per_weekend, Rule("weekend"))
            self._rest(on)
            self._gap(name, on)

    def _at_most(self, days: Iterable[list[int]], most: int | None, rule: Rule) -> None:
        plays = [play for day in days for play in day]
        if most is not None and rule in self._rules and sum(self.tops[play] for play in plays) > most:
            self._sum(plays, 0, most, rule)

    def _rest(self, on: dict[dt.date, list[int]]) -> None:
        """In any stretch of days as long as the rest and one more, a team plays on one day at most."""
        rest, rule = self._ground.season.min_rest_days, Rule("rest")
        if not rest or rule not in self._rules:
            return
        active = {date: self._any_of(plays) for date, plays in on.items()}
        dates = sorted(active)
        for place, first in enumerate(dates):
            last = first + dt.timedelta(days=rest)
            near = [active[date] for date in dates[place:] if date <= last]
            if len(near) > 1:
                self._sum(near, 0, 1, rule)

    def _any_of(self, plays: list[int]) -> int:
        """Whether a team plays at all; may be true when it does not."""
        active = self._new(1)
        for play in plays:
            top = MOST_DAILY if not self._times else 1
            self.rows.append(Row([(play, 1), (active, -top)], -top, 0, ()))
        return active

    def _gap(self, name: str, on: dict[dt.date, list[int]]) -> None:
        """Any stretch one day longer than the longest gap has a game."""
        gap, season, rule = self._ground.season.max_gap_days, self._ground.season, Rule("gap")
        if gap is None or rule not in self._rules:
            return
        whole = (season.last_date - season.first_date).days
        for first in range(whole - gap + 1):
            start = season.first_date + dt.timedelta(days=first)
            end = start + dt.timedelta(days=gap)
            plays = [play for date, each in on.items() if start <= date <= end for play in each]
            games = Rule("games", self._ground.teams[name].division)
            self._sum(plays, 1, MANY, rule, games)

    def _coaches(self) -> None:
        """No coach is at two games at once."""
        units: dict[str, list[int]] = defaultdict(list)
        for number, unit in enumerate(self.units):
            for coach in {team.coach for team in unit.teams if team.coach}:
                units[coach].append(number)
        for coach, numbers in units.items():
            rule = Rule("coach", coach)
            if rule in self._rules and len(numbers) > 1:
                games = self._games_of(numbers)
                if self._times:
                    self._one_at_a_time(games, rule)
                else:
                    self._coach_by_date(games, rule)

    def _coach_by_date(self, games: Games, rule: Rule) -> None:
        """A date has only so many games of a coach's teams as fit one after the other."""
        divisions = {team.division for team in self._ground.coached[rule.name]} & self._names
        shortest = min(self._ground.minutes[name] for name in divisions)
        for date, keys in groupby(sorted(games), key=lambda key: key[0]):
            plays = [var for key in keys for var in games[key]]
            starts = {start for name in divisions for start in self._starting[date].get(name, ())}
            room = in_a_row(starts, shortest)
            if starts and len(plays) * MOST_DAILY > room:
                self._sum(plays, 0, room, rule)

    def _games_of(self, units: Iterable[int]) -> Games:
        """A coach's games. Two of their teams that are in one division may meet: that makes one game."""
        sides: dict[tuple[str, Key], list[int]] = defaultdict(list)
        games: Games = defaultdict(list)
        for number in units:
            unit = self.units[number]
            for key, var in self._plays[number].items():
                if len(unit.teams) == 1:
                    sides[unit.division, key].append(var)
                else:
                    games[(*key, self._ground.minutes[unit.division])].append(var)
        for (division, key), plays in sides.items():
            games[(*key, self._ground.minutes[division])].append(self._half_of(plays))
        return games

    def _half_of(self, sides: list[int]) -> int:
        if len(sides) == 1:
            return sides[0]
        games = self._new(MOST_DAILY * len(sides))
        self.rows.append(Row([(games, 2), *((side, -1) for side in sides)], 0, MANY, ()))
        return games

    def _one_at_a_time(self, games: Games, *rules: Rule) -> None:
        """Of games that overlap, one begins while the others are on: at each start at most one is on."""
        for date, day in groupby(sorted(games), key=lambda key: key[0]):
            keys = list(day)
            for moment in sorted({start for _, start, _ in keys}):
                on = [
                    var
                    for start, minutes in ((start, minutes) for _, start, minutes in keys)
                    if start <= moment < start + minutes
                    for var in games[date, start, minutes]
                ]
                if len(on) > 1:
                    self._sum(on, 0, 1, *rules)

    def _starts(self) -> None:
        """Every team is at one game at a time, and no start has more games than pitches."""
        for name, keys in self._by_team.items():
            minutes = self._ground.minutes[self._ground.teams[name].division]
            self._one_at_a_time({(*key, minutes): plays for key, plays in keys.items()})
        on: dict[Key, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for unit, plays in zip(self.units, self._plays, strict=True):
            for key, var in plays.items():
                on[key][unit.division].append((var, len(unit.teams)))
        for (date, start), divisions in on.items():
            here = [each for each in self._open[date] if each.start == start]
            self._share(Rule("slots", date=date), here, divisions)

    def _slots(self) -> dict[dt.date, list[int]]:
        """The games of each division on each date share out the slots that they may use."""
        on: dict[dt.date, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for unit, plays in zip(self.units, self._plays, strict=True):
            for (date, _), var in plays.items():
                on[date][unit.division].append((var, len(unit.teams)))
        return {
            date: self._share(Rule("slots", date=date), self._open[date], divisions)
            for date, divisions in on.items()
        }

    def _share(
        self, rule: Rule, openings: Collection[Opening], divisions: dict[str, list[Term]]
    ) -> list[int]:
        """Slots are counted by the set of divisions that may use them, which is exact, and small."""
        if rule not in self._rules:
            return []
        counts: dict[frozenset[str], int] = defaultdict(int)
        for each in openings:
            counts[each.divisions & self._names] += each.pitches
        taken: dict[str, list[int]] = {name: [] for name in divisions}
        for fits, slots in counts.items():
            shares = {name: self._new(slots) for name in divisions if name in fits}
            if len(shares) > 1:
                self._sum(shares.values(), 0, slots)
            for name, share in shares.items():
                taken[name].append(share)
        for name, terms in divisions.items():
            self.rows.append(Row([*terms, *((share, -2) for share in taken[name])], -MANY, 0, (rule,)))
        return [share for shares in taken.values() for share in shares]

    def _group(self, teams: Iterable[tuple[Team, ...]]) -> dict[str, dict[Key, list[int]]]:
        groups: dict[str, dict[Key, list[int]]] = defaultdict(lambda: defaultdict(list))
        for each, plays in zip(teams, self._plays, strict=True):
            for team in each:
                for key, var in plays.items():
                    groups[team.name][key].append(var)
        return groups

    def _new(self, top: int) -> int:
        self.tops.append(top)
        return len(self.tops) - 1

    def _sum(self, variables: Iterable[int], least: int, most: int, *rules: Rule) -> None:
        self.rows.append(Row([(each, 1) for each in variables], least, most, rules))
