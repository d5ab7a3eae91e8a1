"""Which workers are there: those that are registered, beat in time, and are connected."""

from __future__ import annotations

import functools
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError
from rq.suspension import suspend
from rq.worker import Worker

from longshore import connections, fleet, presence
from longshore.breaker import Breaker
from longshore.connections import web_client
from longshore.local.redis_server import RedisServer
from longshore.presence import Presence
from longshore.task import Task
from tests.support.listener import listening
from tests.support.live_worker import working
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until


def there(redis: Redis, queue: str = "default") -> set[str]:
    """The workers of a queue that are there."""
    return presence.listening(redis, queue)


def asked(redis: Redis) -> int:
    """How often Redis was asked for subscribers."""
    return int(redis.info("commandstats").get("cmdstat_pubsub|numsub", {}).get("calls", 0))


def test_a_connected_worker_is_there_for_its_queues_until_its_connection_ends(redis: Redis) -> None:
    with listening(redis, "default", "second", name="w1"):
        assert there(redis) == there(redis, "second") == {"w1"}
        assert there(redis, "maintenance") == set()
    wait_until(lambda: not there(redis))
    assert redis.smembers("rq:workers:default") == {b"rq:worker:w1"}, "it is registered still"


def test_a_queue_without_workers_needs_one_question(redis: Redis) -> None:
    before = asked(redis)
    assert there(redis) == set()
    assert asked(redis) == before


def test_a_suspended_worker_is_there(redis: Redis) -> None:
    with listening(redis, name="w1"):
        suspend(redis)
        assert there(redis) == {"w1"}


def test_a_connected_worker_whose_heartbeats_have_stopped_is_not_there(redis: Redis) -> None:
    with listening(redis, name="w1") as worker:
        redis.delete(worker.key)  # as it expires
        assert there(redis) == set()


def test_a_worker_that_has_not_beaten_for_minutes_is_there_while_it_is_connected(redis: Redis) -> None:
    """An idle stock worker beats every 7 minutes."""
    with listening(redis, name="w1") as worker:
        redis.hset(worker.key, "last_heartbeat", "2020-01-01T00:00:00.000000Z")
        assert there(redis) == {"w1"}
        assert [one.alive for one in fleet.workers(redis)] == [True]


def test_one_of_several_is_told_from_the_others(redis: Redis) -> None:
    with listening(redis, name="w1"):
        with listening(redis, name="w2"):
            assert there(redis) == {"w1", "w2"}
        wait_until(lambda: there(redis) == {"w1"})
        alive = {one.name: one.alive for one in fleet.workers(redis)}
        assert alive == {"w1": True, "w2": False}


def test_just_after_redis_has_started_heartbeats_are_enough(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    Worker(["default"], connection=redis, name="w1", job_class=Task).register_birth()
    assert there(redis) == set()
    monkeypatch.setattr(presence, "RECONNECT", 1e9)
    assert there(redis) == {"w1"}
    redis.delete("rq:worker:w1")
    assert there(redis) == set()


def test_just_after_this_process_has_missed_redis_heartbeats_are_enough(
    redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Worker(["default"], connection=redis, name="w1", job_class=Task).register_birth()
    known = Breaker(lambda: None)
    client = web_client(redis_url, pool_size=2, timeout=1, breaker=known)
    monkeypatch.setattr(client, "info", lambda _: {"uptime_in_seconds": 10**6})
    monkeypatch.setattr(presence, "RECONNECT", 3600)
    assert there(client) == set()
    known.failed(ConnectionError(), 0)
    assert there(client) == set()
    known.failed(connections.AWAY[0]("cut"), 0)
    wait_until(lambda: known.back_at)
    assert there(client) == {"w1"}
    client.close()


def test_an_answer_is_used_for_a_second(redis: Redis) -> None:
    now = [100.0]
    known = Presence(redis, now=lambda: now[0])
    assert not known.alive("default")
    with listening(redis):
        assert not known.alive("default")
        now[0] += presence.FRESH
        assert known.alive("default")
    wait_until(lambda: not there(redis))
    assert known.alive("default")
    now[0] += presence.FRESH
    assert not known.alive("default")


def test_each_queue_is_known_for_itself(redis: Redis) -> None:
    known = Presence(redis)
    with listening(redis, "second"):
        assert (known.alive("default"), known.alive("second")) == (False, True)


def test_of_fifty_threads_one_asks(redis: Redis) -> None:
    known = Presence(redis, now=lambda: 100.0)
    with listening(redis):
        before = asked(redis)
        with ThreadPoolExecutor(50) as pool:
            assert all(pool.map(lambda _: known.alive("default"), range(50)))
        assert asked(redis) - before == 1


def test_without_redis_nobody_knows() -> None:
    known = Presence(web_client("redis://127.0.0.1:1/0", pool_size=1, timeout=0.2))
    with pytest.raises(RedisError):
        known.alive("default")


@pytest.mark.slow
def test_a_worker_that_is_killed_is_gone_at_once(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    with working(redis_url, tmp_path, ready=redis) as worker:
        assert there(redis) == {worker.name}
        worker.send(signal.SIGKILL)
        wait_until(lambda: not there(redis))
        assert redis.exists(f"rq:worker:{worker.name}"), "its last heartbeat is recent"


@pytest.mark.slow
def test_a_worker_that_connects_again_after_an_outage_is_there_all_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "RECONNECT", 3.0)
    with (
        RedisServer(tmp_path / "redis", durable=False) as server,
        RedisProxy(server.socket) as proxy,
        Redis.from_url(server.url) as redis,
    ):
        known = Breaker(functools.partial(connections._ask_once, proxy.url, 0.3), interval=0.05)
        client = web_client(proxy.url, pool_size=2, timeout=0.3, breaker=known)
        monkeypatch.setattr(client, "info", lambda _: {"uptime_in_seconds": 10**6})
        with working(proxy.url, tmp_path, ready=redis) as worker:
            channel = f"rq:pubsub:{worker.name}"
            proxy.refuse()
            with pytest.raises(connections.AWAY):
                client.ping()
            wait_until(lambda: redis.pubsub_numsub(channel)[0][1] == 0)
            proxy.accept()
            wait_until(lambda: not known.is_open)
            seen: list[bool] = []
            wait_until(lambda: seen.append(bool(there(client))) or redis.pubsub_numsub(channel)[0][1])
            assert all(seen)
        client.connection_pool.disconnect()
