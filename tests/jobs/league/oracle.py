"""The rules of a league once more, by brute force: what the validator is held against.

Slow on purpose: it walks every minute of a game and every day of a season, and compares all with all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import combinations, permutations

from jobs.league.schedule import Game
from jobs.league.spec import LeagueSpec, Team

Games = list[Game]


def broken(league: LeagueSpec, games: Games) -> set[str]:
    """Names of the rules that these games break."""
    return {rule for check in _CHECKS for rule in check(league, games)}


def _minute(time: str) -> int:
    hours, minutes = time.split(":")
    return 60 * int(hours) + int(minutes)


def _minutes(game: Game) -> set[int]:
    return set(range(_minute(game.start), _minute(game.end)))


def _weekday(date: dt.date) -> str:
    return ["mon", "tues", "wednes", "thurs", "fri", "satur", "sun"][(date.toordinal() - 1) % 7] + "day"


def _team(league: LeagueSpec, name: str) -> Team | None:
    return next((team for team in league.teams if team.name == name), None)


def _sides(league: LeagueSpec, game: Game) -> list[Team]:
    return [team for name in (game.home, game.away) if (team := _team(league, name))]


def _alone(league: LeagueSpec, games: Games) -> Iterator[str]:
    for game in games:
        rules = {
            "two teams": game.home == game.away,
            "team exists": {game.home, game.away} - {team.name for team in league.teams},
            "division": any(team.division != game.division for team in _sides(league, game)),
            "blackout": any(game.date in team.blackout_dates for team in _sides(league, game)),
            "forbidden time": any(_forbidden(team, game) for team in _sides(league, game)),
            "season": not league.season.first_date <= game.date <= league.season.last_date,
            "play day": _weekday(game.date) not in league.season.play_days,
            "holiday": game.date in league.season.holidays,
            "venue exists": game.venue not in [venue.name for venue in league.venues],
            "length": any(
                _wrong_length(game, each.game_minutes)
                for each in league.divisions
                if each.name == game.division
            ),
            "home venue": any(
                (team.home_venue == game.venue) is not game.at_home_venue
                for team in league.teams
                if team.name == game.home
            ),
        }
        yield from (rule for rule, hurt in rules.items() if hurt)


def _wrong_length(game: Game, right: int) -> bool:
    return _minute(game.end) - _minute(game.start) != right or _minute(game.end) > 1_440


def _forbidden(team: Team, game: Game) -> bool:
    return any(
        _minutes(game) & set(range(_minute(window.start), _minute(window.end)))
        for window in team.forbidden_times
        if not window.days or _weekday(game.date) in window.days
    )


def _places(league: LeagueSpec, games: Games) -> Iterator[str]:
    for game in games:
        for venue in league.venues:
            if venue.name != game.venue:
                continue
            if game.date in venue.closed_dates:
                yield "venue open"
            if venue.open_dates is not None and game.date not in venue.open_dates:
                yield "open date"
            if venue.divisions is not None and game.division not in venue.divisions:
                yield "venue division"
            if game.pitch not in range(1, venue.pitches + 1):
                yield "pitch"
            starts = dict(venue.slots).get(_weekday(game.date), [])  # type: ignore[call-overload]
            if game.start not in starts:
                yield "slot"
            elif any(_minute(start) in _minutes(game) for start in starts if start > game.start):
                yield "slot length"


def _clashes(league: LeagueSpec, games: Games) -> Iterator[str]:
    for one, other in combinations(games, 2):
        if one.date == other.date and _minutes(one) & _minutes(other):
            if (one.venue, one.pitch) == (other.venue, other.pitch):
                yield "double booking"
            mine, yours = _sides(league, one), _sides(league, other)
            if {team.name for team in mine} & {team.name for team in yours}:
                yield "one place for a team"
            if {team.coach for team in mine} & {team.coach for team in yours} - {None}:
                yield "one place for a coach"


def _numbers(league: LeagueSpec, games: Games) -> Iterator[str]:
    sides = [(game.home, game.away) for game in games]
    for division in league.divisions:
        teams = [team for team in league.teams if team.division == division.name]
        each, others = division.games_each(len(teams)), len(teams) - 1
        due = {team.name: each - team.fewer_games for team in teams}
        for team in teams:
            if sum(pair.count(team.name) for pair in sides) != due[team.name]:
                yield "number of games"
        for one, other in permutations(teams, 2):
            hosted = sides.count((one.name, other.name))
            met = hosted + sides.count((other.name, one.name))
            least = 0 if one.fewer_games or other.fewer_games else each // others
            if met < least or (met - 1) * others >= max(due.values()):
                yield "meetings"
            if division.rounds == "double" and hosted > 1:
                yield "sides"


def _frequency(league: LeagueSpec, games: Games) -> Iterator[str]:
    season = league.season
    for name in {name for game in games for name in (game.home, game.away)}:
        dates = [game.date for game in games if name in (game.home, game.away)]
        day = min(dates) - dt.timedelta(days=7)
        while day <= max(dates):
            week = [day + dt.timedelta(days=step) for step in range(7)]
            counts = [dates.count(date) for date in week]
            if counts[0] > season.max_games_per_team_per_day:
                yield "games a day"
            if _weekday(day) == "saturday" and sum(counts[:2]) > (
                season.max_games_per_team_per_weekend or 99
            ):
                yield "games a weekend"
            if _weekday(day) == "monday" and sum(counts) > (season.max_games_per_team_per_week or 99):
                yield "games a week"
            day += dt.timedelta(days=1)
        apart = [abs((one - other).days) - 1 for one, other in combinations(set(dates), 2)]
        if apart and min(apart) < season.min_rest_days:
            yield "rest"


def _gaps(league: LeagueSpec, games: Games) -> Iterator[str]:
    season = league.season
    for team in league.teams:
        dates = [game.date for game in games if team.name in (game.home, game.away)]
        idle, day = 0, season.first_date
        while dates and day <= season.last_date:
            idle = 0 if day in dates else idle + 1
            if season.max_gap_days is not None and idle > season.max_gap_days:
                yield "gap"
            day += dt.timedelta(days=1)


def _balance(league: LeagueSpec, games: Games) -> Iterator[str]:
    for team in league.teams:
        home = [game.home for game in games].count(team.name)
        away = [game.away for game in games].count(team.name)
        if league.season.require_home_away_balance and not -1 <= home - away <= 1:
            yield "home and away"


_CHECKS: list[Callable[[LeagueSpec, Games], Iterator[str]]] = [
    _alone,
    _places,
    _clashes,
    _numbers,
    _frequency,
    _gaps,
    _balance,
]
