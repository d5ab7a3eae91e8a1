"""From a league to its schedule: what is found, what is refused, and what is told on the way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from jobs.league.errors import InfeasibleLeague, OutOfTime
from jobs.league.games import in_order
from jobs.league.sample import sample_league
from jobs.league.schedule import Game
from jobs.league.scores import score
from jobs.league.solver.deadline import Deadline
from jobs.league.solver.solve import Report, Solution, solve
from jobs.league.spec import LeagueSpec
from jobs.league.validate import validate
from tests.jobs.league.leagues import SATURDAY, SUNDAY, Data, league, league_data, season, team
from tests.jobs.league.solver.pieces import broken_rules

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def _first(spec: LeagueSpec, seed: int = 1) -> list[Game]:
    """The first valid schedule."""
    games = solve(spec, seed, 60, stop=lambda: True).schedule.games
    assert broken_rules(spec, games) == set()
    return games


def _after(turns: int) -> Any:
    """A stop that is asked for after some turns' worth of questions."""
    asked = iter(range(turns))
    return lambda: next(asked, None) is None


def _dates_of(name: str, games: list[Game]) -> list[dt.date]:
    return [game.date for game in games if name in (game.home, game.away)]


def test_a_small_league_gets_a_valid_schedule_that_is_scored_as_the_validator_counts() -> None:
    solution = solve(league(), 1, 60, stop=_after(300))
    checked = validate(league(), solution.schedule.games)
    assert checked.violations == []
    assert checked.stats.home_venue_share == solution.schedule.scores.home_venue_share
    assert checked.stats.home_away_balance_max == solution.schedule.scores.home_away_balance_max <= 1


def test_games_are_in_order_of_date_start_and_venue() -> None:
    games = _first(league())
    assert games == in_order(games)


def test_the_same_seed_gives_the_same_schedule_and_another_seed_another() -> None:
    spec = league(goals={"rematch": 0})
    one, same, other = (solve(spec, seed, 600) for seed in (7, 7, 8))
    assert {one.ended, same.ended, other.ended} <= {"proved best", "no more gain"}
    assert (one.schedule, one.bound, one.turns) == (same.schedule, same.bound, same.turns)
    assert one.schedule.games != other.schedule.games


def test_the_sample_gets_a_valid_schedule_with_balanced_sides() -> None:
    spec = sample_league()
    solution = solve(spec, 1, 600, stop=_after(300))
    assert broken_rules(spec, solution.schedule.games) == set()
    assert len(solution.schedule.games) == 629
    assert solution.schedule.scores.home_away_balance_max <= 1
    assert solution.bound is not None
    assert 0.5 < solution.schedule.scores.home_venue_share <= solution.bound.home_venue_share


def test_a_schedule_that_is_proved_best_ends_the_search() -> None:
    spec = league(goals={"travel": 0, "spread": 0, "rematch": 0, "early_late": 0})
    solution = solve(spec, 1, 600)
    assert solution.ended == "proved best"
    assert solution.bound is not None
    assert solution.schedule.scores.cost == solution.bound.cost


def test_a_league_without_goals_is_done_with_the_first_schedule() -> None:
    goals = dict.fromkeys(
        ("home_venue", "balance", "early_late", "preferred_times", "spread", "travel", "rematch"), 0
    )
    solution = solve(league(goals=goals), 1, 600)
    assert (solution.ended, solution.turns, solution.schedule.scores.cost) == ("proved best", 0, 0)


def test_a_search_that_gains_nothing_for_long_ends_by_itself() -> None:
    """No start is one that Ants prefer, which the bound knows nothing of."""
    ants = team("Ants", preferred_times=[{"start": "20:00"}])
    divisions = [{"name": "U10", "games_per_team": 1}]
    spec = league(teams=[ants, team("Bees")], divisions=divisions, goals={"preferred_times": 9})
    solution = solve(spec, 1, 600)
    assert (solution.ended, solution.schedule.scores.cost) == ("no more gain", 9)
    assert solution.bound is not None
    assert solution.bound.cost == 0


def test_a_time_limit_keeps_the_best_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands until there is a valid schedule, and then the time is over."""
    times = [0.0]
    monkeypatch.setattr(
        "jobs.league.solver.solve.Deadline", lambda seconds: Deadline(seconds, now=lambda: times[-1])
    )
    solution = solve(league(), 1, 60, watch=lambda state: times.append(60.0))
    assert (solution.ended, solution.bound, solution.turns) == ("time limit", None, 0)
    assert (solution.first_valid, solution.seconds) == (0, 60)
    assert broken_rules(league(), solution.schedule.games) == set()


def test_reports_count_placed_games_and_falling_costs() -> None:
    spec, told = sample_league(teams=50), list[Report]()
    seen: list[list[Game]] = []
    solution = solve(
        spec, 1, 600, told.append, stop=_after(600), watch=lambda state: seen.append(state.games())
    )
    total = spec.total_games
    phases = list(dict.fromkeys(each.phase for each in told))
    assert phases == [
        "Counting slots and dates",
        "Pairing 50 teams",
        "Placing games",
        "Proving how good it can be",
        "Improving",
    ]
    assert {each.total for each in told} == {total}
    placed = [each.placed for each in told]
    assert (placed[0], placed[-1]) == (0, total)
    assert [each.seconds for each in told] == sorted(each.seconds for each in told)
    costs = [each.cost for each in told if each.cost is not None]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] >= solution.schedule.scores.cost
    assert told[-1].bound == solution.bound is not None
    watched = [score(spec, games).cost for games in seen]
    assert watched == sorted(set(watched), reverse=True)
    assert in_order(seen[-1]) == solution.schedule.games
    assert all(broken_rules(spec, games) == set() for games in seen)


def test_a_stop_keeps_the_best_so_far() -> None:
    solution = solve(sample_league(teams=50), 1, 600, stop=lambda: True)
    assert (solution.ended, solution.turns) == ("asked to stop", 0)
    assert solution.bound is not None
    later = solve(sample_league(teams=50), 1, 600, stop=_after(400))
    assert later.ended == "asked to stop"
    assert later.turns > 0
    assert later.schedule.scores.cost < solution.schedule.scores.cost


def test_the_search_is_told_as_plain_data() -> None:
    solution = solve(league(), 1, 60, stop=lambda: True)
    assert solution.search() == {
        "ended": "asked to stop",
        "first_valid": solution.first_valid,
        "seconds": solution.seconds,
        "turns": 0,
        "bound": {"home_venue_share": 1.0, "cost": 0.0},
    }
    assert 0 <= solution.first_valid <= solution.seconds
    assert Solution(solution.schedule, None, "time limit", 1, 2, 3).search()["bound"] is None


def test_a_time_limit_that_is_over_is_an_error_of_its_own() -> None:
    with pytest.raises(OutOfTime, match="one may exist") as raised:
        solve(sample_league(), 1, 0.01)
    assert "629 games share" in str(raised.value)


def test_a_day_that_is_too_crowded_for_a_coach_is_left_alone() -> None:
    """Three games of one coach's teams fit a Saturday by number, but only two by their length."""
    teams = [team("Ants", coach="Ana"), team("Bees"), team("Eels", "U12", coach="Ana"), team("Foxes", "U12")]
    divisions = [
        {"name": "U10", "games_per_team": 2, "game_minutes": 60},
        {"name": "U12", "games_per_team": 2, "game_minutes": 120},
    ]
    venues = [{"name": "Park", "slots": {"saturday": ["09:00", "10:00"]}}]
    games = _first(league(teams=teams, divisions=divisions, venues=venues, season=season(4)))
    assert set(Counter(game.date for game in games).values()) <= {1, 2}


def _pair(games: int, weekends: int = 4, **limits: Any) -> LeagueSpec:
    return league(
        teams=[team("Ants"), team("Bees", home="Lane")],
        divisions=[{"name": "U10", "games_per_team": games}],
        season=season(weekends, **limits),
    )


def test_days_of_rest_lie_between_games() -> None:
    dates = _dates_of("Ants", _first(_pair(3, min_rest_days=7)))
    assert all((other - one).days > 7 for one, other in pairwise(dates))


@pytest.mark.parametrize(("games", "most"), [(1, 15), (2, 8), (4, 6)])
def test_no_team_is_idle_for_longer_than_allowed(games: int, most: int) -> None:
    """From the first to the 23rd day of a season whose play dates are the weekends."""
    for seed in range(5):
        days = [
            (date - SATURDAY).days
            for date in _dates_of("Bees", _first(_pair(games, max_gap_days=most), seed))
        ]
        assert all(other - one - 1 <= most for one, other in pairwise([-1, *days, 23]))


def test_two_games_a_day_are_one_after_the_other() -> None:
    games = _first(_pair(3, weekends=1, max_games_per_team_per_day=2))
    assert Counter(game.date for game in games) == {SATURDAY: 2, SUNDAY: 1}
    assert {game.start for game in games if game.date == SATURDAY} == {"09:00", "10:30"}


def test_in_a_double_round_robin_each_is_at_home_once() -> None:
    divisions = [{"name": "U10", "rounds": "double"}, {"name": "U12", "rounds": "double"}]
    games = _first(league(divisions=divisions, season=season(8)))
    assert set(Counter((game.home, game.away) for game in games).values()) == {1}
    assert len(games) == 12 + 6


def test_teams_with_fewer_games_and_teams_without_any_are_kept_to_that() -> None:
    teams = [
        *(team(name, fewer_games=1) for name in ("Ants", "Bees")),
        *(team(name) for name in ("Crows", "Deer")),
        *(team(name, fewer_games=3) for name in ("Eels", "Foxes")),
    ]
    divisions = [{"name": "U10", "games_per_team": 3}]
    games = solve(league(teams=teams, divisions=divisions, season=season(6)), 1, 60, stop=_after(900))
    played = Counter(name for game in games.schedule.games for name in (game.home, game.away))
    assert played == {"Ants": 2, "Bees": 2, "Crows": 3, "Deer": 3}


def test_a_league_of_which_every_team_has_withdrawn_has_an_empty_schedule() -> None:
    teams = [team(name, fewer_games=1) for name in ("Ants", "Bees")]
    spec = league(teams=teams, divisions=[{"name": "U10", "games_per_team": 1}])
    assert _first(spec) == []


def test_a_season_of_one_date_is_filled() -> None:
    teams = [team(name) for name in ("Ants", "Bees", "Crows", "Deer")]
    one_day = season(1, play_days=["saturday"])
    spec = league(teams=teams, divisions=[{"name": "U10", "games_per_team": 1}], season=one_day)
    assert solve(spec, 1, 600).ended in ("proved best", "no more gain")
    assert {game.date for game in _first(spec)} == {SATURDAY}


def test_a_league_may_play_on_every_day_of_the_week() -> None:
    data: Data = league_data(season=season(1, play_days=WEEKDAYS, last_date=SATURDAY + dt.timedelta(days=6)))
    for venue in data["venues"]:
        venue["slots"] = {day: ["18:00"] for day in WEEKDAYS}
    data["season"] |= {"max_games_per_team_per_weekend": 1, "max_games_per_team_per_week": 3}
    games = _first(league(**data))
    assert len({game.date for game in games}) >= 5


def test_venues_with_and_without_a_place_on_the_map_may_be_mixed() -> None:
    data = league_data(goals={"travel": 3})
    data["venues"][0]["location"] = {"latitude": 51, "longitude": 0}
    data["venues"].append(
        {
            "name": "Hill",
            "slots": {"saturday": ["09:00"]},
            "location": {"latitude": 52, "longitude": 0},
        }
    )
    solution = solve(league(**data), 1, 60, stop=_after(300))
    assert broken_rules(league(**data), solution.schedule.games) == set()
    assert solution.schedule.scores.travel_km is not None


def test_a_league_that_no_dates_fit_is_refused() -> None:
    with pytest.raises(InfeasibleLeague) as raised:
        solve(_pair(3, weekends=2, min_rest_days=7), 1, 60)
    assert "Ants" in str(raised.value) or "U10" in str(raised.value)
