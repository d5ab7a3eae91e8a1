"""How often one address may use public routes. Counted in Redis; when Redis is away, in this process.

How it is counted is in counting.py.
"""

from __future__ import annotations

import time

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse
from redis.exceptions import ConnectionError as RedisConnectionError

from longshore import breaker
from longshore.connections import shared, web_client
from longshore.settings import Settings
from web import auth
from web.counting import Counting

COUNTING_TIMEOUT = 0.15
"""Seconds that counting a request may wait for Redis, before it is counted in this process instead."""
_CONNECTIONS = 2


def register(app: Flask, settings: Settings) -> None:
    """Limit the public routes of `app`."""
    client = web_client(
        settings.redis_url,
        pool_size=_CONNECTIONS,
        timeout=COUNTING_TIMEOUT,
        breaker=breaker.of(shared()),
        opens=(RedisConnectionError,),  # so short a silence does not say that Redis is away
    )
    app.extensions["counting"] = client
    app.config.update(
        RATELIMIT_STORAGE_URI=f"{Counting.STORAGE_SCHEME[0]}://",  # which Redis: the pool below says
        RATELIMIT_STORAGE_OPTIONS={
            "connection_pool": client.connection_pool,
            "allowed": parse(settings.public_rate_limit).amount,
        },
        RATELIMIT_KEY_PREFIX="longshore",
        RATELIMIT_APPLICATION=settings.public_rate_limit,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
    )
    limiter = Limiter(key_func=get_remote_address, app=app)
    limiter.request_filter(_not_limited)
    app.after_request(lambda answer: _tell(limiter, answer))


def _tell(limiter: Limiter, answer: Response) -> Response:
    """Say what is left. The extension's own headers put Retry-After on every answer, so they stay off."""
    if limit := limiter.current_limit:
        answer.headers["X-RateLimit-Limit"] = str(limit.limit.amount)
        left = limit.limit.amount - limit.limiter.storage.get(limit.key)
        answer.headers["X-RateLimit-Remaining"] = str(max(left, 0))
        if answer.status_code == 429:
            answer.headers["Retry-After"] = str(max(round(limit.reset_at - time.time()), 1))
    return answer


def _not_limited() -> bool:
    """Admins, probes and static files are not counted."""
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") or endpoint in ("system.health", "system.ready"):
        return True
    return auth.access_of(request.endpoint) != "public" or auth.is_admin()
