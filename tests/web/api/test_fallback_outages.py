"""A web process whose Redis goes away and comes back: who waits, and what is answered."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from rq import Queue

from app import create_app
from longshore import breaker, fallback
from longshore.breaker import Breaker
from longshore.connections import shared
from longshore.local.redis_server import RedisServer
from longshore.settings import Settings
from tests.conftest import install
from tests.support.listener import listening
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until
from web import limits

POOL = 4


@dataclass
class House:
    """A web process, its Redis behind a proxy, and a worker that is there."""

    app: Flask
    proxy: RedisProxy
    redis: Redis
    breaker: Breaker
    token: str

    def client(self) -> FlaskClient:
        """An admin's client."""
        made = self.app.test_client()
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.token}"
        return made

    def post(self, name: str, **more: Any) -> Any:
        """Run one of the jobs for fallbacks, as an admin."""
        return self.client().post(f"/api/jobs/fallbacks.{name}", **{"json": {}, **more})

    def waiting(self) -> int:
        """Tasks in the queue."""
        return Queue("default", connection=self.redis).count

    def is_back(self) -> bool:
        """Whether the web process takes Redis to be there."""
        return not self.breaker.is_open


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of this module's own."""
    with RedisServer(tmp_path_factory.mktemp("redis"), durable=False) as server:
        yield server


@pytest.fixture
def house(
    server: RedisServer, settings: Settings, token: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A house in which all is well."""
    with RedisProxy(server.socket) as proxy, Redis.from_url(server.url) as redis:
        redis.flushall()
        chosen = {"redis_url": proxy.url, "redis_timeout": 0.8, "redis_pool_size": POOL}
        with listening(redis):
            for one in install(settings.model_copy(update=chosen), monkeypatch):
                app = create_app(one)
                known = breaker.of(shared())
                assert known is not None
                known.interval = 0.05
                yield House(app, proxy, redis, known, token)
                known._probe = lambda: None  # it asks nobody who is about to go
                proxy.flow()
                wait_until(lambda known=known: not known.is_open)
                app.extensions["counting"].connection_pool.disconnect()


OUTAGES = ["refuse", "hang"]


def end(house: House, outage: str) -> None:
    """Let Redis be there again."""
    (house.proxy.accept if outage == "refuse" else house.proxy.flow)()


@pytest.mark.parametrize("outage", OUTAGES)
def test_each_job_is_answered_as_declared_and_nothing_is_enqueued(house: House, outage: str) -> None:
    assert house.post("fails").status_code == 202
    assert house.waiting() == 1
    getattr(house.proxy, outage)()
    inline, strict, patient = (house.post(name) for name in ("fails", "strict", "patient"))
    assert inline.get_json()["mode"] == "sync"
    assert (strict.status_code, patient.status_code) == (503, 503)
    assert "nothing was put into queue 'default'" in strict.get_json()["detail"]
    assert "nothing was changed" in patient.get_json()["detail"]
    for answer in (strict, patient):
        assert answer.content_type == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
    end(house, outage)
    wait_until(house.is_back)
    assert house.waiting() == 1, "what came through late is the one that was accepted"


@pytest.mark.parametrize("outage", OUTAGES)
def test_its_return_is_noticed_with_no_request(house: House, outage: str) -> None:
    getattr(house.proxy, outage)()
    assert house.post("patient").status_code == 503
    assert not fallback.state().redis
    assert fallback.state().away_since is not None
    end(house, outage)
    wait_until(house.is_back)
    assert fallback.state() == fallback.State(True)
    for name in ("patient", "strict", "fails"):
        assert house.post(name).status_code == 202


def test_of_fifty_requests_to_a_redis_that_hangs_only_some_reach_it_and_later_none(house: House) -> None:
    """What reaches Redis waits for its timeout; it is counted by what Redis sees when it goes on."""
    asking = threading.Event()
    probe, house.breaker._probe = house.breaker._probe, lambda: (asking.wait(), probe())
    house.proxy.hang()
    first = at_once(house, 50, "patient")
    assert first == {503: 50}
    later = [at_once(house, 50, "patient") for _ in range(2)]
    assert later == [{503: 50}] * 2
    house.proxy.flow()
    asking.set()
    wait_until(house.is_back)
    assert house.waiting() <= POOL
    assert house.breaker.opened == 1


def at_once(house: House, count: int, name: str) -> Counter[int]:
    """How many of so many requests at once were answered how."""
    barrier = threading.Barrier(count)

    def one(_: int) -> int:
        barrier.wait()
        return int(house.post(name).status_code)

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(one, range(count)))


def test_while_it_is_open_a_request_sends_nothing_and_waits_for_nobody(house: House) -> None:
    house.proxy.hang()
    house.post("patient")
    sent: list[object] = []
    real = shared().connection_pool.connection_class.send_packed_command

    def noted(self: Any, command: Any, *more: Any, **options: Any) -> None:
        if threading.current_thread().name != "redis-probe":
            sent.append(command)
        real(self, command, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared().connection_pool.connection_class, "send_packed_command", noted)
        client, stranger = house.client(), house.app.test_client()
        for path in ("/api/tasks", "/api/queues", "/api/workers", "/rq/", "/api/tasks/x"):
            assert client.get(path).status_code == 503, path
        assert stranger.get("/api/tasks/x").status_code == 503
        assert stranger.get("/api/jobs").status_code == 200
        assert stranger.get("/health").status_code == 200
        assert client.get("/api/schedules").status_code == 200
        ready = client.get("/ready")
        for path in ("/", "/jobs/demo.add", "/queues"):
            client.get(path, headers={"Accept": "text/html"})
    assert sent == []
    assert ready.status_code == 503
    (check, *_) = ready.get_json()["checks"]
    assert (check["name"], check["ok"]) == ("redis", False)
    assert "Redis is away since" in check["detail"]


def test_tokens_are_checked_while_redis_is_away(house: House) -> None:
    house.proxy.refuse()
    strangers = house.app.test_client()
    wrong = {"Authorization": "Bearer ls_x_y"}
    body = {"text": "x"}
    assert strangers.post("/api/jobs/fallbacks.chatty", json=body).status_code == 401
    assert strangers.post("/api/jobs/fallbacks.chatty", json=body, headers=wrong).status_code == 401
    assert house.post("chatty", json=body).get_json()["result"] == "x"


def test_strangers_are_counted_in_this_process_meanwhile(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(
        Settings(_env_file=None, redis_url=house.proxy.url, public_rate_limit="3/minute", secret_key="x" * 20)
    )
    house.proxy.refuse()
    stranger = app.test_client()
    found = [stranger.get("/api/jobs").status_code for _ in range(5)]
    assert found[-1] == 429
    assert found.count(200) in (3, 4)  # one may be counted before it is noticed
    app.extensions["counting"].connection_pool.disconnect()


def test_counting_waits_for_less_time_than_the_request_may(settings: Settings) -> None:
    assert limits.COUNTING_TIMEOUT * 2 + Settings(_env_file=None).redis_timeout < 1


def test_a_key_is_not_kept_while_redis_is_away(house: House) -> None:
    house.proxy.refuse()
    answer = house.post("fails", headers={"Idempotency-Key": "k"})
    assert answer.status_code == 503
    assert answer.get_json()["without"] == "Idempotency-Key"
    assert house.post("patient", headers={"Idempotency-Key": "k"}).status_code == 503


def test_a_slow_redis_is_not_away(house: House) -> None:
    house.proxy.delay = 0.02
    for name in ("patient", "strict", "fails"):
        assert house.post(name).status_code == 202
    assert house.breaker.opened == 0


def test_a_browser_gets_a_page(house: House) -> None:
    house.proxy.refuse()
    for _ in range(2):
        page = house.client().get("/tasks", headers={"Accept": "text/html"})
        assert page.status_code == 503
        assert "Redis" in page.text


def test_the_jobs_page_says_that_redis_is_away_and_shows_forms(house: House) -> None:
    house.proxy.refuse()
    page = house.client().get("/", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Redis cannot be reached." in page.text
    assert house.client().get("/jobs/fallbacks.read", headers={"Accept": "text/html"}).status_code == 200
