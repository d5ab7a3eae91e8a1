"""Listing tasks: counted and paged, never fetched whole.

RQ keeps a task's id in a list (its queue) or in a sorted set (a registry), one for each queue and
state. A page walks these places in a fixed order, newest first inside each, and its cursor says
where to go on. So the cost of a page does not depend on how many tasks there are.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq import Queue
from rq.rate_limit import RateLimitRegistry
from rq.registry import (
    CanceledJobRegistry,
    DeferredJobRegistry,
    FailedJobRegistry,
    FinishedJobRegistry,
    ScheduledJobRegistry,
    StartedJobRegistry,
)
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys
from longshore.catalog import Catalog
from longshore.errors import LongshoreError
from longshore.task import SCHEDULE_ENTRY, Task
from longshore.tasks import Status, TaskView, job_name, show

SCAN_LIMIT = 1_000
"""Most ids that one page looks at when it is filtered by job; a page may then be short, or empty."""
_CHUNK = 200

STATES: dict[str, tuple[Status, ...]] = {
    "started": (Status.STARTED, Status.PROGRESS),
    "queued": (Status.PENDING, Status.RETRY),
    "rate_limited": (Status.PENDING,),
    "scheduled": (Status.PENDING, Status.RETRY),
    "later": (Status.PENDING,),
    "deferred": (Status.PENDING,),
    "failed": (Status.FAILURE, Status.CANCELED),
    "finished": (Status.SUCCESS,),
    "canceled": (Status.CANCELED,),
}
"""The places of a task in the order that a list shows them, and the statuses found in each."""
_REGISTRIES: dict[str, Any] = {
    "started": StartedJobRegistry,
    "scheduled": ScheduledJobRegistry,
    "deferred": DeferredJobRegistry,
    "failed": FailedJobRegistry,
    "finished": FinishedJobRegistry,
    "canceled": CanceledJobRegistry,
}


class InvalidCursor(LongshoreError):
    """The cursor is not one that a list has given."""


@dataclass(frozen=True)
class Place:
    """One list or sorted set that holds task ids.

    Attributes:
        state: which of STATES.
        queue: the queue, or the rate limit's key, or empty for rq-scheduler's set.
        key: its Redis key.
        is_list: a list, else a sorted set.
    """

    state: str
    queue: str
    key: str
    is_list: bool = False


@dataclass(frozen=True)
class Page:
    """Some tasks, and where the next ones are."""

    tasks: list[TaskView]
    next_cursor: str | None


def places(catalog: Catalog, queue: str | None = None, status: Status | None = None) -> list[Place]:
    """Where tasks of that queue and status are, in the order of a list."""
    names = [queue] if queue else list(catalog.queues)
    found = []
    for state, statuses in STATES.items():
        if status is None or status in statuses:
            found += [place for name in names for place in _of_queue(state, name, catalog)]
            if state == "later" and not queue:
                found.append(Place(state, "", Scheduler.scheduled_jobs_key))
    return found


def _of_queue(state: str, name: str, catalog: Catalog) -> Iterator[Place]:
    if state == "queued":
        yield Place(state, name, f"{Queue.redis_queue_namespace_prefix}{name}", is_list=True)
    elif state == "rate_limited":
        for job in catalog:
            if job.queue == name and not job.overlap:
                yield Place(
                    state, name, f"{RateLimitRegistry.rl_keys_key[: -len('-keys')]}:{job.name}:rate_limited"
                )
    elif state in _REGISTRIES:
        yield Place(state, name, _REGISTRIES[state].key_template.format(name))


def counts(connection: Redis, where: Sequence[Place]) -> list[int]:
    """How many tasks each place holds, in one round trip. Entries of schedules are no tasks."""
    with connection.pipeline(transaction=False) as pipe:
        for place in where:
            pipe.llen(place.key) if place.is_list else pipe.zcard(place.key)
        pipe.hlen(keys.schedules())
        *found, entries = (int(count) for count in pipe.execute())
    return [
        max(count - entries, 0) if place.state == "later" else count
        for place, count in zip(where, found, strict=True)
    ]


def page(
    connection: Redis,
    catalog: Catalog,
    *,
    limit: int,
    cursor: str | None = None,
    queue: str | None = None,
    status: Status | None = None,
    job: str | None = None,
    now: datetime | None = None,
) -> Page:
    """Up to `limit` tasks: running first, then waiting, then ended, newest first in each.

    Raises:
        InvalidCursor: `cursor` is not one that a page has given.
    """
    where = places(catalog, queue, status)
    at, position = _decode(cursor, where)
    shown: list[TaskView] = []
    looked = 0
    now = now or datetime.now(UTC)
    while at < len(where) and looked < SCAN_LIMIT:
        ids, after = _read(connection, where[at], position, min(_CHUNK, max(limit - len(shown), 1)))
        looked += len(ids) or 1
        shown += _matching(connection, ids, now, status, job)
        at, position = (at, after) if after else (at + 1, None)
        if len(shown) >= limit:
            break
    return Page(shown, _encode(at, position) if at < len(where) else None)


def _matching(
    connection: Redis, ids: Sequence[str], now: datetime, status: Status | None, job: str | None
) -> list[TaskView]:
    found = (
        [one for one in Task.fetch_many(ids, connection=connection) if isinstance(one, Task)] if ids else []
    )
    wanted = [
        one for one in found if SCHEDULE_ENTRY not in one.meta and (job is None or job_name(one) == job)
    ]
    views = [show(one, None, now) for one in wanted]
    return [one for one in views if status is None or one.status is status]


def _read(connection: Redis, place: Place, position: Any, size: int) -> tuple[list[str], Any]:
    """Some ids of a place from `position` on, and the position after them; None at its end."""
    return (
        _read_list(connection, place, position, size)
        if place.is_list
        else _read_set(connection, place, position, size)
    )


def _read_list(connection: Redis, place: Place, position: Any, size: int) -> tuple[list[str], Any]:
    """Newest first is from the tail; the last id seen anchors the position, as new ones come behind it."""
    end = -1
    if position:
        found: Any = connection.lpos(place.key, position)
        if found is None:
            return [], None  # it has been taken by a worker, and so have all the older ones before it
        end = int(found) - 1
        if end < 0:
            return [], None
    start = max(end - size + 1, 0) if end >= 0 else -size
    ids = [as_text(raw) for raw in reversed(connection.lrange(place.key, start, end))]
    return ids, ids[-1] if len(ids) == size else None


def _read_set(connection: Redis, place: Place, position: Any, size: int) -> tuple[list[str], Any]:
    """Newest first is highest score first; the last member's rank, asked anew, does not shift."""
    start = 0
    if position:
        score, member = position
        rank: Any = connection.zrevrank(place.key, member)
        # It may be gone by now: then from its score on, which can show a few of that second again.
        start = int(rank) + 1 if rank is not None else int(connection.zcount(place.key, f"({score}", "+inf"))
    entries: Any = connection.zrange(place.key, start, start + size - 1, desc=True, withscores=True)
    ids = list(dict.fromkeys(as_text(name).partition(":")[0] for name, _ in entries))
    after = [repr(entries[-1][1]), as_text(entries[-1][0])] if len(entries) == size else None
    return ids, after


def _encode(at: int, position: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([at, position]).encode()).decode().rstrip("=")


def _decode(cursor: str | None, where: Sequence[Place]) -> tuple[int, Any]:
    if not cursor:
        return 0, None
    try:
        at, position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if isinstance(at, int) and 0 <= at < len(where) and _fits(where[at], position):
            return at, position
    except (ValueError, TypeError):
        pass
    raise InvalidCursor(
        "The cursor is not valid; pass next_cursor of the page before, with the same filters."
    )


def _fits(place: Place, position: Any) -> bool:
    """Whether this is a position in such a place: an id in a list, score and member in a sorted set."""
    if position is None or place.is_list:
        return position is None or isinstance(position, str)
    if not isinstance(position, list) or [type(one) for one in position] != [str, str]:
        return False
    return not math.isnan(float(position[0])) and "_" not in position[0]
