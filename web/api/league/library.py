"""The library: leagues that are kept by name, with what their files said that could not be taken."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for
from pydantic import BaseModel, ConfigDict, Field

from jobs.league import library
from jobs.league.formats import Reading, Upload
from jobs.league.library import LeagueSummary, StoredLeague
from web import answers, bodies, schedules
from web.api.league import uploads
from web.api.league.blueprint import blueprint
from web.api.league.uploads import Posted

JSON_FILE = "league.json"
"""What a JSON body is called in faults."""


class LeaguePath(BaseModel):
    """A league's name in the address."""

    name: str = Field(description="the league's name; its case does not matter")


class LeaguesQuery(BaseModel):
    """Which leagues to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=200, description="most leagues of the page")
    cursor: str | None = Field(None, max_length=300, description="next_cursor of the page before")


@blueprint.get("/leagues", summary="List the leagues of the library")
def leagues(query: LeaguesQuery) -> Response:
    """By name, without their teams and venues."""
    page = library.page(query.limit, query.cursor)
    return jsonify(
        leagues=[_summary(one) for one in page.leagues], total=page.total, next_cursor=page.next_cursor
    )


@blueprint.post("/leagues", summary="Keep a league by its name")
def create() -> Response:
    """JSON, or files as for a schedule. `notes` say what could not be taken; 409 if the name is taken."""
    reading = _reading(None)
    made = _answer(_put(reading, replace=False), 201)
    made.headers["Location"] = made.get_json()["url"]
    return made


@blueprint.get("/leagues/<path:name>", summary="A league of the library")
def show_league(path: LeaguePath) -> Response:
    """The league as it would be scheduled, and where its schedules are published."""
    found = library.get(path.name)
    return jsonify({**_shown(found), "league": found.league.model_dump(mode="json")})


@blueprint.put("/leagues/<path:name>", summary="Put a league in the place of the one of that name")
def replace(path: LeaguePath) -> Response:
    """As for a new one; 201 if there was none. Its schedules stay, and its calendar keeps its address."""
    reading = _reading(path.name)
    there = library.has(path.name)
    return _answer(_put(reading, replace=True), 200 if there else 201)


@blueprint.delete("/leagues/<path:name>", summary="Forget a league")
def delete(path: LeaguePath) -> Response:
    """Its schedules stay until newer ones take their place."""
    found = library.get(path.name)
    library.delete(path.name)
    return jsonify({**_summary(found), "deleted": True})


def _reading(name: str | None) -> Reading:
    """The league of the body, under another name if one is given."""
    given = uploads.posted()
    if given is None:
        bodies.json_object()  # for what it refuses, in the words of all other routes
        given = Posted([Upload(JSON_FILE, request.get_data())], {})
    return uploads.league(given, ("name",), name or given.fields.get("name"))


def _put(reading: Reading, *, replace: bool) -> StoredLeague:
    return library.put(
        reading.league,
        source=reading.source,
        notes=uploads.notes(reading),
        by=schedules.asking(),
        replace=replace,
    )


def _answer(league: StoredLeague, status: int) -> Response:
    answer = jsonify(_shown(league))
    answer.status_code = status
    return answer


def _summary(league: LeagueSummary) -> dict[str, Any]:
    shown = {name: getattr(league, name) for name in LeagueSummary.__dataclass_fields__}
    return shown | {
        "created_at": answers.moment(league.created_at),
        "changed_at": answers.moment(league.changed_at),
        "url": url_for("league.show_league", name=league.name),
        "calendar_url": url_for("league.feed_calendar", feed=league.feed),
    }


def _shown(league: StoredLeague) -> dict[str, Any]:
    return {**_summary(league), "notes": league.notes}
