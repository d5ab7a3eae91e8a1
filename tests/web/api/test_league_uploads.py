"""Leagues posted as files, to be scheduled at once."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis

from jobs.league import library
from longshore import tasks
from tests.jobs.league.formats.files import FILES, zipped
from tests.jobs.league.leagues import league, league_data

pytestmark = pytest.mark.usefixtures("database")
JSON = json.dumps(league_data(), default=str)
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


def post(client: FlaskClient, files: dict[str, str | bytes], **fields: Any) -> Any:
    """Send a form with files, as a browser or curl does."""
    parts = [(io.BytesIO(one.encode() if isinstance(one, str) else one), name) for name, one in files.items()]
    return client.post("/api/schedule/async", data={"files": parts, **fields})


def params(redis: Redis, answer: Any) -> dict[str, Any]:
    """What the task was enqueued with."""
    assert answer.status_code == 202, answer.get_json()
    found = tasks.view(redis, answer.get_json()["task_id"]).params
    assert isinstance(found, dict)
    return found


def faults(answer: Any) -> list[tuple[str, Any, Any]]:
    assert answer.status_code == 422, answer.get_json()
    assert answer.content_type == "application/problem+json"
    return [(one.get("file"), one.get("row"), one.get("column")) for one in answer.get_json()["errors"]]


@pytest.mark.parametrize(
    "files",
    [FILES, {"league.zip": zipped(dict(FILES))}, {"league.json": json.dumps(league_data(), default=str)}],
)
def test_files_are_a_league(client: FlaskClient, redis: Redis, files: dict[str, Any]) -> None:
    answer = post(client, files)
    assert params(redis, answer)["league"]["name"] == "Little League"
    assert answer.get_json()["notes"] == []
    assert answer.get_json()["message"] == "Schedule generation started"


def test_fields_go_to_the_job_and_to_the_season(client: FlaskClient, redis: Redis) -> None:
    answer = post(
        client, FILES, seed="7", time_limit="30", force_regenerate="true", name="Spring",
        last_date="2027-06-27", play_days=["saturday", "sunday"], min_rest_days="",
    )  # fmt: skip
    sent = params(redis, answer)
    assert (sent["seed"], sent["time_limit"], sent["force_regenerate"]) == (7, 30, True)
    assert (sent["league"]["name"], sent["league"]["season"]["last_date"]) == ("Spring", "2027-06-27")
    assert sent["league"]["season"]["min_rest_days"] == 2
    assert sent["league"]["season"]["play_days"] == ["saturday", "sunday"]


def test_a_zip_may_be_the_whole_body(client: FlaskClient, redis: Redis) -> None:
    answer = client.post(
        "/api/schedule/async?seed=9&name=Spring",
        data=zipped(dict(FILES)),
        headers={"Content-Type": "application/zip"},
    )
    assert params(redis, answer)["league"]["name"] == "Spring"
    assert params(redis, answer)["seed"] == 9
    assert params(redis, answer)["force_regenerate"] is False


def test_the_examples_of_the_docs_can_be_posted(client: FlaskClient, redis: Redis) -> None:
    files = {path.name: path.read_bytes() for path in EXAMPLES.rglob("*.csv")}
    assert params(redis, post(client, dict(files)))["league"]["teams"]


def test_what_could_not_be_taken_is_said(client: FlaskClient) -> None:
    answer = post(client, {**FILES, "readme.md": "# Hello"} | {"notes.txt": "hello"})
    said = answer.get_json()
    assert said.get("notes") or said.get("errors"), said


def test_a_fault_is_named_by_file_row_and_column(client: FlaskClient, redis: Redis) -> None:
    spoilt = {**FILES, "teams.csv": FILES["teams.csv"].replace("Crows,U10,,Lane", "Crows,U10,,Moon")}
    answer = post(client, spoilt)
    assert faults(answer) == [("teams.csv", 4, "home_venue")]
    (fault,) = answer.get_json()["errors"]
    assert fault["field"] == "teams.csv row 4, column home_venue"
    assert "Moon" in fault["message"]
    assert redis.keys("rq:job:*") == []


def test_a_fault_of_a_form_is_named_by_its_field(client: FlaskClient) -> None:
    answer = post(client, FILES, last_date="soon")
    assert faults(answer) == [("season", None, "last_date")]
    assert answer.get_json()["errors"][0]["field"] == "season, column last_date"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"league.zip": b"PK\x03\x04 no archive"}, "league.zip"),
        ({"teams.csv": b"name,division\n\xff\xfe\xfa"}, "teams.csv"),
        ({"league.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}, "league.xml"),
        ({"league.json": "{"}, "league.json"),
        ({"league.json": '{"name": "x"}'}, "league.json"),
        ({"teams.csv": ""}, "teams.csv"),
    ],
)
def test_files_that_are_no_league_are_named(client: FlaskClient, files: dict[str, Any], said: str) -> None:
    assert said in {file for file, _, _ in faults(post(client, files))}


def test_an_absurd_setting_beside_files_is_named(client: FlaskClient) -> None:
    answer = post(client, FILES, time_limit="1e9")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == ["time_limit"]


def test_a_season_with_no_files_asks_for_them(client: FlaskClient) -> None:
    answer = client.post(
        "/api/schedule/async", data={"first_date": "2027-04-03", "files": (io.BytesIO(), "")}
    )
    assert answer.status_code == 422
    assert "teams.csv" in answer.get_json()["detail"]


def test_a_form_with_no_files_and_no_season_is_the_sample(client: FlaskClient, redis: Redis) -> None:
    answer = client.post("/api/schedule/async", data={"seed": "3", "x": (io.BytesIO(), "")})
    assert params(redis, answer) == {"force_regenerate": False, "seed": 3}


def test_files_and_a_name_are_too_much(admin: FlaskClient) -> None:
    library.put(league())
    answer = post(admin, FILES, league="Little League")
    assert [one["field"] for one in answer.get_json()["errors"]] == ["league"]


def test_a_body_that_is_too_large_or_of_no_length_is_refused(client: FlaskClient) -> None:
    large = client.post(
        "/api/schedule/async", data=b"x" * 1_100_000, content_type="multipart/form-data; boundary=b"
    )
    assert large.status_code == 413
    chunked = client.post(
        "/api/schedule/async",
        input_stream=io.BytesIO(b"x"),
        content_type="application/zip",
        headers={"Transfer-Encoding": "chunked"},
    )
    assert chunked.status_code == 411


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
def test_a_form_that_is_none_is_refused(client: FlaskClient, kind: str, redis: Redis) -> None:
    answer = client.post("/api/schedule/async", data=b"nonsense", content_type=kind)
    assert answer.status_code == 400
    assert redis.keys("rq:job:*") == []


def test_another_kind_of_body_is_415(client: FlaskClient) -> None:
    answer = client.post("/api/schedule/async", data="name,division", content_type="text/csv")
    assert answer.status_code == 415
