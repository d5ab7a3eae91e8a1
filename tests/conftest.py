"""What all tests share: a real Redis for each pytest worker, a migrated database for each test, the app."""

from __future__ import annotations

import functools
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis
from sqlalchemy import Connection, create_engine, text

from app import create_app
from longshore import catalog, connections, dispatch, fallback, migrations, presence, recovery, storage
from longshore import settings as settings_module
from longshore.dispatch import Dispatcher
from longshore.local.redis_server import RedisServer
from longshore.settings import Settings
from longshore.worker import LongshoreWorker
from web import tokens

POSTGRES = os.environ.get("LONGSHORE_TEST_DATABASE_URL", "")
hypothesis.settings.register_profile("seeded", derandomize=True)  # as Hypothesis does by itself with CI set
hypothesis.settings.load_profile("seeded")
catalog.load("jobs")
catalog.load("tests.support.jobs")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of this pytest worker's own Redis."""
    with RedisServer(tmp_path_factory.mktemp("redis"), durable=False) as server:
        yield server.url


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """A client on an empty Redis."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, worker_name: str) -> str:
    """The URL of a migrated database: a SQLite file to copy, or a PostgreSQL database to empty."""
    if POSTGRES:
        return _postgres(f"longshore_{worker_name}")
    url = f"sqlite:///{tmp_path_factory.mktemp('sql') / 'migrated.db'}"
    _migrate(url)
    return url


@pytest.fixture(scope="session")
def worker_name() -> str:
    """This pytest worker's name; `main` when tests do not run in parallel."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture
def database_url(migrated: str, tmp_path: Path) -> str:
    """The URL of an empty, migrated database."""
    if migrated.startswith("sqlite:///"):
        shutil.copy(migrated.removeprefix("sqlite:///"), tmp_path / "longshore.db")
        return f"sqlite:///{tmp_path / 'longshore.db'}"
    with _transaction(migrated) as connection:
        tables = ", ".join(storage.Base.metadata.tables)
        connection.execute(text(f"TRUNCATE {tables}"))
    return migrated


@pytest.fixture
def database(database_url: str, settings: Settings) -> str:
    """The database of this test, in place; its URL."""
    return database_url


@pytest.fixture
def settings(
    redis: Redis, redis_url: str, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """Settings for this test's Redis and database, in force in this process."""
    yield from install(
        Settings(
            _env_file=None,
            redis_url=redis_url,
            database_url=database_url,
            var_dir=tmp_path,
            secret_key="a key for tests only",
            environment="development",
            public_rate_limit="100000/minute",
        ),
        monkeypatch,
    )


def install(chosen: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """Put settings in force until the test ends, with fresh clients and engines."""
    monkeypatch.setattr(settings_module, "current", lambda: chosen)
    caches: list[functools._lru_cache_wrapper[object]] = [
        connections.shared, dispatch.dispatcher, storage.engine, fallback._presence,
    ]  # type: ignore[list-item]  # fmt: skip
    _forget(caches)
    yield chosen
    _forget(caches)


def _forget(caches: list[functools._lru_cache_wrapper[object]]) -> None:
    for cache in caches:
        if cache.cache_info().currsize and cache is connections.shared:
            connections.shared().connection_pool.disconnect()
        if cache.cache_info().currsize and cache is storage.engine:
            storage.engine().dispose()
        cache.cache_clear()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The web application."""
    made = create_app(settings)
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    yield made
    made.extensions["counting"].connection_pool.disconnect()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A stranger's client."""
    return app.test_client()


@pytest.fixture
def token(settings: Settings) -> str:
    """A valid admin token."""
    return tokens.create("admin", "tests", 1)


@pytest.fixture
def admin(app: Flask, token: str) -> FlaskClient:
    """A client that sends an admin's token."""
    made = app.test_client()
    made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return made


@pytest.fixture
def dispatcher(redis: Redis) -> Dispatcher:
    """A dispatcher on this test's Redis."""
    return Dispatcher(redis)


@pytest.fixture
def work(redis: Redis) -> Iterator[Callable[..., None]]:
    """A function that runs a worker in this process until its queues are empty."""
    before = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}

    def run(*queues: str, worker_class: type[LongshoreWorker] = LongshoreWorker, **options: object) -> None:
        names = queues or tuple(catalog.catalog.queues)
        worker_class(list(names), connection=redis).work(burst=True, logging_level="CRITICAL", **options)

    yield run
    for one, handler in before.items():
        signal.signal(one, handler)


@contextmanager
def _transaction(url: str, **options: Any) -> Iterator[Connection]:
    """A connection that commits at the end, and an engine that leaves nothing open."""
    engine = create_engine(url, **options)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _migrate(url: str) -> None:
    with _transaction(url) as connection:
        migrations.upgrade_on(connection)


def _postgres(name: str) -> str:
    server = Settings(_env_file=None, database_url=POSTGRES).sql_url
    with _transaction(server, isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = server.rpartition("/")[0] + f"/{name}"
    _migrate(url)
    return url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what uses SQL, so that it can be run again on PostgreSQL, and let soak tests take their time."""
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.timeout(0))
        if "database_url" in getattr(item, "fixturenames", ()):
            item.add_marker("sql")


@pytest.fixture(autouse=True)
def redis_counts_as_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Abandoned tasks may be taken up at once, though the tests' Redis has only just started, and who has no
    connection to it is gone.
    """
    monkeypatch.setattr(recovery, "SETTLING", 0)
    monkeypatch.setattr(presence, "RECONNECT", 0)
