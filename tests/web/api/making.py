"""What tests of schedules over HTTP share: making one, and reading problems."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

from longshore import catalog

FORM: dict[str, Any] = {"job": "demo.add", "params": {"a": 1}, "trigger": "Every 3 hours"}
"""A schedule without its name."""


SWEEP = "maintenance.sweep"
DECLARED = sorted(catalog.catalog.schedules())
"""Names of the schedules that jobs/ declares."""
"""The schedule that the code declares."""


def make(client: FlaskClient, name: str = "nightly", **parts: Any) -> Any:
    """Make a schedule of demo.add over HTTP."""
    return client.post("/api/schedules", json={"name": name, **FORM, **parts})


def fields(answer: Any) -> set[str]:
    """The fields that a problem names."""
    assert answer.content_type == "application/problem+json"
    return {one["field"] for one in answer.get_json()["errors"]}
