"""Redis clients: one bounded pool a process, timeouts on everything, retries where waiting is right.

A web request must answer within a second when Redis is away; a worker or the clock should rather
wait for it to come back. Both come from here, from one REDIS_URL, Sentinel included.
"""

from __future__ import annotations

import functools
import logging
import time
from typing import Any

from redis import BlockingConnectionPool, Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ClusterDownError,
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.retry import Retry
from redis_sentinel_url import connect as connect_sentinel

from longshore import settings
from longshore.breaker import AWAY as AWAY
from longshore.breaker import Breaker, BreakerPool, BreakerRetry

_REFUSING = (ReadOnlyError, OutOfMemoryError, MasterDownError, ClusterDownError)
_REFUSALS = ("READONLY", "MISCONF", "NOREPLICAS", "BUSY", "OOM ")
"""How a Redis answers that cannot take a write just now: after a failover, or full. Old ones put a script's
refusal into the text of a plain error."""


def is_away(error: BaseException) -> bool:
    """Whether this says that Redis cannot serve just now, and that the same command may succeed later."""
    if isinstance(error, (*AWAY, *_REFUSING)):
        return True
    return isinstance(error, ResponseError) and any(word in str(error) for word in _REFUSALS)


_WAIT = 0.5
"""Seconds between two looks whether Redis has come."""
logger = logging.getLogger(__name__)
_PATIENT: dict[str, Any] = {
    "socket_connect_timeout": 5.0,
    "socket_timeout": 10.0,
    "health_check_interval": 30,
}


def web_client(
    url: str,
    *,
    pool_size: int,
    timeout: float,
    breaker: Breaker | None = None,
    opens: tuple[type[BaseException], ...] = AWAY,
) -> Redis:
    """A client for requests: it gives up after `timeout` seconds.

    It never sends a command twice: an enqueue whose answer got lost would run twice. Connections that
    Redis has closed meanwhile are noticed and replaced by the pool before they are used.

    Args:
        url: REDIS_URL.
        pool_size: most connections; a request waits for a free one, at most `timeout` seconds.
        timeout: seconds to connect, and seconds to wait for an answer.
        breaker: makes its calls fail at once while Redis is away, and learns from those that fail.
        opens: the errors that the breaker learns from.
    """
    options = {
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
        "health_check_interval": 30,
        "retry": BreakerRetry(breaker, opens) if breaker else Retry(NoBackoff(), 0),
    }
    if url.startswith("redis+sentinel://"):
        return _sentinel(url, options)
    limits = {"max_connections": pool_size, "timeout": timeout}
    if breaker is None:
        pool = BlockingConnectionPool.from_url(url, **limits, **options)
    else:
        pool = BreakerPool.from_url(url, breaker=breaker, **limits, **options)
    return Redis(connection_pool=pool)


def patient_client(url: str) -> Redis:
    """A client for the clock and for upkeep: it retries for about 20 s before it gives up."""
    options = _PATIENT | {"retry": Retry(ExponentialBackoff(cap=5, base=0.1), 8)}
    if url.startswith("redis+sentinel://"):
        return _sentinel(url, options)
    return Redis.from_url(url, **options)


def wait_for(client: Redis, where: str) -> None:
    """Return when Redis answers, however long it takes; say once that we wait.

    Raises:
        redis.AuthenticationError: it answers, and does not let us in.
    """
    told = False
    while True:
        try:
            client.ping()
            return
        except (*AWAY, ResponseError) as error:
            if not is_away(error) or isinstance(error, AuthenticationError):
                raise
            if not told:
                logger.warning("Redis at %s is away, waiting for it: %s", where, error)
            told = True
            time.sleep(_WAIT)


@functools.cache
def shared() -> Redis:
    """This process's client for requests, made from the settings on first use, with a breaker of its own."""
    now = settings.current()
    made = Breaker(functools.partial(_ask_once, now.redis_url, now.redis_timeout))
    return web_client(now.redis_url, pool_size=now.redis_pool_size, timeout=now.redis_timeout, breaker=made)


def _ask_once(url: str, timeout: float) -> None:
    """Ask Redis over a connection of its own, which is closed again."""
    client = web_client(url, pool_size=1, timeout=timeout)
    try:
        client.ping()
    finally:
        client.connection_pool.disconnect()


def worker_client(url: str, timeout: float = 5.0) -> Redis:
    """A client for a worker and its horse, or a clock: it gives up soon, as they try again themselves.

    Args:
        url: REDIS_URL.
        timeout: seconds to connect, and seconds to wait for an answer.

    A command whose answer got lost must not be sent again blindly: RQ's transactions push and count.
    """
    options = {
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
        "health_check_interval": 30,
        "retry": Retry(NoBackoff(), 0),
    }
    if url.startswith("redis+sentinel://"):
        return _sentinel(url, options)
    return Redis.from_url(url, **options)


class WorkerRedis(Redis):
    """What `rq --connection-class` is given."""

    @classmethod
    def from_url(cls, url: str, **_options: Any) -> Redis:
        """A worker's client for `url`, as soon as Redis is there; the `rq` command passes no options.

        That command would end at once if it were not: a worker may well start before its Redis.
        """
        client = worker_client(url)
        wait_for(client, place(url))
        return client


def _sentinel(url: str, options: dict[str, Any]) -> Redis:
    sentinel_options = {key: options[key] for key in ("socket_connect_timeout", "socket_timeout")}
    sentinel_options["retry"] = Retry(NoBackoff(), 0)  # whoever asks for the primary tries again, or not
    _, client = connect_sentinel(url, sentinel_options=sentinel_options, client_options=options)
    found: Redis = client
    return found


def place(url: str) -> str:
    """Where a REDIS_URL or DATABASE_URL points, without user or password: safe to print."""
    scheme, _, rest = url.partition("://")
    host = rest.rpartition("@")[2] if "@" in rest else rest
    return f"{scheme}://{host.partition('?')[0]}"
