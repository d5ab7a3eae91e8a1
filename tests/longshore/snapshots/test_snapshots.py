"""Snapshots: one takes another's place as a whole, within bounds, and damage is told from absence."""

from __future__ import annotations

import os
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import DBAPIError

from longshore import connections, keys, migrations, snapshots, storage
from longshore.snapshots import SnapshotTooLarge, UnreadableSnapshot, in_redis, in_sql
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("database")
AT = datetime(2026, 5, 9, 12, 0, tzinfo=UTC)
PARTS = {"a": b"first", "b": b"second" * 1_000, "empty": b""}


def publish(redis: Redis, parts: Mapping[str, bytes] = PARTS, **options: Any) -> snapshots.Published:
    return snapshots.publish(redis, "x", parts, **{"at": AT, **options})


@pytest.fixture
def away() -> Iterator[Redis]:
    """A client of a Redis that is not there."""
    with connections.web_client("redis://127.0.0.1:1/0", pool_size=1, timeout=0.2) as client:
        yield client


def test_what_was_published_is_read_in_whole_or_in_part(redis: Redis) -> None:
    done = publish(redis, meta={"source": "live"})
    whole = snapshots.read(redis, "x")
    assert whole is not None
    assert whole.parts == PARTS
    assert (whole.head.at, whole.head.meta, whole.head.version) == (AT, {"source": "live"}, done.head.version)
    assert (done.in_redis, done.in_sql, done.left_out) == (True, True, ())
    some = snapshots.read(redis, "x", ["b", "nothing"])
    assert some is not None
    assert some.parts == {"b": PARTS["b"]}
    assert in_sql.read("x", ["b", "nothing"]) == some
    assert in_sql.read("x", None) == whole


def test_nothing_is_there_before(redis: Redis) -> None:
    assert snapshots.read(redis, "x") is None
    assert snapshots.version(redis, "x") is None
    assert snapshots.info(redis, "x") is None
    assert snapshots.newest(redis, "x") is None
    assert in_sql.read("x", None) is None
    assert not snapshots.clear(redis, "x")


def test_each_has_a_version_of_its_own_and_there_is_only_ever_one(redis: Redis) -> None:
    versions = {publish(redis, {"a": str(number).encode()}).head.version for number in range(20)}
    assert len(versions) == 20
    assert [one.decode() for one in redis.keys("*snapshot*")] == [keys.snapshot("x")]
    assert 0 < redis.ttl(keys.snapshot("x")) <= keys.SNAPSHOT_TTL
    with storage.session_scope() as session:
        assert session.query(in_sql.StoredSnapshot).count() == 1


def test_it_is_compressed(redis: Redis) -> None:
    done = publish(redis, {"a": b"odds " * 10_000})
    assert done.head.size < 1_000
    assert redis.hstrlen(keys.snapshot("x"), "a") == done.head.size


def test_a_reader_never_sees_half_of_one_while_200_are_published(
    redis: Redis, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_redis, "CHUNK", 500)  # less than a part
    seen: set[int] = set()
    mixed: list[object] = []
    over = threading.Event()

    def watch() -> None:
        with Redis.from_url(redis_url) as mine:
            while not over.is_set():
                found = snapshots.read(mine, "x", ["a", "b", "c"])
                if found is None:
                    continue
                numbers = {part[:4] for part in found.parts.values()} | {b"%04d" % found.head.meta["n"]}
                if len(numbers) != 1 or len(found.parts) != 3:
                    mixed.append((numbers, list(found.parts)))
                seen.add(int(numbers.pop()))

    reader = threading.Thread(target=watch)
    reader.start()
    for number in range(200):
        noise = os.urandom(600)
        publish(redis, dict.fromkeys("abc", b"%04d" % number + noise), meta={"n": number})
    wait_until(lambda: 199 in seen)
    over.set()
    reader.join()
    assert mixed == []
    assert len(seen) > 3


def test_what_a_dead_writer_has_left_expires(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(redis, {"a": b"old"})

    def die(*_: Any) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(in_redis, "_take_the_place", die)
    with pytest.raises(KeyboardInterrupt):
        publish(redis, {"a": b"new"})
    left = [one for one in redis.keys("*snapshot*") if one.decode() != keys.snapshot("x")]
    assert len(left) == 1
    assert 0 < redis.ttl(left[0]) <= keys.SNAPSHOT_INCOMING_TTL
    found = snapshots.read(redis, "x")
    assert found is not None
    assert found.parts == {"a": b"old"}


def test_one_that_is_too_large_is_refused_and_the_old_one_stays(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "SNAPSHOT_BYTES", 1_000)
    before = publish(redis).head.version
    with pytest.raises(SnapshotTooLarge, match="where 1000 in 5000 are the most"):
        publish(redis, {"a": os.urandom(2_000)})
    assert snapshots.version(redis, "x") == before
    monkeypatch.setattr(keys, "SNAPSHOT_PART_BYTES", 10)
    with pytest.raises(SnapshotTooLarge, match="part b has 6000 bytes, and may have 10"):
        publish(redis, {"b": PARTS["b"]})
    monkeypatch.setattr(keys, "SNAPSHOT_PARTS", 2)
    with pytest.raises(SnapshotTooLarge, match="in 3 parts"):
        publish(redis, {"a": b"", "b": b"", "c": b""})


def test_spare_parts_are_left_out_until_the_rest_fits(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "SNAPSHOT_BYTES", 3_000)
    parts = {name: os.urandom(1_000) for name in ("needed", "first", "second", "third")}
    done = publish(redis, parts, spare=["first", "nothing", "second", "third"])
    assert done.left_out == ("first", "nothing", "second")
    found = snapshots.read(redis, "x")
    assert found is not None
    assert set(found.parts) == {"needed", "third"}


def test_no_part_is_called_as_the_head_is(redis: Redis) -> None:
    with pytest.raises(ValueError, match="may not be called 'head'"):
        publish(redis, {"head": b""})


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("head", b"{", "its head is damaged"),
        ("head", b"[]", "its head is damaged"),
        ("head", b'{"form": 1}', "its head is damaged"),
        ("head", b'{"form": 2, "version": "x"}', "has form 2, and this code reads 1"),
        ("head", b'{"form": 1, "version": "x", "at": "soon", "size": 1, "meta": {}}', "its head is damaged"),
        ("head", b"[" * 100_000, "its head is damaged"),
        ("head", b"\xff\xfe", "its head is damaged"),
        ("b", b"nonsense", "part b is damaged"),
        ("b", zlib.compress(PARTS["b"])[:-3], "part b is cut off"),
        ("b", b"", "part b is cut off"),
    ],
)
def test_damage_is_told(redis: Redis, field: str, value: bytes, said: str) -> None:
    publish(redis)
    redis.hset(keys.snapshot("x"), field, value)
    with pytest.raises(UnreadableSnapshot, match=said):
        snapshots.read(redis, "x")
    assert snapshots.newest(redis, "x") is not None  # SQL has it


def test_something_else_in_its_place_is_told(redis: Redis) -> None:
    redis.set(keys.snapshot("x"), "something")
    for ask in (lambda: snapshots.read(redis, "x"), lambda: snapshots.version(redis, "x")):
        with pytest.raises(UnreadableSnapshot, match="is no hash"):
            ask()
    publish(redis)
    assert snapshots.read(redis, "x") is not None


def test_a_part_that_would_fill_the_memory_is_not_unpacked(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(redis)
    monkeypatch.setattr(keys, "SNAPSHOT_PART_BYTES", 5_999)
    with pytest.raises(UnreadableSnapshot, match="part b is cut off, or too large"):
        snapshots.read(redis, "x")


def test_while_redis_is_away_it_is_in_sql_only(redis: Redis, away: Redis) -> None:
    done = publish(away)
    assert (done.in_redis, done.in_sql) == (False, True)
    with pytest.raises(RedisConnectionError):
        snapshots.read(away, "x")
    with pytest.raises(RedisConnectionError):
        snapshots.clear(away, "x")
    for client in (away, redis):
        known = snapshots.info(client, "x")
        assert known is not None
        assert (known.head.version, known.fallback) == (done.head.version, True)
        found = snapshots.newest(client, "x", ["a"])
        assert found is not None
        assert found.parts == {"a": b"first"}


@contextmanager
def no_sql(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database that cannot be opened."""
    broken = create_engine("sqlite:////nowhere/at/all.db")
    with monkeypatch.context() as patched:
        patched.setattr(storage, "engine", lambda: broken)
        yield
    broken.dispose()


def test_while_sql_is_away_it_is_in_redis_only(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    with no_sql(monkeypatch):
        done = publish(redis)
        known = snapshots.info(redis, "x")
    assert (done.in_redis, done.in_sql) == (True, False)
    assert known is not None
    assert not known.fallback


def test_while_both_are_away_it_is_an_error(away: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    with no_sql(monkeypatch), pytest.raises(DBAPIError):
        publish(away)


def test_a_redis_that_is_full_keeps_the_old_one_and_nothing_of_the_new_one(redis: Redis) -> None:
    old = publish(redis, {"a": b"old"}).head.version
    used = redis.info("memory")["used_memory"]
    redis.config_set("maxmemory", used + 100_000)
    try:
        done = publish(
            redis, {name: os.urandom(in_redis.CHUNK) for name in "abcd"}, at=AT + timedelta(hours=1)
        )
    finally:
        redis.config_set("maxmemory", 0)
    assert (done.in_redis, done.in_sql) == (False, True)
    assert [one.decode() for one in redis.keys("*snapshot*")] == [keys.snapshot("x")]
    assert snapshots.version(redis, "x") == old
    known = snapshots.info(redis, "x")
    assert known is not None
    assert (known.head.version, known.fallback) == (done.head.version, True)


def test_what_is_cleared_is_nowhere(redis: Redis) -> None:
    publish(redis)
    assert snapshots.clear(redis, "x")
    assert snapshots.newest(redis, "x") is None


def test_many_publish_at_once(redis: Redis) -> None:
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            for _ in range(5):
                publish(redis, {"a": b"%d" % number, "b": b"%d" % number})
        except Exception as error:  # the test wants to know of it
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for found in (snapshots.read(redis, "x"), in_sql.read("x", None)):
        assert found is not None
        assert len(set(found.parts.values())) == 1


def test_sql_that_says_nothing_of_its_parts_is_unreadable(redis: Redis) -> None:
    publish(redis)
    for places in ([], {"a": 3}, {"a": [1]}, {"a": [-1, 5]}):
        with storage.session_scope() as session:
            session.get_one(in_sql.StoredSnapshot, "x").places = places  # type: ignore[assignment]
        with pytest.raises(UnreadableSnapshot, match="does not say where"):
            in_sql.read("x", None)


def test_the_migration_makes_what_the_model_wants(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'old.db'}")
    with engine.begin() as connection:
        migrations.upgrade_on(connection, "0005")
        assert "snapshots" not in inspect(connection).get_table_names()
        migrations.upgrade_on(connection, "0006")
        options = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name == "snapshots",
        }
        context = MigrationContext.configure(connection, opts=options)
        only = storage.Base.metadata.tables["snapshots"].to_metadata(type(storage.Base.metadata)())
        assert compare_metadata(context, only.metadata) == []
        config = Config()
        config.set_main_option("script_location", str(migrations.FOLDER))
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        assert "snapshots" not in inspect(connection).get_table_names()
    engine.dispose()
