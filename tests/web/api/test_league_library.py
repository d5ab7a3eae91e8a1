"""Leagues that are kept by name, over HTTP."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis

from jobs.league import library, store
from jobs.league.schedule import Schedule
from jobs.league.validate import validate
from longshore import tasks
from longshore.storage import session_scope
from tests.jobs.league import leagues
from tests.jobs.league.formats.files import FILES, zipped
from tests.jobs.league.leagues import league

pytestmark = pytest.mark.usefixtures("database")
LEAGUES = "/api/schedule/leagues"


def league_data(**changes: Any) -> dict[str, Any]:
    """The small league as JSON has it."""
    data: dict[str, Any] = json.loads(json.dumps(leagues.league_data(**changes), default=str))
    return data


def save(feed: str | None = None) -> store.StoredSchedule:
    made = Schedule.of(league(), [])
    return store.save(league(), made, validate(league(), []), seed=1, generation_time=1, feed=feed)


def test_a_league_is_kept_shown_replaced_and_forgotten(admin: FlaskClient) -> None:
    made = admin.post(LEAGUES, json=league_data())
    assert made.status_code == 201, made.get_json()
    body = made.get_json()
    assert (body["name"], body["source"], body["teams"], body["total_games"]) == (
        "Little League",
        "json",
        7,
        9,
    )
    assert (body["notes"], body["changed_by"]) == ([], "tests")
    assert made.headers["Location"] == body["url"] == "/api/schedule/leagues/Little%20League"
    assert admin.get(body["url"]).get_json()["league"] == league().model_dump(mode="json")
    changed = admin.put(body["url"], json=league_data(timezone="Europe/London"))
    assert (changed.status_code, changed.get_json()["feed"]) == (200, body["feed"])
    assert admin.get(body["url"]).get_json()["league"]["timezone"] == "Europe/London"
    assert admin.delete(body["url"]).get_json()["deleted"] is True
    assert admin.get(body["url"]).status_code == 404


def test_put_makes_one_where_there_is_none_and_gives_it_its_name(admin: FlaskClient) -> None:
    answer = admin.put(f"{LEAGUES}/North/South", json=league_data())
    assert (answer.status_code, answer.get_json()["name"]) == (201, "North/South")
    assert admin.get(answer.get_json()["url"]).get_json()["league"]["name"] == "North/South"


def test_files_are_kept_with_what_could_not_be_taken(admin: FlaskClient) -> None:
    parts = [(io.BytesIO(text.encode()), name) for name, text in FILES.items()]
    made = admin.post(LEAGUES, data={"files": parts, "name": "Spring", "min_rest_days": "3"})
    assert made.status_code == 201, made.get_json()
    assert made.get_json()["source"] == "csv"
    kept = library.get("Spring").league
    assert (kept.name, kept.season.min_rest_days) == ("Spring", 3)
    zip_made = admin.post(f"{LEAGUES}?name=Autumn", data=zipped(dict(FILES)), content_type="application/zip")
    assert zip_made.get_json()["name"] == "Autumn"


def test_a_name_that_is_taken_is_409(admin: FlaskClient) -> None:
    admin.post(LEAGUES, json=league_data())
    answer = admin.post(LEAGUES, json=league_data(name="LITTLE league"))
    assert answer.status_code == 409
    assert "Little League" in answer.get_json()["detail"]


def test_leagues_are_listed_by_name(admin: FlaskClient) -> None:
    for name in ("Crows", "ants", "Bees"):
        library.put(league(name=name))
    first = admin.get(f"{LEAGUES}?limit=2").get_json()
    assert ([one["name"] for one in first["leagues"]], first["total"]) == (["ants", "Bees"], 3)
    second = admin.get(f"{LEAGUES}?limit=2&cursor={first['next_cursor']}").get_json()
    assert ([one["name"] for one in second["leagues"]], second["next_cursor"]) == (["Crows"], None)
    assert admin.get(f"{LEAGUES}?limit=0").status_code == 422


@pytest.mark.parametrize(
    ("body", "column"),
    [
        (league_data(venues=[]), "venues"),
        (league_data(timezone="Mars/Olympus"), "timezone"),
        ({**league_data(), "colour": "red"}, "colour"),
        ({}, None),
    ],
)
def test_a_league_that_cannot_be_is_named(
    admin: FlaskClient, body: dict[str, Any], column: str | None
) -> None:
    answer = admin.post(LEAGUES, json=body)
    assert answer.status_code == 422
    errors = answer.get_json()["errors"]
    assert all(one["file"] == "league.json" for one in errors)
    assert column is None or column in [one["field"] for one in errors]
    assert library.page().total == 0


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"[]", 422), (b"\xff", 400)])
def test_a_body_that_is_no_object_is_refused(admin: FlaskClient, body: bytes, status: int) -> None:
    assert admin.post(LEAGUES, data=body, content_type="application/json").status_code == status


def test_an_unknown_league_is_404_with_names_that_look_like_it(admin: FlaskClient) -> None:
    library.put(league())
    for answer in (admin.get(f"{LEAGUES}/Litle League"), admin.delete(f"{LEAGUES}/Litle League")):
        assert answer.status_code == 404
        assert "'Little League'" in answer.get_json()["detail"]


@pytest.mark.parametrize("path", ["/%00", "/Little%00League", "?cursor=%00"])
def test_a_nul_finds_nothing(admin: FlaskClient, path: str) -> None:
    library.put(league())
    answer = admin.get(f"{LEAGUES}{path}")
    assert answer.status_code == (200 if "cursor" in path else 404)
    put = admin.put(f"{LEAGUES}/a%00b", json=league_data())
    assert put.status_code == 422


def test_an_admin_has_a_named_league_scheduled(admin: FlaskClient, redis: Redis) -> None:
    kept = library.put(league())
    first = admin.post("/api/schedule/async", json={"league": "little league"})
    assert first.status_code == 202
    assert "schedule_id" not in first.get_json()
    assert tasks.view(redis, first.get_json()["task_id"]).params["league"] == "little league"  # type: ignore[index]
    made = save(kept.feed)
    again = admin.post("/api/schedule/async", json={"league": "Little League"}).get_json()
    assert (again["schedule_id"], again["schedule_url"]) == (made.id, f"/api/schedule/{made.id}")


def test_an_unknown_name_is_told_before_anything_is_enqueued(admin: FlaskClient, redis: Redis) -> None:
    library.put(league())
    answer = admin.post("/api/schedule/async", json={"league": "Litle League"})
    assert answer.status_code == 422
    (fault,) = answer.get_json()["errors"]
    assert (fault["field"], "'Little League'" in fault["message"]) == ("league", True)
    assert redis.keys("rq:job:*") == []


@pytest.mark.parametrize("name", ["Little League", "Litle League"])
@pytest.mark.parametrize("route", ["/api/schedule/async", "/api/jobs/league.generate_schedule"])
def test_strangers_learn_nothing_about_names(
    client: FlaskClient, redis: Redis, route: str, name: str
) -> None:
    library.put(league())
    answer = client.post(route, json={"league": name})
    assert answer.status_code == 401
    assert "Little League'" not in answer.get_data(as_text=True)
    assert redis.keys("rq:job:*") == []


def test_strangers_still_bring_leagues_of_their_own(client: FlaskClient) -> None:
    library.put(league())
    for route in ("/api/schedule/async", "/api/jobs/league.generate_schedule"):
        assert client.post(route, json={"league": league_data()}).status_code == 202


def test_a_stored_schedule_is_answered_at_once(client: FlaskClient) -> None:
    body = {"league": league_data()}
    assert "schedule_id" not in client.post("/api/schedule/async", json=body).get_json()
    made = save()
    again = client.post("/api/schedule/async", json=body)
    assert again.status_code == 202
    assert again.get_json()["status"] == "PENDING"
    assert again.get_json()["schedule_id"] == made.id
    assert client.get(again.get_json()["schedule_url"]).get_json()["schedule_id"] == made.id
    anew = client.post("/api/schedule/async", json={**body, "force_regenerate": True})
    assert "schedule_id" not in anew.get_json()


def test_a_task_is_accepted_while_the_database_is_away(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, database: str
) -> None:
    if not database.startswith("sqlite"):
        pytest.skip("takes a table away, which a database that tests share does not bear")
    with session_scope() as session:
        session.connection().exec_driver_sql("DROP TABLE league_schedules")
    answer = client.post("/api/schedule/async", json={"league": league_data()})
    assert answer.status_code == 202
    assert "schedule_id" not in answer.get_json()
