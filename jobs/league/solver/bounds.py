"""Why a league can have no schedule, found by counting alone and within a second.

Owns the conditions that every schedule must meet, and the plain words for the one that fails. A league that
passes may still have no schedule: then the solver finds that out, and ``conflicts`` says why.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from itertools import combinations

from ortools.graph.python.max_flow import SimpleMaxFlow

from jobs.league.errors import InfeasibleLeague
from jobs.league.solver.openings import Openings, most_in_a_row
from jobs.league.spec import Division, LeagueSpec, Season, Team


def check_bounds(league: LeagueSpec, openings: Openings) -> None:
    """Count slots, dates and coaches' hours.

    Raises:
        InfeasibleLeague: there are too few of one of them; the message says of which, and how many.
    """
    _total_slots(league, openings)
    _division_slots(league, openings)
    for division in league.divisions:
        teams = league.teams_by_division[division.name]
        _team_dates(league, division, teams)
        _common_dates(league, division, teams)
        _crowded_dates(league, openings, division, teams)
    _coaches(league, openings)


def _total_slots(league: LeagueSpec, openings: Openings) -> None:
    slots = sum(opening.pitches for date in openings.dates for opening in openings.on(date))
    if slots < league.total_games:
        missing = league.total_games - slots
        raise InfeasibleLeague(
            f"{league.total_games:,} games need slots, the venues have {slots:,} in the season: "
            f"add {slots_of(missing)} or drop games"
        )


def _division_slots(league: LeagueSpec, openings: Openings) -> None:
    """Divisions that only some venues take, or whose games only some slots are long enough for.

    By max flow from divisions to kinds of slots; where it falls short, its least cut is the set of
    divisions that compete for too few slots (Hall's theorem).
    """
    kinds: Counter[frozenset[str]] = Counter()
    for date in openings.dates:
        kinds.update(openings.classes(date))
    flow, source, sink = SimpleMaxFlow(), 0, 1
    node = {division.name: 2 + place for place, division in enumerate(league.divisions)}
    games = {each.name: _games(league, each) for each in league.divisions}
    for name, count in games.items():
        flow.add_arc_with_capacity(source, node[name], count)
    for place, (fits, slots) in enumerate(kinds.items(), start=2 + len(node)):
        flow.add_arc_with_capacity(place, sink, slots)
        for name in sorted(fits):
            flow.add_arc_with_capacity(node[name], place, slots)
    flow.solve(source, sink)
    if flow.optimal_flow() < league.total_games:
        reached = set(flow.get_source_side_min_cut())
        crowded = [name for name in games if node[name] in reached]
        needed = sum(games[name] for name in crowded)
        slots = sum(count for fits, count in kinds.items() if not fits.isdisjoint(crowded))
        raise InfeasibleLeague(
            f"{_listed(crowded)} {_needs(crowded)} {needed:,} slots in the season, the slots that are open "
            f"to them and long enough are {slots:,}"
        )


def _team_dates(league: LeagueSpec, division: Division, teams: list[Team]) -> None:
    each = division.games_each(len(teams))
    for team in teams:
        free = _free(league.season, team)
        most = most_games(league.season, free)
        if most < each:
            raise InfeasibleLeague(
                f"{team.name} needs {each} games, but on the {len(free)} dates that it can play on it gets "
                f"at most {most} ({_limits(league.season)})"
            )


def _common_dates(league: LeagueSpec, division: Division, teams: list[Team]) -> None:
    """Where every team meets every other, each two need a date that both are free on."""
    if division.games_each(len(teams)) < len(teams) - 1:
        return
    free = {team.name: frozenset(_free(league.season, team)) for team in teams}
    for one, other in combinations(teams, 2):
        if free[one.name].isdisjoint(free[other.name]):
            raise InfeasibleLeague(
                f"{one.name} and {other.name} must meet, but have no date that both can play on"
            )


def _crowded_dates(league: LeagueSpec, openings: Openings, division: Division, teams: list[Team]) -> None:
    """Games that can only be on one date, because their teams have too few other dates for them."""
    each = division.games_each(len(teams))
    forced: Counter[dt.date] = Counter()
    for team in teams:
        free = _free(league.season, team)
        if most_games(league.season, free) > each + league.season.max_games_per_team_per_day:
            continue  # can do without any one date
        for date in free:
            forced[date] += max(
                0, each - most_games(league.season, [other for other in free if other != date])
            )
    for date, sides in sorted(forced.items()):
        needed = (sides + 1) // 2
        slots = sum(count for fits, count in openings.classes(date).items() if division.name in fits)
        if needed > slots:
            raise InfeasibleLeague(
                f"{division.name} needs {slots_of(needed)} on {day_name(date)}, because its teams have "
                f"too few other dates; its venues have {slots}"
            )


def _coaches(league: LeagueSpec, openings: Openings) -> None:
    """A coach is at one game at a time, so a day has room for only so many games of all their teams."""
    divisions = {division.name: division for division in league.divisions}
    coached: dict[str, list[Team]] = defaultdict(list)
    for team in league.teams:
        if team.coach:
            coached[team.coach].append(team)
    for coach, teams in coached.items():
        games = _least_games(league, teams)
        shortest = min(divisions[team.division].game_minutes for team in teams)
        room = sum(_coach_room(openings, date, teams, shortest) for date in openings.dates)
        if len(teams) > 1 and games > room:
            raise InfeasibleLeague(
                f"{coach} coaches {len(teams)} teams with at least {games} games together; the season has "
                f"room for {room} one after the other: give some of these teams another coach, or add starts"
            )


def _coach_room(openings: Openings, date: dt.date, teams: list[Team], shortest: int) -> int:
    playing = {team.division for team in teams if date not in team.blackout_dates}
    return most_in_a_row(
        [each for each in openings.on(date) if not playing.isdisjoint(each.divisions)], shortest
    )


def _least_games(league: LeagueSpec, teams: list[Team]) -> int:
    """Games that these teams have at least.

    Two of one division may meet, which is then one game and not two.
    """
    least = 0
    for name, count in Counter(team.division for team in teams).items():
        size = len(league.teams_by_division[name])
        each = next(division for division in league.divisions if division.name == name).games_each(size)
        least += (count * each + 1) // 2 if count > 1 else each
    return least


def most_games(season: Season, dates: list[dt.date]) -> int:
    """The most games that a team could have on these dates; never too few, at times too many."""
    weeks = Counter(date.isocalendar()[:2] for date in dates)
    daily, weekly = season.max_games_per_team_per_day, season.max_games_per_team_per_week
    by_week = sum(min(days * daily, weekly or days * daily) for days in weeks.values())
    rested, earliest = 0, dt.date.min
    for date in dates:
        if date >= earliest:
            rested, earliest = rested + 1, date + dt.timedelta(days=season.min_rest_days + 1)
    return min(by_week, rested * daily)


def slots_of(number: int) -> str:
    """``1 slot`` or ``14 slots``."""
    return f"{number:,} slot" if number == 1 else f"{number:,} slots"


def day_name(date: dt.date) -> str:
    """A date as people say it: ``9 May 2027``."""
    return f"{date.day} {date:%B %Y}"


def _free(season: Season, team: Team) -> list[dt.date]:
    barred = set(team.blackout_dates)
    return [date for date in season.play_dates if date not in barred]


def _games(league: LeagueSpec, division: Division) -> int:
    size = len(league.teams_by_division[division.name])
    return size * division.games_each(size) // 2


def _limits(season: Season) -> str:
    limits = [f"{season.max_games_per_team_per_day} a day"]
    if season.max_games_per_team_per_week is not None:
        limits.append(f"{season.max_games_per_team_per_week} a week")
    if season.min_rest_days:
        limits.append(f"{season.min_rest_days} rest days")
    return ", ".join(limits)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _needs(names: list[str]) -> str:
    return "needs" if len(names) == 1 else "together need"
