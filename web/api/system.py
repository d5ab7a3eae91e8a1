"""`/health`, `/ready`, `/openapi.json` and `/docs`: for probes and for readers."""

from __future__ import annotations

import threading
import time
from dataclasses import asdict
from typing import Any

from flask import Response, current_app, jsonify
from flask_openapi3 import APIBlueprint, Tag

from longshore import catalog, doctor
from longshore.connections import shared
from web import auth

FRESH = 1.0
"""Seconds that the findings of /ready are shared: it is open to all, and asks Redis and SQL a good deal."""
blueprint = APIBlueprint("system", __name__, abp_tags=[Tag(name="system")])


@blueprint.get("/health", summary="Is the web process alive?")
@auth.public
def health() -> Response:
    """Answers without asking Redis or SQL: for a probe that restarts the process."""
    return jsonify(status="ok")


@blueprint.get("/ready", summary="Can tasks run?")
@auth.public
def ready() -> tuple[Response, int]:
    """Redis, SQL, a worker for every queue, a living clock: 200 if all are there, else 503."""
    checks = _checks(current_app.extensions.setdefault("ready", Ready()))
    well = all(one.ok for one in checks)
    shown: list[dict[str, Any]] = [asdict(one) if auth.is_admin() else _brief(one) for one in checks]
    return jsonify(status="ready" if well else "not ready", checks=shown), 200 if well else 503


class Ready:
    """The last findings, which many probes may share for a moment."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.checks: list[doctor.Check] = []
        self.until = 0.0


def _checks(last: Ready) -> list[doctor.Check]:
    with last.lock:
        if time.monotonic() >= last.until:
            last.checks = doctor.ready(shared(), catalog.catalog)
            last.until = time.monotonic() + FRESH
        return last.checks


def _brief(one: doctor.Check) -> dict[str, Any]:
    """What a stranger may know: that it is so, not where or why."""
    return {"name": one.name, "ok": one.ok}
