"""A process's copy: seldom asked for, by one at a time, and there when Redis is not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from redis import Redis
from redis.exceptions import TimeoutError as RedisTimeoutError

from longshore import connections, keys, snapshots
from longshore.settings import Settings
from longshore.snapshots import Held, Snapshot, UnreadableSnapshot, held, in_redis, in_sql
from tests.conftest import install
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until

AT = datetime.now(UTC)


@dataclass
class House:
    """A copy, its Redis behind a proxy, and its clock."""

    redis: Redis
    proxy: RedisProxy
    client: Redis
    clock: float = 100.0
    copy: Held[str] = field(init=False)

    def __post_init__(self) -> None:
        patience = timedelta(minutes=15)
        self.copy = Held(self.client, "x", ["text"], decode, patience=patience, now=lambda: self.clock)

    def publish(self, text: str, at: datetime = AT, *, name: str = "x") -> str:
        """Publish a text; its version."""
        parts = {"text": text.encode(), "other": text.upper().encode()}
        return snapshots.publish(self.redis, name, parts, at=at).head.version

    def later(self, seconds: float = held.LOOK) -> str | None:
        """What is held so much later."""
        self.clock += seconds
        return self.copy.get().value

    def state(self) -> tuple[str | None, str]:
        """What is held, and where the newest is, after all intervals."""
        value = self.later(held.LOOK_IN_SQL)
        return value, self.copy.get().place


def decode(found: Snapshot) -> str:
    """The text, unless it says that it is nonsense."""
    text = found.parts["text"].decode()
    if text.startswith("nonsense"):
        raise UnreadableSnapshot("the text is nonsense")
    return text


@pytest.fixture
def house(
    redis: Redis, redis_url: str, settings: Settings, database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A house in which nothing has been published."""
    with RedisProxy(Path(urlsplit(redis_url).path)) as proxy:
        chosen = settings.model_copy(update={"redis_url": proxy.url, "redis_timeout": 0.3})
        for _ in install(chosen, monkeypatch):
            client = connections.web_client(proxy.url, pool_size=2, timeout=0.3)
            yield House(redis, proxy, client)
            client.connection_pool.disconnect()


def test_nothing_is_held_before_the_first(house: House) -> None:
    copy = house.copy.get()
    assert (copy.value, copy.head, copy.place, copy.fallback) == (None, None, "none", False)


def test_a_newer_one_is_seen_at_the_next_look(house: House) -> None:
    house.publish("one")
    assert house.copy.get().value == "one"
    house.publish("two")
    assert house.copy.get().value == "one"
    assert house.later() == "two"


def test_to_forget_is_to_look_at_once(house: House) -> None:
    house.publish("one")
    house.copy.get()
    house.publish("two")
    house.copy.forget()
    assert house.copy.get().value == "two"


def test_it_is_decoded_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.publish("one")
    reads: list[object] = []
    monkeypatch.setattr(in_redis, "read", _noting(reads, in_redis.read))
    for _ in range(5):
        house.later()
    assert len(reads) == 1


def _noting(notes: list[object], function: Any) -> Any:
    def noted(*args: Any) -> Any:
        notes.append(args)
        return function(*args)

    return noted


def test_one_thread_looks_and_the_others_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.publish("one")
    house.copy.get()
    looking, go_on = threading.Event(), threading.Event()
    looks: list[object] = []
    ask = in_redis.head

    def slow(*args: Any) -> Any:
        looks.append(args)
        looking.set()
        assert go_on.wait(10)
        return ask(*args)

    monkeypatch.setattr(in_redis, "head", slow)
    house.publish("two")
    house.clock += held.LOOK
    looker = threading.Thread(target=house.copy.get)
    looker.start()
    assert looking.wait(10)
    assert [house.copy.get().value for _ in range(10)] == ["one"] * 10
    go_on.set()
    looker.join()
    assert house.copy.get().value == "two"
    assert len(looks) == 1


def test_at_the_first_look_the_others_wait(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.publish("one")
    ask = in_redis.head
    looking, go_on = threading.Event(), threading.Event()

    def slow(*args: Any) -> Any:
        looking.set()
        assert go_on.wait(10)
        return ask(*args)

    monkeypatch.setattr(in_redis, "head", slow)
    found: list[str | None] = []
    threads = [threading.Thread(target=lambda: found.append(house.copy.get().value)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert looking.wait(10)
    monkeypatch.setattr(held, "FIRST_LOOK", 0.01)
    with pytest.raises(RedisTimeoutError, match="still being looked for"):
        house.copy.get()
    go_on.set()
    for thread in threads:
        thread.join()
    assert found == ["one"] * 3


@pytest.mark.parametrize("outage", ["refuse", "hang"])
def test_while_redis_is_away_the_copy_stays_and_says_so(house: House, outage: str) -> None:
    house.publish("one")
    assert house.state() == ("one", "redis")
    getattr(house.proxy, outage)()
    assert house.state() == ("one", "sql")
    assert house.copy.get().why == "Redis is away"
    assert house.copy.get().fallback
    if outage == "refuse":
        house.proxy.accept()
    house.proxy.flow()
    wait_until(lambda: house.state() == ("one", "redis"))
    assert house.copy.get().why == ""


def test_a_process_that_starts_while_redis_is_away_reads_sql(house: House) -> None:
    house.publish("one")
    house.proxy.refuse()
    assert house.state() == ("one", "sql")


def test_what_is_published_while_redis_is_away_is_read_from_sql(house: House) -> None:
    house.publish("one")
    house.copy.get()
    house.proxy.refuse()
    assert house.state() == ("one", "sql")
    away = connections.web_client("redis://127.0.0.1:1/0", pool_size=1, timeout=0.1)
    snapshots.publish(away, "x", {"text": b"two"}, at=AT + timedelta(minutes=5))
    assert house.state() == ("two", "sql")
    house.proxy.accept()
    assert house.state() == ("two", "sql")  # what Redis has is older
    house.publish("three", AT + timedelta(minutes=10))
    assert house.state() == ("three", "redis")


def test_one_that_redis_had_no_room_for_is_found_when_redis_has_an_old_one(house: House) -> None:
    house.publish("old", AT - timedelta(hours=1))
    assert house.state() == ("old", "redis")
    away = connections.web_client("redis://127.0.0.1:1/0", pool_size=1, timeout=0.1)
    snapshots.publish(away, "x", {"text": b"new"}, at=AT)
    assert house.state() == ("new", "sql")
    assert house.copy.get().why == "Redis has an older one"


def test_with_neither_redis_nor_sql_the_process_has_its_own(house: House) -> None:
    house.publish("one")
    house.copy.get()
    in_sql.clear("x")
    house.proxy.refuse()
    assert house.state() == ("one", "process")


def test_a_redis_that_has_lost_it_is_served_for_by_sql(house: House) -> None:
    house.publish("one")
    house.copy.get()
    house.redis.flushall()
    assert house.state() == ("one", "sql")
    assert house.copy.get().why == "Redis has none"


def test_what_is_cleared_is_gone_at_the_next_look(house: House) -> None:
    house.publish("one")
    house.copy.get()
    snapshots.clear(house.redis, "x")
    assert house.later() is None
    assert house.copy.get().place == "none"


def test_what_is_cleared_while_sql_served_is_gone_too(house: House) -> None:
    house.publish("one")
    house.redis.flushall()
    assert house.state() == ("one", "sql")
    snapshots.clear(house.redis, "x")
    assert house.state() == (None, "none")


@pytest.mark.parametrize(("field", "value"), [("text", b"garbage"), ("head", b"{"), ("head", b'{"form": 9}')])
def test_damage_in_redis_is_made_up_for_by_sql(house: House, field: str, value: bytes) -> None:
    house.publish("one")
    house.redis.hset(keys.snapshot("x"), field, value)
    assert house.state() == ("one", "sql")
    assert "one" not in house.copy.get().why
    house.publish("two")
    assert house.state() == ("two", "redis")


def test_something_else_in_its_place_is_made_up_for(house: House) -> None:
    house.publish("one")
    house.redis.set(keys.snapshot("x"), "something")
    assert house.state() == ("one", "sql")
    assert "is no hash" in house.copy.get().why


def test_what_cannot_be_decoded_is_found_out_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.publish("one")
    house.copy.get()
    reads: list[object] = []
    monkeypatch.setattr(in_redis, "read", _noting(reads, in_redis.read))
    house.publish("nonsense")
    for _ in range(4):
        assert house.state() == ("one", "process")
    assert len(reads) == 1
    house.publish("two")
    assert house.state() == ("two", "redis")


def test_other_parts_are_read_when_asked_for(house: House) -> None:
    version = house.publish("one")
    found = house.copy.part("other")
    assert found is not None
    assert (found.head.version, found.parts) == (version, {"other": b"ONE"})
    house.proxy.refuse()
    found = house.copy.part("other")
    assert found is not None
    assert found.parts == {"other": b"ONE"}
    missing = house.copy.part("nothing")
    assert missing is not None
    assert missing.parts == {}


def test_a_damaged_part_is_read_from_sql(house: House) -> None:
    house.publish("one")
    house.redis.hset(keys.snapshot("x"), "other", b"garbage")
    found = house.copy.part("other")
    assert found is not None
    assert found.parts == {"other": b"ONE"}


def test_no_part_is_there_before_the_first(house: House) -> None:
    assert house.copy.part("other") is None
