"""What tests of schedules over HTTP share: a clock that looks, and an admin while Redis is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from flask.testing import FlaskClient
from redis import Redis

from app import create_app
from longshore.catalog import catalog
from longshore.clock import Clock
from longshore.settings import Settings
from tests.conftest import install


@pytest.fixture
def tick(redis: Redis, database: str) -> Callable[..., None]:
    """A function that lets a clock look twice, at a time if one is given: it holds all, then fires."""

    def look(now: datetime | None = None) -> None:
        clock = Clock(connection=redis, catalog=catalog, now=(lambda: now) if now else None)
        for _ in range(2):
            clock.tick()
        clock.leave()

    return look


@pytest.fixture
def without_redis(settings: Settings, token: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """An admin's client while Redis is away."""
    away = settings.model_copy(update={"redis_url": "redis://127.0.0.1:1/0", "redis_timeout": 0.2})
    for chosen in install(away, monkeypatch):
        client = create_app(chosen).test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        yield client
