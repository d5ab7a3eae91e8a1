"""Counting requests: exact where little is allowed, nearly so elsewhere, and seldom a question to Redis."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from web import counting
from web.counting import Counting

Make = Callable[..., Counting]


@pytest.fixture
def process(redis: Redis) -> Make:
    """A function that makes the storage of one more process."""

    def make(allowed: int, **options: Any) -> Counting:
        return Counting("longshore://", allowed=allowed, connection_pool=redis.connection_pool, **options)

    return make


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """A function that lets seconds pass for who counts, and not for Redis."""
    now = [time.time()]
    monkeypatch.setattr(counting.time, "time", lambda: now[0])

    def later(seconds: float) -> None:
        now[0] += seconds

    return later


def told(redis: Redis) -> int:
    """What Redis has heard of the address."""
    (key,) = redis.keys("LIMITS*") or [None]
    return int(redis.get(key) or 0) if key else 0  # type: ignore[arg-type]


def test_where_little_is_allowed_processes_count_together_exactly(process: Make, redis: Redis) -> None:
    first, second = process(3), process(3)
    assert [one.incr("a", 60) for one in (first, second, first, second, second)] == [1, 2, 3, 4, 5]
    assert told(redis) == 5


def test_redis_is_told_of_each_twentieth(process: Make, redis: Redis) -> None:
    one = process(100)
    assert [one.incr("a", 60) for _ in range(12)] == list(range(1, 13))
    assert told(redis) == 10
    assert (one.get("a"), one.get("b")) == (12, 0)


def test_processes_hear_of_each_other_when_they_tell(process: Make) -> None:
    first, second = process(100), process(100)
    for _ in range(40):
        first.incr("a", 60)
    assert [second.incr("a", 60) for _ in range(6)] == [1, 2, 3, 4, 45, 46]


def test_together_they_allow_a_twentieth_more_in_each_at_most(process: Make) -> None:
    many = [process(100) for _ in range(4)]
    allowed = sum(one.incr("a", 60) <= 100 for _ in range(60) for one in many)
    assert 100 <= allowed <= 100 + 4 * 5


def test_addresses_are_counted_apart(process: Make) -> None:
    one = process(2)
    assert [one.incr("a", 60), one.incr("b", 60), one.incr("a", 60)] == [1, 1, 2]


def test_a_window_ends_when_redis_says_so(
    process: Make, redis: Redis, pass_time: Callable[[float], None]
) -> None:
    first, second = process(1), process(1)
    first.incr("a", 60)
    (key,) = redis.keys("LIMITS*")
    redis.pexpire(key, 20_000)
    second.incr("a", 60)
    assert second.get_expiry("a") - time.time() == pytest.approx(20, abs=1)
    pass_time(21)
    assert second.get("a") == 0
    redis.delete(key)
    assert second.incr("a", 60) == 1
    assert 59_000 < redis.pttl(key) <= 60_000


def test_what_was_not_told_counts_for_its_window_only(
    process: Make, redis: Redis, pass_time: Callable[[float], None]
) -> None:
    one = process(100)
    for _ in range(4):
        one.incr("a", 60)
    pass_time(61)
    assert [one.incr("a", 60) for _ in range(5)] == [1, 2, 3, 4, 5]
    assert told(redis) == 5


def test_nothing_is_lost_when_redis_is_away_as_it_is_told(process: Make, redis: Redis) -> None:
    one = process(100)
    script = one._script

    def away(*_: Any) -> Any:
        raise RedisConnectionError

    one._script = away  # type: ignore[assignment]
    for _ in range(4):
        one.incr("a", 60)
    with pytest.raises(RedisConnectionError):
        one.incr("a", 60)
    one._script = script
    assert one.incr("a", 60) == 6
    assert told(redis) == 6


def test_a_counter_without_an_end_gets_one(process: Make, redis: Redis) -> None:
    one = process(1)
    one.incr("a", 60)
    (key,) = redis.keys("LIMITS*")
    redis.persist(key)
    one.incr("a", 60)
    assert 0 < redis.pttl(key) <= 60_000


def test_so_many_addresses_are_known_and_no_more(process: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MOST", 10)
    one = process(100)
    for number in range(50):
        one.incr(f"address {number}", 60)
    assert len(one._counts) == 10
    assert (one.get("address 49"), one.get("address 0")) == (1, 0)
