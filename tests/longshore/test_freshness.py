"""Data that get too old are noticed by their age, told once, and told again when they are well."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from pydantic import SecretStr
from redis import Redis

from longshore import alerts, freshness, keys
from longshore import watch as watching
from longshore.alerts import Alerts
from longshore.freshness import Objective
from longshore.watch import Watch

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = "https://hooks.example.org/T0/very-secret"


class World:
    """Time, when data last came, and what a webhook gets; all of it is set by the test."""

    def __init__(self, redis: Redis) -> None:
        self.redis, self.now, self.updated = redis, START, None
        self.posted: list[dict[str, Any]] = []
        self.status: int | Exception = 200
        self.updated: datetime | None = None
        freshness.declare(
            Objective(
                "prices", "Prices", timedelta(minutes=15), lambda: self.updated, "See why: flask doctor."
            )
        )

    def post(self, url: str, **options: Any) -> requests.Response:
        assert url == SECRET
        assert options["timeout"]
        if isinstance(self.status, Exception):
            raise self.status
        self.posted.append(options["json"])
        answer = requests.Response()
        answer.status_code = self.status
        return answer

    def watch(self, connection: Redis | None = None) -> Watch:
        told = Alerts(connection or self.redis, SecretStr(SECRET), self.post)
        return Watch(connection or self.redis, told, lambda: self.now)

    def look(self, watch: Watch, minutes: float = 0) -> None:
        self.now += timedelta(minutes=minutes)
        self.redis.delete(keys.freshness_turn())
        watch.look()

    def states(self) -> list[str]:
        return [one["state"] for one in self.posted]


@pytest.fixture
def world(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(freshness, "objectives", {})
    return World(redis)


def test_fresh_data_are_no_news(world: World) -> None:
    watch, world.updated = world.watch(), START
    world.look(watch)
    world.look(watch, 14)
    assert world.posted == []
    assert [one.fresh for one in watching.states(world.redis)] == [True]


def test_old_data_are_told_once_and_again_when_they_are_well(world: World) -> None:
    watch, world.updated = world.watch(), START
    for _ in range(4):
        world.look(watch, 8)
    assert world.states() == ["firing"]
    assert "16 minutes old" in world.posted[0]["text"]
    assert "no older than 15 minutes" in world.posted[0]["text"]
    world.updated = world.now
    world.look(watch, 1)
    assert world.states() == ["firing", "resolved"]
    assert [one["state"] for one in alerts.recent(world.redis)] == ["resolved", "firing"]


def test_data_that_never_came_are_too_old_after_as_long_and_stay_so(world: World) -> None:
    watch = world.watch()
    for _ in range(12):
        world.look(watch, 8)
    assert world.states() == ["firing"]
    assert "have never come" in world.posted[0]["text"]


def test_another_process_goes_on_where_the_last_one_was(world: World) -> None:
    world.updated = START
    world.look(world.watch())
    world.look(world.watch(), 20)
    world.look(world.watch(), 20)
    assert world.states() == ["firing"]


def test_of_several_processes_one_looks(world: World) -> None:
    world.updated, watches = START - timedelta(hours=1), [world.watch() for _ in range(3)]
    for watch in watches:
        watch.look()
    assert world.states() == ["firing"]


@pytest.mark.parametrize("fault", [500, 302, 404, requests.ConnectionError(f"cannot reach {SECRET}")])
def test_an_alert_that_is_not_delivered_is_told_again_and_the_address_never_shown(
    world: World, fault: int | Exception, caplog: pytest.LogCaptureFixture
) -> None:
    watch, world.updated, world.status = world.watch(), START - timedelta(hours=1), fault
    world.look(watch)
    world.look(watch, 1)
    assert alerts.recent(world.redis) == []
    world.posted.clear()
    world.status = 204
    world.look(watch, 1)
    world.look(watch, 1)
    assert world.states() == ["firing"]
    assert "ALERT_WEBHOOK_URL" in caplog.text
    assert "very-secret" not in caplog.text


def test_while_redis_is_away_the_process_watches_on_its_own(world: World) -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    watch, world.updated = world.watch(nowhere), START
    for _ in range(4):
        world.look(watch, 8)
    assert world.states() == ["firing"]


def test_states_that_somebody_has_spoilt_are_judged_anew(world: World) -> None:
    world.updated = START
    world.redis.hset(keys.freshness(), mapping={"prices": "no JSON", "other": json.dumps([1])})
    world.look(world.watch(), 20)
    assert [one.name for one in watching.states(world.redis)] == ["prices"]
    assert world.states() == ["firing"]


def test_what_is_kept_has_bounds(world: World) -> None:
    watch = world.watch()
    for _ in range(70):
        world.updated = world.now
        world.look(watch)
        world.look(watch, 20)
    assert len(alerts.recent(world.redis)) == keys.ALERTS
    for key in (keys.alerts(), keys.freshness()):
        assert world.redis.ttl(key) > 0  # type: ignore[operator]
