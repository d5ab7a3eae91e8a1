"""Puts the OpenAPI document together."""

from __future__ import annotations

import re
from typing import Any

from flask_openapi3 import OpenAPI

from longshore import catalog
from longshore.catalog import Job
from web import auth
from web.openapi import entries, leagues, odds, responses, schedules, shapes
from web.openapi.responses import Door, Route

_SECURITY: dict[Door, dict[str, Any]] = {
    "public": {},
    "either": {"security": [{"bearer": []}, {}]},
    "admin": {"security": [{"bearer": []}]},
}
_ADMINS_SEE_MORE = ("tasks.show", "tasks.events", "league.status", "system.ready", "tasks_v2.index")
_BY_PARAMETERS = ("jobs.run", "league.start", "league.repair")
_TAKES_KEY = ("jobs.run", "jobs.run_batch", *entries.OWN_ROUTES)
_EVENT_ID = {
    "name": "Last-Event-ID",
    "in": "header",
    "required": False,
    "description": "position of the last log line that a browser's EventSource has; goes before `after`",
    "schema": {"type": "string"},
}
Item = dict[str, Any]
"""The operations of one path, by method."""


def describe(app: OpenAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document: the routes, who may use them and what they answer, and each job's entries.

    Needs an application context.
    """
    document = dict(app.api_doc)
    generic = {path: _with_inputs(app, path, item) for path, item in document["paths"].items()}
    paths = generic | entries.paths(generic)
    document["paths"] = {path: _with_answers(app, path, item) for path, item in paths.items()}
    document["components"] = _components(document["components"])
    return document


def _components(known: dict[str, Any]) -> dict[str, Any]:
    schemas = known.get("schemas", {})
    for part in (shapes, schedules, leagues, odds, entries):
        schemas = schemas | part.schemas()
    return {**known, "schemas": schemas, "responses": responses.components()}


def _with_inputs(app: OpenAPI, path: str, item: Item) -> Item:
    """The operations with the headers and bodies that the views read themselves."""
    return {method: _inputs(_endpoint(app, path, method), operation) for method, operation in item.items()}


def _inputs(endpoint: str, operation: dict[str, Any]) -> dict[str, Any]:
    headers = [
        *([entries.KEY] if endpoint in _TAKES_KEY else []),
        *([_EVENT_ID] if endpoint == "tasks.events" else []),
        *([schedules.IF_MATCH] if endpoint in schedules.GUARDED else []),
    ]
    body = entries.body(endpoint)
    return {
        **operation,
        **({"parameters": [*operation.get("parameters", []), *headers]} if headers else {}),
        **({"requestBody": body} if body else {}),
    }


def _with_answers(app: OpenAPI, path: str, item: Item) -> Item:
    """The operations with who may use them and what they answer."""
    made = {}
    for method, operation in item.items():
        route = _route(_endpoint(app, path, method), method, path)
        made[method] = {
            **operation,
            **_SECURITY[route.door],
            "responses": responses.of(route, operation),
        }
    return made


def _route(endpoint: str, method: str, path: str) -> Route:
    job = _job(endpoint, path)
    return Route(
        endpoint=endpoint,
        method=method,
        door=_door(endpoint, job),
        named="{" in path,
        inline=endpoint in ("jobs.run", *entries.OWN_ROUTES) and (job is None or job.inline is not None),
    )


def _door(endpoint: str, job: Job | None) -> Door:
    if auth.access_of(endpoint) == "admin" or (job is not None and job.access == "admin"):
        return "admin"
    # A job that anybody may run now is an admin's to run later.
    return "either" if endpoint in (*_BY_PARAMETERS, *_ADMINS_SEE_MORE) else "public"


def _job(endpoint: str, path: str) -> Job | None:
    """The job that an operation runs, if it runs that one only."""
    if endpoint in entries.OWN_ROUTES:
        return catalog.catalog.get(entries.OWN_ROUTES[endpoint][0])
    if endpoint in ("jobs.run", "jobs.run_batch") and "{" not in path:
        return catalog.catalog.get(path.split("/")[3])
    return None


def _endpoint(app: OpenAPI, path: str, method: str) -> str:
    """The view that serves a path of the document; 0 stands for its parameters, be they texts or numbers."""
    endpoint, _ = app.url_map.bind("localhost").match(re.sub(r"{[^}]+}", "0", path), method.upper())
    return str(endpoint)
