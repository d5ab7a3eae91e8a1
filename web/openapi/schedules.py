"""Schedules in the description: the bodies that their routes read, and the shapes of their answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from longshore.schedules.spec import EXAMPLES, NAME, ScheduleSpec
from web import celery_words
from web.openapi.shapes import REF, Shape, described

FORM = "ScheduleForm"
"""What a schedule says, as one of the document's schemas."""
ETAGGED = frozenset(
    f"schedules.{name}"
    for name in ("create", "show", "replace", "change", "delete", "pause", "resume", "restore")
)
"""Endpoints that answer a schedule with its ETag."""
GUARDED = ETAGGED - {"schedules.create", "schedules.show"}
"""Those of them that take If-Match."""
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "ETag of the schedule as it was read: a 412 if somebody has changed it since",
    "schema": {"type": "string"},
}
_DURATION = {"anyOf": [{"type": "integer"}, {"type": "string"}], "description": 'seconds, or e.g. "1h30m"'}
_DURATIONS = {"Interval": ["every"], "Solar": ["offset"], "Misfire": ["grace"], FORM: ["jitter", "expires"]}
_KINDS = ("Interval", "Cron", "Solar", "Once")
_NAME = {"type": "string", "pattern": f"^{NAME.pattern}$", "examples": [EXAMPLES["name"]]}


class SlotShape(Shape):
    """What became of a slot."""

    slot: datetime
    outcome: Literal["fired", "skipped", "missed"]
    why: str
    task_id: str | None
    late_seconds: float = Field(description="from when it was due to when it was decided")


class SlotOfTask(SlotShape):
    """A slot and its task."""

    status: str | None = Field(description="of its task, while that is there")
    status_url: str | None


class Slots(Shape):
    """The newest slots of a schedule, the newest first."""

    slots: list[SlotOfTask]


class ScheduleShape(Shape):
    """A schedule: what it says, and how it is now."""

    name: str
    job: str
    params: dict[str, Any]
    trigger: dict[str, Any]
    conditions: dict[str, Any]
    overlap: str | None
    misfire: dict[str, Any]
    jitter: int
    expires: int | None
    priority: str
    note: str
    origin: Literal["declared", "overridden", "made"]
    declared: dict[str, Any] | None = Field(description="what the code says, where that differs")
    describe: str | None
    paused: bool
    paused_until: datetime | None
    paused_by: str
    deleted: bool
    version: int = Field(description="how often it was changed at run time")
    created_by: str
    created_at: datetime | None
    changed_by: str
    changed_at: datetime | None
    fault: str = Field(description="why this code cannot run it")
    next_run: datetime | None
    next_run_local: str | None = Field(description="the same in the zone of its times")
    last_slot: SlotShape | None
    url: str


class Schedules(Shape):
    """A page of schedules, by name."""

    schedules: list[ScheduleShape]
    total: int
    next_cursor: str | None


class AsideShape(Shape):
    """An entry of rq-scheduler that the clock could not fire."""

    entry_id: str
    job: str
    queue: str
    reason: str
    due: datetime
    set_aside_at: datetime


class SetAsides(Shape):
    """A page of them, the newest first."""

    entries: list[AsideShape]
    total: int
    next_cursor: str | None


class Documented(Shape):
    """A schedule in the document's words. Admins see more."""

    name: str
    task: str
    schedule_type: str | None
    schedule_value: dict[str, Any] | None
    enabled: bool
    next_run: datetime | None


class DocumentedList(Shape):
    """Schedules in the document's words."""

    schedules: list[Documented]
    count: int
    next_cursor: str | None


class Acted(Shape):
    """What an action has done."""

    success: Literal[True]
    action: Literal["add", "remove", "modify", "enable", "disable", "list"]
    message: str


ANSWERS: dict[str, type[Shape]] = {
    **dict.fromkeys(ETAGGED, ScheduleShape),
    "schedules.index": Schedules,
    "schedules.slots": Slots,
    "fleet.set_aside": SetAsides,
    "tasks_v2.index": DocumentedList,
    "tasks_v2.act": Acted,
}
"""What these endpoints answer."""


def schemas() -> dict[str, Any]:
    """The form of a schedule with the definitions inside it, and the shapes of answers."""
    form = ScheduleSpec.model_json_schema(ref_template=f"{REF}{FORM}.{{model}}")
    found = {**form.pop("$defs"), FORM: form}
    for name, fields in _DURATIONS.items():
        properties = found[name]["properties"]
        properties |= {one: {**_kept(properties[one]), **_DURATION} for one in fields}
    for name in _KINDS:
        found[name]["required"] = ["kind", *found[name]["required"]]
    del form["additionalProperties"]  # an answer may be sent back, with all that it shows beside the form
    form["title"], form["properties"] = FORM, _properties(form["properties"])
    forms = {name if name == FORM else f"{FORM}.{name}": one for name, one in found.items()}
    return forms | described(sorted(set(ANSWERS.values()), key=lambda one: one.__name__))


def body(endpoint: str) -> dict[str, Any] | None:
    """The body of a route about schedules, or None."""
    if endpoint not in _BODIES:
        return None
    schema, required = _BODIES[endpoint]
    return {"required": required, "content": {"application/json": {"schema": schema}}}


def _properties(properties: dict[str, Any]) -> dict[str, Any]:
    """The members of the form, each with an example; a trigger may be told in words."""
    said = {"type": "string", "description": 'e.g. "Daily 4:00 AM UTC", or a cron line'}
    trigger = {"anyOf": [*properties["trigger"]["oneOf"], said]}
    known = {"name": _NAME, **properties, "trigger": trigger}
    return {name: {**one, "examples": [EXAMPLES[name]]} for name, one in known.items()}


def _kept(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key in ("default", "title")}


def _action() -> dict[str, Any]:
    """The body of the document's route."""
    examples = celery_words.EXAMPLES
    types = {"name": "string", "task": "string", "timezone": "string", "args": "array", "enabled": "boolean"}
    known = {
        name: {"type": types.get(name, "object"), "examples": [value]} for name, value in examples.items()
    }
    known["schedule_type"] = {"type": "string", "enum": list(celery_words.KIND_OF)}
    known["schedule_value"]["examples"] = list(celery_words.VALUES.values())
    action = {"type": "string", "enum": ["add", "remove", "modify", "enable", "disable", "list"]}
    return {
        "type": "object",
        "properties": {"action": action, **known},
        "required": ["action"],
        "additionalProperties": False,
    }


_FORM_REF = {"$ref": f"{REF}{FORM}"}
_UNTIL = {"type": "string", "format": "date-time", "description": "when it goes on by itself"}
_NOTHING = {"type": "object", "maxProperties": 0}
_BODIES: dict[str, tuple[dict[str, Any], bool]] = {
    "schedules.create": ({"allOf": [_FORM_REF, {"required": ["name"]}]}, True),
    "schedules.preview": (_FORM_REF, True),
    "schedules.replace": (_FORM_REF, True),
    "schedules.change": ({"type": "object", "description": "what is to change; null: the default"}, True),
    "schedules.pause": ({"type": "object", "properties": {"until": _UNTIL}}, False),
    "schedules.resume": (_NOTHING, False),
    "schedules.restore": (_NOTHING, False),
    "schedules.run": (_NOTHING, False),
    "tasks_v2.act": (_action(), True),
}
"""Schemas of bodies by endpoint, and whether one has to be sent."""
