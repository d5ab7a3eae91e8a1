from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import pytest

from jobs.league.solver.fixtures import pair_teams, pairings
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, season, team

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
