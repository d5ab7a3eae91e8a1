"""Counting requests: exact where little is allowed, nearly so elsewhere, and seldom a question to Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from redis import Redis

from longshore import connections, keys
from web import counting, limits
from web.counting import Counting


@dataclass
class House:
    """Processes on one Redis, and their clock."""

    redis: Redis
    time: float = field(default_factory=time.time)

    def process(self, allowed: int, connection: Redis | None = None) -> Counting:
        """One more process."""
        return Counting(connection or self.redis, allowed, 60, lambda: self.time)

    def told(self, address: str = "a") -> int:
        """What Redis has heard of an address."""
        return int(self.redis.get(keys.requests(address)) or 0)  # type: ignore[arg-type]


@pytest.fixture
def house(redis: Redis) -> House:
    """A house in which nobody has asked for anything."""
    return House(redis)


def many(process: Counting, times: int, address: str = "a") -> list[int]:
    """What is known after each of so many requests."""
    return [process.count(address).known for _ in range(times)]


def test_where_little_is_allowed_processes_count_together_exactly(house: House) -> None:
    first, second = house.process(3), house.process(3)
    assert [one.count("a").known for one in (first, second, first, second, second)] == [1, 2, 3, 4, 5]
    assert house.told() == 5


def test_redis_is_told_of_each_twentieth(house: House) -> None:
    assert many(house.process(100), 12) == list(range(1, 13))
    assert house.told() == 10


def test_processes_hear_of_each_other_when_they_tell(house: House) -> None:
    many(house.process(100), 40)
    assert many(house.process(100), 6) == [1, 2, 3, 4, 45, 46]


def test_together_they_allow_a_twentieth_more_in_each_at_most(house: House) -> None:
    processes = [house.process(100) for _ in range(4)]
    allowed = sum(one.count("a").known <= 100 for _ in range(60) for one in processes)
    assert 100 <= allowed <= 100 + 4 * 5


def test_addresses_are_counted_apart(house: House) -> None:
    one = house.process(2)
    assert [one.count(address).known for address in ("a", "b", "a")] == [1, 1, 2]


def test_a_window_ends_when_redis_says_so(house: House, redis: Redis) -> None:
    house.process(1).count("a")
    redis.pexpire(keys.requests("a"), 20_000)
    second = house.process(1)
    assert second.count("a").until - house.time == pytest.approx(20, abs=1)
    house.time += 21
    redis.delete(keys.requests("a"))
    assert second.count("a").known == 1
    assert 59_000 < redis.pttl(keys.requests("a")) <= 60_000


def test_what_was_not_told_counts_for_its_window_only(house: House) -> None:
    one = house.process(100)
    many(one, 4)
    house.time += 61
    assert many(one, 5) == [1, 2, 3, 4, 5]
    assert house.told() == 5


def test_a_counter_without_an_end_gets_one(house: House, redis: Redis) -> None:
    one = house.process(1)
    one.count("a")
    redis.persist(keys.requests("a"))
    one.count("a")
    assert 0 < redis.pttl(keys.requests("a")) <= 60_000


@pytest.fixture
def away() -> Iterator[Redis]:
    """A client of a Redis that is not there."""
    with connections.web_client("redis://127.0.0.1:1/0", pool_size=1, timeout=0.2) as client:
        yield client


def test_while_redis_is_away_a_process_counts_for_itself(house: House, away: Redis) -> None:
    assert many(house.process(3, away), 5) == [1, 2, 3, 4, 5]


def test_redis_is_left_alone_for_a_while_and_then_told_of_everything(house: House) -> None:
    one, asked = house.process(100), []
    script = one._script

    def broken(*args: object) -> None:
        asked.append(args)
        raise counting.RedisError

    one._script = broken  # type: ignore[assignment]
    many(one, 30)
    assert len(asked) == 1
    house.time += counting.PAUSE
    many(one, 1)
    assert len(asked) == 2
    one._script = script
    house.time += counting.PAUSE
    assert many(one, 1) == [32]
    assert house.told() == 32


def test_so_many_addresses_are_known_and_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 10)
    one = house.process(100)
    for number in range(50):
        one.count(f"address {number}")
    assert len(one._counts) == 10
    assert (one.count("address 49").known, one.count("address 0").known) == (2, 1)


@pytest.mark.parametrize(
    ("text", "requests", "seconds"),
    [("120/minute", 120, 60), ("5 per second", 5, 1), ("7 / hour", 7, 3_600), ("1per day", 1, 86_400)],
)
def test_a_rate_is_read(text: str, requests: int, seconds: int) -> None:
    assert limits.rate(text) == (requests, seconds)
