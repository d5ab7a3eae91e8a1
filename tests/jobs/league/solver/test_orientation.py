from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.league.solver.fixtures import pair_teams
from jobs.league.solver.orientation import balance_sides, euler_directions
from tests.jobs.league.leagues import league, season

LINES = st.sets(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")).filter(lambda line: line[0] < line[1])
)


@settings(derandomize=True)  # the same examples on every run, and no folder to keep failures in
@given(LINES)
def test_in_and_out_differ_by_at_most_one_at_every_point(lines: set[tuple[str, str]]) -> None:
    directed = euler_directions(sorted(lines))
    assert sorted(tuple(sorted(line)) for line in directed) == sorted(lines)
    gap = Counter(start for start, _ in directed)
    gap.subtract(end for _, end in directed)
    assert all(abs(each) <= 1 for each in gap.values())


@pytest.mark.parametrize("each", range(2, 11, 2))
def test_sides_are_balanced_for_every_team(each: int) -> None:
    divisions = [{"name": "U10", "games_per_team": each}, {"name": "U12", "games_per_team": each}]
    fixtures = balance_sides(pair_teams(league(divisions=divisions, season=season(10)), random.Random(1)))
    gap = Counter(fixture.home.name for fixture in fixtures)
    gap.subtract(fixture.away.name for fixture in fixtures)
    assert all(abs(each) <= 1 for each in gap.values())


def test_a_double_round_robin_has_each_two_teams_at_home_once() -> None:
    divisions = [{"name": "U10", "rounds": "double"}, {"name": "U12", "rounds": "double"}]
    fixtures = balance_sides(pair_teams(league(divisions=divisions), random.Random(1)))
    sides = Counter((fixture.home.name, fixture.away.name) for fixture in fixtures)
    assert len(sides) == 12 + 6
    assert set(sides.values()) == {1}
