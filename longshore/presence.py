"""Which workers are there at this moment: registered, on time with their heartbeats, and connected.

A heartbeat says that a worker was there up to a minute ago. RQ's workers also hold a subscription to a
channel of their own, for commands; the kernel ends it the moment that the process dies, so the number of
subscribers says it at once. A suspended worker is there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from redis import Redis
from rq.command import PUBSUB_CHANNEL_TEMPLATE
from rq.utils import as_text
from rq.worker_registration import WORKERS_BY_QUEUE_KEY

from longshore import breaker

FRESH = 1.0
"""Seconds that an answer is used again."""
RECONNECT = 3.0
"""Seconds after Redis has come back in which heartbeats alone count: a worker that has lost its subscription
waits 2 s before it subscribes again."""
_PREFIX = "rq:worker:"


def nobody(queue: str) -> str:
    """That no worker is there, and what to do, in the words that all of Longshore has for it."""
    return (
        f"No worker listens to queue {queue!r}: start one with WORKER_QUEUES={queue} bash worker.sh, "
        "or with WORKER_QUEUES empty for all queues."
    )


def connected(connection: Redis, names: Sequence[str]) -> set[str]:
    """Those of the registered workers whose process is there and whose heartbeats are in time."""
    if not names:
        return set()
    with connection.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.exists(f"{_PREFIX}{name}")  # it expires when heartbeats stop: ours after 90 s
        pipe.pubsub_numsub(*(PUBSUB_CHANNEL_TEMPLATE % name for name in names))
        *on_time, listeners = pipe.execute()
    beating = {name for name, there in zip(names, on_time, strict=True) if there}
    there = {name for name, (_, count) in zip(names, listeners, strict=True) if name in beating and count}
    return there if there == beating or _has_settled(connection) else beating


def _has_settled(connection: Redis) -> bool:
    """Whether workers have had the time to subscribe again since Redis was last away."""
    known = breaker.of(connection)
    back_at = known.back_at if known else None
    if back_at is not None and time.monotonic() - back_at < RECONNECT:
        return False
    info: Any = connection.info("server")
    return int(info["uptime_in_seconds"]) >= RECONNECT


def listening(connection: Redis, queue: str) -> set[str]:
    """The workers of a queue that are there."""
    registered: Any = connection.smembers(WORKERS_BY_QUEUE_KEY % queue)
    names = sorted(as_text(one).removeprefix(_PREFIX) for one in registered)
    return connected(connection, names)


class Presence:
    """Whether a queue has workers, asked at most once a second.

    Args:
        connection: Redis.
        now: seconds, injected for tests.
    """

    def __init__(self, connection: Redis, now: Callable[[], float] = time.monotonic) -> None:
        self._connection, self._now = connection, now
        self._lock = threading.Lock()
        self._known: dict[str, tuple[bool, float]] = {}

    def alive(self, queue: str) -> bool:
        """Whether a worker is there for it. One asks, and the others wait for that answer.

        Args:
            queue: a queue of the catalog; an answer is kept for each.

        Raises:
            redis.exceptions.RedisError: Redis is away, so nobody knows.
        """
        with self._lock:
            found, until = self._known.get(queue, (False, 0.0))
            if self._now() >= until:
                found = bool(listening(self._connection, queue))
                self._known[queue] = found, self._now() + FRESH
            return found
