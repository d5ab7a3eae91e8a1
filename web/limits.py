"""How often one address may use public routes. How that is counted is in counting.py."""

from __future__ import annotations

import re
import time

from flask import Flask, Response, abort, g, request
from redis.exceptions import ConnectionError as RedisConnectionError

from longshore import breaker
from longshore.connections import shared, web_client
from longshore.settings import Settings
from web import auth
from web.counting import Count, Counting

COUNTING_TIMEOUT = 0.15
"""Seconds that counting a request may wait for Redis, before it is counted in this process instead."""
_CONNECTIONS = 2
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_NOT_COUNTED = ("system.health", "system.ready")


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
    counting = Counting(client, *rate(settings.public_rate_limit))
    app.before_request(lambda: _count(counting))
    app.after_request(lambda answer: _tell(counting, answer))


def rate(text: str) -> tuple[int, int]:
    """A rate as requests and seconds: `120/minute` is 120 and 60. Settings have checked its form."""
    found = re.fullmatch(r"(\d+)\s*(?:/|per)\s*(\w+)", text.strip())
    assert found is not None
    return int(found[1]), _SECONDS[found[2]]


def _count(counting: Counting) -> None:
    """Count a request, and refuse it if there were too many."""
    if _is_free():
        return
    g.count = one = counting.count((request.remote_addr or "127.0.0.1")[:64])
    if one.known > counting.allowed:
        abort(429)


def _tell(counting: Counting, answer: Response) -> Response:
    """Say what is left, and when a refused one may come again."""
    one: Count | None = g.get("count")
    if one is None:
        return answer
    answer.headers["X-RateLimit-Limit"] = str(counting.allowed)
    answer.headers["X-RateLimit-Remaining"] = str(max(counting.allowed - one.known, 0))
    if answer.status_code == 429:
        answer.headers["Retry-After"] = str(max(round(one.until - time.time()), 1))
    return answer


def _is_free() -> bool:
    """Admins, probes, static files and addresses where nothing is are not counted."""
    endpoint = request.endpoint
    if endpoint is None or endpoint.endswith("static") or endpoint in _NOT_COUNTED:
        return True
    return auth.access_of(endpoint) != "public" or auth.is_admin()
