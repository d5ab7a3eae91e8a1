"""What waits in Redis, read in chunks: every task that may yet run, and the place that it waits in.

This module only reads (SMEMBERS, LRANGE, ZSCAN, HMGET), and holds one chunk at a time. Places are walked in
the order in which tasks pass through them, and so that what stays in its place is never left out: a list from
its tail, as workers take from its head, and a sorted set by ZSCAN. What moves meanwhile may be met twice, or,
when it goes back, not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from redis import Redis
from redis.exceptions import ResponseError
from rq import Queue
from rq.intermediate_queue import IntermediateQueue
from rq.rate_limit import RateLimitRegistry
from rq.registry import DeferredJobRegistry, ReadyJobRegistry, ScheduledJobRegistry, StartedJobRegistry
from rq_scheduler import Scheduler

from longshore.catalog import Catalog
from longshore.task import Task

CHUNK = 250
"""Ids, and after them hashes, that are read in one round trip; about as many are in memory at a time."""
SCHEDULER = "rq-scheduler"
"""The place of what waits in rq-scheduler's sorted set."""
STARTED = "started"

_QUEUE = Queue.redis_queue_namespace_prefix.encode()
_TASK = Task.redis_job_namespace_prefix.encode()
_RATE_LIMIT = RateLimitRegistry.rl_keys_key.removesuffix("-keys").encode()
_ON_THE_WAY = IntermediateQueue.get_intermediate_queue_key("").encode()
"""The end of the list that a stock worker moves a task to before it begins."""
_BEFORE: dict[str, type[Any]] = {
    "deferred": DeferredJobRegistry,
    "ready": ReadyJobRegistry,
    "scheduled": ScheduledJobRegistry,
}
"""The registries of a queue that a task leaves for its queue: delayed retries are among the scheduled."""


@dataclass(frozen=True)
class Place:
    """One list or sorted set of task ids.

    Attributes:
        where: its kind, in a word for people.
        key: its Redis key.
        queue: the queue that it belongs to; None where each task's hash says it.
        is_list: a list, else a sorted set.
    """

    where: str
    key: bytes
    queue: bytes | None = None
    is_list: bool = False


class Fields(NamedTuple):
    """What is read of a hash: the call, and what RQ must understand to run it; None for what is not set.

    Reading all that RQ may have written would take twice the time.
    """

    data: bytes | None
    meta: bytes | None
    origin: bytes | None
    created_at: bytes | None
    enqueued_at: bytes | None
    retries_left: bytes | None
    retry_intervals: bytes | None
    status: bytes | None
    timeout: bytes | None
    result_ttl: bytes | None
    failure_ttl: bytes | None
    ttl: bytes | None
    success_callback_name: bytes | None
    failure_callback_name: bytes | None
    stopped_callback_name: bytes | None


class Entry(NamedTuple):
    """One task that waits; without fields if its key holds no hash."""

    place: Place
    task_id: bytes
    fields: Fields | None

    @property
    def queue(self) -> str:
        """The queue that it is in or will come to; empty if its hash does not say."""
        name = self.place.queue
        if name is None and self.fields is not None:
            name = self.fields.origin
        return (name or b"").decode(errors="replace")


def entries(connection: Redis, catalog: Catalog) -> Iterator[Entry]:
    """All that waits or runs, in the queues of RQ and of the catalog.

    Raises:
        redis.exceptions.RedisError: Redis does not answer, or a place is neither list nor sorted set.
    """
    for place in _places(connection, catalog):
        for ids in _chunks(connection, place):
            yield from _read(connection, place, ids)


def _places(connection: Redis, catalog: Catalog) -> Iterator[Place]:
    queues = _names(connection, Queue.redis_queues_keys, _QUEUE) | {one.encode() for one in catalog.queues}
    yield Place(SCHEDULER, Scheduler.scheduled_jobs_key.encode())
    for name in sorted(queues):
        for where, registry in _BEFORE.items():
            yield Place(where, _registry(registry, name), name)
    for key in sorted(_names(connection, RateLimitRegistry.rl_keys_key, b"")):
        yield Place("rate limited", b"%b:%b:rate_limited" % (_RATE_LIMIT, key))
    for name in sorted(queues):
        yield Place("queued", _QUEUE + name, name, is_list=True)
        yield Place("queued", _QUEUE + name + _ON_THE_WAY, name, is_list=True)
        yield Place(STARTED, _registry(StartedJobRegistry, name), name)


def _names(connection: Redis, key: str, prefix: bytes) -> set[bytes]:
    found: Any = connection.smembers(key)
    return {one.removeprefix(prefix) for one in found}


def _registry(registry: type[Any], name: bytes) -> bytes:
    """As RQ's own `key`, for names that need not be text."""
    return str(registry.key_template.format("")).encode() + name


def _chunks(connection: Redis, place: Place) -> Iterator[list[bytes]]:
    return _of_list(connection, place.key) if place.is_list else _of_set(connection, place)


def _of_list(connection: Redis, key: bytes) -> Iterator[list[bytes]]:
    end = -1
    lrange: Any = connection.lrange
    while ids := lrange(key, end - CHUNK + 1, end):
        yield ids
        end -= CHUNK


def _of_set(connection: Redis, place: Place) -> Iterator[list[bytes]]:
    zscan: Any = connection.zscan
    cursor = None
    while cursor != 0:
        cursor, found = zscan(place.key, cursor or 0, count=CHUNK)
        ids = [name for name, _ in found]
        if place.where == STARTED:  # RQ puts the execution's id behind the task's
            ids = [one.partition(b":")[0] for one in ids]
        if ids:
            yield ids


def _read(connection: Redis, place: Place, ids: list[bytes]) -> Iterator[Entry]:
    with connection.pipeline(transaction=False) as pipe:
        for one in ids:
            pipe.hmget(_TASK + one, Fields._fields)
        answers = pipe.execute(raise_on_error=False)
    for one, answer in zip(ids, answers, strict=True):
        if isinstance(answer, Exception) and not _is_wrong_type(answer):
            raise answer
        yield Entry(place, one, None if isinstance(answer, Exception) else Fields(*answer))


def _is_wrong_type(error: Exception) -> bool:
    return isinstance(error, ResponseError) and str(error).startswith("WRONGTYPE")
