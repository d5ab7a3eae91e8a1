"""Queues, workers and the clock, as they are now."""

from __future__ import annotations

from flask import Blueprint, render_template

from longshore import catalog, fleet
from longshore.connections import shared
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
    )
