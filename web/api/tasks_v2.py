"""`/api/v2/tasks/schedule`: schedules as the crypto document has them, with its actions and its words.

The same schedules as at /api/schedules, which can say more. The words are the business of
`web.celery_words`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, jsonify, url_for
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from longshore.catalog import catalog
from longshore.connections import shared
from longshore.errors import InvalidSchedule
from longshore.schedules import book, edits
from longshore.schedules import spec as specs
from longshore.schedules.book import Schedule
from longshore.schedules.upcoming import Live
from web import auth, bodies, celery_words, schedules
from web.schedules import fault

blueprint = APIBlueprint(
    "tasks_v2", __name__, url_prefix="/api/v2/tasks", abp_tags=[Tag(name="schedules, as documented")]
)
MOST = 1_000
"""Most schedules of one answer."""
_SAYS = ("task", "schedule_type", "schedule_value", "timezone", "args", "kwargs", "params")
_ONLY_NAME = ("action", "name")
Body = dict[str, Any]


class ListQuery(BaseModel):
    """Which schedules to list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(200, ge=1, le=MOST, description="most schedules of the page")
    cursor: str | None = Field(None, max_length=100, description="next_cursor of the page before")


@blueprint.get("/schedule", summary="List the schedules, in the document's words")
@auth.public
def index(query: ListQuery) -> Response:
    """Names, jobs, when they are due, and whether they are enabled. Admins see all of each."""
    return jsonify(_page(query.limit, query.cursor, admin=auth.is_admin()))


@blueprint.post("/schedule", summary="Change the schedules, in the document's words")
def act() -> tuple[Response, int, dict[str, str]]:
    """Body: `action` is add, remove, modify, enable, disable or list; all but list need a `name`."""
    body = bodies.json_object()
    action = body.get("action")
    if action == "list":
        schedules.only(body, "action")
        page = _page(MOST, None, admin=True)
        return _success(action, f"{page['count']} schedules", **page), 200, {}
    if not isinstance(action, str) or action not in _ACTIONS:
        known = (*_ACTIONS, "list")
        raise fault("action", f"action is one of {', '.join(known)}, got {action!r}", "add")
    takes, do = _ACTIONS[action]
    schedules.only(body, *takes)
    try:
        one, message = do(specs.check_name(body.get("name")), body)
    except InvalidSchedule as error:
        raise celery_words.translated(error, body) from None
    item = _item(one, schedules.live(shared(), [one]), admin=True)
    where = {"Location": url_for("schedules.show", name=one.name)} if action == "add" else {}
    return _success(action, message, schedule=item), 201 if action == "add" else 200, where


def _add(name: str, body: Body) -> tuple[Schedule, str]:
    missing = [one for one in ("task", "schedule_type", "schedule_value") if one not in body]
    if missing:
        raise InvalidSchedule([_missing(one) for one in missing])
    enabled = _enabled(body)
    one = edits.create(catalog, {"name": name, **celery_words.form(catalog, body)}, schedules.asking())
    if enabled is False:
        one = edits.pause(catalog, name, schedules.asking())
    return one, f"Schedule {name} was added: {_describe(one)}"


def _modify(name: str, body: Body) -> tuple[Schedule, str]:
    before, enabled = book.one(catalog, name), _enabled(body)
    if not body.keys() & {*_SAYS, "enabled"}:
        raise fault(
            "schedule_value", f"nothing is to change; give {', '.join(_SAYS)} or enabled", {"hours": 2}
        )
    kind = before.spec.trigger.kind if before.spec else ""
    part = celery_words.form(catalog, body, before.job, kind)
    one = edits.change(catalog, name, part, schedules.asking()) if part else before
    if enabled is not None:
        one = (edits.resume if enabled else edits.pause)(catalog, name, schedules.asking())
    return one, f"Schedule {name} was modified: {_describe(one)}"


def _remove(name: str, _body: Body) -> tuple[Schedule, str]:
    before = book.one(catalog, name)
    edits.delete(catalog, name, schedules.asking())
    again = "; POST /api/schedules/<name>/restore brings it back" if before.declared else ""
    return before, f"Schedule {name} was removed{again}"


def _enable(name: str, _body: Body) -> tuple[Schedule, str]:
    return edits.resume(catalog, name, schedules.asking()), f"Schedule {name} was enabled"


def _disable(name: str, _body: Body) -> tuple[Schedule, str]:
    return edits.pause(catalog, name, schedules.asking()), f"Schedule {name} was disabled"


_Do = Callable[[str, Body], tuple[Schedule, str]]
_ACTIONS: dict[str, tuple[Sequence[str], _Do]] = {
    "add": ((*_ONLY_NAME, *_SAYS, "enabled"), _add),
    "remove": (_ONLY_NAME, _remove),
    "modify": ((*_ONLY_NAME, *_SAYS, "enabled"), _modify),
    "enable": (_ONLY_NAME, _enable),
    "disable": (_ONLY_NAME, _disable),
}


def _page(limit: int, cursor: str | None, *, admin: bool) -> dict[str, Any]:
    found = [one for one in book.every(catalog).values() if not one.deleted]
    page = schedules.page(found, limit, cursor)
    known = schedules.live(shared(), page.schedules)
    items = [_item(one, known, admin=admin) for one in page.schedules]
    return {"schedules": items, "count": page.total, "next_cursor": page.next_cursor}


def _item(one: Schedule, known: Live, *, admin: bool) -> dict[str, Any]:
    """A schedule in the document's words; beside them, for admins, as /api/schedules has it."""
    full = schedules.shown(one, known)
    words = (
        celery_words.said(one.spec.trigger) if one.spec else {"schedule_type": None, "schedule_value": None}
    )
    item = {"name": one.name, "task": one.job, **words}
    item |= {"enabled": not (full["paused"] or one.deleted or one.fault), "next_run": full["next_run"]}
    return {**item, "kwargs": full.get("params", {}), **full} if admin else item


def _enabled(body: Body) -> bool | None:
    value = body.get("enabled")
    if value is not None and not isinstance(value, bool):
        raise fault("enabled", f"true or false is needed, got {value!r}", True)
    return value


def _missing(field: str) -> dict[str, Any]:
    example = celery_words.EXAMPLES[field]
    return {"field": field, "message": "Field required", "type": "missing", "example": example}


def _describe(one: Schedule) -> str:
    return one.recurrence.describe() if one.recurrence else one.fault


def _success(action: str, message: str, **more: Any) -> Response:
    return jsonify({"success": True, "action": action, "message": message, **more})
