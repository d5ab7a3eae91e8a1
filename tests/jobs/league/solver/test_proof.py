"""Schedules by proof, on leagues so small that every way can be tried."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, reject

from jobs.league.errors import OutOfTime
from jobs.league.sample import sample_league
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.proof import Proof
from jobs.league.solver.state import UNPLACED, State
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import Data, league, season, soon, team
from tests.jobs.league.solver.drawn import examples, leagues
from tests.jobs.league.solver.every_way import TooMany, has_schedule
from tests.jobs.league.solver.pieces import broken_rules, empty_of


def _proved(spec: LeagueSpec) -> State | None:
    return Proof(empty_of(spec), soon(), 1).schedule()


def test_a_small_league_gets_a_schedule() -> None:
    found = _proved(league())
    assert found is not None
    assert broken_rules(league(), found.games()) == set()


def test_the_sample_gets_one_too() -> None:
    spec = sample_league(teams=50)
    found = _proved(spec)
    assert found is not None
    assert broken_rules(spec, found.games()) == set()


@examples(25)
@given(leagues(most_teams=3, most_games=2, weeks=(1, 2)))
def test_there_is_a_schedule_or_there_is_none_as_trying_every_way_says(spec: LeagueSpec) -> None:
    state = empty_of(spec)
    found = Proof(state, soon(), 1).schedule()
    try:
        assert (found is not None) == has_schedule(spec, state.fixtures)
    except TooMany:
        reject()
    if found is not None:
        assert broken_rules(spec, found.games()) == set()
    assert state.slots == [UNPLACED] * len(state.slots)


def _crowded(**more: Any) -> LeagueSpec:
    """Two games of a coach fit a Saturday by number and by the shortest length, but not by their own."""
    teams: list[Data] = [
        *(team(name, coach="Ana") for name in ("Ants", "Bees")),
        *(team(name, "U12", coach="Ana") for name in ("Eels", "Foxes")),
    ]
    divisions = [
        {"name": "U10", "games_per_team": 1, "game_minutes": 60},
        {"name": "U12", "games_per_team": 1, "game_minutes": 120},
    ]
    venues = [
        {"name": "Park", "slots": {"saturday": ["09:00"]}},
        {"name": "Lane", "slots": {"saturday": ["10:00"]}, "divisions": ["U10"]},
    ]
    return league(teams=teams, divisions=divisions, venues=venues, **more)


def test_a_day_that_turns_out_too_crowded_is_chosen_again() -> None:
    """Whatever the days are at first, no day has both of the coach's games in the end."""
    spec = _crowded(season=season(2))
    proof = Proof(empty_of(spec), soon(), 1)
    found = proof.schedule()
    assert found is not None
    assert len({game.date for game in found.games()}) == 2


def test_the_games_that_were_too_many_are_told() -> None:
    proof = Proof(empty_of(_crowded(season=season(1))), soon(), 1)
    assert proof.schedule() is None
    assert [sorted(cut.fixtures) for cut in proof.cuts] == [[0, 1]]
    assert proof.cuts[0].date.isoformat() == "2027-04-03"


def _pigeons(weekends: int, **limits: Any) -> LeagueSpec:
    """Four games of a coach, of which two fit a Saturday by number only: see ``_crowded``."""
    teams = [team(f"Team {number}", "U12", coach="Ana") for number in range(8)]
    divisions = [
        {"name": "U8", "games_per_team": 1, "game_minutes": 30},
        {"name": "U12", "games_per_team": 1, "game_minutes": 120},
    ]
    venues = [
        {"name": "Park", "slots": {"saturday": ["09:00"]}},
        {"name": "Lane", "slots": {"saturday": ["10:00"]}, "pitches": 2},
    ]
    kids = [team("Ants", "U8"), team("Bees", "U8")]
    return league(teams=kids + teams, divisions=divisions, venues=venues, season=season(weekends, **limits))


def test_a_small_league_is_looked_at_as_a_whole_after_some_crowded_days() -> None:
    """Each two games could be too many for each of the three dates: 18 cuts, but it does not come to that."""
    proof = Proof(empty_of(_pigeons(3)), soon(), 1)
    assert proof.schedule() is None
    assert 8 < len(proof.cuts) < 12
    found = _proved(_pigeons(4))
    assert found is not None
    assert broken_rules(_pigeons(4), found.games()) == set()


def test_the_longest_gap_is_kept_when_the_league_is_looked_at_as_a_whole() -> None:
    """Of four Saturdays the two in the middle leave no gap that is too long."""
    assert _proved(_pigeons(4, max_gap_days=15)) is None


def test_a_game_that_fits_on_no_date_has_no_schedule() -> None:
    whole_day = {"forbidden_times": [{"start": "00:00", "end": "24:00"}]}
    spec = league(
        teams=[team("Ants", **whole_day), team("Bees")], divisions=[{"name": "U10", "games_per_team": 1}]
    )
    assert _proved(spec) is None


def test_the_time_limit_ends_it() -> None:
    with pytest.raises(OutOfTime):
        Proof(empty_of(league()), Deadline(0), 1).schedule()
