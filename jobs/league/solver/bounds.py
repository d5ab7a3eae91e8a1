"""Why a league can have no schedule, found by counting and within a second or two.

Owns the conditions that every schedule must meet and that are quickly seen. Which rules are in conflict where
one of them fails is for ``reasons_least``, and the words for ``reasons_told``. A league that passes may still
have no schedule: then the solver finds that out, and ``conflicts`` says why.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ortools.graph.python.max_flow import SimpleMaxFlow

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.solver.conflicts import explain_days, pairs
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.openings import Openings, forbids
from jobs.league.solver.reasons import Ground, Kind, Rule, Rules, Unit, in_a_row, starting
from jobs.league.solver.reasons_frequency import most_games
from jobs.league.solver.reasons_least import find
from jobs.league.solver.reasons_told import least_games, sides, tell
from jobs.league.solver.reasons_words import listed, phrases, slots_of
from jobs.league.spec import LeagueSpec, Team

SECONDS = 6.0  # for the least conflict, once it is known that there is one
SMALL = 8_000  # teams times dates of a league whose days are looked at as a whole, which takes 0.2 s then
SLOTS: tuple[Kind, ...] = ("games", "slots", "closed", "open dates", "holiday")
ANY_GAP = 10_000  # days
SEED = 1  # a reason does not depend on the seed of the schedule

Starts = dict[dt.date, dict[str, set[int]]]  # for each date the starts that each division may have


def check_bounds(league: LeagueSpec, openings: Openings) -> None:
    """Count slots, dates and coaches' hours.

    Raises:
        InfeasibleLeague: there are too few of one of them; the message says of which, how many there are and
            which rules are in conflict.
    """
    ground = Ground(league)
    crowded = _crowded_divisions(league, openings)
    starts = {date: starting(ground.openings(date, ground.every_rule)) for date in ground.season.play_dates}
    units = _short_of_dates(ground, starts) or _never_meeting(ground, starts) or _overcoached(ground, starts)
    if units:
        _refuse(ground, units)
    small = len(league.teams) * len(openings.dates) <= SMALL
    if crowded and small:
        teams = [team for name in crowded for team in league.teams_by_division[name]]
        of_slots = frozenset(rule for rule in ground.every_rule if rule.kind in SLOTS)
        _refuse(ground, sides(ground, teams), of_slots)
    if small and (found := explain_days(league, SEED, seconds=SECONDS)):
        raise found
    if crowded:
        raise _too_few_slots(ground, openings, crowded)


def _refuse(ground: Ground, units: Sequence[Unit], rules: Rules | None = None) -> None:
    """Raise the least conflict of some units."""
    for times in (False, True):
        try:
            found = find(ground, units, Deadline(SECONDS / 2), SEED, times=times, rules=rules)
        except OutOfTime:
            return
        if found is not None:
            raise tell(ground, found, Deadline(SECONDS / 2), SEED)


def _crowded_divisions(league: LeagueSpec, openings: Openings) -> list[str]:
    """Divisions that compete for too few slots in the season.

    By max flow from divisions to kinds of slots; where it falls short, its least cut is the set of divisions
    in question (Hall's theorem).
    """
    kinds = _kinds(openings)
    flow, source, sink = SimpleMaxFlow(), 0, 1
    node = {division.name: 2 + place for place, division in enumerate(league.divisions)}
    games = _games(league)
    for name, count in games.items():
        flow.add_arc_with_capacity(source, node[name], count)
    for place, (fits, slots) in enumerate(kinds.items(), start=2 + len(node)):
        flow.add_arc_with_capacity(place, sink, slots)
        for name in sorted(fits):
            flow.add_arc_with_capacity(node[name], place, slots)
    flow.solve(source, sink)
    if flow.optimal_flow() >= league.total_games:
        return []
    reached = set(flow.get_source_side_min_cut())
    return [name for name in games if node[name] in reached]


def _too_few_slots(ground: Ground, openings: Openings, crowded: list[str]) -> InfeasibleLeague:
    """Told from the count alone, for a league in which it takes long to find the least conflict."""
    games = _games(ground.league)
    needed = sum(games[name] for name in crowded)
    have = sum(count for fits, count in _kinds(openings).items() if not fits.isdisjoint(crowded))
    slots = {Rule("slots", date=date) for date in openings.dates}
    needs = "needs" if len(crowded) == 1 else "together need"
    return InfeasibleLeague(
        f"{listed(crowded)} {needs} {slots_of(needed)} in the season, the venues that "
        f"take them have {have:,} that are long enough: add {slots_of(needed - have)} or drop games",
        conflicts=phrases(ground, {*(Rule("games", name) for name in crowded), *slots}),
        advice="more slots or fewer games",
        least=False,
    )


def _kinds(openings: Openings) -> Counter[frozenset[str]]:
    """Slots of the season by the divisions that may use them."""
    kinds: Counter[frozenset[str]] = Counter()
    for date in openings.dates:
        kinds.update(openings.classes(date))
    return kinds


def _games(league: LeagueSpec) -> dict[str, int]:
    return {
        name: sum(league.games_of(team) for team in teams) // 2
        for name, teams in league.teams_by_division.items()
    }


def _short_of_dates(ground: Ground, starts: Starts) -> list[Unit]:
    """A team with fewer dates than games, or with too long a stretch without any."""
    for team in ground.league.teams:
        free, games = list(_free(ground, team, starts)), ground.league.games_of(team)
        too_few = most_games(ground.season, free, games) < games
        if too_few or _longest_gap(ground, free) > (ground.season.max_gap_days or ANY_GAP):
            return sides(ground, [team])
    return []


def _free(ground: Ground, team: Team, starts: Starts) -> Iterator[dt.date]:
    """The dates on which a team can play: a slot for its division, and its own dates and times allow it."""
    barred, minutes = ground.blackouts[team.name], ground.minutes[team.division]
    for date, by_division in starts.items():
        here = by_division.get(team.division)
        if here and date not in barred:
            if team.forbidden_times and all(forbids(team, date, start, minutes) for start in here):
                continue
            yield date


def _longest_gap(ground: Ground, free: Sequence[dt.date]) -> int:
    """The longest stretch of the season, in days, in which none of these dates lies."""
    day = dt.timedelta(days=1)
    ends = [ground.season.first_date - day, *free, ground.season.last_date + day]
    return max((other - one).days - 1 for one, other in pairwise(ends))


def _never_meeting(ground: Ground, starts: Starts) -> list[Unit]:
    """Two teams that must meet more often than they have dates, or at any time, in common."""
    for teams in ground.league.teams_by_division.values():
        if ground.league.division_of(teams[0]).games_each(len(teams)) < len(teams) - 1:
            continue
        free = {team.name: frozenset(_free(ground, team, starts)) for team in teams}
        for unit in pairs(ground, teams):
            one, other = unit.teams
            common = free[one.name] & free[other.name]
            if one.forbidden_times and other.forbidden_times:
                common = frozenset(date for date in common if _suits(ground, unit, date, starts[date]))
            if unit.least > len(common) * ground.season.max_games_per_team_per_day:
                return [unit]
    return []


def _suits(ground: Ground, unit: Unit, date: dt.date, starts: dict[str, set[int]]) -> bool:
    """Whether a start of this date suits both teams of a pair."""
    minutes = ground.minutes[unit.division]
    return any(
        not any(forbids(team, date, start, minutes) for team in unit.teams) for start in starts[unit.division]
    )


def _overcoached(ground: Ground, starts: Starts) -> list[Unit]:
    """The teams of a coach with more games than fit one after the other."""
    rooms: dict[tuple[frozenset[str], int], int] = {}
    for teams in ground.coached.values():
        if len(teams) < 2:
            continue
        divisions = frozenset(team.division for team in teams)
        shortest = min(ground.minutes[name] for name in divisions)
        if any(team.forbidden_times for team in teams):
            room = _room(teams, starts, shortest)
        elif (divisions, shortest) in rooms:
            room = rooms[divisions, shortest]
        else:
            room = rooms[divisions, shortest] = _room(teams, starts, shortest)
        if least_games(ground, teams) > room:
            return sides(ground, teams)
    return []


def _room(teams: Sequence[Team], starts: Starts, minutes: int) -> int:
    """Games of this length that fit one after the other, from starts that some of these teams may have."""
    room = 0
    for date, by_division in starts.items():
        room += in_a_row(
            {
                start
                for team in teams
                for start in by_division.get(team.division, ())
                if not (team.forbidden_times and forbids(team, date, start, minutes))
            },
            minutes,
        )
    return room
