"""Whether a tiny league has a schedule, by trying every way; only the validator says what is allowed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import combinations

from jobs.league.games import Game
from jobs.league.solver.fixtures import Fixture
from jobs.league.spec import LeagueSpec, Team
from tests.jobs.league.solver.pieces import broken_rules

Place = tuple[dt.date, str, str, int]  # date, start, venue and pitch
Pair = tuple[Team, Team]


MOST_TRIED = 1_500  # places for a game after which it is given up, in about a second


class TooMany(Exception):
    """There are too many ways to try them all."""


def has_schedule(spec: LeagueSpec, fixtures: Sequence[Fixture]) -> bool:
    """Whether there is a date and a place for each of these games, whoever is at home.

    Raises:
        TooMany: that takes too long.
    """
    return _placed(spec, [(each.home, each.away) for each in fixtures], iter(range(MOST_TRIED)))


def has_any_schedule(spec: LeagueSpec) -> bool:
    """Whether there is one for any way to pair the teams.

    Raises:
        TooMany: that takes too long.
    """
    tries = iter(range(MOST_TRIED))
    return any(_placed(spec, pairs, tries) for pairs in _pairings(spec, list(spec.teams_by_division)))


def _placed(spec: LeagueSpec, pairs: Sequence[Pair], tries: Iterator[int]) -> bool:
    places = list(_places(spec))
    alone = [
        [game for place in places if not broken_rules(spec, [game := _game(spec, pair, place)], whole=False)]
        for pair in pairs
    ]
    return _search(spec, sorted(alone, key=len), [], tries)


def _search(
    spec: LeagueSpec, ways: Sequence[Sequence[Game]], games: list[Game], tries: Iterator[int]
) -> bool:
    if not ways:
        return "gap" not in broken_rules(spec, games)
    taken = {(game.date, game.start, game.venue, game.pitch) for game in games}
    for game in ways[0]:
        if (game.date, game.start, game.venue, game.pitch) in taken:
            continue
        if game.pitch > 1 and (game.date, game.start, game.venue, game.pitch - 1) not in taken:
            continue  # pitches are alike: the first free one stands for all
        if next(tries, None) is None:
            raise TooMany
        tried = [*games, game]
        if not broken_rules(spec, tried, whole=False) and _search(spec, ways[1:], tried, tries):
            return True
    return False


def _places(spec: LeagueSpec) -> Iterator[Place]:
    days = (spec.season.last_date - spec.season.first_date).days + 1
    for date in (spec.season.first_date + dt.timedelta(days=day) for day in range(days)):
        for venue in spec.venues:
            for start in sorted({start for starts in venue.slots.values() for start in starts}):
                for pitch in range(1, venue.pitches + 1):
                    yield date, start, venue.name, pitch


def _game(spec: LeagueSpec, pair: Pair, place: Place) -> Game:
    home, away = pair
    date, start, venue, pitch = place
    division = spec.division_of(home)
    end = int(start[:2]) * 60 + int(start[3:]) + division.game_minutes
    return Game(
        division=division.name,
        home=home.name,
        away=away.name,
        date=date,
        start=start,
        end=f"{end // 60:02d}:{end % 60:02d}",
        venue=venue,
        pitch=pitch,
        at_home_venue=venue == home.home_venue,
    )


def _pairings(spec: LeagueSpec, divisions: list[str]) -> Iterator[list[Pair]]:
    if not divisions:
        yield []
        return
    teams = spec.teams_by_division[divisions[0]]
    full = spec.division_of(teams[0]).games_each(len(teams))
    due = {team.name: spec.games_of(team) for team in teams}
    most = -(-max(due.values()) // (len(teams) - 1))
    for here in _paired(list(combinations(teams, 2)), due, full // (len(teams) - 1), most):
        for others in _pairings(spec, divisions[1:]):
            yield here + others


def _paired(pairs: list[Pair], due: dict[str, int], least: int, most: int) -> Iterator[list[Pair]]:
    """Every way to give each team its games, with as many meetings as the rules allow."""
    if not pairs:
        if not any(due.values()):
            yield []
        return
    one, other = pairs[0]
    low = 0 if one.fewer_games or other.fewer_games else least
    for times in range(low, min(most, due[one.name], due[other.name]) + 1):
        left = due | {one.name: due[one.name] - times, other.name: due[other.name] - times}
        for rest in _paired(pairs[1:], left, least, most):
            yield [pairs[0]] * times + rest
