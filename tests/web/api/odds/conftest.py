"""What tests of the odds over HTTP share: a time that stands still, and a Redis that can go away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from app import create_app
from jobs.odds import board
from longshore import breaker
from longshore.connections import shared
from longshore.settings import Settings
from tests.conftest import install
from tests.support import boards
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until
from web.api.odds import serving


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """When prices are judged; `pass_time` begins there."""
    moment = boards.now()
    monkeypatch.setattr(serving, "unix_time", moment.timestamp)
    return moment


@pytest.fixture
def pass_time(at: datetime, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """A function that sets the time to so long after `at`."""

    def to(length: timedelta) -> None:
        monkeypatch.setattr(serving, "unix_time", (at + length).timestamp)
        board.forget()

    return to


@dataclass
class Outage:
    """A web process whose Redis is behind a proxy."""

    client: FlaskClient
    admin: FlaskClient
    proxy: RedisProxy
    refused: bool = False

    def begin(self, outage: str) -> None:
        """Redis is away: it refuses, or hangs."""
        self.refused = outage == "refuse"
        getattr(self.proxy, outage)()

    def back(self) -> None:
        """Redis is there again, and the process knows it."""
        if self.refused:
            self.proxy.accept()
        self.proxy.flow()
        wait_until(lambda: not breaker.of(shared()).is_open)  # type: ignore[union-attr]
        board.forget()


@pytest.fixture
def house(
    redis_url: str, settings: Settings, token: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Outage]:
    """Such a process; all is well."""
    with RedisProxy(Path(urlsplit(redis_url).path)) as proxy:
        chosen = settings.model_copy(update={"redis_url": proxy.url, "redis_timeout": 0.3})
        for one in install(chosen, monkeypatch):
            app = create_app(one)
            admin = app.test_client()
            admin.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
            known = breaker.of(shared())
            assert known is not None
            known.interval = 0.05
            yield Outage(app.test_client(), admin, proxy)
            known._probe = lambda: None  # it asks nobody who is about to go
            wait_until(lambda known=known: not known.is_open)
            app.extensions["counting"].connection_pool.disconnect()
