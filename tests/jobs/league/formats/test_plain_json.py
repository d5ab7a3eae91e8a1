from __future__ import annotations

import json
from typing import Any

import pytest

from jobs.league.formats import Upload, read
from tests.jobs.league.formats.files import as_json, only_fault, refusal
from tests.jobs.league.leagues import league, league_data, season, team


def plain(**changes: Any) -> Any:
    return json.loads(json.dumps(league_data(**changes), default=str))


def test_a_league_in_our_own_fields_is_read_as_the_api_reads_it() -> None:
    found = read(as_json(plain()))
    assert (found.league, found.source, found.notes) == (league(), "json", [])


def test_a_name_and_fields_of_a_form_go_before_the_file() -> None:
    found = read(as_json(plain()), name="Other", season={"min_rest_days": "1"})
    assert (found.league.name, found.league.season.min_rest_days) == ("Other", 1)


def test_faults_name_the_path_to_the_field() -> None:
    data = plain(teams=[team("A", home="Pork"), team("A"), team("B", colour="red"), {"name": "C"}])
    data["venues"][0]["slots"]["saturday"] = ["25:00"]
    data["color"] = "blue"
    error = refusal(as_json(data))
    assert {fault.column for fault in error.faults} >= {
        *("teams.0.home_venue", "teams.1.name", "teams.2.colour", "teams.3.division", "teams.3.home_venue"),
        *("venues.0.slots.saturday.0", "color"),
    }
    assert {fault.file for fault in error.faults} == {"league.json"}


def test_a_fault_of_a_form_is_named_as_such() -> None:
    fault = only_fault(as_json(plain()), season={"min_rest_days": "31"})
    assert (fault.file, fault.column) == ("season", "min_rest_days")


def test_a_bad_season_hides_no_other_fault() -> None:
    error = refusal(
        as_json(plain(season=season(last_date="2020-01-01"), teams=[team("A", home="Pork"), team("B")]))
    )
    assert {"season.last_date", "teams.0.home_venue"} <= {fault.column for fault in error.faults}


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "no file|is not JSON"),
        (b"{", "line 1"),
        (b'{"a": 1,}\n', "is not JSON"),
        (b"[1]", "no JSON object"),
        (b'{"teams": NaN}', "NaN"),
        (b'{"name": "\xff"}', "UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"teams": ' + b"9" * 5_000 + b"}", "is not JSON"),
        (b"{}", "missing"),
        (b'{"teams": 1, "divisions": {}, "venues": "x"}', "must be a list"),
        (b'{"teams": [1, null, []], "divisions": [2], "venues": [3], "season": 4}', "teams.1"),
        (b'{"name": "\\ud800", "teams": [], "divisions": [], "venues": [], "season": {}}', "name"),
    ],
)
def test_what_is_no_league_is_refused(content: bytes, advice: str) -> None:
    error = refusal([Upload("league.json", content)])
    assert any(one in str(error) for one in advice.split("|")), str(error)


def test_a_file_of_nothing_but_faults_is_cut_short() -> None:
    teams = [{"name": "A", "blackout_dates": ["x"] * 400} for _ in range(2_000)]
    error = refusal(as_json({**plain(), "teams": teams}))
    assert len(error.faults) == 100
    fields = {f"f{number}": 1 for number in range(200_000)}
    assert len(refusal(as_json({**plain(), "teams": [fields]})).faults) <= 100
    assert len(refusal(as_json({**plain(), **fields})).faults) <= 100
