"""Errors as RFC 9457 problem documents, one shape everywhere under /api; pages get a page.

Every error that can leave the server is turned into its answer here and nowhere else.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, json, render_template, request
from pydantic import ValidationError
from redis.exceptions import DataError, OutOfMemoryError, ReadOnlyError, RedisError, ResponseError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, default_exceptions

from longshore import errors
from longshore.breaker import RedisAway
from longshore.listing import InvalidCursor
from longshore.parameters import MOST_FAULTS

logger = logging.getLogger(__name__)
RETRY_AFTER = 5
"""Seconds that a client should wait when Redis or SQL is away."""
_STATUS: dict[type[Exception], int] = {
    errors.UnknownJob: 404,
    errors.UnknownTask: 404,
    errors.InvalidParameters: 422,
    errors.IdempotencyConflict: 422,
    errors.InvalidSchedule: 422,
    errors.UnknownSchedule: 404,
    errors.ScheduleExists: 409,
    errors.StaleSchedule: 412,
    errors.WrongState: 409,
    InvalidCursor: 422,
}


def problem(status: int, detail: str, *, title: str = "", headers: Any = None, **more: Any) -> Response:
    """A problem document.

    Args:
        status: the HTTP status.
        detail: what is wrong and what would be right.
        title: the kind of problem; empty takes the status's own name.
        headers: more response headers.
        more: further members, e.g. `errors`.
    """
    document = {
        "type": "about:blank",
        "title": title or _title(status),
        "status": status,
        "detail": detail,
        **more,
    }
    answer = Response(json.dumps(document), status, headers, content_type="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def refusal(status: int, detail: str, headers: Any = None) -> Response:
    """The same words as a page for a browser that asked for one, else as a problem document."""
    return _page(status, detail) or problem(status, detail, headers=headers)


def invalid(faults: list[dict[str, Any]]) -> Response:
    """A 422 that names every field at fault."""
    said = "; ".join(f"{one['field']}: {one['message']}" for one in faults[:10])
    return problem(422, said, title="Invalid input", errors=faults)


def from_pydantic(error: ValidationError) -> Response:
    """A 422 for a query string or body that does not fit its model."""
    faults = [
        {
            "field": ".".join(str(part) for part in one["loc"]) or "(body)",
            "message": one["msg"].removeprefix("Value error, "),
            "type": one["type"],
        }
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FAULTS]
    ]
    return invalid(faults)


def register(app: Flask) -> None:
    """Answer every error of `app` in one shape."""
    app.register_error_handler(errors.LongshoreError, _on_purpose)
    app.register_error_handler(RedisError, _redis)
    app.register_error_handler(DBAPIError, _sql)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _on_purpose(error: errors.LongshoreError) -> Response:
    if isinstance(error, errors.NotAccepted):
        return _not_accepted(error)
    if isinstance(error, (errors.InvalidParameters, errors.InvalidSchedule)):
        return _page(422, str(error)) or invalid(error.errors)
    return refusal(_STATUS.get(type(error), 500), str(error))


def _not_accepted(error: errors.NotAccepted) -> Response:
    headers = {"Retry-After": str(error.retry_after)}
    more = {"without": error.without} if error.without else {}
    return _page(503, str(error)) or problem(503, str(error), headers=headers, **more)


def _redis(error: RedisError) -> Response:
    if isinstance(error, (ResponseError, DataError)) and not isinstance(
        error, (OutOfMemoryError, ReadOnlyError)
    ):
        return _unexpected(error)  # Redis is there, and has refused what we asked
    if isinstance(error, RedisAway):
        return _away("Redis is away; nothing was changed as far as is known. Try again shortly.")
    logger.warning("%s %s: Redis: %s", request.method, request.path, error)
    detail = "Redis cannot be reached; nothing was changed as far as is known. Try again shortly."
    if isinstance(error, OutOfMemoryError):
        detail = "Redis is full and takes no more tasks. An operator should free or add memory."
    elif isinstance(error, ReadOnlyError):
        detail = "Redis is read-only (a failover is under way). Try again shortly."
    return _away(detail)


def _sql(error: DBAPIError) -> Response:
    logger.warning("%s %s: SQL: %s", request.method, request.path, str(error.orig).split("\n", 1)[0])
    return _away("The database cannot be used now. Try again shortly; operators: flask doctor says more.")


def _away(detail: str) -> Response:
    return refusal(503, detail, {"Retry-After": str(RETRY_AFTER)})


def _http(error: HTTPException) -> Response | HTTPException:
    if error.response is not None:  # abort(response): it is an answer already
        return error
    status = error.code or 500
    said = error.description if error.description != type(error).description else None
    detail = said or _DETAIL.get(status) or error.description or ""
    headers = [pair for pair in error.get_headers() if pair[0] not in ("Content-Type", "Content-Length")]
    return refusal(status, detail, headers)


def _unexpected(error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return refusal(500, "Something went wrong here; the server's log has the details.")


_DETAIL = {
    404: "There is nothing at this address; /docs lists what there is.",
    405: "This address does not take that method; /docs says which it takes.",
    413: "The request body is larger than this server takes (MAX_BODY_BYTES).",
    429: "Too many requests from this address; wait as long as Retry-After says.",
}


def _page(status: int, detail: str) -> Response | None:
    """An HTML page, for a browser that asked for one outside the API."""
    if request.path.startswith(("/api", "/openapi", "/health", "/ready")):
        return None
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) != "text/html":
        return None
    page = render_template("error.html", status=status, title=_title(status), detail=detail)
    return Response(page, status, content_type="text/html; charset=utf-8")


def _title(status: int) -> str:
    known = default_exceptions.get(status)
    return str(known().name) if known else {422: "Unprocessable Content"}.get(status, "Error")
