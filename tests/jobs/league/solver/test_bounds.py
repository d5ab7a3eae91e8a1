from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.league.errors import InfeasibleLeague
from jobs.league.sample import sample_league
from jobs.league.solver.bounds import check_bounds, most_games
from jobs.league.solver.openings import Openings
from jobs.league.spec import Season
from tests.jobs.league.leagues import SATURDAY, SUNDAY, league, season, team

WEEKEND = [SATURDAY, SUNDAY]
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
    "too few slots": (
        _u10(SIX, games_per_team=4),
        "12 games need slots, the venues have 6 in the season: add 6 slots or drop games",
    ),
    "one slot too few": (
        _u10(FOUR, weekends=3, games_per_team=5),
        "10 games need slots, the venues have 9 in the season: add 1 slot or drop games",
    ),
    "too few slots for a division": (
        {
            "venues": [
                {**PARK, "divisions": ["U10"], "pitches": 2},
                {"name": "Lane", "slots": {"saturday": ["09:00"]}, "divisions": ["U12"]},
            ],
            "season": season(2),
        },
        "U12 needs 3 slots in the season, the slots that are open to them and long enough are 2",
    ),
    "too few dates for a team": (
        _u10([*FOUR[:3], team("Deer", blackout_dates=WEEKEND)], pitches=2),
        "Deer needs 3 games, but on the 2 dates that it can play on it gets at most 2",
    ),
    "too few weeks for a team": (
        _u10(FOUR, pitches=2, season={"max_games_per_team_per_week": 1}),
        r"Ants needs 3 games, .* at most 2 \(1 a day, 1 a week\)",
    ),
    "two teams without a common date": (
        _u10([team("Ants", blackout_dates=[SATURDAY]), team("Bees", blackout_dates=[SUNDAY])], weekends=1),
        "Ants and Bees must meet, but have no date that both can play on",
    ),
    "too few slots on a date": (
        _u10(
            [{**each, "blackout_dates": [SATURDAY]} for each in FOUR], weekends=1, pitches=1, games_per_team=1
        ),
        "U10 needs 2 slots on 4 April 2027, because its teams have too few other dates; its venues have 1",
    ),
    "a coach of ten teams": (
        {
            "teams": [team(f"T{n}", coach="Ana" if n < 10 else None) for n in range(20)],
            "divisions": [{"name": "U10", "games_per_team": 4}],
            "venues": [{**PARK, "pitches": 9}],
        },
        "Ana coaches 10 teams with at least 20 games together; the season has room for 12 one after",
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


def test_rest_days_bound_the_games_of_a_team() -> None:
    rested = Season.model_validate(season(min_rest_days=6))
    assert most_games(rested, rested.play_dates) == 4
    assert most_games(rested, [SATURDAY, SATURDAY + dt.timedelta(days=6)]) == 1
