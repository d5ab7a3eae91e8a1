"""What is too old, and what people were told of it, as an admin sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from pydantic import SecretStr
from redis import Redis

from longshore import catalog, doctor, freshness
from longshore.alerts import Alerts
from longshore.freshness import Objective
from longshore.watch import Watch

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def old_prices(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices that are 20 minutes old and should be 15 at most, as the watch has seen them."""
    monkeypatch.setattr(freshness, "objectives", {})
    old = NOW - timedelta(minutes=20)
    freshness.declare(
        Objective("prices", "Prices", timedelta(minutes=15), lambda: old, "Look at the worker.")
    )
    Watch(redis, Alerts(redis, SecretStr("")), lambda: NOW).look()


@pytest.mark.usefixtures("old_prices")
def test_data_that_are_too_old_are_listed_with_the_alert(admin: FlaskClient) -> None:
    answer = admin.get("/api/alerts").get_json()
    assert answer["freshness"] == [
        {
            "name": "prices", "fresh": False, "since": "2026-03-01T12:00:00.000Z",
            "updated_at": "2026-03-01T11:40:00.000Z", "age_seconds": 1200.0, "max_age_seconds": 900.0,
        }
    ]  # fmt: skip
    assert [one["state"] for one in answer["alerts"]] == ["firing"]
    assert "Prices are 20 minutes old" in answer["alerts"][0]["text"]


def test_strangers_see_no_alerts(client: FlaskClient) -> None:
    assert client.get("/api/alerts").status_code == 401


@pytest.mark.usefixtures("old_prices")
def test_the_doctor_tells_of_data_that_are_too_old_and_ready_does_not_mind(
    admin: FlaskClient, redis: Redis
) -> None:
    found = {one.name: one for one in doctor.examine(redis, catalog.catalog)}
    assert not found["freshness prices"].ok
    assert "20 minutes old" in found["freshness prices"].detail
    assert found["freshness prices"].advice == "Look at the worker."
    names = [one["name"] for one in admin.get("/ready").get_json()["checks"]]
    assert "freshness prices" not in names
