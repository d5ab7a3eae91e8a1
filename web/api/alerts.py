"""`/api/alerts`: data that are too old, and what people were told of it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag

from longshore import alerts, freshness, watch
from longshore.connections import shared
from longshore.freshness import State
from web import answers

blueprint = APIBlueprint("alerts", __name__, url_prefix="/api/alerts", abp_tags=[Tag(name="alerts")])


@blueprint.get("", summary="List alerts and freshness objectives")
def index() -> Response:
    """How each freshness objective stood at the clock's last look, and the last alerts, newest first."""
    connection = shared()
    return jsonify(
        freshness=[_state(one) for one in watch.states(connection)], alerts=alerts.recent(connection)
    )


def _state(one: State) -> dict[str, Any]:
    objective = freshness.objectives.get(one.name)
    return {
        "name": one.name,
        "fresh": one.fresh,
        "since": answers.moment(one.since),
        "updated_at": answers.moment(one.updated_at),
        "age_seconds": one.age_seconds,
        "max_age_seconds": objective.max_age.total_seconds() if objective else None,
    }
