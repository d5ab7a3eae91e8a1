from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.jobs.league.leagues import faults_of, league_data, season, team

FOUR = [team(name) for name in ("Ants", "Bees", "Crows", "Deer")]
U12 = [team(name, "U12", "Lane") for name in ("Eels", "Foxes", "Gulls")]


def _division(**changes: Any) -> dict[str, Any]:
    return league_data(divisions=[{"name": "U10", **changes}, {"name": "U12", "rounds": "single"}])


def _fewer(*numbers: int, games: int) -> dict[str, Any]:
    """One division, whose teams leave out these numbers of games."""
    teams = [team(f"T{place}", fewer_games=number) for place, number in enumerate(numbers)]
    return league_data(teams=teams, divisions=[{"name": "U10", "games_per_team": games}], season=season(12))


def _weekly(**limits: Any) -> dict[str, Any]:
    """Three games each of six teams, on Saturdays only, 22 days in all."""
    return league_data(season=season(4, play_days=["saturday"], last_date="2027-04-24", **limits))


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
    "names that differ in case only": (
        league_data(teams=[*FOUR, *U12, team("ANTS", "U12")]),
        "teams.7.name",
        "'ANTS' is already the name of teams.0, there written 'Ants'",
    ),
    "names that look the same": (
        league_data(teams=[team("Caf\u00e9 Nord"), *FOUR, *U12, team("Cafe\u0301  Nord", "U12")]),
        "teams.8.name",
        "is already the name of teams.0",
    ),
    "coach in two spellings": (
        league_data(
            teams=[team("Ants", coach="Ana"), *FOUR[1:], *U12[:2], team("Gulls", "U12", coach="ANA")]
        ),
        "teams.6.coach",
        "the coach 'ANA' is written 'Ana' at teams.0",
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
    "misspelt division": (
        league_data(teams=[*FOUR, *U12, team("Hares", "u 12")]),
        "teams.7.division",
        "which the league does not have; did you mean 'U12'?",
    ),
    "misspelt venue": (
        league_data(teams=[*FOUR, *U12, team("Hares", "U12", "lane")]),
        "teams.7.home_venue",
        "did you mean 'Lane'?",
    ),
    "misspelt division of a venue": (
        _venue(divisions=["U10", "U12s"]),
        "venues.0.divisions.1",
        "did you mean 'U12'?",
    ),
    "misspelt zone": (
        league_data(timezone="Europe/Londn"),
        "timezone",
        "'Europe/Londn' is no time zone of the IANA database; did you mean Europe/London?",
    ),
    "zone in small letters": (league_data(timezone="europe/london"), "timezone", "mean Europe/London?"),
    "city as a zone": (league_data(timezone="New York"), "timezone", "mean America/New_York?"),
    "zone that is a path": (league_data(timezone="../etc/passwd"), "timezone", "names look like Europe/"),
    "folder of zones": (league_data(timezone="America"), "timezone", "is no time zone"),
    "zone of the machine": (league_data(timezone="localtime"), "timezone", "is no time zone"),
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
    "open date outside the season": (
        _venue(open_dates=["2027-04-03", "2026-01-01"]),
        "venues.0.open_dates.1",
        "2026-01-01, an open date of 'Park', lies outside the season",
    ),
    "date both open and closed": (
        _venue(open_dates=["2027-04-03", "2027-04-10"], closed_dates=["2027-04-17", "2027-04-10"]),
        "venues.0.closed_dates.1",
        "'Park' is both open and closed on 2027-04-10",
    ),
    "open dates without a start": (
        _venue(open_dates=["2027-04-05"]),
        "venues.0.open_dates",
        "'Park' has starts on saturday or sunday only, and none of its open dates is one",
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
    "fewer games than none": (
        _fewer(0, 0, 0, 4, games=3),
        "teams.3.fewer_games",
        "'T3' leaves out 4 games, but a team of 'U10' plays 3: at most 3 would work",
    ),
    "odd number of games with fewer games": (
        _fewer(0, 0, 0, 1, games=3),
        "divisions.0.games_per_team",
        "have 3 games each less their fewer_games: 11 is odd",
    ),
    "too few opponents with games left": (
        _fewer(0, 0, 3, 3, games=3),
        "divisions.0.games_per_team",
        "T0 of 'U10' would have 3 games in all, but find opponents for 1 only: two teams meet at most 1 time",
    ),
    "rest that is longer than the longest gap": (
        _weekly(min_rest_days=7, max_gap_days=6),
        "season.min_rest_days",
        "may go without a game for 6 only (max_gap_days): min_rest_days 6 or less would work",
    ),
    "days without play that are more than the longest gap": (
        _weekly(max_gap_days=5),
        "season.max_gap_days",
        "no play day for 6 days from 2027-04-18 on: max_gap_days 6 or more would work",
    ),
    "holidays that are more than the longest gap": (
        _weekly(max_gap_days=7, holidays=["2027-04-10"]),
        "season.max_gap_days",
        "no play day for 13 days from 2027-04-04 on",
    ),
    "too few games to leave no gap": (
        _weekly(max_gap_days=6),
        "season.max_gap_days",
        "takes at least 4 games of a team to fill the season, 'Ants' (teams.0) plays 3",
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


LEGAL: dict[str, dict[str, Any]] = {
    "a team that plays no game at all": _fewer(1, 1, 1, 3, games=3),
    "a game less for two teams": _fewer(0, 0, 1, 1, games=3),
    "rest as long as the longest gap": _weekly(min_rest_days=6, max_gap_days=13),
    "a gap that three games can keep": _weekly(max_gap_days=7),
    "a zone": league_data(timezone="Europe/London"),
    "a zone without a city": league_data(timezone="UTC"),
    "open dates": _venue(open_dates=["2027-04-03"], closed_dates=["2027-04-10"]),
    "braces in a name": league_data(teams=[team("{x}"), *FOUR[1:], *U12]),
}


@pytest.mark.parametrize("data", LEGAL.values(), ids=LEGAL.keys())
def test_what_can_be_is_no_fault(data: dict[str, Any]) -> None:
    assert faults_of(data) == {}


def test_braces_in_a_name_are_shown_as_they_are() -> None:
    assert "'{x} {}'" in faults_of(league_data(timezone="{x} {}"))["timezone"]


def _pairs(games: tuple[int, ...], most: int) -> bool:
    """Whether games can be paired: tried out, team by team."""
    if len(games) < 2:
        return not any(games)
    first, others = games[0], games[1:]
    rests = [()]
    for number in others:
        rests = [(*rest, left) for rest in rests for left in range(max(0, number - most), number + 1)]
    return any(sum(others) - sum(rest) == first and _pairs(rest, most) for rest in rests)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=5), st.integers(1, 6))
def test_numbers_of_games_are_refused_only_if_no_pairing_has_them(fewer: list[int], games: int) -> None:
    due = tuple(games - number for number in fewer)
    found = faults_of(_fewer(*fewer, games=games))
    if min(due) < 0:
        assert any(where.endswith("fewer_games") for where in found)
    else:
        most = -(-max(due) // (len(due) - 1))
        assert (found == {}) == _pairs(due, most), found
