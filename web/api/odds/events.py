"""`GET /api/odds/events/<event_id>`: all prices of an event, and what each is worth under each method."""

from __future__ import annotations

from typing import Any

from flask import Response, abort
from pydantic import BaseModel, Field

from jobs.odds import board, parts, worth
from jobs.odds.board import EventLadders
from jobs.odds.model import BookPrice, Line
from longshore import settings
from web import auth
from web.api.odds import serving
from web.api.odds.blueprint import blueprint
from web.api.odds.edition import Edition
from web.api.odds.pages import Rendered
from web.problems import problem

UNKNOWN = (
    "The newest odds do not have this event: it is over, or the id is wrong. GET /api/odds has event ids."
)
NO_ROOM = "The prices of this event found no room among the newest odds; those of earlier events went first."


class EventPath(BaseModel):
    """An event's id in the address."""

    event_id: str = Field(description="the event's id, as an opportunity has it")


@blueprint.get("/odds/events/<event_id>", summary="An event's price ladders")
@auth.public
def event(path: EventPath) -> Response:
    """Every line of the event with all prices, best first, and the EV of each under each method.

    A price with `used: false` took no part; `why_not` says why.
    """
    edition = serving.serving().edition()
    if edition.board is None or path.event_id not in edition.board.events:
        abort(problem(404, UNKNOWN))
    return serving.answer(edition, "", lambda: _render(edition, path.event_id))


def _render(edition: Edition, event_id: str) -> Rendered:
    found = board.ladders(event_id)
    if found is None:
        abort(problem(404, UNKNOWN))
    said = NO_ROOM if found.lines is None else serving.kept(edition) if edition.fallback else None
    head = serving.head(edition, (found.head.sport,))
    members = {**head, "message": said, "event": _event(edition, found), "lines": _lines(found)}
    return Rendered(serving.document(members))


def _event(edition: Edition, found: EventLadders) -> dict[str, Any]:
    said: dict[str, Any] = parts.plain(found.head)
    return {**said, "started": found.head.commence_time <= edition.now}


def _lines(found: EventLadders) -> list[dict[str, Any]]:
    return [_line(one) for one in found.lines or ()]


def _line(one: Line) -> dict[str, Any]:
    said: dict[str, Any] = parts.plain(one)
    del said["event_id"]
    fair = {name: 1 / chance for name, chance in one.fair_by_method.items() if chance > 0}
    prices = [{**rung, **_worth(one, price)} for rung, price in zip(said["prices"], one.prices, strict=True)]
    return {**said, "fair_price_by_method": parts.plain(fair), "prices": prices}


def _worth(line: Line, rung: BookPrice) -> dict[str, Any]:
    """The EV of a price under each method, in percent; nothing without a fair price."""
    if rung.ev_percent is None:
        return {"ev_by_method": {}}
    return {"ev_by_method": parts.plain(worth.evs(line, rung.ev_percent, settings.current().odds_method))}
