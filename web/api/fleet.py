"""`/api/queues`, `/api/workers` and `/api/schedules`: the machinery as it is now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag

from longshore import catalog, fleet
from longshore.connections import shared
from longshore.schedules import next_runs
from web import answers

blueprint = APIBlueprint("fleet", __name__, url_prefix="/api", abp_tags=[Tag(name="queues and workers")])


@blueprint.get("/queues", summary="List the queues")
def queues() -> Response:
    """Each queue with its tasks counted by state, the oldest one's wait and its workers."""
    return jsonify(queues=fleet.queues(shared(), catalog.catalog))


@blueprint.get("/workers", summary="List the workers")
def workers() -> Response:
    """Each worker with its state, queues and current task; the clock beside them."""
    found = [answers.worker(one) for one in fleet.workers(shared())]
    return jsonify(workers=found, clock=fleet.clock(shared()))


@blueprint.get("/schedules", summary="List the schedules")
def schedules() -> Response:
    """Each schedule of the catalog with its trigger and next run."""
    due = next_runs(shared(), catalog.catalog)
    return jsonify(schedules=[_schedule(name, due.get(name)) for name in catalog.catalog.schedules()])


def _schedule(name: str, due: datetime | None) -> dict[str, Any]:
    job, trigger = catalog.catalog.schedules()[name]
    return {
        "name": name,
        "job": job.name,
        "trigger": trigger.describe(),
        "params": dict(trigger.params),
        "next_run": answers.moment(due.astimezone(UTC)) if due else None,
    }
