"""Redis clients: one bounded pool a process, timeouts on everything, retries where waiting is right.

A web request must answer within a second when Redis is away; a worker or the clock should rather
wait for it to come back. Both come from here, from one REDIS_URL, Sentinel included.
"""

from __future__ import annotations

import functools
from typing import Any

from redis import BlockingConnectionPool, Redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from redis.retry import Retry
from redis_sentinel_url import connect as connect_sentinel

from longshore import settings

AWAY = (RedisConnectionError, RedisTimeoutError)
"""What redis-py raises when Redis cannot be reached or does not answer in time."""

_PATIENT: dict[str, Any] = {
    "socket_connect_timeout": 5.0,
    "socket_timeout": 10.0,
    "health_check_interval": 30,
}


def web_client(url: str, *, pool_size: int, timeout: float) -> Redis:
    """A client for requests: it gives up after `timeout` seconds.

    It never sends a command twice: an enqueue whose answer got lost would run twice. Connections that
    Redis has closed meanwhile are noticed and replaced by the pool before they are used.

    Args:
        url: REDIS_URL.
        pool_size: most connections; a request waits for a free one, at most `timeout` seconds.
        timeout: seconds to connect, and seconds to wait for an answer.
    """
    options = {
        "socket_connect_timeout": timeout,
        "socket_timeout": timeout,
        "health_check_interval": 30,
        "retry": Retry(NoBackoff(), 0),
    }
    if url.startswith("redis+sentinel://"):
        return _sentinel(url, options)
    pool = BlockingConnectionPool.from_url(url, max_connections=pool_size, timeout=timeout, **options)
    return Redis(connection_pool=pool)


def patient_client(url: str) -> Redis:
    """A client for worker and clock: it retries for about 20 s before it gives up."""
    options = _PATIENT | {"retry": Retry(ExponentialBackoff(cap=5, base=0.1), 8)}
    if url.startswith("redis+sentinel://"):
        return _sentinel(url, options)
    return Redis.from_url(url, **options)


@functools.cache
def shared() -> Redis:
    """This process's client for requests, made from the settings on first use."""
    now = settings.current()
    return web_client(now.redis_url, pool_size=now.redis_pool_size, timeout=now.redis_timeout)


class WorkerRedis(Redis):
    """What `rq --connection-class` is given: `from_url` of redis-py 8 has no retries, this one has."""

    @classmethod
    def from_url(cls, url: str, **_options: Any) -> Redis:
        """A patient client for `url`; the `rq` command passes no options."""
        return patient_client(url)


def _sentinel(url: str, options: dict[str, Any]) -> Redis:
    sentinel_options = {key: options[key] for key in ("socket_connect_timeout", "socket_timeout")}
    _, client = connect_sentinel(url, sentinel_options=sentinel_options, client_options=options)
    found: Redis = client
    return found


def place(url: str) -> str:
    """Where a REDIS_URL or DATABASE_URL points, without user or password: safe to print."""
    scheme, _, rest = url.partition("://")
    host = rest.rpartition("@")[2] if "@" in rest else rest
    return f"{scheme}://{host.partition('?')[0]}"
