"""`GET /api/cache-status` and `POST /api/clear-cache`: the cache itself."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from redis.exceptions import RedisError

from jobs.odds import board as boards
from jobs.odds import parts
from jobs.odds.board import Board
from jobs.odds.shown import ARBITRAGES, MIDDLES, OPPORTUNITIES
from longshore import settings
from longshore.connections import shared
from web import auth
from web.api.odds import serving
from web.api.odds.blueprint import blueprint
from web.api.odds.edition import Edition


@blueprint.get("/cache-status", summary="How is the odds cache?")
@auth.public
def status() -> Response:
    """Redis, when the odds were last updated, and what there is. It answers while Redis is away, too."""
    well = _redis_answers()
    edition = serving.serving().edition()
    redis = {"status": "healthy" if well else "unhealthy", "message": _of_redis(well)}
    return jsonify(
        status=redis["status"],
        message=_message(edition, well),
        redis=redis,
        **serving.head(edition),
        age_seconds=edition.age(serving.unix_time()) if edition.board else None,
        served_from=_place(),
        **_content(edition.board),
        refresh_interval_minutes=settings.current().refresh_interval_minutes,
        max_age_minutes=settings.current().odds_max_age_minutes,
    )


@blueprint.post("/clear-cache", summary="Clear the odds cache")
def clear() -> Response:
    """Forget what the last refresh found, in Redis and its copies. The record of opportunities stays."""
    there = boards.clear()
    said = "Cache cleared successfully" if there else "The cache was empty"
    return jsonify(status="success", message=said, cleared=there)


def _redis_answers() -> bool:
    try:
        return bool(shared().ping())
    except RedisError:
        return False


def _of_redis(well: bool) -> str:
    if well:
        return "Redis answers"
    return "Redis is away; it is asked again twice a second. For operators, flask doctor says more."


def _message(edition: Edition, well: bool) -> str:
    if edition.board is None:
        return serving.NO_BOARD
    if edition.fallback:
        return serving.kept(edition)
    if edition.is_stale():
        return "The odds are older than they should be; GET /api/alerts and flask doctor say more."
    return "The cache is up to date" if well else "The cache was up to date a moment ago"


def _place() -> str | None:
    copy = boards.current()
    return copy.place if copy.value is not None else None


def _content(board: Board | None) -> dict[str, Any]:
    if board is None:
        return {"bytes": 0, "counts": dict.fromkeys(_counts(None), 0), "sports": [], "credits": None}
    sports = [
        {
            **parts.plain(one),
            **({"counts": parts.plain(board.counts[one.sport])} if one.sport in board.counts else {}),
        }
        for one in board.sports.values()
    ]
    return {
        "bytes": board.size,
        "counts": _counts(board),
        "sports": sports,
        "credits": board.credits or None,
    }


def _counts(board: Board | None) -> dict[str, int]:
    there = (board.opportunities, board.arbitrages, board.middles, board.events) if board else ((),) * 4
    return dict(zip((OPPORTUNITIES, ARBITRAGES, MIDDLES, "events"), map(len, there), strict=True))
