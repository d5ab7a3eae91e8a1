from __future__ import annotations

from collections import Counter

import pytest

from jobs.league.sample import EXAMPLE, sample_league
from jobs.league.solver.openings import Openings
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_the_sample_has_200_teams_and_629_games_on_ten_weekends(seed: int) -> None:
    league = sample_league(seed)
    assert len(league.teams) == 200
    assert league.total_games == 629
    assert len(league.venues) == 20
    assert len(league.season.play_dates) == 20


@pytest.mark.parametrize("seed", [1, 2, 77])
def test_the_sample_has_about_135_slots_for_100_games(seed: int) -> None:
    assert 1.33 < _slots(sample_league(seed)) / 629 < 1.37


def test_the_sample_is_the_same_every_time() -> None:
    assert sample_league(5) == sample_league(5)
    assert sample_league(5) != sample_league(6)


def test_the_sample_has_coaches_of_two_teams_and_blackout_dates() -> None:
    league = sample_league()
    assert Counter(Counter(team.coach for team in league.teams).values())[2] == 40
    assert sum(bool(team.blackout_dates) for team in league.teams) > 80


def _slots(league: LeagueSpec) -> int:
    openings = Openings(league)
    return sum(opening.pitches for date in openings.dates for opening in openings.on(date))


def test_the_example_that_forms_offer_is_a_league_that_can_be_scheduled() -> None:
    league = LeagueSpec.model_validate(EXAMPLE)
    schedule = solve(league, 1, 20, lambda *_: None)
    assert validate(league, schedule.games).valid
    assert len(schedule.games) == 6
