"""What each operation answers: its success, and the problems that can occur.

Which problems they are follows from what the operation takes and who may use it, so that a new route
has them with no line here; only what cannot be seen from outside is listed, by endpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from web.openapi import leagues, odds, schedules, shapes

Door = Literal["public", "either", "admin"]
"""Who may use an operation. `either`: it depends on the request, or an admin sees more."""

_PROBLEMS = {
    400: "The body is not JSON",
    401: "No valid admin token",
    403: "A console session without its CSRF token",
    404: "There is no such job, task, schedule or name",
    409: "The task's state does not allow it, or the name is taken",
    411: "The body is sent chunked, without a Content-Length",
    412: "If-Match names another version than there is; ETag says which",
    413: "The body is larger than MAX_BODY_BYTES",
    415: "The body is not sent as JSON",
    422: "It does not fit; every field at fault is named, and nothing was changed",
    429: "Too many requests from this address",
    503: "Redis or SQL is away or full, no worker is there for a job that does not wait, or there is no room",
}
_HEADERS = {
    401: ("WWW-Authenticate", "string", "the scheme: Bearer"),
    412: ("ETag", "string", "the version that there is"),
    429: ("Retry-After", "integer", "seconds to wait"),
    503: ("Retry-After", "integer", "seconds to wait"),
}
_BODY = (400, 411, 413, 415, 422)
_ASKS_STATE = (
    "tasks.cancel", "tasks.delete", "tasks.finish", "tasks.retry", "schedules.create", "tasks_v2.act",
    "league.create",
)  # fmt: skip
_NAMES_IN_BODY = ("tasks_v2.act", "league.repair")
_MAYBE_ADMINS = ("jobs.run", "tasks.finish", "league.start", "league.repair")
_NEEDS_NOTHING = ("jobs.index", "jobs.show", "system.health", "system.ready")
_PROBES = ("system.health", "system.ready")


@dataclass(frozen=True)
class Route:
    """What decides what an operation answers.

    Attributes:
        endpoint: Flask's name of the view.
        method: lower case.
        door: who may use it.
        named: its address holds the name or id of something that may not exist.
        inline: its job may run in a child of the web process when there is no worker, or no Redis.
    """

    endpoint: str
    method: str
    door: Door
    named: bool
    inline: bool = False


def of(route: Route, operation: dict[str, Any]) -> dict[str, Any]:
    """The responses of an operation, by status."""
    return {
        **_success(route),
        **{str(status): _problem_ref(status) for status in sorted(_problems(route, operation))},
        **_own(route),
    }


def components() -> dict[str, Any]:
    """The problems' responses, which operations refer to."""
    return {_name(status): _problem(status) for status in _PROBLEMS}


def _problems(route: Route, operation: dict[str, Any]) -> set[int]:
    found = set(_BODY) if "requestBody" in operation else set()
    can_fail = {
        401: route.door == "admin" or (route.door == "either" and route.endpoint in _MAYBE_ADMINS),
        403: route.method != "get",
        404: (route.named and route.endpoint != "league.replace") or route.endpoint in _NAMES_IN_BODY,
        409: route.endpoint in _ASKS_STATE,
        412: route.endpoint in schedules.GUARDED,
        422: any(one.get("in") == "query" for one in operation.get("parameters", [])),
        429: route.door != "admin" and route.endpoint not in _PROBES,
        503: route.endpoint not in _NEEDS_NOTHING,
    }
    return found | {status for status, can in can_fail.items() if can}


def _success(route: Route) -> dict[str, Any]:
    queued: dict[str, tuple[str, type[shapes.Shape]]] = {
        "jobs.run": ("It is in its queue", shapes.Queued),
        "jobs.run_batch": ("All of them are in their queue", shapes.Batch),
        "league.start": ("It is in its queue", shapes.Started),
        "league.repair": ("It is in its queue", shapes.Started),
        "tasks.retry": ("It is in its queue again", shapes.Again),
        "tasks.finish": ("It ends soon", shapes.Finishing),
        "schedules.run": ("It is in its queue", shapes.Queued),
        "odds.refresh": ("It is in its queue", odds.RefreshQueued),
    }
    if route.endpoint in queued:
        description, shape = queued[route.endpoint]
        ran = {"200": _json("No worker or no Redis is there: it has run here", shapes.ref(shapes.Ran))}
        ran = ran if route.inline else {}
        return ran | {"202": _json(description, shapes.ref(shape)) | _headers(route)}
    if route.endpoint == "tasks.events":
        return {"200": _content("Server-sent events", "text/event-stream", {"type": "string"})}
    shown: dict[str, type[shapes.Shape]] = {
        "tasks.index": shapes.Tasks, "tasks.show": shapes.Task, "league.status": shapes.Task,
        "odds.task_status": shapes.Task, **schedules.ANSWERS, **leagues.ANSWERS, **odds.ANSWERS,
    }  # fmt: skip
    if route.endpoint in leagues.MEDIA:
        file = _content("A file", leagues.MEDIA[route.endpoint], {"type": "string"})
        return {"200": file | _headers(route)}
    known = shown.get(route.endpoint)
    answer = _json("As asked", shapes.ref(known) if known else {"type": "object"}) | _headers(route)
    if route.endpoint == odds.TABLE:
        answer["content"]["text/csv"] = {"schema": {"type": "string"}}
    made = answer | {"description": "It is made"}
    if route.endpoint in ("schedules.create", "league.create"):
        return {"201": made}
    return {"200": answer} | ({"201": made} if route.endpoint in ("tasks_v2.act", "league.replace") else {})


def _own(route: Route) -> dict[str, Any]:
    """Answers that look like a problem by their status, and are none."""
    if route.endpoint == "system.ready":
        return {"503": _json("Tasks cannot run: the checks say why", {"type": "object"})}
    return {}


def _headers(route: Route) -> dict[str, Any]:
    found = {}
    if route.endpoint in schedules.ETAGGED:
        found["ETag"] = _header("string", "the version of the schedule; If-Match takes it")
    if route.endpoint in leagues.TAGGED | odds.TAGGED:
        found["ETag"] = _header("string", "of this content; with If-None-Match the answer is a 304")
    if route.endpoint in ("schedules.create", "tasks_v2.act", "league.create"):
        found["Location"] = _header("string", "where what was made is")
    if route.endpoint in ("jobs.run", "league.start", "league.repair", "schedules.run", "odds.refresh"):
        found["Location"] = _header("string", "where the task's status is")
    return {"headers": found} if found else {}


def _problem(status: int) -> dict[str, Any]:
    made = _content(_PROBLEMS[status], "application/problem+json", shapes.ref(shapes.Problem))
    if status in _HEADERS:
        name, kind, text = _HEADERS[status]
        made["headers"] = {name: _header(kind, text)}
    return made


def _problem_ref(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{_name(status)}"}


def _name(status: int) -> str:
    return f"Problem{status}"


def _header(kind: str, text: str) -> dict[str, Any]:
    return {"description": text, "schema": {"type": kind}}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return _content(description, "application/json", schema)


def _content(description: str, media: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": schema}}}
