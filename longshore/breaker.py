"""A circuit breaker for Redis: once a call has failed, the others fail at once until Redis is back.

One breaker serves all clients of a process that answer requests (`connections.shared()` and the one that
counts requests), so one of them finds out for all. While it is open nothing is sent: no request waits for a
timeout. A thread asks Redis meanwhile, and closes it; there is no such thread while Redis is there. Workers
and the clock do not have it: they would rather wait.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from redis import BlockingConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry

logger = logging.getLogger(__name__)
AWAY = (RedisConnectionError, RedisTimeoutError)
"""What redis-py raises when Redis cannot be reached or does not answer in time."""
PROBE_INTERVAL = 0.5
"""Seconds between two questions to a Redis that is away."""
_CROWDED = "max number of clients"
"""What a Redis says that has no room for one more connection; those that are open go on."""


class RedisAway(RedisConnectionError):
    """Redis was found away a moment ago. Nothing was sent, so nothing was changed."""


class Breaker:
    """Whether Redis is there, as far as this process knows.

    Args:
        probe: asks Redis once; raises if it is away. It must give up by itself.
        interval: seconds between two probes.
    """

    def __init__(self, probe: Callable[[], object], interval: float = PROBE_INTERVAL) -> None:
        self._probe, self.interval = probe, interval
        self.opened = 0
        """How often it has opened."""
        self._renew()

    def _renew(self) -> None:
        """Begin as after a start. A forked child does it: the thread that asks has stayed with its parent."""
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._reason = ""
        self.away_since: datetime | None = None
        self.back_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether Redis is away."""
        return self.away_since is not None and self._pid == os.getpid()

    def check(self) -> None:
        """Go on if Redis is there.

        Raises:
            RedisAway: it is not.
        """
        since = self.away_since
        if since is None:
            return
        if self._pid != os.getpid():
            self._renew()
            return
        said = f"Redis is away since {since:%H:%M:%S} UTC ({self._reason})"
        raise RedisAway(f"{said}; it is asked again every {self.interval:g} s")

    def failed(self, error: BaseException, asked_at: float) -> None:
        """Take note of a failed call, and open if it says that Redis is away.

        Args:
            error: what it raised.
            asked_at: when it began, on the monotonic clock. One that began before Redis came back says
                nothing about now.
        """
        if not isinstance(error, AWAY) or isinstance(error, RedisAway) or _CROWDED in str(error):
            return
        if self._pid != os.getpid():
            self._renew()
        with self._lock:
            late = self.back_at is not None and asked_at < self.back_at
            if self.is_open or late:
                return
            thread = threading.Thread(target=_ask, args=(weakref.ref(self),), name="redis-probe", daemon=True)
            thread.start()  # before it opens: without the thread nobody would close it
            self._reason, self.away_since = str(error), datetime.now(UTC)
            self.opened += 1
        logger.warning("Redis is away, requests do without until it is back: %s", error)

    def answers_now(self) -> bool:
        """Ask Redis, and close if it answers. For the thread that asks."""
        try:
            self._probe()
        except AWAY:
            return False
        except Exception as error:  # it answers, and not as it should, e.g. with a wrong password
            self._reason = str(error)
            return False
        with self._lock:
            since, self.away_since = self.away_since, None
            self.back_at = time.monotonic()
        if since is not None:
            logger.warning("Redis is back after %.1f s", (datetime.now(UTC) - since).total_seconds())
        return True


def _ask(known: weakref.ref[Breaker]) -> None:
    """Ask at once, as a cut connection need not mean more than that, and then again and again."""
    while (breaker := known()) is not None and not breaker.answers_now():
        interval = breaker.interval
        del breaker  # when nobody else has it, nobody needs to know any more
        time.sleep(interval)


class BreakerRetry(Retry):
    """redis-py's hook around each connect and each command: it tries once, and tells the breaker.

    Args:
        breaker: whom to ask and to tell.
        opens: the errors that say that Redis is away.
    """

    __hash__ = Retry.__hash__

    def __init__(self, breaker: Breaker, opens: tuple[type[BaseException], ...] = AWAY) -> None:
        super().__init__(NoBackoff(), 0)
        self.breaker, self._opens = breaker, opens

    def __deepcopy__(self, _memo: dict[int, Any]) -> BreakerRetry:
        """The same: redis-py copies it for each connection, and there is one breaker."""
        return self

    def call_with_retry(self, *args: Any, **kwargs: Any) -> Any:
        """As in redis-py, unless Redis is known to be away."""
        self.breaker.check()
        asked_at = time.monotonic()
        try:
            return super().call_with_retry(*args, **kwargs)
        except self._opens as error:
            self.breaker.failed(error, asked_at)
            raise


class BreakerPool(BlockingConnectionPool):
    """A pool where nobody queues for a connection to a Redis that is away.

    Args:
        breaker: whom to ask.
        options: as redis-py's.
    """

    def __init__(self, breaker: Breaker, **options: Any) -> None:
        self.breaker = breaker
        super().__init__(**options)  # type: ignore[no-untyped-call]

    def get_connection(self, *args: Any, **kwargs: Any) -> Any:
        """As in redis-py, unless Redis is known to be away."""
        self.breaker.check()
        return super().get_connection(*args, **kwargs)  # type: ignore[no-untyped-call]


def of(client: Redis) -> Breaker | None:
    """The breaker of a client, if it has one."""
    retry = client.get_retry()
    return retry.breaker if isinstance(retry, BreakerRetry) else None
