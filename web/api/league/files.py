"""A schedule by its id, which cannot be guessed: who holds it may have it."""

from __future__ import annotations

from flask import abort
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from jobs.league import store
from web import auth
from web.api.league import documents
from web.api.league.blueprint import blueprint
from web.api.league.documents import Form
from web.api.league.narrowing import GamesQuery, names, narrowing
from web.problems import problem

UNKNOWN = "There is no schedule of that id: the id is wrong, or newer schedules have taken its place."


class SchedulePath(BaseModel):
    """A schedule's id in the address."""

    schedule_id: str = Field(description="the schedule's id, as a task's result has it")


@blueprint.get("/<schedule_id>", summary="A schedule")
@auth.public
def show(path: SchedulePath, query: GamesQuery) -> Response:
    """Its games with version, scores, what the validator said, and what it changed if it is a repair."""
    return _answer(path.schedule_id, query, "json")


@blueprint.get("/<schedule_id>.json", summary="A schedule")
@auth.public
def show_json(path: SchedulePath, query: GamesQuery) -> Response:
    """The same, by an address that says what it is."""
    return _answer(path.schedule_id, query, "json")


@blueprint.get("/<schedule_id>.csv", summary="A schedule's games as a table")
@auth.public
def show_table(path: SchedulePath, query: GamesQuery) -> Response:
    """UTF-8 with a byte order mark. A name that begins as a formula does has an apostrophe before it."""
    return _answer(path.schedule_id, query, "csv")


@blueprint.get("/<schedule_id>.ics", summary="A schedule's games as a calendar")
@auth.public
def show_calendar(path: SchedulePath, query: GamesQuery) -> Response:
    """This version, to import once; the address to subscribe to is that of the feed."""
    return _answer(path.schedule_id, query, "ics")


def _answer(schedule_id: str, query: GamesQuery, form: Form) -> Response:
    stored = store.get(schedule_id)
    if stored is None:
        abort(problem(404, UNKNOWN))
    return documents.answer(stored, narrowing(query, names(stored.league)), form)
