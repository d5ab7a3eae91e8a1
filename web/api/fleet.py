"""`/api/queues`, `/api/workers` and `/api/set-aside`: the machinery as it is now."""

from __future__ import annotations

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from longshore import catalog, fleet, keys
from longshore.connections import shared
from longshore.schedules import aside
from longshore.schedules.aside import SetAside
from web import answers, schedules

blueprint = APIBlueprint("fleet", __name__, url_prefix="/api", abp_tags=[Tag(name="queues and workers")])


class EntryPath(BaseModel):
    """An entry's id in the address."""

    entry_id: str = Field(description="the entry's id in rq-scheduler, which is its task's")


class AsideQuery(BaseModel):
    """Which of them to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(50, ge=1, le=keys.ASIDE, description="most entries of the page")
    cursor: str | None = Field(None, max_length=400, description="next_cursor of the page before")


@blueprint.get("/queues", summary="List the queues")
def queues() -> Response:
    """Each queue with its tasks counted by state, the oldest one's wait and its workers."""
    return jsonify(queues=fleet.queues(shared(), catalog.catalog))


@blueprint.get("/workers", summary="List the workers")
def workers() -> Response:
    """Each worker with its state, queues and current task; the clock beside them."""
    found = [answers.worker(one) for one in fleet.workers(shared())]
    return jsonify(workers=found, clock=fleet.clock(shared()))


@blueprint.get("/set-aside", summary="List what the clock could not fire")
def set_aside(query: AsideQuery) -> Response:
    """Entries of rq-scheduler that were set aside with the reason, the newest first."""
    found = sorted(aside.read(shared()), key=_position, reverse=True)
    rest = [one for one in found if query.cursor is None or _position(one) < query.cursor]
    page = rest[: query.limit]
    return jsonify(
        entries=[schedules.set_aside(one) for one in page],
        total=len(found),
        next_cursor=_position(page[-1]) if len(rest) > query.limit else None,
    )


@blueprint.post("/set-aside/<entry_id>/put-back", summary="Let the clock try an entry again")
def put_back(path: EntryPath) -> Response:
    """It is due at once."""
    aside.put_back(shared(), path.entry_id)
    return jsonify(entry_id=path.entry_id, status="due")


@blueprint.delete("/set-aside/<entry_id>", summary="Give an entry up")
def discard(path: EntryPath) -> Response:
    """Its task counts as canceled."""
    aside.discard(shared(), path.entry_id)
    return jsonify(entry_id=path.entry_id, status="canceled")


def _position(one: SetAside) -> str:
    """Where an entry stands, as text that sorts: by when it was set aside, and by its id."""
    return f"{one.at:020.6f}:{one.entry_id}"
