"""`GET /api/odds/analytics`: what became of the opportunities that were listed."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, request

from jobs.odds import board
from longshore import settings
from web import auth
from web.api.odds import serving
from web.api.odds.blueprint import blueprint
from web.api.odds.queries import AnalyticsQuery
from web.api.odds.reports import KEPT


@blueprint.get("/odds/analytics", summary="The record of what was listed")
@auth.public
def record(query: AnalyticsQuery) -> Response:
    """Closing line value, hit rates and returns: overall, by EV band, book, sport and market, with intervals.

    Real and made-up data are never reported together.
    """
    now, source = serving.unix_time(), query.source or _source()
    key = repr((source, query.sport, query.market, query.book, query.since and query.since.timestamp()))
    made = serving.serving().reports.get(key, now, lambda: _report(query, source))
    answer = Response(made.body, content_type="application/json")
    answer.headers.update(
        {"ETag": made.etag, "Cache-Control": f"public, max-age={KEPT}", "Age": str(int(now - made.at))}
    )
    return answer.make_conditional(request)  # type: ignore[return-value]


def _source() -> str:
    """What the newest odds are; before there are any, what is going to be read."""
    there = board.load()
    return there.source if there is not None else settings.current().upstreams


def _report(query: AnalyticsQuery, source: str) -> bytes:
    from jobs.odds import analytics, standing  # NumPy: only where somebody asks

    whole = (query.sport, query.market, query.book, query.since) == (None,) * 4
    found = standing.load(source) if whole else None
    if found is None:
        found = analytics.report(
            datetime.now(UTC),
            source=source,
            sport=query.sport,
            market=query.market,
            book=query.book,
            since=query.since,
        )
    return found.model_dump_json().encode() + b"\n"
