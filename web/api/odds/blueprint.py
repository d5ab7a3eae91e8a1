"""The blueprint that the routes of this folder are on."""

from __future__ import annotations

from flask_openapi3 import APIBlueprint, Tag

from jobs.odds.selection import InvalidCursor
from longshore.snapshots import UnreadableSnapshot
from web.problems import invalid, problem

JOB = "odds.refresh_odds_data"
QUEUE = "odds"

blueprint = APIBlueprint("odds", __name__, url_prefix="/api", abp_tags=[Tag(name="odds")])
blueprint.register_error_handler(
    InvalidCursor, lambda error: invalid([{"field": "cursor", "message": str(error), "type": "cursor"}])
)
blueprint.register_error_handler(
    UnreadableSnapshot,
    lambda error: problem(503, f"{error}. The next refresh replaces it.", headers={"Retry-After": "60"}),
)
