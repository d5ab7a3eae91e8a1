"""Repairing a schedule: as few changes as possible after rain, a lost venue or a team that withdraws."""

from __future__ import annotations

from flask import abort
from werkzeug.wrappers import Response as BaseResponse

from jobs.league import store
from longshore import catalog
from web import auth, bodies
from web.api.jobs import RunQuery, enqueue
from web.api.league import files
from web.api.league.blueprint import REPAIR, blueprint
from web.api.league.making import started
from web.problems import problem


@blueprint.post("/repair", summary="Repair a league schedule")
@auth.public  # whoever holds the schedule's id; `access` says more
def repair() -> BaseResponse:
    """Body: `schedule_id`, and what has happened; the answer and its status are those of generating.

    The repaired schedule is the next version under the same feed. That of a named league is for admins.
    """
    params = bodies.json_object()
    schedule_id = params.get("schedule_id")
    if isinstance(schedule_id, str) and store.feed_of(schedule_id) is None:
        abort(problem(404, files.UNKNOWN))
    return enqueue(catalog.catalog.get(REPAIR), params, RunQuery(), started("Schedule repair started"))
