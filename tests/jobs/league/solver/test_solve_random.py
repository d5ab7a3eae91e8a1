"""Leagues with every rule at random: a valid schedule, or a refusal that trying every way agrees with."""

from __future__ import annotations

from hypothesis import given, reject
from hypothesis import strategies as st

from jobs.league.errors import InfeasibleLeague
from jobs.league.games import Game
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.every_way import TooMany, has_any_schedule
from tests.jobs.league.solver.pieces import broken_rules


def _solved(spec: LeagueSpec, seed: int) -> list[Game] | InfeasibleLeague:
    asked = iter(range(60))
    try:
        return solve(spec, seed, 60, stop=lambda: next(asked, None) is None).schedule.games
    except InfeasibleLeague as error:
        return error


@examples(40)
@given(leagues(), st.integers(0, 9))
def test_every_schedule_that_is_found_is_valid_and_every_refusal_has_a_reason(
    spec: LeagueSpec, seed: int
) -> None:
    found = _solved(spec, seed)
    if isinstance(found, InfeasibleLeague):
        assert len(str(found)) > 30
    else:
        assert broken_rules(spec, found) == set()


@examples(40)
@given(leagues(most_teams=3, most_games=2, weeks=(1, 2)))
def test_a_league_is_refused_only_if_there_is_no_way(spec: LeagueSpec) -> None:
    found = _solved(spec, 1)
    if isinstance(found, InfeasibleLeague):
        try:
            assert not has_any_schedule(spec), str(found)
        except TooMany:
            reject()
    else:
        assert broken_rules(spec, found) == set()
