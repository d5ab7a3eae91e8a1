from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.sample import sample_league
from jobs.league.solver.solve import Report, solve
from jobs.league.solver.state import State
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, season, team


def test_a_small_league_gets_a_valid_schedule() -> None:
    spec = league()
    schedule = solve(spec, 1, 30).schedule
    checked = validate(spec, schedule.games)
    assert checked.violations == []
    assert checked.stats.home_venue_share == schedule.scores.home_venue_share
    assert checked.stats.home_away_balance_max == schedule.scores.home_away_balance_max


def test_games_are_in_order_of_date_start_and_venue() -> None:
    games = solve(league(), 1, 30).schedule.games
    assert games == sorted(games, key=lambda game: (game.date, game.start, game.venue))


def test_the_same_seed_gives_the_same_schedule_and_another_seed_another() -> None:
    assert solve(league(), 7, 30).schedule == solve(league(), 7, 30).schedule
    assert solve(league(), 7, 30).schedule != solve(league(), 8, 30).schedule


def test_the_sample_gets_a_valid_schedule_mostly_at_home() -> None:
    spec = sample_league()
    solution = solve(spec, 1, 120, stop=lambda: True)
    assert solution.ended == "asked to stop"
    assert solution.bound is not None
    assert validate(spec, solution.schedule.games).violations == []
    assert len(solution.schedule.games) == 629
    assert solution.schedule.scores.home_away_balance_max <= 1
    assert 0.95 < solution.schedule.scores.home_venue_share <= solution.bound.home_venue_share


def test_reports_say_the_phase_and_the_cost_falls() -> None:
    said: list[Report] = []
    shown: list[State] = []
    solve(league(), 1, 30, said.append, watch=shown.append)
    assert (said[0].phase, said[0].placed, said[0].total) == ("Counting slots and dates", 0, 9)
    costs = [one.cost for one in said if one.cost is not None]
    assert costs == sorted(costs, reverse=True)
    assert said[-1].placed == 9
    assert all(len(state.games()) == 9 for state in shown)


def test_a_time_limit_that_is_over_is_an_error_of_its_own() -> None:
    with pytest.raises(OutOfTime, match="one may exist"):
        solve(sample_league(), 1, 0.02)


def test_a_day_that_is_too_crowded_for_a_coach_is_chosen_again() -> None:
    """Three games of one coach's teams fit a Saturday by number, but only two by their length."""
    teams = [team("Ants", coach="Ana"), team("Bees"), team("Eels", "U12", coach="Ana"), team("Foxes", "U12")]
    divisions = [
        {"name": "U10", "games_per_team": 2, "game_minutes": 60},
        {"name": "U12", "games_per_team": 2, "game_minutes": 120},
    ]
    starts = {"saturday": ["09:00", "10:00"]}
    spec = league(
        teams=teams, divisions=divisions, venues=[{"name": "Park", "slots": starts}], season=season(4)
    )
    games = solve(spec, 1, 30).schedule.games
    assert validate(spec, games).violations == []
    assert set(Counter(game.date for game in games).values()) <= {1, 2}


def _impossible_coach() -> LeagueSpec:
    """Counting sees a room of two games for the coach; the length of one of them leaves room for one."""
    divisions = [
        {"name": "U10", "games_per_team": 1, "game_minutes": 60},
        {"name": "U12", "games_per_team": 1, "game_minutes": 120},
    ]
    teams = [team("Ants", coach="Ana"), team("Bees"), team("Eels", "U12", coach="Ana"), team("Foxes", "U12")]
    venues = [
        {"name": "Park", "slots": {"saturday": ["09:00"]}},
        {"name": "Lane", "slots": {"saturday": ["10:00"]}, "divisions": ["U10"]},
    ]
    return league(teams=teams, divisions=divisions, venues=venues, season=season(1))


def test_a_clash_that_counting_cannot_see_is_named_with_its_games() -> None:
    with pytest.raises(InfeasibleLeague, match="Ana cannot be at every game") as raised:
        solve(_impossible_coach(), 1, 30)
    assert "Ants" in str(raised.value)
    assert "Eels" in str(raised.value)


def test_two_divisions_that_crowd_one_date_are_told_so() -> None:
    blacked: dict[str, Any] = {"blackout_dates": [SUNDAY]}
    teams = [team(name, **blacked) for name in ("Ants", "Bees")]
    teams += [team(name, "U12", **blacked) for name in ("Eels", "Foxes")]
    venues = [{"name": "Park", "slots": {"saturday": ["09:00"], "sunday": ["09:00"]}}]
    spec = league(teams=teams, venues=venues, season=season(1))
    with pytest.raises(
        InfeasibleLeague, match="U10 and U12 together need 2 slots on 3 April 2027, Park has 1"
    ):
        solve(spec, 1, 30)


def test_dates_that_only_clash_together_are_told_as_the_division_s() -> None:
    """Each two teams have a date, each team enough dates.

    But the three dates are all the same for one team.
    """
    third, fourth = SATURDAY + dt.timedelta(days=7), SUNDAY + dt.timedelta(days=7)
    teams = [
        team("Ants", blackout_dates=[fourth]),
        team("Bees", blackout_dates=[SUNDAY, third]),
        team("Crows", blackout_dates=[SUNDAY, third]),
    ]
    spec = league(teams=teams, divisions=[{"name": "U10", "rounds": "single"}], season=season(2))
    with pytest.raises(InfeasibleLeague, match="U10 has no dates for its games even with unlimited slots"):
        solve(spec, 1, 30)


DATES = st.lists(st.sampled_from([SATURDAY, SUNDAY, SATURDAY + dt.timedelta(days=7)]), max_size=2)


@st.composite
def leagues(draw: st.DrawFn) -> LeagueSpec:
    """Two divisions of two to six teams, with coaches, blackout dates and venues at random."""
    teams: list[dict[str, Any]] = []
    divisions: list[dict[str, Any]] = []
    for name in ("U10", "U12"):
        size = draw(st.integers(2, 6))
        each = draw(st.sampled_from([n for n in range(1, 7) if n * size % 2 == 0]))
        divisions.append(
            {"name": name, "games_per_team": each, "game_minutes": draw(st.sampled_from([45, 60, 90]))}
        )
        for number in range(size):
            coach = draw(st.sampled_from([None, None, "Ana", "Ben"]))
            home = draw(st.sampled_from(["Park", "Lane"]))
            teams.append(team(f"{name} {number}", name, home, coach=coach, blackout_dates=draw(DATES)))
    starts = st.lists(st.sampled_from(["09:00", "10:00", "10:30", "12:00"]), min_size=1, unique=True)
    venues = [
        {
            "name": "Park",
            "slots": {"saturday": draw(starts), "sunday": draw(starts)},
            "closed_dates": draw(DATES),
        },
        {"name": "Lane", "slots": {"saturday": draw(starts)}, "pitches": draw(st.integers(1, 2))},
    ]
    limits = {
        "max_games_per_team_per_day": draw(st.integers(1, 2)),
        "max_games_per_team_per_week": draw(st.sampled_from([None, 1, 2])),
        "min_rest_days": draw(st.sampled_from([0, 0, 1, 6])),
        "require_home_away_balance": True,
    }
    return league(teams=teams, divisions=divisions, venues=venues, season=season(6, **limits))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(leagues())
def test_every_schedule_that_is_found_is_valid_and_every_refusal_has_a_reason(spec: LeagueSpec) -> None:
    try:
        schedule = solve(spec, 1, 30).schedule
    except InfeasibleLeague as error:
        reason = str(error)
    else:
        reason = ""
        assert validate(spec, schedule.games).violations == []
    assert not reason or len(reason) > 30
