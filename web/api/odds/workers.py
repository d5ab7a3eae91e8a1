"""`GET /api/worker-health`, and `/api/celery-health`, as the document calls it: who refreshes the odds."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from longshore import fleet, presence
from longshore.connections import shared
from longshore.dispatch import dispatcher
from longshore.fleet import WorkerView
from web import answers
from web.api.odds.blueprint import QUEUE, blueprint


@blueprint.get("/worker-health", summary="Does a worker respond?")
def worker_health() -> Response:
    """The workers that take the queue of odds: those that are there at this moment count as responding."""
    return jsonify(_health())


@blueprint.get("/celery-health", summary="Does a worker respond? By the document's name")
def celery_health() -> Response:
    """The same."""
    return jsonify(_health())


def _health() -> dict[str, Any]:
    found = [one for one in fleet.workers(shared()) if QUEUE in one.queues]
    responding = [one for one in found if one.alive]
    return {
        "status": "healthy" if responding else "unhealthy",
        "message": _message(responding),
        "queue": QUEUE,
        "responding": len(responding),
        "waiting": dispatcher().queue(QUEUE).count,
        "workers": [answers.worker(one) for one in found],
    }


def _message(responding: list[WorkerView]) -> str:
    if not responding:
        return presence.nobody(QUEUE)
    many = len(responding)
    return f"{many} worker{'s' if many > 1 else ''} responding on queue {QUEUE!r}"
