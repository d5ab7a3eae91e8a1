"""Feeds: the addresses that stay the same from version to version, for calendar programs to subscribe to."""

from __future__ import annotations

from flask import Response, abort, jsonify, url_for
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response as BaseResponse

from jobs.league import store
from web import auth
from web.api.league import documents
from web.api.league.blueprint import blueprint
from web.api.league.documents import Form
from web.api.league.narrowing import GamesQuery, names, narrowing
from web.problems import problem

UNKNOWN = "There is no feed of that id, or no schedule of its league has been made yet."


class FeedPath(BaseModel):
    """A feed's id in the address."""

    feed: str = Field(description="the feed's id, as a schedule has it")


@blueprint.get("/feeds/<feed>", summary="The versions under a feed")
@auth.public
def feed(path: FeedPath) -> Response:
    """The newest first, without their games; the last twenty are kept."""
    versions = store.versions(path.feed)
    if not versions:
        abort(problem(404, UNKNOWN))
    return jsonify(
        feed=path.feed,
        league=versions[0].league_name,
        calendar_url=url_for("league.feed_calendar", feed=path.feed),
        versions=[documents.summary(one) for one in versions],
    )


@blueprint.get("/feeds/<feed>.ics", summary="The newest version as a calendar to subscribe to")
@auth.public
def feed_calendar(path: FeedPath, query: GamesQuery) -> BaseResponse:
    """Games keep their event from version to version, so a moved one moves in the reader's calendar."""
    return _answer(path.feed, query, "ics")


@blueprint.get("/feeds/<feed>.csv", summary="The newest version's games as a table")
@auth.public
def feed_table(path: FeedPath, query: GamesQuery) -> BaseResponse:
    """As a schedule's own table."""
    return _answer(path.feed, query, "csv")


@blueprint.get("/feeds/<feed>.json", summary="The newest version")
@auth.public
def feed_json(path: FeedPath, query: GamesQuery) -> BaseResponse:
    """As a schedule of an id."""
    return _answer(path.feed, query, "json")


def _answer(feed_id: str, query: GamesQuery, form: Form) -> BaseResponse:
    stored = store.latest_of_feed(feed_id)
    if stored is None:
        abort(problem(404, UNKNOWN))
    known = names(stored.league)
    if any(asked and asked not in known[name] for name, asked in query):
        # A team that has withdrawn: who subscribes to its games must see that there are none any more.
        earlier = store.names_of_feed(feed_id)
        known = {name: [*some, *sorted(earlier[name] - set(some))] for name, some in known.items()}
    return documents.answer(stored, narrowing(query, known), form, newest=True)
