"""Queues, workers, the clock and its schedules, as they are now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template

from longshore import catalog, fleet
from longshore.connections import shared
from longshore.schedules import next_runs
from web.console import house

blueprint = Blueprint("console_queues", __name__)
STATES = ("queued", "started", "scheduled", "deferred", "rate_limited", "failed", "finished", "canceled")
"""The order of the columns: what waits and runs first, what is over last."""


@blueprint.get("/queues")
def index() -> str:
    """The machinery: what waits where, and who works on it."""
    clock = fleet.clock(shared())
    return render_template(
        "console/queues.html",
        queues=fleet.queues(shared(), catalog.catalog),
        states=STATES,
        workers=fleet.workers(shared()),
        clock=clock,
        beat=house.last_beat(clock),
        schedules=schedules(next_runs(shared(), catalog.catalog)),
    )


def schedules(due: dict[str, datetime]) -> list[dict[str, Any]]:
    """Each schedule with its trigger and next run, the next due first; those that the clock lacks last."""
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "job": job.name,
            "trigger": trigger.describe(),
            "params": dict(trigger.params),
            "next_run": due.get(name),
        }
        for name, (job, trigger) in catalog.catalog.schedules().items()
    ]
    return sorted(found, key=lambda one: (one["next_run"] is None, one["next_run"] or 0, one["name"]))
