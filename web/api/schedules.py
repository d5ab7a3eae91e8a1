"""`/api/schedules`: when jobs recur: reading, changing and pausing it, and what became of slots."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as but
from typing import Any

from flask import Response, abort, jsonify, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field
from werkzeug.http import quote_etag
from werkzeug.wrappers import Response as BaseResponse

from longshore import keys
from longshore.catalog import catalog
from longshore.connections import shared
from longshore.errors import StaleSchedule
from longshore.schedules import book, edits, ledger
from longshore.schedules.book import Schedule
from longshore.schedules.upcoming import Live
from web import answers, bodies, schedules
from web.problems import problem

blueprint = APIBlueprint("schedules", __name__, url_prefix="/api/schedules", abp_tags=[Tag(name="schedules")])


class SchedulePath(BaseModel):
    """A schedule's name in the address."""

    name: str = Field(description="the schedule's name, e.g. nightly")


class ListQuery(BaseModel):
    """Which schedules to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="most schedules of the page")
    cursor: str | None = Field(None, max_length=100, description="next_cursor of the page before")
    job: str | None = Field(None, description="only of this job")
    queue: str | None = Field(None, description="only those whose job has this queue")


class SlotQuery(BaseModel):
    """How many slots to show."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=keys.SLOTS, description="most slots, the newest first")


class PreviewQuery(BaseModel):
    """How far to look ahead."""

    model_config = ConfigDict(extra="forbid")

    count: int = Field(10, ge=1, le=100, description="how many runs to show")


@blueprint.get("", summary="List the schedules")
def index(query: ListQuery) -> Response:
    """By name, with their next runs and last slots. Declared ones that were deleted are there too."""
    found = [
        one
        for one in book.every(catalog).values()
        if (query.job is None or one.job == query.job)
        and (query.queue is None or schedules.queue_of(catalog, one) == query.queue)
    ]
    page = schedules.page(found, query.limit, query.cursor)
    known = schedules.live(shared(), page.schedules)
    return jsonify(
        schedules=[schedules.shown(one, known) for one in page.schedules],
        total=page.total,
        next_cursor=page.next_cursor,
    )


@blueprint.post("", summary="Make a schedule")
def create() -> Response:
    """Body: the schedule, with its name. Nothing is saved unless all of it is right."""
    body = bodies.json_object()
    schedules.nothing_else(body)
    answer = _answer(edits.create(catalog, body, schedules.asking()), 201)
    answer.headers["Location"] = answer.get_json()["url"]
    return answer


@blueprint.post("/preview", summary="When would a schedule run?")
def preview(query: PreviewQuery) -> Response:
    """Body: a schedule, as for making one; nothing is saved.

    Answers its next runs in UTC and local time, and what they would meet in their queue.
    """
    body = bodies.json_object()
    return jsonify(schedules.foreseen(shared(), catalog, body, query.count, body.get("name")))


@blueprint.get("/<name>", summary="Show a schedule")
def show(path: SchedulePath) -> Response:
    """The schedule, what the code declares where that differs, who changed it, and when it runs next."""
    return _answer(book.one(catalog, path.name))


@blueprint.put("/<name>", summary="Put another schedule in its place")
def replace(path: SchedulePath) -> Response:
    """Body: the whole schedule; what it leaves out gets its default."""
    body = _changed(path.name)
    return _edit(path.name, lambda by, seen: edits.replace(catalog, path.name, body, by, seen))


@blueprint.patch("/<name>", summary="Change a schedule")
def change(path: SchedulePath) -> Response:
    """Body: what is to change, as JSON Merge Patch has it: null gives a member its default."""
    body = _changed(path.name)
    if not body.keys() - edits.READ_ONLY:
        return _edit(path.name, lambda _by, _seen: book.one(catalog, path.name))
    return _edit(path.name, lambda by, seen: edits.change(catalog, path.name, body, by, seen))


@blueprint.delete("/<name>", summary="Delete a schedule")
def delete(path: SchedulePath) -> Response:
    """One that was made is gone. A declared one does not run until it is restored."""
    return _edit(path.name, lambda by, seen: _deleted(path.name, by, seen))


@blueprint.post("/<name>/pause", summary="Pause a schedule")
def pause(path: SchedulePath) -> Response:
    """Body, which may be left out: `until`, the instant at which it goes on by itself."""
    body = bodies.json_object()
    schedules.only(body, "until")
    until = schedules.instant(body["until"], "until") if body.get("until") is not None else None
    return _edit(path.name, lambda by, seen: edits.pause(catalog, path.name, by, until, seen))


@blueprint.post("/<name>/resume", summary="Resume a paused schedule")
def resume(path: SchedulePath) -> Response:
    """It goes on with its next slot."""
    schedules.only(bodies.json_object())
    return _edit(path.name, lambda by, seen: edits.resume(catalog, path.name, by, seen))


@blueprint.post("/<name>/restore", summary="Take back all changes of a declared schedule")
def restore(path: SchedulePath) -> Response:
    """It is again as the code says, also if it was deleted."""
    schedules.only(bodies.json_object())
    return _edit(path.name, lambda by, seen: edits.restore(catalog, path.name, by, seen))


@blueprint.post("/<name>/run", summary="Run a schedule's job now")
def run(path: SchedulePath) -> BaseResponse:
    """A task with the schedule's parameters, beside its slots; 202 means that it is in Redis."""
    schedules.only(bodies.json_object())
    done = schedules.run_now(catalog, path.name)
    answer = jsonify(answers.queued(done))
    answer.status_code = 202
    answer.headers["Location"] = answers.status_url(done.task_id)
    return answer


@blueprint.get("/<name>/slots", summary="What became of its slots")
def slots(path: SchedulePath, query: SlotQuery) -> Response:
    """The newest slots, each fired with its task, skipped or missed, and why; the last 200 are kept."""
    book.one(catalog, path.name)
    found = schedules.slots(shared(), ledger.read(shared(), path.name, query.limit))
    return jsonify(slots=[schedules.linked(one) for one in found])


def _changed(name: str) -> dict[str, Any]:
    """The body of a change, without what is to be changed elsewhere."""
    body = bodies.json_object()
    schedules.nothing_else(body, schedules.shown(book.one(catalog, name), Live()))
    return body


def _edit(name: str, change: Callable[[str, str | None], Schedule]) -> Response:
    """Make a change, if the schedule still is what the caller has seen, and answer what holds then."""
    try:
        return _answer(change(schedules.asking(), _seen(name)))
    except StaleSchedule as error:
        etag = quote_etag(book.one(catalog, name).etag)
        said = f"{error} Its ETag is {etag} now."
        abort(problem(412, said, title="The schedule has changed", headers={"ETag": etag}, etag=etag))


def _seen(name: str) -> str | None:
    """The ETag that must still hold: the current one, if the caller names it. None: any will do.

    Raises:
        StaleSchedule: the caller has seen another one; a weak one (W/"…") never counts, as RFC 9110 has it.
    """
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    current = book.one(catalog, name).etag
    if not request.if_match.is_strong(current):
        raise StaleSchedule(
            f"Schedule {name!r} is not what If-Match says. Read it again, and then change it."
        )
    return current


def _deleted(name: str, by: str, seen: str | None) -> Schedule:
    was = edits.delete(catalog, name, by, seen)
    return but(was, deleted=True) if was.origin == "made" else book.one(catalog, name)


def _answer(one: Schedule, status: int = 200) -> Response:
    answer = jsonify(schedules.shown(one, schedules.live(shared(), [one])))
    answer.status_code = status
    answer.set_etag(one.etag)
    return answer
