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
]


@pytest.mark.parametrize(("place", "changes"), FIELDS)
def test_a_malformed_field_is_named(place: str, changes: dict[str, Any]) -> None:
    found = faults_of(league_data(**changes))
    assert any(where.startswith(place) for where in found), found


def test_a_season_of_eight_thousand_years_is_refused_at_once() -> None:
    begun = time.monotonic()
    found = faults_of(league_data(season=season(last_date=dt.date(9999, 12, 31))))
    assert "at most 400" in found["season.last_date"]
    assert time.monotonic() - begun < 1


def test_a_long_list_of_faults_is_cut_short() -> None:
    teams = [team(f"T{n}", division="nowhere") for n in range(300)]
    found = faults_of(league_data(teams=teams))
    assert len(found) == 101
    assert "202 more faults" in found[""]
