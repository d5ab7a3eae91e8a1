"""What each soft goal costs, on games made by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.league.games import Game
from jobs.league.goals import Goals
from jobs.league.scores import Scores, off_fair_share, score
from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, Data, league, league_data, season, team


def _game(sides: str, week: int = 0, *, day: int = 0, start: str = "09:00", venue: str = "Park") -> Game:
    """``Ants v Bees`` of a week from 0, on its Saturday or ``day`` days later; Park is home."""
    home, away = sides.split(" v ")
    return Game(
        division="U10",
        home=home,
        away=away,
        date=SATURDAY + dt.timedelta(days=7 * week + day),
        start=start,
        end="12:00",
        venue=venue,
        pitch=1,
        at_home_venue=venue == "Park",
    )


def _costs(scores: Scores) -> dict[str, float]:
    return {each.name: each.cost for each in scores.goals}


def _text(scores: Scores, goal: str) -> str:
    return next(each.text for each in scores.goals if each.name == goal)


def _two(weekends: int = 4, **more: Any) -> LeagueSpec:
    return league(
        teams=[team("Ants", **more), team("Bees", home="Lane")],
        divisions=[{"name": "U10", "games_per_team": 2}],
        season=season(weekends),
    )


def test_every_goal_is_scored_with_its_weight() -> None:
    weights = {name: place for place, name in enumerate(Goals.model_fields)}
    goals = score(league(goals=weights), []).goals
    assert {each.name: each.weight for each in goals} == weights


def test_the_cost_is_the_weighted_sum_and_a_weight_of_0_leaves_a_goal_out() -> None:
    games = [_game("Ants v Bees", venue="Lane"), _game("Ants v Bees", start="10:30", venue="Lane")]
    none = dict.fromkeys(Goals.model_fields, 0)
    assert score(league(goals=none), games).cost == 0
    scores = score(league(goals={**none, "home_venue": 7, "balance": 100}), games)
    assert (_costs(scores)["home_venue"], _costs(scores)["balance"]) == (2, 2)
    assert scores.cost == 7 * 2 + 100 * 2


def test_no_games_are_perfect() -> None:
    scores = score(league(), [])
    assert set(_costs(scores).values()) == {0}
    assert (scores.cost, scores.home_venue_share, scores.least_rematch_days) == (0, 1, None)
    assert _text(scores, "spread") == "no games to spread"


def test_the_order_of_games_does_not_matter() -> None:
    games = [
        _game("Ants v Bees"),
        _game("Bees v Ants", 3, start="10:30"),
        _game("Ants v Crows", 1, venue="Lane"),
        _game("Crows v Ants", 1, day=1),
    ]
    assert score(league(), games) == score(league(), games[::-1])


def test_games_away_from_the_home_venue() -> None:
    scores = score(
        league(), [_game("Ants v Bees"), _game("Crows v Deer", venue="Lane"), _game("Deer v Bees")]
    )
    assert _costs(scores)["home_venue"] == 1
    assert scores.home_venue_share == 0.6667
    assert _text(scores, "home_venue") == "2 of 3 games at the home team's venue (66.7%)"


def test_home_and_away_games_may_differ_by_one() -> None:
    """Ants are at home three times, Bees away twice, Crows once."""
    scores = score(league(), [_game("Ants v Bees"), _game("Ants v Bees", 1), _game("Ants v Crows", 2)])
    assert _costs(scores)["balance"] == 2 + 1 + 0
    assert scores.home_away_balance_max == 3
    fair = score(league(), [_game("Ants v Bees"), _game("Bees v Ants", 1), _game("Ants v Crows", 2)])
    assert _costs(fair)["balance"] == 0


@pytest.mark.parametrize(
    ("starts", "cost"),
    [
        (("09:00", "09:00"), 0),  # one early game each
        (("09:00", "10:30"), 0),  # half an early game each, on average
        (("09:00", "09:00", "10:30", "10:30"), 8),  # two early ones or none, where one is fair; late ones too
        (("09:00", "10:30", "10:30", "09:00"), 0),
    ],
)
def test_early_and_late_games_beyond_a_fair_share(starts: tuple[str, ...], cost: int) -> None:
    """Ants and Bees play the first half of the games, Crows and Deer the second."""
    half = len(starts) // 2
    sides = ["Ants v Bees"] * half + ["Crows v Deer"] * half
    games = [
        _game(each, week, start=start) for week, (each, start) in enumerate(zip(sides, starts, strict=True))
    ]
    assert _costs(score(league(), games))["early_late"] == cost


def test_sundays_with_one_start_are_neither_early_nor_late() -> None:
    games = [_game("Ants v Bees", week, day=1) for week in range(4)]
    assert _costs(score(league(), games))["early_late"] == 0


@pytest.mark.parametrize(
    ("counts", "off"), [([], 0), ([2, 2], 0), ([1, 2], 0), ([0, 2], 2), ([3, 0, 0], 4), ([0, 0, 0, 5], 6)]
)
def test_a_fair_share_is_the_mean_rounded_to_one_s_favour(counts: list[int], off: int) -> None:
    assert off_fair_share(counts) == off


def test_a_preferred_time_holds_from_its_start_until_before_its_end() -> None:
    spec = _two(preferred_times=[{"days": ["saturday"], "start": "10:30", "end": "12:00"}])
    games = [
        *(_game("Ants v Bees", start=start) for start in ("10:29", "10:30", "11:59", "12:00")),
        _game("Ants v Bees", day=1, start="11:00"),
    ]
    scores = score(spec, games)
    assert _costs(scores)["preferred_times"] == 3
    assert _text(scores, "preferred_times") == "2 of 5 games at a time that the team prefers"


def test_several_preferred_times_are_alternatives_and_both_teams_count() -> None:
    evening, morning = {"start": "18:00"}, {"end": "10:00"}
    data = league_data()
    data["teams"][0]["preferred_times"] = [evening, morning]
    data["teams"][1]["preferred_times"] = [evening]
    games = [
        _game("Ants v Bees"),
        _game("Bees v Ants", 1, start="18:00"),
        _game("Ants v Bees", 2, start="12:00"),
    ]
    assert _costs(score(league(**data), games))["preferred_times"] == 1 + 0 + 2


@pytest.mark.parametrize(
    ("weekends", "weeks", "cost"),
    [
        (4, (0, 3), 0),
        (4, (0, 0), 2),  # of weeks 1 to 3 for both teams
        (4, (3, 3), 2),
        (4, (1,), 0),  # a single game may be anywhere
        (8, (0, 7), 4),  # of weeks 1 to 5 and 2 to 6
        (8, (2, 5), 0),
    ],
)
def test_stretches_without_a_game(weekends: int, weeks: tuple[int, ...], cost: int) -> None:
    games = [_game("Ants v Bees", week, day=place % 2) for place, week in enumerate(weeks)]
    assert _costs(score(_two(weekends), games))["spread"] == cost


def test_the_longest_wait_is_that_of_any_team() -> None:
    games = [_game("Ants v Bees"), _game("Ants v Crows", 1), _game("Bees v Deer", 3)]
    assert score(league(), games).longest_gap_days == 21


def _placed(**places: tuple[float, float]) -> list[Data]:
    venues: list[Data] = [
        {"name": name, "slots": {"saturday": ["09:00"]}} for name in ("Park", "Lane", "Hill")
    ]
    for venue in venues:
        if (place := places.get(venue["name"])) is not None:
            venue["location"] = {"latitude": place[0], "longitude": place[1]}
    return venues


def test_both_teams_travel_there_and_back() -> None:
    """A degree of the equator is 111.195 km: Hill is three from Park and two from Lane."""
    spec = _two().model_dump() | {"venues": _placed(Park=(0, 0), Lane=(0, 1), Hill=(0, 3))}
    moved = LeagueSpec.model_validate(spec)
    at_park, at_hill = (score(moved, [_game("Ants v Bees", venue=venue)]) for venue in ("Park", "Hill"))
    assert at_park.travel_km == pytest.approx(2 * 111.195, abs=0.1)
    assert at_hill.travel_km == pytest.approx(2 * (3 + 2) * 111.195, abs=0.1)
    assert _costs(at_park)["travel"] == pytest.approx(22.2, abs=0.05)


def test_a_venue_that_does_not_say_where_it_is_counts_no_kilometres() -> None:
    spec = _two().model_dump() | {"venues": _placed(Park=(0, 0), Lane=(0, 1))}
    scores = score(LeagueSpec.model_validate(spec), [_game("Ants v Bees", venue="Hill")])
    assert (scores.travel_km, _costs(scores)["travel"]) == (0, 0)
    unknown = score(_two(), [_game("Ants v Bees")])
    assert unknown.travel_km is None
    assert _text(unknown, "travel") == "the venues do not say where they are"


@pytest.mark.parametrize(
    ("weekends", "weeks", "cost"),
    [
        (9, (0, 3), 0),
        (9, (0, 1), 2),
        (9, (4, 4), 3),
        (9, (8, 0), 0),
        (8, (0, 0, 3), 2),
        (8, (5, 3, 1), 0),
        (1, (0, 0), 1),
    ],
)
def test_two_teams_should_not_meet_again_too_soon(weekends: int, weeks: tuple[int, ...], cost: int) -> None:
    sides = ("Ants v Bees", "Bees v Ants")
    games = [_game(sides[place % 2], week, day=place % 2) for place, week in enumerate(weeks)]
    assert _costs(score(_two(weekends), games))["rematch"] == cost


def test_the_least_days_between_two_meetings_are_told() -> None:
    games = [_game("Ants v Bees"), _game("Bees v Ants", 2, day=1), _game("Ants v Crows", 1)]
    scores = score(_two(9), games[:2])
    assert scores.least_rematch_days == 15
    assert _text(scores, "rematch") == "1 week too few between meetings; at least 15 days between two of them"
    assert score(league(), games[::2]).least_rematch_days is None
