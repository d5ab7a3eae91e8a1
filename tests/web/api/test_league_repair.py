"""Repairs over HTTP: who may ask for one, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis

from jobs.league import library, store
from tests.jobs.league.leagues import league
from tests.web.api.test_league import generate, small_league
from tests.web.api.test_league_files import save

pytestmark = pytest.mark.usefixtures("database")
ROUTES = ["/api/schedule/repair", "/api/jobs/league.repair_schedule"]
RAIN = {"rained_off": ["2027-04-03"]}


def test_whoever_holds_the_id_of_a_schedule_may_repair_it(client: FlaskClient) -> None:
    stored = save()
    answer = client.post(ROUTES[0], json={"schedule_id": stored.id, **RAIN})
    assert answer.status_code == 202, answer.get_json()
    body = answer.get_json()
    assert (body["status"], body["message"]) == ("PENDING", "Schedule repair started")
    assert client.get(body["status_url"]).get_json()["job"] == "league.repair_schedule"


@pytest.mark.parametrize("route", ROUTES)
def test_schedules_of_named_leagues_are_repaired_by_admins(
    client: FlaskClient, admin: FlaskClient, redis: Redis, route: str
) -> None:
    body = {"schedule_id": save(feed=library.put(league()).feed).id, **RAIN}
    assert client.post(route, json=body).status_code == 401
    assert redis.keys("rq:job:*") == []
    assert admin.post(route, json=body).status_code == 202


@pytest.mark.parametrize("schedule_id", ["0" * 32, "x", "\0"])
def test_a_schedule_that_is_not_there_is_404(client: FlaskClient, redis: Redis, schedule_id: str) -> None:
    answer = client.post(ROUTES[0], json={"schedule_id": schedule_id, **RAIN})
    assert answer.status_code == 404
    assert redis.keys("rq:job:*") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"schedule_id": 7}, "schedule_id"),
        ({"rained_off": ["soon"]}, "rained_off.0.date"),
        ({"lost_venues": [{"venue": "Park", "till": "2027-04-03"}]}, "lost_venues.0.till"),
        ({"withdrawn_teams": "Ants"}, "withdrawn_teams"),
        ({"time_limit": 1e9}, "time_limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_does_not_fit_is_named(client: FlaskClient, change: dict[str, Any], field: str) -> None:
    answer = client.post(ROUTES[0], json={"schedule_id": save().id, **RAIN, **change})
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.get_json()["errors"]]


def test_a_repaired_schedule_is_the_feeds_next_version(
    client: FlaskClient, work: Callable[..., None]
) -> None:
    made = generate(client, league=small_league(), time_limit=10).get_json()
    work("schedules")
    first = client.get(made["status_url"]).get_json()["result"]
    rained_off = first["games"][0]["date"]
    body = {"schedule_id": first["schedule_id"], "rained_off": [{"date": rained_off, "venue": None}]}
    started = client.post(ROUTES[0], json={**body, "from_date": None}).get_json()
    work("schedules")
    done = client.get(started["status_url"]).get_json()
    assert done["status"] == "SUCCESS", done
    assert rained_off not in {one["date"] for one in done["result"]["games"]}
    shown = client.get(done["result"]["schedule_url"]).get_json()
    assert (shown["version"], shown["origin"], shown["parent"]) == (2, "repair", first["schedule_id"])
    assert {one["kind"] for one in shown["changes"]} <= {"moved", "swapped sides"}
    feed = store.feed_of(first["schedule_id"])
    assert client.get(f"/api/schedule/feeds/{feed}.json").get_json()["schedule_id"] == shown["schedule_id"]
