"""Listing tasks: every one once, in order, without fetching them all."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from redis import Redis

from longshore import control, listing
from longshore.catalog import catalog
from longshore.clock import Clock
from longshore.clockwork.keeper import Keeper, NoSource
from longshore.dispatch import Dispatcher
from longshore.listing import InvalidCursor
from longshore.tasks import Status


def walk(redis: Redis, limit: int, **filters: Any) -> list[Any]:
    """All tasks of a list, page by page."""
    found: list[Any] = []
    cursor = None
    for _ in range(1000):
        page = listing.page(redis, catalog, limit=limit, cursor=cursor, **filters)
        assert len(page.tasks) <= limit
        found += page.tasks
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


def encoded(value: Any) -> str:
    """A cursor that holds this."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.fixture
def mixed(redis: Redis, dispatcher: Dispatcher, work: Any) -> dict[str, list[str]]:
    """Tasks in many states, by state."""
    add, fail = catalog.get("demo.add"), catalog.get("demo.fail")
    finished = [one.task_id for one in dispatcher.dispatch_many(add, [{"a": n} for n in range(7)])]
    failed = [one.task_id for one in dispatcher.dispatch_many(fail, [{}] * 3)]
    work()
    queued = [one.task_id for one in dispatcher.dispatch_many(add, [{"a": n} for n in range(25)])]
    later = [dispatcher.dispatch(add, {"a": 1}, delay="1h").task_id for _ in range(2)]
    canceled = queued.pop(3)
    control.cancel(redis, canceled)
    return {"finished": finished, "failed": failed, "queued": queued, "later": later, "canceled": [canceled]}


@pytest.mark.parametrize("limit", [1, 2, 7, 50, 200])
def test_pages_of_any_size_show_every_task_once(
    redis: Redis, mixed: dict[str, list[str]], limit: int
) -> None:
    seen = [one.task_id for one in walk(redis, limit)]
    assert len(seen) == len(set(seen))
    assert set(seen) == {task_id for ids in mixed.values() for task_id in ids}


def test_waiting_come_before_ended_and_newest_first(redis: Redis, mixed: dict[str, list[str]]) -> None:
    seen = [one.task_id for one in walk(redis, 10)]
    assert seen[: len(mixed["queued"])] == mixed["queued"][::-1]
    assert set(seen[-8:-1]) == set(mixed["finished"])


@pytest.mark.parametrize(
    ("status", "states"),
    [
        (Status.SUCCESS, ["finished"]),
        (Status.FAILURE, ["failed"]),
        (Status.PENDING, ["queued", "later"]),
        (Status.CANCELED, ["canceled"]),
        (Status.PROGRESS, []),
    ],
)
def test_a_filter_by_status(
    redis: Redis, mixed: dict[str, list[str]], status: Status, states: list[str]
) -> None:
    seen = {one.task_id for one in walk(redis, 4, status=status)}
    assert seen == {task_id for state in states for task_id in mixed[state]}


def test_filters_by_job_and_queue(redis: Redis, mixed: dict[str, list[str]]) -> None:
    assert {one.task_id for one in walk(redis, 4, job="demo.fail")} == set(mixed["failed"])
    assert walk(redis, 4, queue="second") == []


def test_counts_are_counted_not_fetched(redis: Redis, mixed: dict[str, list[str]]) -> None:
    where = listing.places(catalog)
    redis.config_resetstat()
    assert sum(listing.counts(redis, where)) == sum(map(len, mixed.values()))
    stats: Any = redis.info("commandstats")
    assert "cmdstat_hgetall" not in stats


def test_entries_of_schedules_are_no_tasks(redis: Redis) -> None:
    Clock(connection=redis, catalog=catalog, keeper=Keeper(catalog, NoSource())).tick()
    assert redis.zcard("rq:scheduler:scheduled_jobs") == len(catalog.schedules()) > 0
    assert walk(redis, 10) == []
    assert sum(listing.counts(redis, listing.places(catalog))) == 0


def test_a_page_of_100000_tasks_fetches_only_itself(redis: Redis, dispatcher: Dispatcher) -> None:
    first = dispatcher.dispatch(catalog.get("demo.add"), {"a": 1})
    with redis.pipeline(transaction=False) as pipe:
        for start in range(0, 100_000, 10_000):
            pipe.rpush("rq:queue:default", *(f"made-up-{n}" for n in range(start, start + 10_000)))
        pipe.execute()
    last = dispatcher.dispatch(catalog.get("demo.add"), {"a": 2})
    redis.config_resetstat()
    page = listing.page(redis, catalog, limit=1)
    assert [one.task_id for one in page.tasks] == [last.task_id]
    stats: Any = redis.info("commandstats")
    assert stats["cmdstat_hgetall"]["calls"] == 1
    assert sum(listing.counts(redis, listing.places(catalog))) == 100_002
    assert first.created


def test_many_tasks_that_ended_in_one_second_are_all_shown(
    redis: Redis, dispatcher: Dispatcher, work: Any
) -> None:
    dispatcher.dispatch_many(catalog.get("demo.add"), [{"a": 1}] * 3)
    work()
    ids = redis.zrange("rq:finished:default", 0, -1)
    redis.zadd("rq:finished:default", dict.fromkeys(ids, 10000000000.0))
    template = redis.hgetall(f"rq:job:{ids[0].decode()}")
    for n in range(600):
        redis.hset(f"rq:job:copy-{n}", mapping=template)
    redis.zadd("rq:finished:default", {f"copy-{n}": 1e10 for n in range(600)})
    seen = [one.task_id for one in walk(redis, 50, status=Status.SUCCESS)]
    assert len(seen) == len(set(seen)) == 603


def test_a_place_in_the_list_survives_tasks_that_come_and_go(
    redis: Redis, dispatcher: Dispatcher, mixed: dict[str, list[str]]
) -> None:
    page = listing.page(redis, catalog, limit=10, status=Status.PENDING)
    dispatcher.dispatch_many(catalog.get("demo.add"), [{"a": 1}] * 5)
    redis.lpop("rq:queue:default", 2)
    following = listing.page(redis, catalog, limit=10, status=Status.PENDING, cursor=page.next_cursor)
    assert [one.task_id for one in page.tasks + following.tasks] == mixed["queued"][::-1][:20]


NOT_OURS: list[Any] = [
    *(1, [], None, "text", {"a": 1}),
    *([0, 1], [99, None], [-1, None], [0, [1, 2]], [0, ["1"]]),
    *([0, "an id in a sorted set"], [0, ["nan", "x"]], [0, ["1_0", "x"]], [3, ["a pair", "in a list"]]),
]


@pytest.mark.parametrize("cursor", ["x", "é", *map(encoded, NOT_OURS)])
def test_a_cursor_that_is_not_ours_is_refused(redis: Redis, cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        listing.page(redis, catalog, limit=1, cursor=cursor)
