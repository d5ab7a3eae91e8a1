from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from jobs.league.formats import Reading, read
from jobs.league.spec import Location
from tests.jobs.league.formats.files import as_json, refusal, said

Data = dict[str, Any]


def fixtures(teams: list[str], rounds: int = 2, **more: Any) -> list[Data]:
    """Every team against every other at home, or only the earlier of a pair at home."""
    return [
        {"homeTeamId": home, "awayTeamId": away, **more}
        for place, home in enumerate(teams)
        for other, away in enumerate(teams)
        if home != away and (rounds == 2 or place < other)
    ]


def instance(**changes: Any) -> Data:
    """Four teams of one division and two venues, one with hours by date range, one with windows."""
    ids = ["t1", "t2", "t3", "t4"]
    return {
        "osssVersion": "0.1.0",
        "metadata": {"name": "Ice League", "timezone": "America/Chicago", "track": "amateur"},
        "timeBounds": {
            "seasonStart": "2027-09-01T00:00:00Z",
            "seasonEnd": "2027-11-30T23:59:59Z",
            "blackoutPeriods": [{"start": "2027-11-25T00:00:00-06:00", "end": "2027-11-28T23:59:59-06:00"}],
        },
        "teams": [
            {"teamId": id_, "name": f"Team {id_}", "division": "A", "homeVenue": "v1" if id_ < "t3" else "v2"}
            for id_ in ids
        ],
        "venues": [
            {
                "venueId": "v1",
                "name": "Rink",
                "location": {"lat": 41.9, "lon": -87.6},
                "resources": [{"resourceId": "a"}, {"resourceId": "b"}],
                "availability": [
                    {
                        "dateRange": {"start": "2027-09-01", "end": "2027-10-31"},
                        "recurringPattern": {
                            "daysOfWeek": ["saturday"],
                            "timeWindows": [
                                {"start": "10:00", "end": "18:00"},
                                {"start": "18:00", "end": "23:00"},
                            ],
                        },
                        "cost": 300,
                    }
                ],
                "changeoverTime": 30,
            },
            {
                "venueId": "v2",
                "name": "Hall",
                "availability": [{"dayOfWeek": "Sunday", "startTime": "15:00", "endTime": "17:30"}],
            },
        ],
        "fixtures": fixtures(ids, estimatedDuration=150),
        "constraints": [],
        "objectives": [],
    } | changes


def reading(**changes: Any) -> Reading:
    return read(as_json(instance(**changes)))


def test_teams_venues_and_season_are_taken() -> None:
    found = reading()
    league = found.league
    assert (found.source, league.name, league.timezone) == ("osss", "Ice League", "America/Chicago")
    assert [team.home_venue for team in league.teams] == ["Rink", "Rink", "Hall", "Hall"]
    assert (league.season.first_date, league.season.last_date) == (dt.date(2027, 9, 1), dt.date(2027, 11, 30))
    assert league.season.play_days == ["saturday", "sunday"]
    assert league.season.holidays == [dt.date(2027, 11, day) for day in (25, 26, 27, 28)]
    assert league.venues[0].location == Location(latitude=41.9, longitude=-87.6)
    assert league.venues[0].pitches == 2


def test_an_instance_may_be_nested_and_its_entities_too() -> None:
    flat = instance()
    inner = {key: value for key, value in flat.items() if key not in ("osssVersion", "teams", "venues")}
    nested = {"instance": {**inner, "entities": {"teams": flat["teams"], "venues": flat["venues"]}}}
    assert read(as_json(nested)).league == reading().league


def test_starts_follow_each_other_by_game_and_changeover_within_joined_hours() -> None:
    rink, hall = reading().league.venues
    assert rink.slots == {"saturday": ["10:00", "13:00", "16:00", "19:00"]}
    assert hall.slots == {"sunday": ["15:00"]}


def test_a_venue_is_closed_on_the_dates_that_its_hours_do_not_cover() -> None:
    rink = reading().league.venues[0]
    assert rink.open_on(dt.date(2027, 10, 30))
    assert not rink.open_on(dt.date(2027, 11, 6))


def test_a_venue_takes_no_more_games_a_day_than_it_can_bear() -> None:
    data = instance()
    data["venues"][0]["operationalConstraints"] = {"maxFixturesPerDay": 4}
    assert read(as_json(data)).league.venues[0].slots == {"saturday": ["10:00", "13:00"]}


@pytest.mark.parametrize(
    "hours",
    [
        {"days": ["Saturday"], "start_time": "10:00", "end_time": "13:00"},
        {"recurring": {"pattern": "weekly", "daysOfWeek": [6], "startTime": "10:00", "endTime": "13:00"}},
        {"dayOfWeek": "saturday", "startTime": "10:00", "endTime": "13:00:00"},
    ],
)
def test_hours_are_read_in_every_spelling(hours: Data) -> None:
    data = instance()
    data["venues"][0]["availability"] = [hours]
    assert read(as_json(data)).league.venues[0].slots == {"saturday": ["10:00"]}


def test_the_number_of_games_comes_from_the_fixtures() -> None:
    ids = ["t1", "t2", "t3", "t4"]
    assert reading().league.divisions[0].rounds == "double"
    assert reading(fixtures=fixtures(ids, 1)).league.divisions[0].rounds == "single"
    some = [
        {"participants": [{"id": "t2", "role": "away"}, {"id": "t1", "role": "home"}]},
        *fixtures(ids[2:], 1),
    ]
    division = reading(fixtures=some).league.divisions[0]
    assert (division.rounds, division.games_per_team) == (None, 1)


def test_fixtures_of_cups_and_across_divisions_are_noted() -> None:
    more = [*fixtures(["t1", "t2"], fixtureType="cup"), {"homeTeamId": "t1", "awayTeamId": "t9"}]
    found = reading(fixtures=[*instance()["fixtures"], *more])
    assert found.league.total_games == 12
    assert "2 of the kind 'cup' are not taken" in said(found)
    assert "1 of teams that the file does not have is not taken" in said(found)


def test_hard_limits_that_a_season_has_are_kept_and_others_noted() -> None:
    rules = [
        {"constraintId": "no_overlap_team", "type": "hard"},
        {"constraintId": "min_rest_time", "type": "hard", "params": {"min_hours": 72}},
        {"id": "x", "rule": "max_games_per_day", "type": "hard", "params": {"max_games": 2}},
        {"constraintId": "home_away_balance", "type": "hard", "params": {"max_delta": 1}},
        {"constraintId": "max_consecutive_away", "type": "hard", "params": {}},
        {"constraintId": "opponent_spacing", "type": "soft"},
        {"constraintId": "broadcast_window", "type": "soft"},
        {"constraintId": "broadcast_window", "type": "soft"},
    ]
    found = reading(constraints=rules, objectives=[{"objectiveId": "tv_income", "weight": 3}])
    season = found.league.season
    assert (season.min_rest_days, season.max_games_per_team_per_day) == (3, 2)
    assert season.require_home_away_balance
    assert "1 hard constraint is not taken: max_consecutive_away" in said(found)
    assert "2 soft constraints are not taken: broadcast_window" in said(found)
    assert "1 objective is not taken: tv_income" in said(found)
    assert "aimed for with weights of our own, not the file's: opponent_spacing" in said(found)


def test_what_a_file_does_not_say_is_chosen_and_noted() -> None:
    teams = [{"id": f"t{number}", "name": f"Team {number}"} for number in range(1, 5)]
    found = read(as_json({"instance": {"teams": teams}}), first_date=dt.date(2027, 3, 6))
    league = found.league
    assert [venue.name for venue in league.venues] == [f"Home of Team {number}" for number in range(1, 5)]
    assert league.venues[0].slots["sunday"] == ["10:00", "12:00", "14:00", "16:00"]
    assert (league.season.first_date, league.divisions[0].game_minutes) == (dt.date(2027, 3, 6), 90)
    for word in (
        "first date",
        "last date",
        "without a home venue",
        "length of a game",
        "round robin",
        "zone",
    ):
        assert word in said(found)


def test_hours_too_short_for_any_game_get_default_starts_and_a_note() -> None:
    data = instance()
    data["venues"][1]["availability"][0]["endTime"] = "16:00"
    found = read(as_json(data))
    assert found.league.venues[1].slots["saturday"] == ["10:00", "12:00", "14:00", "16:00"]
    assert "Hall: no hours in which a game fits" in said(found)


def test_two_venues_of_one_name_are_told_apart() -> None:
    data = instance()
    data["venues"][1]["name"] = "rink"
    assert [venue.name for venue in read(as_json(data)).league.venues] == ["Rink (v1)", "rink (v2)"]


def test_dates_of_a_form_go_before_those_of_the_file() -> None:
    found = read(as_json(instance()), season={"first_date": "2027-09-11", "last_date": "2027-10-31"})
    assert (found.league.season.first_date, found.league.season.holidays) == (dt.date(2027, 9, 11), [])


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"teams": None}, "teams"),
        ({"teams": [{"name": "A"}]}, "teams.0.teamId"),
        ({"teams": "many"}, "teams"),
        ({"venues": [{"venueId": "v1", "availability": [{"startTime": "noon"}]}]}, "startTime"),
        ({"timeBounds": {"seasonStart": "soon"}}, "timeBounds.seasonStart"),
        ({"timeBounds": {"seasonStart": "9999-12-31"}}, "timeBounds.seasonStart"),
        ({"timeBounds": {"seasonStart": "2027-09-01", "seasonEnd": "2026-09-01"}}, "season.last_date"),
        ({"timeBounds": {"seasonStart": "2020-09-01", "seasonEnd": "2026-09-01"}}, "season.last_date"),
    ],
)
def test_a_fault_names_its_field(changes: Data, column: str) -> None:
    error = refusal(as_json(instance(**changes)))
    assert any(column in (fault.column or "") for fault in error.faults), str(error)


def test_a_home_venue_that_does_not_exist_and_an_id_given_twice_are_faults() -> None:
    data = instance()
    data["teams"][0]["homeVenue"] = "v9"
    data["teams"][3]["teamId"] = "t3"
    columns = {fault.column for fault in refusal(as_json(data)).faults}
    assert {"teams.0.home_venue", "teams.3.name"} <= columns


def test_a_file_of_the_standard_is_known_by_any_of_its_marks() -> None:
    data = instance()
    for mark in ("osssVersion", "timeBounds", "fixtures"):
        del data[mark]
        assert read(as_json(data)).source == "osss"
