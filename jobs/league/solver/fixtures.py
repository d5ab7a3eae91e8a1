"""Who plays whom: every team gets its number of games, against as many different opponents as there are.

Owns the pairing within each division, by the circle method. Not who is at home (``orientation``) and not
when (``days``).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from jobs.league.solver.uneven import uneven_pairings
from jobs.league.spec import Division, LeagueSpec, Team

Pair = tuple[int, int]  # places of two teams in their division
DEALS = 24  # orders of a division's teams that are tried


@dataclass(frozen=True)
class Fixture:
    """A game without a date yet; until ``orientation`` has run, home and away are not meant."""

    division: Division
    home: Team
    away: Team


def people_of(fixture: Fixture) -> list[str]:
    """Everyone who must be at a game and can be at one only: both teams, and their coaches."""
    coaches = [f"coach {team.coach}" for team in (fixture.home, fixture.away) if team.coach]
    return list(dict.fromkeys([f"team {fixture.home.name}", f"team {fixture.away.name}", *coaches]))


def has_choice(league: LeagueSpec) -> bool:
    """Whether the teams could be paired in different ways; not where everybody meets everybody."""
    sizes = {name: len(teams) for name, teams in league.teams_by_division.items()}
    return any(team.fewer_games for team in league.teams) or any(
        division.games_each(sizes[division.name]) % (sizes[division.name] - 1)
        for division in league.divisions
    )


def pair_teams(league: LeagueSpec, dice: random.Random) -> list[Fixture]:
    """Pair the teams of every division.

    Teams with few common dates are kept apart where the number of games leaves a choice.
    """
    fixtures: list[Fixture] = []
    for division in league.divisions:
        teams = league.teams_by_division[division.name]
        if any(team.fewer_games for team in teams):
            fixtures += _uneven(league, division, teams, dice)
            continue
        order = _best_order(teams, division.games_each(len(teams)), league.season.play_dates, dice)
        fixtures += [
            Fixture(division, order[a], order[b])
            for a, b in pairings(len(teams), division.games_each(len(teams)))
        ]
    return fixtures


def _uneven(league: LeagueSpec, division: Division, teams: list[Team], dice: random.Random) -> list[Fixture]:
    dates = frozenset(league.season.play_dates)
    free = [dates - frozenset(team.blackout_dates) for team in teams]
    shared = {(a, b): len(free[a] & free[b]) for a, b in combinations(range(len(teams)), 2)}
    due, full = [league.games_of(team) for team in teams], division.games_each(len(teams))
    pairs = uneven_pairings(due, full, shared, dice.randrange(2**31))
    return [Fixture(division, teams[a], teams[b]) for a, b in pairs]


def pairings(teams: int, games_each: int) -> list[Pair]:
    """Pairs in which every team appears ``games_each`` times; none comes again before all others have come.

    Args:
        teams: Number of teams, at least 2.
        games_each: Games of each team; ``teams * games_each`` must be even.
    """
    full, rest = divmod(games_each, teams - 1)
    whole = [pair for chosen in _rounds(teams) for pair in chosen]
    part = (
        _circulant(teams, rest)
        if teams % 2
        else [pair for chosen in list(_rounds(teams))[:rest] for pair in chosen]
    )
    return whole * full + part


def _rounds(teams: int) -> Iterator[list[Pair]]:
    """Single round robin by the circle method: one team stands still, the others move round it.

    With an odd number of teams the place that stands still is empty, and whoever would meet it rests.
    """
    size = teams + teams % 2
    for turn in range(size - 1):
        ring = [size - 1, *((turn + step) % (size - 1) for step in range(size - 1))]
        meet = [(ring[0], ring[1])] + [(ring[1 + step], ring[size - step]) for step in range(1, size // 2)]
        yield [(min(pair), max(pair)) for pair in meet if max(pair) < teams]


def _circulant(teams: int, games_each: int) -> list[Pair]:
    """Each team meets its nearest neighbours on a ring.

    For an odd number of teams and an even number of games.
    """
    return [
        (place, (place + step) % teams) for step in range(1, games_each // 2 + 1) for place in range(teams)
    ]


def _best_order(teams: list[Team], games_each: int, dates: list[dt.date], dice: random.Random) -> list[Team]:
    """The order of teams whose pairs have the most room, of a few that are dealt."""
    free = {team.name: frozenset(dates) - frozenset(team.blackout_dates) for team in teams}
    pairs = pairings(len(teams), games_each)
    deals = [dice.sample(teams, len(teams)) for _ in range(DEALS if games_each < len(teams) - 1 else 1)]
    return min(
        deals, key=lambda deal: _tightness([len(free[deal[a].name] & free[deal[b].name]) for a, b in pairs])
    )


def _tightness(common_dates: list[int]) -> float:
    """How hard it is to find a date for each pair: a pair with none outweighs all else."""
    return sum(1 / count if count else 1_000 for count in common_dates)
