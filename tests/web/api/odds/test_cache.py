"""The cache's own routes, refreshing, workers and the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue

from jobs.odds import analytics, board
from jobs.odds.report import Report
from longshore import keys
from tests.support import boards
from tests.support.boards import EPL, NBA, NHL
from tests.support.listener import listening
from tests.web.api.odds.conftest import Outage
from web.openapi import odds as shapes
from web.openapi.shapes import Shape, Task

pytestmark = pytest.mark.usefixtures("database")


def fits(shape: type[Shape], answer: Any) -> bool:
    """Whether an answer has the members that are described, and no others."""
    return set(shape.model_validate(answer).model_dump()) == set(shape.model_fields) == set(answer)


def test_the_cache_says_how_it_is_before_the_first_refresh(client: FlaskClient) -> None:
    body = client.get("/api/cache-status").get_json()
    assert fits(shapes.CacheStatus, body)
    assert (body["status"], body["redis"]["status"]) == ("healthy", "healthy")
    assert (body["last_updated"], body["age_seconds"], body["served_from"], body["bytes"]) == (
        None,
        None,
        None,
        0,
    )
    assert set(body["counts"].values()) == {0}


def test_the_cache_says_what_it_holds(
    client: FlaskClient, at: datetime, pass_time: Callable[[timedelta], None]
) -> None:
    cover = boards.publish(
        at, 12, sports=(NBA, EPL), failed={NHL: "a time-out"}, plan={"words": "all is well"}
    )
    pass_time(timedelta(seconds=90))
    answer = client.get("/api/cache-status")
    body = answer.get_json()
    assert fits(shapes.CacheStatus, body)
    assert (body["version"], body["bytes"], body["served_from"]) == (cover.version, cover.size, "redis")
    assert (body["age_seconds"], body["stale"], body["message"]) == (90, False, "The cache is up to date")
    assert body["counts"] == {"opportunities": 9, "arbitrages": 3, "middles": 3, "events": 3}
    assert body["credits"] == "all is well"
    assert (body["refresh_interval_minutes"], body["max_age_minutes"]) == (5, 15.0)
    states = {one["sport"]: one for one in body["sports"]}
    assert states[NBA]["counts"]["listed"] == 4
    assert (states[NHL]["ok"], states[NHL]["error"]) == (False, "a time-out")
    assert answer.headers["Cache-Control"] == "no-store"
    pass_time(timedelta(minutes=16))
    assert "older than they should be" in client.get("/api/cache-status").get_json()["message"]


@pytest.mark.parametrize("outage", ["refuse", "hang"])
def test_the_cache_says_that_redis_is_away(house: Outage, at: datetime, outage: str) -> None:
    boards.publish(at)
    assert house.client.get("/api/cache-status").get_json()["status"] == "healthy"
    house.begin(outage)
    answer = house.client.get("/api/cache-status")
    body = answer.get_json()
    assert (answer.status_code, body["status"], body["redis"]["status"]) == (200, "unhealthy", "unhealthy")
    board.forget()
    body = house.client.get("/api/cache-status").get_json()
    assert (body["served_from"], body["stale"]) == ("sql", True)
    assert body["counts"]["opportunities"] == 12
    assert fits(shapes.CacheStatus, body)
    house.back()
    assert house.client.get("/api/cache-status").get_json()["status"] == "healthy"


def test_the_cache_is_cleared_for_admins(admin: FlaskClient, client: FlaskClient, redis: Redis) -> None:
    boards.publish()
    assert client.post("/api/clear-cache").status_code == 401
    assert client.get("/api/odds").get_json()["total"] == 12
    body = admin.post("/api/clear-cache").get_json()
    assert fits(shapes.Cleared, body)
    assert body == {"status": "success", "message": "Cache cleared successfully", "cleared": True}
    assert redis.exists(keys.snapshot(board.NAME)) == 0
    assert client.get("/api/odds").get_json()["last_updated"] is None
    assert admin.post("/api/clear-cache").get_json()["message"] == "The cache was empty"


def test_nothing_is_cleared_while_redis_is_away(house: Outage, at: datetime) -> None:
    boards.publish(at)
    house.begin("refuse")
    answer = house.admin.post("/api/clear-cache")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    house.back()
    assert house.client.get("/api/odds").get_json()["total"] == 12


def test_a_refresh_is_scheduled_for_admins(admin: FlaskClient, client: FlaskClient, redis: Redis) -> None:
    assert client.post("/api/refresh").status_code == 401
    with listening(redis, "odds"):
        answer = admin.post("/api/refresh", json={"sports": [NBA], "min_ev": 2})
        body = answer.get_json()
        assert (answer.status_code, body["message"], body["status"]) == (
            202,
            "Task scheduled successfully",
            "queued",
        )
        assert fits(shapes.RefreshQueued, body)
        assert Queue("odds", connection=redis).job_ids == [body["task_id"]]
        task = admin.get(body["status_url"]).get_json()
        assert fits(Task, task)
        assert (task["status"], task["job"]) == ("PENDING", "odds.refresh_odds_data")
        assert (task["params"]["sports"], task["params"]["min_ev"]) == ([NBA], 2)
        again = admin.post("/api/refresh", json={"sports": [NBA], "min_ev": 2}).get_json()
    assert (again["created"], again["task_id"]) == (False, body["task_id"])
    assert again["message"] == "A refresh like this is under way already"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sports": []}, "sports"), ({"regions": ["mars"]}, "regions.0"), ({"markets": ["x"]}, "markets.0"),
        ({"min_ev": "much"}, "min_ev"), ({"sport": NBA}, "sport"), ({"sports": "nba"}, "sports"),
    ],
)  # fmt: skip
def test_a_refresh_of_what_makes_no_sense_is_refused(
    admin: FlaskClient, redis: Redis, body: dict[str, Any], field: str
) -> None:
    answer = admin.post("/api/refresh", json=body)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]
    assert Queue("odds", connection=redis).count == 0


def test_the_status_of_a_task_is_for_admins(admin: FlaskClient, client: FlaskClient) -> None:
    task_id = client.post("/api/jobs/demo.add", json={"a": 1}).get_json()["task_id"]
    assert client.get(f"/api/task-status/{task_id}").status_code == 401
    assert admin.get(f"/api/task-status/{task_id}").get_json()["params"] == {"a": 1}
    assert admin.get("/api/task-status/nothing").status_code == 404


@pytest.mark.parametrize("url", ["/api/worker-health", "/api/celery-health"])
def test_workers_of_the_queue_are_shown_to_admins(
    admin: FlaskClient, client: FlaskClient, redis: Redis, url: str
) -> None:
    assert client.get(url).status_code == 401
    body = admin.get(url).get_json()
    assert (body["status"], body["workers"], body["responding"]) == ("unhealthy", [], 0)
    assert "WORKER_QUEUES=odds bash worker.sh" in body["message"]
    with listening(redis, "odds", "default"), listening(redis, "default", name="other"):
        body = admin.get(url).get_json()
        assert fits(shapes.WorkerHealth, body)
        assert (body["status"], body["responding"]) == ("healthy", 1)
        assert body["message"] == "1 worker responding on queue 'odds'"
        (worker,) = body["workers"]
        assert fits(shapes.WorkerShape, worker)
        assert "odds" in worker["queues"]
        assert worker["last_heartbeat"]


def test_the_health_of_workers_is_not_known_while_redis_is_away(house: Outage) -> None:
    house.begin("refuse")
    assert house.admin.get("/api/worker-health").status_code == 503


# The record


def test_the_record_is_reported(client: FlaskClient, at: datetime) -> None:
    boards.publish(at, source="sandbox")
    answer = client.get("/api/odds/analytics")
    body = answer.get_json()
    assert fits(shapes.OddsReport, body)
    assert (body["source"], body["overall"]["opportunities"]) == ("sandbox", 0)
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    again = client.get("/api/odds/analytics", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert client.get("/api/odds/analytics?source=live").get_json()["source"] == "live"


def test_a_report_is_made_once_a_minute(
    client: FlaskClient,
    at: datetime,
    pass_time: Callable[[timedelta], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[dict[str, Any]] = []
    report = analytics.report

    def noted(now: datetime, **filters: Any) -> Report:
        asked.append(filters)
        return report(now, **filters)

    monkeypatch.setattr(analytics, "report", noted)
    query = {"sport": NBA, "market": "h2h", "book": "fanduel", "since": "2030-01-01T00:00:00Z"}
    for seconds in (0, 30, 59):
        pass_time(timedelta(seconds=seconds))
        answer = client.get("/api/odds/analytics", query_string=query)
        assert answer.headers["Age"] == str(seconds)
    assert len(asked) == 1
    assert asked[0].items() >= {"sport": NBA, "market": "h2h", "book": "fanduel", "source": "live"}.items()
    pass_time(timedelta(seconds=60))
    assert client.get("/api/odds/analytics", query_string=query).headers["Age"] == "0"
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [("market=x", "market"), ("since=yesterday", "since"), ("source=both", "source"), ("days=3", "days")],
)
def test_a_report_on_what_makes_no_sense_is_refused(client: FlaskClient, query: str, field: str) -> None:
    answer = client.get(f"/api/odds/analytics?{query}")
    assert answer.status_code == 422
    assert [one["field"] for one in answer.get_json()["errors"]] == [field]


def test_pages_have_the_shapes_that_are_described(client: FlaskClient, at: datetime) -> None:
    boards.publish(at)
    pages = {
        "": shapes.OddsPage,
        "/arbitrages": shapes.ArbitragesPage,
        "/middles": shapes.MiddlesPage,
        f"/events/{boards.event_id(1)}": shapes.EventPage,
    }
    for path, shape in pages.items():
        assert fits(shape, client.get(f"/api/odds{path}").get_json())
