"""What the catalog adds to the description: an entry for each job, its schema, and bodies of routes.

One route serves all jobs, and reads the body itself; so flask-openapi3 knows of no parameters and no body.
"""

from __future__ import annotations

from typing import Any

from longshore import catalog, keys
from longshore.catalog import Job
from web.api import league
from web.api.jobs import KEY_LIMIT
from web.api.odds.blueprint import JOB as REFRESH
from web.openapi import leagues, schedules
from web.openapi.shapes import REF

RUN, BATCH = "/api/jobs/{job}", "/api/jobs/{job}/batch"
OWN_ROUTES: dict[str, tuple[str, dict[str, Any]]] = {
    "league.start": (league.JOB, {"force_regenerate": False}),
    "league.repair": (league.REPAIR, {}),
    "odds.refresh": (REFRESH, {}),
}
"""Systems' own routes that run a job, by endpoint: the job, and parameters with another default there."""

KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "the same key and input within 24 hours return the first task",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT},
}
_ANY = {"type": "object", "description": "the job's parameters"}


def schemas() -> dict[str, Any]:
    """Each job's schema by the job's name, and the definitions inside it as `<job>.<definition>`."""
    found: dict[str, Any] = {}
    for one in catalog.catalog:
        schema = _moved(one.parameters.schema, one.name)
        definitions = schema.pop("$defs", {})
        found |= {one.name: schema} | {f"{one.name}.{name}": each for name, each in definitions.items()}
    return found


def paths(generic: dict[str, Any]) -> dict[str, Any]:
    """The entries of all jobs.

    Args:
        generic: the routes that serve them, as they are described.
    """
    found = {}
    for one in catalog.catalog:
        found[RUN.format(job=one.name)] = {"post": _run(one, generic[RUN]["post"])}
        found[BATCH.format(job=one.name)] = {"post": _batch(one, generic[BATCH]["post"])}
    return found


def body(endpoint: str) -> dict[str, Any] | None:
    """The body of a route that reads it itself, or None."""
    if endpoint == "jobs.run":
        return _json(_ANY)
    if endpoint == "jobs.run_batch":
        return _json(_list_of(_ANY), required=True)
    if endpoint in OWN_ROUTES:
        name, defaults = OWN_ROUTES[endpoint]
        schema = _with_defaults(schemas()[name], defaults)
        return leagues.body(endpoint, schema) or _parameters(schema)
    return schedules.body(endpoint) or leagues.body(endpoint)


def _run(one: Job, generic: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["run a job"],
        "summary": one.summary,
        "description": one.text,
        "operationId": f"run_{one.name}",
        "parameters": _not_in_path(generic),
        "requestBody": _parameters(schemas()[one.name], ref=one.name),
    }


def _batch(one: Job, generic: dict[str, Any]) -> dict[str, Any]:
    return {
        "tags": ["run a job many times"],
        "summary": f"{one.summary} (a batch)",
        "description": generic["description"],
        "operationId": f"run_batch_{one.name}",
        "parameters": _not_in_path(generic),
        "requestBody": _json(_list_of({"$ref": f"{REF}{one.name}"}), required=True),
    }


def _parameters(schema: dict[str, Any], *, ref: str = "") -> dict[str, Any]:
    """A body of parameters; it may be left out if none of them is required."""
    return _json({"$ref": f"{REF}{ref}"} if ref else schema, required=bool(schema.get("required")))


def _json(schema: dict[str, Any], *, required: bool = False) -> dict[str, Any]:
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _list_of(each: dict[str, Any]) -> dict[str, Any]:
    tasks = {"type": "array", "minItems": 1, "maxItems": keys.BATCH_LIMIT, "items": each}
    return {
        "type": "object",
        "properties": {"tasks": tasks},
        "required": ["tasks"],
        "additionalProperties": False,
    }


def _with_defaults(schema: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    changed = {name: {**schema["properties"][name], "default": value} for name, value in defaults.items()}
    return {**schema, "properties": schema["properties"] | changed}


def _not_in_path(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in operation.get("parameters", []) if one["in"] != "path"]


def _moved(node: Any, job: str) -> Any:
    """A copy in which references lead to where the document keeps the definitions."""
    if isinstance(node, list):
        return [_moved(one, job) for one in node]
    if not isinstance(node, dict):
        return node
    copied = {key: _moved(value, job) for key, value in node.items()}
    if str(copied.get("$ref", "")).startswith("#/$defs/"):
        copied["$ref"] = f"{REF}{job}.{copied['$ref'].removeprefix('#/$defs/')}"
    return copied
