"""How often one address may use public routes. Counted in Redis; when Redis is away, in this process."""

from __future__ import annotations

import time

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from longshore.connections import web_client
from longshore.settings import Settings
from web import auth

COUNTING_TIMEOUT = 0.2
"""Seconds that counting a request may wait for Redis, before it is counted in this process instead."""
_CONNECTIONS = 2


def register(app: Flask, settings: Settings) -> None:
    """Limit the public routes of `app`."""
    client = web_client(settings.redis_url, pool_size=_CONNECTIONS, timeout=COUNTING_TIMEOUT)
    app.extensions["counting"] = client
    app.config.update(
        RATELIMIT_STORAGE_URI="redis://",  # which Redis: the pool below says
        RATELIMIT_STORAGE_OPTIONS={"connection_pool": client.connection_pool},
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
        answer.headers["X-RateLimit-Remaining"] = str(max(limit.remaining, 0))
        if answer.status_code == 429:
            answer.headers["Retry-After"] = str(max(round(limit.reset_at - time.time()), 1))
    return answer


def _not_limited() -> bool:
    """Admins, probes and static files are not counted."""
    endpoint = request.endpoint or ""
    if endpoint.endswith("static") or endpoint in ("system.health", "system.ready"):
        return True
    return auth.access_of(request.endpoint) != "public" or auth.is_admin()
