"""Answering with a page: from memory where it can be, with ETag, Age and Cache-Control always.

Owns what is common to all public pages about the board. The order is: is this address's page in memory, does
the client have it already, and only then the query, the board and the rendering.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, json, request
from redis.exceptions import RedisError

from jobs.odds import board, parts
from longshore import settings
from web.api.odds.blueprint import blueprint
from web.api.odds.edition import Edition, Editions
from web.api.odds.pages import Page, Pages, Rendered, etag
from web.api.odds.reports import Reports

NO_BOARD = (
    "No odds have been read yet. POST /api/refresh starts a refresh; the schedule odds.refresh_odds_data "
    "does it by itself while a worker and a clock run."
)
unix_time = time.time
"""The time that pages are made for; tests put another in its place."""


class Serving:
    """What a web process keeps for its answers."""

    def __init__(self) -> None:
        self.editions = Editions()
        self.pages = Pages()
        self.reports = Reports()

    def edition(self) -> Edition:
        """What is shown at this moment.

        Raises:
            redis.exceptions.TimeoutError: nothing is known yet, and finding out takes too long.
        """
        return self.editions.at(unix_time(), board.current())

    def known(self, path: str, query: str) -> tuple[Edition, Page] | None:
        """The page of an address with its edition, if it is in memory."""
        try:
            edition = self.edition()
        except RedisError:
            return None  # the view finds out the same, and answers
        page = self.pages.at(edition.tag, path, query)
        return (edition, page) if page is not None else None


def serving() -> Serving:
    """That of this application."""
    found: Serving = current_app.extensions["odds"]
    return found


def address() -> tuple[str, str]:
    """Path and query of this request as they were sent."""
    return request.path, request.query_string.decode("latin-1")


@blueprint.before_request
def from_memory() -> Response | None:
    """The answer, if the very same address was asked for before; else the view makes it."""
    if request.method not in ("GET", "HEAD"):
        return None
    found = serving().known(*address())
    return respond(*found) if found else None


def answer(edition: Edition, key: str, render: Callable[[], Rendered]) -> Response:
    """A page's answer, rendered if it has to be.

    Args:
        edition: what is shown.
        key: what the query says, the same for all that say the same.
        render: makes the page.
    """
    name = f"{request.path}?{key}"
    sent = request.headers.get("If-None-Match")
    if sent and etag(edition.tag, name) in sent:
        return _not_modified(edition, etag(edition.tag, name))
    return respond(edition, serving().pages.page(edition.tag, address(), name, render))


def respond(edition: Edition, page: Page) -> Response:
    """A page as an answer to this request: 304 to a client that has it."""
    sent = request.headers.get("If-None-Match")
    if sent and page.answers(sent):
        return _not_modified(edition, page.etag)
    made = Response(page.body, content_type=page.media)
    made.headers.update({**page.headers, **validity(edition, page.etag)})
    return made


def validity(edition: Edition, tag: str) -> dict[str, str]:
    """The headers that say how old a page is, and how long it holds."""
    now = unix_time()
    found = {"ETag": tag, "Cache-Control": edition.cache_control(now)}
    return {**found, "Age": str(edition.age(now))} if edition.board is not None else found


def _not_modified(edition: Edition, tag: str) -> Response:
    made = Response(status=304)
    made.headers.update(validity(edition, tag))
    del made.headers["Content-Type"]
    return made


def head(edition: Edition, sports: tuple[str, ...] = ()) -> dict[str, Any]:
    """The members that every page begins with.

    Args:
        edition: what is shown.
        sports: the sports that the page is narrowed to.
    """
    if edition.board is None:
        return {
            "source": settings.current().upstreams,
            "last_updated": None,
            "stale": False,
            "stale_sports": [],
            "version": None,
        }
    return {
        "source": edition.board.source,
        "last_updated": parts.moment(edition.board.at),
        "stale": edition.is_stale(sports),
        "stale_sports": sorted(one for one in edition.old if not sports or one in sports),
        "version": edition.board.version,
    }


def kept(edition: Edition) -> str:
    """That a page shows a kept copy, and why."""
    return f"This is the last copy that was kept, and prices may have moved: {edition.why}."


def document(members: dict[str, Any], name: str = "", rows: list[bytes] | None = None) -> bytes:
    """A JSON object.

    Args:
        members: its members.
        name: the last member, a list, if there is one.
        rows: that list's lines, which are JSON already.
    """
    said = json.dumps(members, separators=(",", ":")).encode()
    if rows is None:
        return said + b"\n"
    return b"%s,%s:[%s]}\n" % (said[:-1], json.dumps(name).encode(), b",".join(rows))
