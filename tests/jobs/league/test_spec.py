from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest

from jobs.league.spec import LeagueSpec
from tests.jobs.league.leagues import SATURDAY, faults_of, league, league_data, season, team


def test_a_league_survives_json() -> None:
    spec = league()
    assert LeagueSpec.model_validate_json(spec.model_dump_json()) == spec


def test_games_are_counted_from_rounds_and_from_games_per_team() -> None:
    assert league().total_games == 6 + 3
    divisions = [{"name": "U10", "games_per_team": 5}, {"name": "U12", "rounds": "double"}]
    assert league(divisions=divisions).total_games == 10 + 6


def test_play_dates_leave_holidays_out() -> None:
    spec = league(season=season(2, holidays=[SATURDAY]))
    assert spec.season.play_dates == [dt.date(2027, 4, 4), dt.date(2027, 4, 10), dt.date(2027, 4, 11)]


def test_weekdays_are_read_in_any_case() -> None:
    assert league(season=season(play_days=["Saturday", " SUNDAY "])).season.play_days == [
        "saturday",
        "sunday",
    ]


NAN = float("nan")
PLACE = {"latitude": 51.5, "longitude": 0.0}
FIELDS: list[tuple[str, dict[str, Any]]] = [
    ("venues", {"venues": []}),
    ("teams", {"teams": []}),
    ("colour", {"colour": "blue"}),
    ("teams.0.name", {"teams": [team(" "), team("Bees")]}),
    ("teams.0.name", {"teams": [team("x" * 101), team("Bees")]}),
    ("teams.0.name", {"teams": [team("A\x00"), team("Bees")]}),
    ("teams", {"teams": [team(f"T{n}") for n in range(2_001)]}),
    ("venues.0.pitches", {"venues": [{"name": "Park", "slots": {}, "pitches": 0}]}),
    ("venues.0.slots.saturday.0", {"venues": [{"name": "Park", "slots": {"saturday": ["25:00"]}}]}),
    ("season.play_days.0", {"season": season(play_days=["caturday"])}),
    (
        "venues.0.location.latitude",
        {"venues": [{"name": "P", "slots": {}, "location": PLACE | {"latitude": 91}}]},
    ),
    (
        "venues.0.location.longitude",
        {"venues": [{"name": "P", "slots": {}, "location": PLACE | {"longitude": NAN}}]},
    ),
    ("season.max_gap_days", {"season": season(max_gap_days=0)}),
    ("season.max_games_per_team_per_weekend", {"season": season(max_games_per_team_per_weekend=0)}),
    ("teams.0.fewer_games", {"teams": [team("Ants", fewer_games=-1), team("Bees")]}),
]


@pytest.mark.parametrize(("place", "changes"), FIELDS)
def test_a_malformed_field_is_named(place: str, changes: dict[str, Any]) -> None:
    found = faults_of(league_data(**changes))
    assert any(where.startswith(place) for where in found), found


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no venue": ({"venues": []}, "venues", "at least 1 venue must be given, there is none"),
    "no division": ({"divisions": []}, "divisions", "at least 1 division must be given, there is none"),
    "one team": ({"teams": [team("Ants")]}, "teams", "at least 2 teams must be given, there is only 1"),
    "no pitch": (
        {"venues": [{"name": "Park", "slots": {}, "pitches": 0}]},
        "venues.0.pitches",
        "at least one pitch is needed, not 0",
    ),
    "window the wrong way round": (
        {"teams": [team("Ants", forbidden_times=[{"start": "22:00", "end": "06:00"}]), team("Bees")]},
        "teams.0.forbidden_times.0",
        "the window ends at 06:00, not after its start at 22:00; one that goes past midnight is two",
    ),
    "window without length": (
        {"teams": [team("Ants", preferred_times=[{"start": "09:00", "end": "09:00"}]), team("Bees")]},
        "teams.0.preferred_times.0",
        "the window ends at 09:00, not after its start",
    ),
    "too many dates": (
        {"teams": [team("Ants", blackout_dates=["2027-04-03"] * 401), team("Bees")]},
        "teams.0.blackout_dates",
        "401 dates are too many, at most 400 are possible",
    ),
}


@pytest.mark.parametrize(("changes", "place", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_a_field_is_refused_with_what_would_be_right(
    changes: dict[str, Any], place: str, message: str
) -> None:
    assert message in faults_of(league_data(**changes))[place]


def test_too_many_teams_are_refused_before_any_of_them_is_read() -> None:
    assert faults_of(league_data(teams=[{"nonsense": n} for n in range(20_000)])) == {
        "teams": "20,000 teams are too many, at most 2,000 are possible"
    }


def test_the_schema_still_states_the_bounds() -> None:
    schema = LeagueSpec.model_json_schema()
    assert schema["properties"]["teams"]["maxItems"] == 2_000
    assert schema["properties"]["venues"]["minItems"] == 1
    assert schema["$defs"]["Venue"]["properties"]["pitches"]["minimum"] == 1


def test_a_season_of_eight_thousand_years_is_refused_at_once() -> None:
    found = faults_of(league_data(season=season(last_date=dt.date(9999, 12, 31))))
    assert "2999-12-31" in found["season.last_date"]


def test_a_season_of_a_thousand_years_is_refused_at_once() -> None:
    begun = time.monotonic()
    found = faults_of(league_data(season=season(last_date=dt.date(2999, 12, 31))))
    assert "at most 400" in found["season.last_date"]
    assert time.monotonic() - begun < 1


def test_a_long_list_of_faults_is_cut_short() -> None:
    teams = [team(f"T{n}", division="nowhere") for n in range(300)]
    found = faults_of(league_data(teams=teams))
    assert len(found) == 101
    assert "202 more faults" in found[""]
