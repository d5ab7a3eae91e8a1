from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import combinations, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.league.errors import InfeasibleLeague
from jobs.league.sample import sample_league
from jobs.league.schedule import Game
from jobs.league.solver.bounds import check_bounds
from jobs.league.solver.fixtures import pairings
from jobs.league.solver.openings import Openings
from jobs.league.solver.reasons_frequency import most_games
from jobs.league.spec import LeagueSpec, Season
from jobs.league.validate import validate
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, season, team

WEEKEND = [SATURDAY, SUNDAY]
DAY = dt.timedelta(days=1)
PARK = {"name": "Park", "slots": {"saturday": ["09:00", "10:30"], "sunday": ["09:00"]}}
FOUR = [team(name) for name in ("Ants", "Bees", "Crows", "Deer")]
SIX = [*FOUR, team("Eels"), team("Foxes")]


def _u10(teams: list[dict[str, Any]], weekends: int = 2, pitches: int = 1, **more: Any) -> dict[str, Any]:
    season_more = more.pop("season", {})
    return {
        "teams": teams,
        "divisions": [{"name": "U10", **(more or {"rounds": "single"})}],
        "venues": [{**PARK, "pitches": pitches}],
        "season": season(weekends, **season_more),
    }


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "too few slots": (_u10(SIX, games_per_team=4), "U10 needs 12 slots in the season, Park has 6"),
    "one slot too few": (
        _u10(FOUR, weekends=3, games_per_team=5),
        "U10 needs 10 slots in the season, Park has 9",
    ),
    "too few slots for a division": (
        {
            "venues": [
                {**PARK, "divisions": ["U10"], "pitches": 2},
                {"name": "Lane", "slots": {"saturday": ["09:00"]}, "divisions": ["U12"]},
            ],
            "season": season(2),
        },
        "U12 needs 3 slots (in the season|on 3 and 10 April 2027), Lane has 2",
    ),
    "too few dates for a team that plays fewer games": (
        _u10(
            [
                team("Ants", fewer_games=1, blackout_dates=WEEKEND),
                team("Bees", fewer_games=1),
                *FOUR[2:],
            ],
            weekends=1,
            games_per_team=2,
            pitches=2,
        ),
        "Ants needs 1 game, but has no date on which it can play",
    ),
    "two teams without a common date": (
        _u10([team("Ants", blackout_dates=[SATURDAY]), team("Bees", blackout_dates=[SUNDAY])], weekends=1),
        "Ants and Bees must meet, but have no date that both can play on",
    ),
    "two teams with one common date for two games": (
        _u10([team("Ants", blackout_dates=[SATURDAY]), team("Bees")], weekends=1, rounds="double"),
        "Ants needs 2 games, but on the 1 date that it can play on it gets at most 1",
    ),
    "a coach of ten teams": (
        {
            "teams": [team(f"T{n}", coach="Ana" if n < 10 else None) for n in range(20)],
            "divisions": [{"name": "U10", "games_per_team": 4}],
            "venues": [{**PARK, "pitches": 9}],
        },
        "(the|of the) 10 teams that Ana coaches have at least 20 games together; the season has room for 12 ",
    ),
}


@pytest.mark.parametrize(("changes", "reason"), CASES.values(), ids=CASES.keys())
def test_the_reason_is_named_in_plain_words(changes: dict[str, Any], reason: str) -> None:
    spec = league(**changes)
    with pytest.raises(InfeasibleLeague, match=reason):
        check_bounds(spec, Openings(spec))


@pytest.mark.parametrize("spec", [league(), sample_league()])
def test_a_league_with_a_schedule_passes(spec: Any) -> None:
    check_bounds(spec, Openings(spec))


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        ({}, 8),
        ({"max_games_per_team_per_day": 2}, 16),
        ({"max_games_per_team_per_week": 1}, 4),
        ({"max_games_per_team_per_weekend": 1}, 4),
        ({"min_rest_days": 6}, 4),
        ({"min_rest_days": 7}, 3),
        ({"min_rest_days": 6, "max_games_per_team_per_day": 3, "max_games_per_team_per_week": 2}, 8),
    ],
)
def test_limits_bound_the_games_of_a_team(limits: dict[str, int], most: int) -> None:
    limited = Season.model_validate(season(**limits))
    assert most_games(limited, limited.play_dates) == most


def test_a_team_that_waits_may_get_more_games_than_one_that_plays_at_once() -> None:
    """Friday's game would cost the weekend's two."""
    days = {"play_days": ["friday", "saturday"], "min_rest_days": 1, "max_games_per_team_per_day": 2}
    spec = Season.model_validate(
        season(2, **days, max_games_per_team_per_week=2, max_games_per_team_per_weekend=2)
    )
    friday = SATURDAY - DAY
    assert most_games(spec, [friday, SATURDAY]) == 2
    assert most_games(spec, [SATURDAY, SATURDAY + 2 * DAY, SATURDAY + 3 * DAY]) == 4


@st.composite
def scheduled_leagues(draw: st.DrawFn) -> tuple[LeagueSpec, list[Game]]:
    """A league made around a schedule: every limit is as tight as that schedule just keeps."""
    size = draw(st.integers(2, 6))
    each = draw(st.sampled_from([n for n in range(1, 6) if n * size % 2 == 0]))
    names = [f"T{number}" for number in range(size)]
    dates = [SATURDAY + DAY * (7 * week + day) for week in range(8) for day in (0, 1)]
    busy: dict[str, set[dt.date]] = {name: set() for name in names}
    games: list[Game] = []
    for one, other in pairings(size, each):
        home, away = names[one], names[other]
        date = draw(st.sampled_from([date for date in dates if date not in busy[home] | busy[away]]))
        busy[home].add(date)
        busy[away].add(date)
        start = draw(st.sampled_from(["09:00", "10:00"]))
        pitch = 1 + sum(game.date == date and game.start == start for game in games)
        games.append(_game(home, away, date, start, pitch))
    return _league_around(draw, names, each, busy, games, dates), games


def _game(home: str, away: str, date: dt.date, start: str, pitch: int) -> Game:
    return Game(
        division="U10",
        home=home,
        away=away,
        date=date,
        start=start,
        end="10:00" if start == "09:00" else "11:00",
        venue="Park",
        pitch=pitch,
        at_home_venue=True,
    )


def _league_around(
    draw: st.DrawFn,
    names: list[str],
    each: int,
    busy: dict[str, set[dt.date]],
    games: list[Game],
    dates: list[dt.date],
) -> LeagueSpec:
    some = st.lists(st.sampled_from(dates), max_size=16)
    coached = next(({one, two} for one, two in combinations(names, 2) if not _clash(one, two, games)), set())
    teams = [
        team(
            name,
            blackout_dates=sorted(set(draw(some)) - busy[name]),
            forbidden_times=[{"end": "09:00"}, {"start": "11:00"}],
            coach="Ana" if name in coached else None,
        )
        for name in names
    ]
    park = {
        "name": "Park",
        "slots": {day: ["09:00", "10:00"] for day in ("saturday", "sunday")},
        "pitches": max(game.pitch for game in games),
        "open_dates": sorted({game.date for game in games}),
    }
    return league(
        teams=teams,
        divisions=[{"name": "U10", "games_per_team": each}],
        venues=[park],
        season=_season_around(busy, dates),
    )


def _season_around(busy: dict[str, set[dt.date]], dates: list[dt.date]) -> dict[str, Any]:
    """The tightest limits that these teams' dates just keep."""
    most = max(Counter((name, date.isocalendar()[:2]) for name in busy for date in busy[name]).values())
    ends = {dates[0] - DAY, dates[-1] + DAY}
    return {
        "first_date": dates[0],
        "last_date": dates[-1],
        "play_days": ["saturday", "sunday"],
        "max_games_per_team_per_week": most,
        "max_games_per_team_per_weekend": most,
        "min_rest_days": min((days for own in busy.values() for days in _between(own)), default=0),
        "max_gap_days": max(days for own in busy.values() for days in _between(own | ends)),
    }


def _between(dates: set[dt.date]) -> list[int]:
    return [(other - one).days - 1 for one, other in pairwise(sorted(dates))]


def _clash(one: str, other: str, games: list[Game]) -> bool:
    """Whether two teams ever play at the same time, and not each other."""
    times = Counter((game.date, game.start) for game in games if {game.home, game.away} & {one, other})
    return max(times.values()) > 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(scheduled_leagues())
def test_no_league_that_has_a_schedule_is_refused(made: tuple[LeagueSpec, list[Game]]) -> None:
    spec, games = made
    assert [each for each in validate(spec, games).violations if each.rule != "home and away"] == []
    check_bounds(spec, Openings(spec))
