from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from itertools import combinations
from typing import Any

import pytest

from jobs.league.sample import EXAMPLE, sample_league
from jobs.league.solver.solve import solve
from jobs.league.spec import LeagueSpec, Venue
from jobs.league.validate import validate
from jobs.league.windows import WEEKDAYS

SEEDS = pytest.mark.parametrize("seed", [1, 2, 77])


@SEEDS
def test_the_sample_has_200_teams_and_629_games_on_ten_weekends(seed: int) -> None:
    league = sample_league(seed)
    assert len(league.teams) == 200
    assert league.total_games == 629
    assert len(league.venues) == 20
    assert len(league.season.play_dates) == 20


@SEEDS
@pytest.mark.parametrize("slots_per_game", [1.35, 1.2, 1.1])
@pytest.mark.parametrize("teams", [50, 200, 350, 500, 2_000])
def test_the_sample_has_as_many_slots_a_game_as_asked_for(
    teams: int, slots_per_game: float, seed: int
) -> None:
    league = sample_league(seed, teams=teams, slots_per_game=slots_per_game)
    assert abs(_slots(league) / league.total_games - slots_per_game) <= 0.02


@pytest.mark.parametrize("slots_per_game", [1.5, 1.2, 1.1])
def test_slots_are_added_or_taken_away_evenly(slots_per_game: float) -> None:
    """No venue has much less than its teams' share, and no part of the region has less than another."""
    league = sample_league(teams=2_000, slots_per_game=slots_per_game)
    at_home = Counter(team.home_venue for team in league.teams)
    weekly = {
        venue.name: venue.pitches * sum(map(len, venue.slots.values())) / at_home[venue.name]
        for venue in league.venues
    }
    assert min(weekly.values()) > 0.6 * sum(weekly.values()) / len(weekly)
    half = len(weekly) // 2
    assert sum([*weekly.values()][:half]) == pytest.approx(sum([*weekly.values()][half:]), rel=0.05)


@pytest.mark.parametrize(
    ("teams", "games", "divisions"), [(50, 156, 4), (250, 785, 20), (500, 1_576, 40), (2_000, 6_290, 160)]
)
def test_other_sizes_have_their_share_of_games_venues_and_divisions(
    teams: int, games: int, divisions: int
) -> None:
    league = sample_league(teams=teams)
    assert len(league.teams) == teams
    assert league.total_games == games
    assert len(league.venues) == teams // 10
    assert len(league.divisions) == divisions
    assert set(Counter(team.club for team in league.teams).values()) == {10}


@pytest.mark.parametrize("teams", [0, 49, 120, 2_050])
def test_a_size_that_there_is_no_sample_of_is_refused(teams: int) -> None:
    with pytest.raises(ValueError, match=f"teams is {teams}; it must be a multiple of 50 from 50 to 2,000"):
        sample_league(teams=teams)


@pytest.mark.parametrize("slots_per_game", [0.5, 1.09, 1.6, math.nan])
def test_a_number_of_slots_that_there_is_no_sample_of_is_refused(slots_per_game: float) -> None:
    with pytest.raises(ValueError, match=f"slots_per_game is {slots_per_game}; it must be from 1.1 to 1.5"):
        sample_league(slots_per_game=slots_per_game)


def test_a_region_is_one_league_of_neighbours_and_not_ten_islands() -> None:
    league = sample_league(teams=2_000)
    opponents: dict[str, set[str]] = {}
    for teams in league.teams_by_division.values():
        for team in teams:
            opponents.setdefault(str(team.club), set()).update(str(other.club) for other in teams)
    reached, ahead = set[str](), [str(league.teams[0].club)]
    while ahead:
        club = ahead.pop()
        if club not in reached:
            reached.add(club)
            ahead += opponents[club]
    assert len(reached) == 200
    assert max(map(len, opponents.values())) < 70  # the rest of the 200 are too far away


def test_no_club_has_two_teams_in_one_division_of_a_region() -> None:
    for teams in sample_league(teams=2_000).teams_by_division.values():
        assert len({team.club for team in teams}) == len(teams)


def test_a_venue_has_a_few_kilometres_to_the_next_and_at_most_30_to_another() -> None:
    every = [_kilometres(one, other) for one, other in combinations(sample_league().venues, 2)]
    assert min(every) > 2
    assert 20 < max(every) < 30


def test_the_sample_is_the_same_every_time() -> None:
    assert sample_league(5) == sample_league(5)
    assert sample_league(5) != sample_league(6)
    assert sample_league(5, teams=500, slots_per_game=1.1) == sample_league(5, teams=500, slots_per_game=1.1)


def test_the_sample_is_still_that_of_the_first_version() -> None:
    """Schedules are stored under it, so what was in it stays as it was; more may come to it."""
    first: Any = {
        "name": True,
        "season": {"first_date", "last_date", "play_days", "max_games_per_team_per_week"},
        "divisions": {"__all__": {"name", "games_per_team", "rounds", "game_minutes"}},
        "teams": {"__all__": {"name", "division", "home_venue", "club", "coach", "blackout_dates"}},
        "venues": {"__all__": {"name", "slots", "pitches", "closed_dates", "divisions"}},
    }
    text = json.dumps(sample_league(1).model_dump(mode="json", include=first), sort_keys=True)
    digest = "15ec81fbfa3eee00406a403f04654ccd2e60570d3248cd06efed708987d0814b"
    assert hashlib.sha256(text.encode()).hexdigest() == digest


def test_the_sample_has_coaches_of_two_teams_and_blackout_dates_and_some_wishes() -> None:
    league = sample_league()
    assert Counter(Counter(team.coach for team in league.teams).values())[2] == 40
    assert sum(bool(team.blackout_dates) for team in league.teams) > 80
    assert 15 < sum(bool(team.preferred_times) for team in league.teams) < 45


@pytest.mark.parametrize("slots_per_game", [1.35, 1.1])
def test_the_smallest_sample_can_be_scheduled(slots_per_game: float) -> None:
    league = sample_league(teams=50, slots_per_game=slots_per_game)
    assert validate(league, solve(league, 1, 60, stop=lambda: True).schedule.games).valid


def _slots(league: LeagueSpec) -> int:
    return sum(
        venue.pitches * len(venue.slots.get(WEEKDAYS[date.weekday()], []))  # type: ignore[call-overload, misc]
        for venue in league.venues
        for date in league.season.play_dates
        if venue.open_on(date)
    )


def _kilometres(one: Venue, other: Venue) -> float:
    assert one.location is not None
    assert other.location is not None
    north = math.radians(one.location.latitude - other.location.latitude)
    east = math.radians(one.location.longitude - other.location.longitude)
    return 6371 * math.hypot(north, east * math.cos(math.radians(one.location.latitude)))


def test_the_example_that_forms_offer_is_a_league_that_can_be_scheduled() -> None:
    league = LeagueSpec.model_validate(EXAMPLE)
    schedule = solve(league, 1, 20).schedule
    assert validate(league, schedule.games).valid
    assert len(schedule.games) == 6
