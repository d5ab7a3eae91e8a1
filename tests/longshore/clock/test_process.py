"""Clocks as processes: stopped, killed and told to end, while Redis and SQL come and go."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis

from longshore import alerts, keys, watch
from longshore.catalog import catalog
from longshore.clockwork import asker
from longshore.dispatch import Dispatcher
from longshore.local.redis_server import RedisServer
from longshore.schedules.entries import next_due
from longshore.settings import Settings
from tests.conftest import install
from tests.support.live_clock import JOB, Home
from tests.support.outages import House, full, hung, last, read_only, refused, slow
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
TAKEOVER = 5.0
RESTORED = 10.0
STOPPED = 3.0
"""Seconds from SIGTERM to the end: at most 1.5 in which a look waits for Redis, and some for the machine."""


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """A Redis that keeps its data, and an empty SQL."""
    folder = tmp_path / "home"
    folder.mkdir()
    with RedisServer(folder / "redis") as server:
        given = {"redis_url": server.url, "database_url": database_url, "environment": "development"}
        settings = Settings(_env_file=None, var_dir=folder, secret_key="a key for tests only", **given)
        environment = {name.upper(): value for name, value in given.items()} | {"VAR_DIR": str(folder)}
        in_force = contextmanager(install)(settings, monkeypatch)
        with in_force, Redis.from_url(server.url) as redis:
            yield Home(server, redis, folder, environment)


def assert_each_once(home: Home, name: str = "often") -> None:
    """From its first slot to its last, a schedule of 1 s has fired each, and has a task for each."""
    records = home.slots(name)
    first = records[0].slot
    assert [one.slot for one in records] == [first + timedelta(seconds=n) for n in range(len(records))]
    assert {one.outcome for one in records} == {"fired"}
    assert [one for one in home.queued() if f"-{name}-" in one] == [one.task_id for one in records]


def test_a_clock_that_was_stopped_for_a_while_fires_each_slot_once(home: Home) -> None:
    home.make("often")
    with home.clock() as clock:
        before = home.fires()
        clock.send(signal.SIGSTOP)
        last(5)
        clock.send(signal.SIGCONT)
        home.fires(since=before + timedelta(seconds=6))
        assert clock.stops_within(STOPPED)
    assert_each_once(home)
    assert max(one.late_seconds for one in home.slots()) > 3


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_another_clock_takes_over_within_5_s(home: Home, number: signal.Signals) -> None:
    home.make("often")
    with home.clock() as one, home.clock() as other:
        before = home.fires()
        last(1.5)  # for the other to have looked
        leader, standby = (one, other) if home.leader == one.pid else (other, one)
        leader.send(number)
        home.fires(since=before + timedelta(seconds=6))
        leader.send(signal.SIGCONT)  # it wakes, and does no harm
        home.fires(since=before + timedelta(seconds=9))
        assert home.leader == standby.pid
        assert standby.stops_within(STOPPED)
    assert_each_once(home)
    assert max(one.late_seconds for one in home.slots()) < TAKEOVER


def test_a_clock_that_is_told_to_end_hands_over_at_once(home: Home) -> None:
    home.make("often")
    with home.clock() as first, home.clock():
        before = home.fires()
        last(1.5)
        assert home.leader == first.pid
        first.stops_within(STOPPED)
        home.fires(since=before + timedelta(seconds=4))
    assert max(one.late_seconds for one in home.slots()[3:]) < 1.5


# Ends


@contextmanager
def nothing(home: Home) -> Iterator[None]:
    """All is well."""
    yield


@contextmanager
def redis_hangs(home: Home) -> Iterator[None]:
    """Redis does not answer, and keeps its connections."""
    os.kill(home.server.pid, signal.SIGSTOP)
    last(0.6)
    try:
        yield
    finally:
        os.kill(home.server.pid, signal.SIGCONT)


@contextmanager
def redis_is_gone(home: Home) -> Iterator[None]:
    """Nobody listens."""
    home.server.stop()
    last(0.6)
    yield
    home.server.start()


@contextmanager
def sql_is_locked(home: Home) -> Iterator[None]:
    """Somebody holds the tables for himself, as long as we like."""
    url = home.environment["DATABASE_URL"].replace("+psycopg", "")
    is_file = url.startswith("sqlite:///")
    locking = "BEGIN EXCLUSIVE" if is_file else "BEGIN; LOCK TABLE schedules, clock_marks"
    connected: Any = (
        sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        if is_file
        else psycopg.connect(url, autocommit=True)
    )
    with closing(connected):
        connected.execute(locking)
        last(1.5)  # for the clock to wait for it
        yield


@pytest.mark.parametrize("trouble", [nothing, redis_hangs, redis_is_gone, sql_is_locked])
def test_sigterm_ends_it_soon_whatever_hangs(
    home: Home, trouble: Callable[[Home], AbstractContextManager[None]]
) -> None:
    home.make("often")
    with home.clock() as clock:
        home.fires()
        with trouble(home):
            took = clock.stops_within(30)
    assert took < STOPPED, took


def test_sigterm_ends_it_soon_while_postgres_does_not_answer(home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/db"
        with home.clock(DATABASE_URL=url) as clock:
            last(1)
            assert clock.stops_within(30) < STOPPED


# Redis comes and goes


def test_it_outlives_a_redis_that_is_killed_and_comes_back_with_its_data(home: Home) -> None:
    home.make("often")
    with home.clock() as clock:
        before = home.fires()
        last(2.5)
        os.kill(home.server.pid, signal.SIGKILL)
        home.server.stop()
        last(2)
        home.server.start()
        home.fires(since=before + timedelta(seconds=8))
        said = clock.said()
        assert clock.stops_within(STOPPED)
    assert_each_once(home)
    assert said.count("Redis does not answer") == 1


def test_it_restores_all_schedules_of_a_redis_that_comes_back_empty(home: Home) -> None:
    names = ["often", *(f"s{n}" for n in range(20))]
    for name in names:
        home.make(name, 1 if name == "often" else 3600)
    with home.clock():
        home.fires()
        before = {one.slot for one in home.slots()}
        home.server.stop()
        shutil.rmtree(home.server.data / "appendonlydir")
        home.server.start()
        wait_until(lambda: len(next_due(home.redis, names)) == len(names), RESTORED)
        home.fires(since=max(before) + timedelta(seconds=4))
    assert not before & {one.slot for one in home.slots()}
    assert_each_once(home)


def test_it_outlives_every_outage_in_turn(home: Home) -> None:
    home.make("often")
    with RedisProxy(home.server.socket) as proxy, home.clock(REDIS_URL=proxy.url) as clock:
        house = House(home.server, proxy, home.redis, home.folder)
        for outage in (hung, refused, read_only, full, slow):
            began = home.fires(since=datetime.now(UTC))
            with outage(house):
                last(3)
            home.fires(since=began + timedelta(seconds=4))
        said = clock.said()
        assert clock.stops_within(STOPPED)
    assert_each_once(home)
    assert max(one.late_seconds for one in home.slots()) < 8
    assert 1 <= said.count("Redis does not answer") <= 6, said


def test_it_waits_for_a_redis_that_is_not_there_yet(home: Home) -> None:
    home.make("often")
    home.server.stop()
    with home.clock(ready=False) as clock:
        wait_until(lambda: "Redis does not answer" in clock.said())
        last(2)
        home.server.start()
        home.fires()
        assert clock.said().count("Redis does not answer") == 1


# SQL comes and goes


def test_without_sql_what_others_have_scheduled_fires_and_the_rest_waits(home: Home) -> None:
    home.make("often")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can
        url = f"postgresql://u@127.0.0.1:{taken.getsockname()[1]}/db"
        with home.clock(DATABASE_URL=url) as clock:
            done = Dispatcher(home.redis).dispatch(catalog.get(JOB), {}, delay="1s")
            wait_until(lambda: home.queued() == [done.task_id])
            last(7)  # in which it has tried again
            said = clock.said()
    assert said.count("cannot be read from SQL") == 1
    assert home.slots() == []


def test_it_goes_on_with_what_it_has_read_while_sql_is_locked(home: Home) -> None:
    home.make("often")
    with home.clock() as clock:
        before = home.fires()
        with sql_is_locked(home):
            home.fires(since=before + timedelta(seconds=8))
        home.make("later")
        home.fires("later")
        assert clock.stops_within(STOPPED)
    assert_each_once(home)
    assert max(one.late_seconds for one in home.slots()[1:]) < 1


# Functions that decide


def test_a_function_that_hangs_holds_up_nothing_else(home: Home) -> None:
    home.make("often", conditions={"when": "doors.opens"})
    home.make("never", 5, conditions={"when": "doors.hangs"})
    with home.clock(test_jobs=True) as clock:
        began = home.fires()
        home.fires("never", timeout=asker.PATIENCE + 10)
        home.fires(since=began + timedelta(seconds=12))
        assert clock.stops_within(STOPPED)
    assert_each_once(home)
    assert max(one.late_seconds for one in home.slots()[2:]) < 1
    assert {(one.outcome, one.why) for one in home.slots("never")} == {
        ("skipped", "doors.hangs did not answer within 10 s")
    }


# What it watches beside schedules


def test_odds_that_never_came_raise_an_alert_though_no_worker_lives(home: Home) -> None:
    with home.clock(UPSTREAMS="sandbox", ODDS_MAX_AGE_MINUTES="0.1") as clock:
        wait_until(lambda: alerts.recent(home.redis), 40, interval=0.2)
        assert clock.stops_within(STOPPED)
    (told,) = alerts.recent(home.redis)
    assert (told["alert"], told["state"]) == ("odds", "firing")
    assert "have never come" in told["text"]
    assert told["text"] in clock.said()


def test_without_a_key_nobody_waits_for_odds(home: Home) -> None:
    home.make("often")
    with home.clock(UPSTREAMS="live", ODDS_API_KEY="") as clock:
        home.fires()
        wait_until(lambda: home.redis.exists(keys.freshness_turn()), 30, interval=0.2)
        assert clock.stops_within(STOPPED)
    assert watch.states(home.redis) == []
