from __future__ import annotations

import random
from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.league.solver.fixtures import has_choice, pair_teams, pairings, people_of
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, season, team
from tests.jobs.league.solver.drawn import examples, leagues

POSSIBLE = [(teams, each) for teams in range(2, 14) for each in range(1, 3 * teams) if teams * each % 2 == 0]


@pytest.mark.parametrize(("teams", "each"), POSSIBLE)
def test_every_team_gets_its_games_and_no_pair_repeats_before_needed(teams: int, each: int) -> None:
    pairs = pairings(teams, each)
    games = Counter(place for pair in pairs for place in pair)
    assert games == dict.fromkeys(range(teams), each)
    met = Counter(frozenset(pair) for pair in pairs)
    times = [met[frozenset(pair)] for pair in combinations(range(teams), 2)]
    assert max(times) - min(times) <= 1


def test_the_same_dice_give_the_same_pairing() -> None:
    assert pair_teams(league(), random.Random(3)) == pair_teams(league(), random.Random(3))


def test_teams_without_a_common_date_are_kept_apart_where_possible() -> None:
    apart = [team("Ants", blackout_dates=[SATURDAY]), team("Bees", blackout_dates=[SUNDAY])]
    divisions = [{"name": "U10", "games_per_team": 1}]
    spec = league(teams=[*apart, team("Crows"), team("Deer")], divisions=divisions, season=season(1))
    for seed in range(20):
        met = {frozenset((each.home.name, each.away.name)) for each in pair_teams(spec, random.Random(seed))}
        assert frozenset(("Ants", "Bees")) not in met


def test_everyone_at_a_game_is_counted_once() -> None:
    spec = league(
        teams=[team("Ants", coach="Ana"), team("Bees", coach="Ana")],
        divisions=[{"name": "U10", "rounds": "single"}],
    )
    (fixture,) = pair_teams(spec, random.Random(1))
    assert sorted(people_of(fixture)) == ["coach Ana", "team Ants", "team Bees"]


@pytest.mark.parametrize(
    ("division", "fewer", "choice"),
    [
        ({"rounds": "single"}, 0, False),
        ({"rounds": "double"}, 0, False),
        ({"games_per_team": 6}, 0, False),
        ({"games_per_team": 4}, 0, True),
        ({"rounds": "single"}, 1, True),
    ],
)
def test_there_is_a_choice_unless_everybody_meets_everybody_alike(
    division: dict[str, Any], fewer: int, choice: bool
) -> None:
    teams = [team(name, fewer_games=fewer) for name in ("Ants", "Bees")] + [team("Crows"), team("Deer")]
    assert has_choice(league(teams=teams, divisions=[{"name": "U10", **division}])) == choice


@examples(30)
@given(leagues(), st.integers(0, 99))
def test_every_team_gets_its_games_within_its_division(spec: LeagueSpec, seed: int) -> None:
    fixtures = pair_teams(spec, random.Random(seed))
    games = Counter(each.name for one in fixtures for each in (one.home, one.away))
    assert games == Counter({each.name: spec.games_of(each) for each in spec.teams if spec.games_of(each)})
    assert all(one.home.division == one.away.division == one.division.name for one in fixtures)
