"""The circuit breaker: who waits for a Redis that is away, and how its return is noticed."""

from __future__ import annotations

import functools
import gc
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import BusyLoadingError, RedisError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from longshore import breaker, connections
from longshore.breaker import Breaker, RedisAway
from longshore.connections import web_client
from longshore.local.redis_server import RedisServer
from tests.support.redis_proxy import Harm, RedisProxy
from tests.support.waiting import wait_until

POOL = 8
TIMEOUT = 0.6


@dataclass
class House:
    """A Redis behind a proxy, and a client with a breaker."""

    server: RedisServer
    proxy: RedisProxy
    client: Redis
    breaker: Breaker
    asking: threading.Event
    """While it is not set, the breaker's thread waits before it asks."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """A Redis of this module's own."""
    with RedisServer(tmp_path_factory.mktemp("redis"), durable=False) as server:
        yield server


@pytest.fixture
def house(server: RedisServer) -> Iterator[House]:
    """A house in which all is well."""
    with RedisProxy(server.socket) as proxy:
        asking, over = threading.Event(), threading.Event()
        asking.set()

        def probe() -> None:
            asking.wait()
            if not over.is_set():
                connections._ask_once(proxy.url, TIMEOUT)

        made = Breaker(probe, interval=0.05)
        client = web_client(proxy.url, pool_size=POOL, timeout=TIMEOUT, breaker=made)
        client.ping()
        yield House(server, proxy, client, made, asking)
        over.set()
        asking.set()
        proxy.flow()
        wait_until(lambda: not made.is_open)
        client.connection_pool.disconnect()


def error_of(call: Callable[[], object]) -> type[BaseException] | None:
    """What a call raises; None if it succeeds."""
    try:
        call()
    except RedisError as error:
        return type(error)
    return None


def in_threads(count: int, call: Callable[[], object]) -> Counter[type[BaseException] | None]:
    """How many of so many calls at once raised what."""
    barrier = threading.Barrier(count)

    def one(_: int) -> type[BaseException] | None:
        barrier.wait()
        return error_of(call)

    with ThreadPoolExecutor(count) as pool:
        return Counter(pool.map(one, range(count)))


def watched(client: Redis) -> None:
    """A transaction that reads first."""
    with client.pipeline() as pipe:
        pipe.watch("x")
        pipe.multi()
        pipe.set("x", 1)
        pipe.execute()


CALLS: dict[str, Callable[[Redis], object]] = {
    "a command": lambda client: client.get("x"),
    "a pipeline": lambda client: client.pipeline().set("x", 1).execute(),
    "a transaction": watched,
    "a script": lambda client: client.register_script("return 1")(),
    "a subscription": lambda client: client.pubsub().subscribe("x"),
    "a block": lambda client: client.blpop(["nothing"], 60),
}


@pytest.mark.parametrize("what", CALLS)
def test_after_the_first_failure_every_kind_of_call_fails_at_once_with_nothing_sent(
    house: House, what: str
) -> None:
    house.asking.clear()
    house.proxy.hang()
    assert error_of(house.client.ping) is RedisTimeoutError
    wait_until(lambda: house.breaker.is_open)
    before = house.client.connection_pool.get_connection_count()
    assert error_of(lambda: CALLS[what](house.client)) is RedisAway
    assert house.client.connection_pool.get_connection_count() == before


def test_a_redis_that_refuses_connections_opens_it_and_its_return_is_noticed_by_itself(house: House) -> None:
    house.proxy.refuse()
    assert error_of(house.client.ping) not in (None, RedisAway)
    assert error_of(house.client.ping) is RedisAway
    house.proxy.accept()
    wait_until(lambda: not house.breaker.is_open)  # with no call of ours
    assert house.client.ping()


def test_a_redis_that_hangs_and_goes_on_is_noticed_by_itself(house: House) -> None:
    house.proxy.hang()
    assert error_of(house.client.ping) is RedisTimeoutError
    assert error_of(house.client.ping) is RedisAway
    house.proxy.flow()
    wait_until(lambda: not house.breaker.is_open)
    assert house.client.ping()


def test_of_fifty_threads_only_a_poolful_waits_for_a_redis_that_hangs_and_later_none(house: House) -> None:
    house.asking.clear()
    house.proxy.hang()
    first = in_threads(50, house.client.ping)
    assert 1 <= first[RedisTimeoutError] <= POOL
    assert first[None] == 0
    assert in_threads(50, house.client.ping) == {RedisAway: 50}
    assert house.breaker.opened == 1


def test_fifty_threads_go_on_when_it_is_back(house: House) -> None:
    house.proxy.refuse()
    in_threads(50, house.client.ping)
    house.proxy.accept()
    wait_until(lambda: not house.breaker.is_open)
    client = web_client(house.proxy.url, pool_size=POOL, timeout=5, breaker=house.breaker)
    assert in_threads(50, client.ping) == {None: 50}
    client.connection_pool.disconnect()


def test_a_slow_redis_is_not_away(house: House) -> None:
    house.proxy.delay = 0.2
    client = web_client(house.proxy.url, pool_size=POOL, timeout=5, breaker=house.breaker)
    assert in_threads(4, client.ping) == {None: 4}
    assert house.breaker.opened == 0
    client.connection_pool.disconnect()


def test_a_cut_connection_closes_nobody_out_for_longer_than_a_question(house: House) -> None:
    house.breaker.interval = 60
    house.proxy.spoil(Harm.BEFORE, b"INCR")
    assert error_of(lambda: house.client.incr("x")) is RedisConnectionError
    wait_until(lambda: not house.breaker.is_open)
    assert house.breaker.opened == 1
    assert house.client.ping()


def test_a_redis_that_loads_its_data_is_away(house: House) -> None:
    house.asking.clear()
    house.proxy.spoil(Harm.REFUSAL, b"GET", answer=b"-LOADING Redis is loading the dataset in memory\r\n")
    house.proxy.spoil(Harm.REFUSAL, b"PING", answer=b"-LOADING Redis is loading the dataset in memory\r\n")
    assert error_of(lambda: house.client.get("x")) is BusyLoadingError
    assert error_of(house.client.ping) is RedisAway


@pytest.mark.parametrize(
    "error",
    [
        ResponseError("READONLY"),
        RedisConnectionError("max number of clients reached"),
        RedisConnectionError("max number of clients + cluster connections reached"),
        RedisAway("known already"),
        ValueError(),
    ],
)
def test_what_does_not_say_that_redis_is_away_opens_nothing(error: Exception) -> None:
    one = Breaker(lambda: None)
    one.failed(error, time.monotonic())
    assert (one.opened, one.is_open) == (0, False)


def test_a_call_that_began_before_redis_came_back_says_nothing_about_now() -> None:
    one = Breaker(lambda: None)
    began = time.monotonic()
    one.failed(RedisTimeoutError(), began)
    wait_until(lambda: not one.is_open)
    one.failed(RedisTimeoutError(), began)
    assert one.opened == 1


def test_a_redis_that_answers_wrongly_stays_away() -> None:
    def probe() -> None:
        asked.append(1)
        raise RuntimeError("no Redis at all")

    asked: list[int] = []
    one = Breaker(probe, interval=0.01)
    one.failed(RedisTimeoutError(), time.monotonic())
    wait_until(lambda: len(asked) > 2)
    with pytest.raises(RedisAway, match="no Redis at all"):
        one.check()


def test_one_that_only_counts_does_not_call_a_short_silence_an_absence(house: House) -> None:
    counting = web_client(
        house.proxy.url, pool_size=1, timeout=0.05, breaker=house.breaker, opens=(RedisConnectionError,)
    )
    house.proxy.hang()
    assert error_of(counting.ping) is RedisTimeoutError
    assert not house.breaker.is_open
    house.proxy.flow()
    house.proxy.refuse()
    assert error_of(counting.ping) is RedisConnectionError
    assert error_of(house.client.ping) is RedisAway
    counting.connection_pool.disconnect()


def test_its_thread_ends_when_redis_is_back(house: House) -> None:
    before = set(threading.enumerate())
    house.proxy.refuse()
    error_of(house.client.ping)
    (thread,) = [one for one in set(threading.enumerate()) - before if one.name == "redis-probe"]
    house.proxy.accept()
    wait_until(lambda: not thread.is_alive())


def test_its_thread_ends_when_nobody_has_it_any_more() -> None:
    def probe() -> None:
        raise RedisConnectionError("away")

    before = set(threading.enumerate())
    one = Breaker(probe, interval=0.01)
    one.failed(RedisTimeoutError(), time.monotonic())
    (thread,) = set(threading.enumerate()) - before
    del one
    gc.collect()
    wait_until(lambda: not thread.is_alive())


def test_a_forked_child_begins_anew_and_notices_by_itself(house: House) -> None:
    house.asking.clear()
    house.proxy.refuse()
    error_of(house.client.ping)
    assert house.breaker.is_open
    house.proxy.accept()
    pid = os.fork()
    if not pid:
        well = not house.breaker.is_open and error_of(house.client.ping) is None
        os._exit(0 if well else 1)
    assert os.waitpid(pid, 0)[1] == 0
    assert house.breaker.is_open


def test_no_thread_starts_before_redis_is_away() -> None:
    code = (
        "import threading; from longshore import connections; connections.shared(); "
        "print(threading.active_count())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "1"


def test_a_sentinels_client_has_one_too() -> None:
    one = Breaker(lambda: None)
    url = "redis+sentinel://127.0.0.1:1/service/0"
    client = web_client(url, pool_size=2, timeout=0.2, breaker=one)
    assert breaker.of(client) is one
    one._probe = functools.partial(connections._ask_once, url, 0.2)
    assert error_of(client.ping) not in (None, RedisAway)
    assert error_of(client.ping) is RedisAway


def test_workers_and_clocks_have_none(server: RedisServer) -> None:
    for client in (connections.worker_client(server.url), connections.patient_client(server.url)):
        assert breaker.of(client) is None
        client.close()


@pytest.mark.parametrize("password", ["secret-of-mine"])
def test_no_password_is_in_what_it_says(
    tmp_path: Path, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"redis://:{password}@127.0.0.1:1/0"
    one = Breaker(functools.partial(connections._ask_once, url, 0.2))
    client = web_client(url, pool_size=1, timeout=0.2, breaker=one)
    error_of(client.ping)
    with pytest.raises(RedisAway) as caught:
        client.ping()
    assert password not in str(caught.value) + caplog.text
