from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.jobs.league.leagues import faults_of, league_data, season, team

FOUR = [team(name) for name in ("Ants", "Bees", "Crows", "Deer")]
U12 = [team(name, "U12", "Lane") for name in ("Eels", "Foxes", "Gulls")]


def _division(**changes: Any) -> dict[str, Any]:
    return league_data(divisions=[{"name": "U10", **changes}, {"name": "U12", "rounds": "single"}])


def _venue(**changes: Any) -> dict[str, Any]:
    data = league_data()
    data["venues"][0] |= changes
    return data


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "duplicate team": (
        league_data(teams=[*FOUR, *U12, team("ants")]),
        "teams.7.name",
        "already the name of teams.0",
    ),
    "duplicate venue": (
        league_data(venues=league_data()["venues"] * 2),
        "venues.2.name",
        "already the name of venues.0",
    ),
    "duplicate division": (
        league_data(divisions=[*league_data()["divisions"], {"name": "U10", "rounds": "single"}]),
        "divisions.2.name",
        "already the name of divisions.0",
    ),
    "unknown division": (
        league_data(teams=[*FOUR, *U12, team("Hares", "U99")]),
        "teams.7.division",
        "'Hares' names the division 'U99', which the league does not have; it has U10, U12",
    ),
    "unknown venue": (
        league_data(teams=[*FOUR, *U12, team("Hares", "U12", "Moon")]),
        "teams.7.home_venue",
        "it has Lane, Park",
    ),
    "blackout date outside the season": (
        league_data(teams=[*FOUR, *U12[:2], team("Gulls", "U12", blackout_dates=["2028-01-01"])]),
        "teams.6.blackout_dates.0",
        "outside the season, which is from 2027-04-03 to 2027-04-25",
    ),
    "closed date outside the season": (
        _venue(closed_dates=["2026-01-01"]),
        "venues.0.closed_dates.0",
        "a closed date of 'Park'",
    ),
    "holiday outside the season": (
        league_data(season=season(holidays=["2026-01-01"])),
        "season.holidays.0",
        "a holiday, lies outside",
    ),
    "season that ends before it begins": (
        league_data(season=season(last_date="2027-04-02")),
        "season.last_date",
        "ends on 2027-04-02, before it begins on 2027-04-03",
    ),
    "no play day in the season": (
        league_data(season=season(last_date="2027-04-05", play_days=["friday"])),
        "season.play_days",
        "no friday",
    ),
    "division of one team": (league_data(teams=[*FOUR, U12[0]]), "divisions.1.name", "'U12' has 1 team;"),
    "division of no team": (league_data(teams=FOUR), "divisions.1.name", "'U12' has 0 teams;"),
    "odd number of games": (
        league_data(divisions=[{"name": "U10", "rounds": "single"}, {"name": "U12", "games_per_team": 3}]),
        "divisions.1.games_per_team",
        "games_per_team 2 or 4 would work",
    ),
    "more games than days": (
        _division(games_per_team=9),
        "divisions.0.games_per_team",
        "the season has 8 play days with at most 1 each: at most 8 would work",
    ),
    "neither games nor rounds": (_division(), "divisions.0", "either games_per_team or rounds"),
    "both games and rounds": (_division(games_per_team=3, rounds="single"), "divisions.0", "not both"),
    "venue for an unknown division": (_venue(divisions=["U10", "U99"]), "venues.0.divisions.1", "'U99'"),
    "home venue that does not take the division": (
        _venue(divisions=["U12"]),
        "teams.0.home_venue",
        "does not take 'U10'",
    ),
    "start given twice": (_venue(slots={"sunday": ["09:00", "09:00"]}), "venues.0.slots.sunday.1", "twice"),
    "venue without a start": (_venue(slots={"sunday": []}), "venues.0.slots", "no start time"),
}


@pytest.mark.parametrize(("data", "place", "message"), CASES.values(), ids=CASES.keys())
def test_a_fault_is_named_with_what_would_be_right(data: dict[str, Any], place: str, message: str) -> None:
    assert message in faults_of(data)[place]


def test_all_faults_are_reported_at_once() -> None:
    data = league_data(teams=[*FOUR, team("Ants", "U99", "Moon", blackout_dates=[dt.date(2020, 1, 1)])])
    places = {"teams.4.name", "teams.4.division", "teams.4.home_venue", "teams.4.blackout_dates.0"}
    assert places | {"divisions.1.name"} <= faults_of(data).keys()


def test_too_many_games_are_refused() -> None:
    teams = [team(f"T{n}") for n in range(2_000)]
    data = league_data(teams=teams, divisions=[{"name": "U10", "games_per_team": 12}], season=season(12))
    assert faults_of(data)["divisions"] == "the season has 12,000 games, at most 10,000 are possible"


def test_a_coach_of_several_teams_is_no_fault() -> None:
    teams = [team("Ants", coach="Ana"), team("Bees", coach="Ana"), team("Crows", coach="Ana"), team("Deer")]
    assert faults_of(league_data(teams=[*teams, *U12])) == {}
