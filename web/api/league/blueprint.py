"""The blueprint that the routes of this folder are on, and the jobs that they run."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from jobs.league.errors import LeagueExists, UnknownLeague
from web.problems import problem

JOB = "league.generate_schedule"
REPAIR = "league.repair_schedule"
JOBS = (JOB, REPAIR)
"""The jobs that end with a schedule."""

blueprint = APIBlueprint(
    "league", __name__, url_prefix="/api/schedule", abp_tags=[Tag(name="league schedules")]
)
blueprint.register_error_handler(UnknownLeague, lambda error: problem(404, str(error)))
blueprint.register_error_handler(LeagueExists, lambda error: problem(409, f"{error}."))
