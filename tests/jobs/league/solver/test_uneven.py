"""Pairings of divisions in which some teams play fewer games than others."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from jobs.league.solver.fixtures import pair_teams
from jobs.league.solver.orientation import balance_sides
from jobs.league.solver.uneven import uneven_pairings
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, league_data, season, team
from tests.jobs.league.solver.drawn import examples, read


@st.composite
def _uneven_leagues(draw: st.DrawFn) -> LeagueSpec:
    size, each = draw(st.integers(2, 7)), draw(st.integers(1, 8))
    fewer = draw(st.lists(st.integers(0, 3), min_size=size, max_size=size).filter(any))
    return read(
        league_data(
            teams=[team(f"T{place}", fewer_games=less) for place, less in enumerate(fewer)],
            divisions=[{"name": "U10", "games_per_team": each}],
            season=season(20),
        )
    )


@examples(40)
@given(_uneven_leagues(), st.randoms(use_true_random=False))
def test_each_team_gets_its_games_and_meets_nobody_too_often_or_too_seldom(
    spec: LeagueSpec, dice: random.Random
) -> None:
    fixtures = pair_teams(spec, dice)
    games = Counter(team.name for each in fixtures for team in (each.home, each.away))
    assert games == Counter({team.name: spec.games_of(team) for team in spec.teams})
    met = Counter(frozenset((each.home.name, each.away.name)) for each in fixtures)
    others = len(spec.teams) - 1
    most = math.ceil(max(map(spec.games_of, spec.teams)) / others)
    for one, other in combinations(spec.teams, 2):
        times = met[frozenset((one.name, other.name))]
        whole = not (one.fewer_games or other.fewer_games)
        assert times <= most
        assert times >= (spec.divisions[0].games_each(others + 1) // others if whole else 0)


@examples(20)
@given(_uneven_leagues(), st.integers(0, 99))
def test_sides_are_balanced_with_uneven_numbers_too(spec: LeagueSpec, seed: int) -> None:
    fixtures = balance_sides(pair_teams(spec, random.Random(seed)))
    gap = Counter(each.home.name for each in fixtures)
    gap.subtract(each.away.name for each in fixtures)
    assert all(abs(each) <= 1 for each in gap.values())


def test_teams_without_a_common_date_are_kept_apart_where_possible() -> None:
    spec = league(
        teams=[
            team("Ants", blackout_dates=[SATURDAY]),
            team("Bees", blackout_dates=[SUNDAY]),
            team("Crows"),
            team("Deer"),
            team("Eels", fewer_games=2),
        ],
        divisions=[{"name": "U10", "games_per_team": 2}],
        season=season(1),
    )
    for seed in range(8):
        met = {frozenset((each.home.name, each.away.name)) for each in pair_teams(spec, random.Random(seed))}
        assert frozenset(("Ants", "Bees")) not in met


def test_pairs_with_the_most_common_dates_are_chosen() -> None:
    shared = dict.fromkeys(combinations(range(4), 2), 1) | {(0, 3): 3, (1, 2): 3}
    assert sorted(uneven_pairings([1, 1, 1, 1], 2, shared, 1)) == [(0, 3), (1, 2)]


def test_teams_without_games_leave_the_others_to_themselves() -> None:
    shared = dict.fromkeys(combinations(range(4), 2), 0) | {(0, 3): 9}
    assert sorted(uneven_pairings([2, 2, 2, 0], 2, shared, 1)) == [(0, 1), (0, 2), (1, 2)]


def test_the_same_seed_pairs_alike() -> None:
    data = league_data()
    data["teams"][0]["fewer_games"] = data["teams"][1]["fewer_games"] = 1
    spec = league(**data)
    assert pair_teams(spec, random.Random(3)) == pair_teams(spec, random.Random(3))
