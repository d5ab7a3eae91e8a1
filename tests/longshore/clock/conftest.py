"""What the clock's tests share: a time that stands still, catalogs made on the spot, clocks on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis
from rq import Queue

from longshore import job
from longshore.catalog import Catalog
from longshore.clock import Clock
from longshore.clockwork.keeper import Keeper
from longshore.schedules import book, ledger
from longshore.schedules.book import Schedule
from longshore.schedules.ledger import SlotRecord
from longshore.schedules.reader import Row

NOON = datetime(2026, 5, 9, 12, tzinfo=UTC)


class Time:
    """A clock's clock."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def time() -> Time:
    """The time, which stands still unless told to pass."""
    return Time()


Declare = Callable[..., Catalog]


@pytest.fixture
def declare() -> Declare:
    """A function that makes a catalog with a job `shop.count` of these schedules."""

    def made(*schedules: Any, **options: Any) -> Catalog:
        one = Catalog()
        one.queues["default"] = "tests"

        def count(n: int = 1) -> int:
            return n

        count.__module__ = "jobs.shop"
        job(into=one, schedules=schedules, **options)(count)
        one.check()
        return one

    return made


class House:
    """Clocks, the time, what is in Redis, and in place of SQL what people have changed."""

    def __init__(self, redis: Redis, time: Time) -> None:
        self.redis, self.time = redis, time
        self.changed: list[Row] = []
        self.decided: datetime | None = None

    def rows(self) -> Sequence[Row]:
        """What people have changed, as a reader gives it."""
        return list(self.changed)

    def mark(self) -> datetime | None:
        """Until when all slots are decided."""
        return self.decided

    def save_mark(self, until: datetime) -> None:
        """Note that."""
        self.decided = until

    def close(self) -> None:
        """Nothing is open."""

    def clock(self, catalog: Catalog, connection: Redis | None = None, **options: Any) -> Clock:
        """A clock that has not looked yet. Its schedules are the catalog's, and `rows`."""
        keeper = Keeper(catalog, self)
        client = connection or self.redis
        return Clock(connection=client, catalog=catalog, keeper=keeper, now=self.time, **options)

    def lead(self, clock: Clock) -> None:
        """Let a clock look until it leads, also where Redis was emptied and it has to wait."""
        for _ in range(4):
            clock.tick()
            self.time.pass_(seconds=1)

    def tick(self, catalog: Catalog) -> None:
        """A new clock looks, twice, and goes: it holds what it has to hold, and then fires what is due."""
        one = self.clock(catalog)
        one.tick()
        one.tick()
        one.leave()

    def queued(self, queue: str = "default") -> list[str]:
        """Ids of the tasks in a queue."""
        return Queue(queue, connection=self.redis).job_ids

    def slots(self, name: str = "shop.count") -> list[SlotRecord]:
        """What became of a schedule's slots, oldest first."""
        return ledger.read(self.redis, name)[::-1]

    def schedule(self, catalog: Catalog, name: str = "shop.count") -> Schedule:
        """A schedule as the clock sees it."""
        return book.combine(catalog, self.changed)[name]


@pytest.fixture
def house(redis: Redis, time: Time) -> House:
    """The house that a test's clocks live in."""
    return House(redis, time)
