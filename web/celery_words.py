"""Schedules in the words of the document that was written for Celery: `schedule_type` and `schedule_value`.

Both ways, and faults with the names of its fields. What a schedule may say is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from longshore.catalog import Catalog
from longshore.errors import InvalidSchedule
from longshore.schedules.binding import find_job
from longshore.triggers import AnyTrigger, Cron, Interval, Solar, celery, fields
from web.schedules import fault

KIND_OF = {"interval": "interval", "crontab": "cron", "solar": "solar"}
"""Our kind of trigger for each `schedule_type`."""
TYPE_OF = {kind: said for said, kind in KIND_OF.items()}
EXAMPLES: dict[str, Any] = {
    "name": "custom-fetch",
    "task": "maintenance.sweep",
    "schedule_type": "interval",
    "schedule_value": {"hours": 2},
    "timezone": "Europe/Berlin",
    "args": [10],
    "kwargs": {"limit": 10},
    "params": {"limit": 10},
    "enabled": True,
}
"""A right value for each member of a body."""
VALUES: dict[str, dict[str, Any]] = {
    "interval": {"hours": 2},
    "crontab": {"minute": 0, "hour": 2, "day_of_week": "mon-fri"},
    "solar": {"event": "sunset", "latitude": 52.52, "longitude": 13.41},
}
"""A right `schedule_value` of each type."""
UNITS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
UNREADABLE: dict[str, Any] = {"schedule_type": None, "schedule_value": None}
"""What a schedule has that this code cannot read."""
_SHORT = {"lat": "latitude", "lon": "longitude"}
_OURS = {"job": "task", "trigger.zone": "timezone"}


def form(catalog: Catalog, body: Mapping[str, Any], job: str = "", kind: str = "") -> dict[str, Any]:
    """The members of a schedule that a body speaks of, in our own form.

    Args:
        catalog: the jobs that there are.
        body: as the document has it.
        job: the job of a schedule that is there already, for positional arguments.
        kind: the kind of its trigger, where the body does not say a type.

    Raises:
        InvalidSchedule: names the body's field at fault.
    """
    found: dict[str, Any] = {"job": body["task"]} if "task" in body else {}
    if body.keys() & {"args", "kwargs", "params"}:
        found["params"] = _params(catalog, body, body.get("task", job))
    if body.keys() & {"schedule_type", "schedule_value", "timezone"}:
        found["trigger"] = _trigger(body, kind)
    return found


def said(trigger: AnyTrigger) -> dict[str, Any]:
    """A trigger as `schedule_type` and `schedule_value`, and `timezone` where it has local times."""
    value = trigger.model_dump(mode="json", exclude={"kind", "zone", "anchor"})
    if isinstance(trigger, Interval):
        value = _in_units(trigger.every)
    elif isinstance(trigger, Cron):
        value = dict(zip(celery.FIELDS, trigger.expression.split(), strict=True))
    zone = {"timezone": trigger.zone.key} if isinstance(trigger, Cron) else {}
    return {"schedule_type": TYPE_OF.get(trigger.kind, trigger.kind), "schedule_value": value, **zone}


def translated(error: InvalidSchedule, body: Mapping[str, Any]) -> InvalidSchedule:
    """The same faults under the names that the body has for the fields."""
    return InvalidSchedule([{**one, **_renamed(one, body)} for one in error.errors])


def _renamed(one: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    name = str(one["field"])
    top, _, inner = name.partition(".")
    if top == "params":
        top = _holder(inner.partition(".")[0], body, one["type"] == "missing")
        return {"field": f"{top}.{inner}" if inner else top}
    if top == "trigger" and name not in _OURS:
        return {"field": "schedule_value", "example": _example(body)}
    name = _OURS.get(name, name)
    return {"field": name, "example": EXAMPLES.get(name, one.get("example"))}


def _holder(name: str, body: Mapping[str, Any], missing: bool) -> str:
    """The member of a body that holds a parameter."""
    named = "params" if "params" in body else "kwargs"
    return "args" if body.get("args") and not missing and name not in body.get(named, {}) else named


def _example(body: Mapping[str, Any]) -> dict[str, Any]:
    return VALUES.get(str(body.get("schedule_type")), VALUES["interval"])


def _in_units(seconds: int) -> dict[str, int]:
    """7200 is {"hours": 2}, 5400 is {"hours": 1, "minutes": 30}."""
    found = {}
    for unit, size in list(UNITS.items())[1:]:
        count, seconds = divmod(seconds, size)
        if count:
            found[unit] = count
    return found


def _params(catalog: Catalog, body: Mapping[str, Any], job: Any) -> dict[str, Any]:
    """`kwargs`, or `params`, with `args` bound to the names that the job's function has for them."""
    if "kwargs" in body and "params" in body:
        raise fault("params", "give kwargs or params, which is the same", EXAMPLES["kwargs"])
    named, args = body.get("kwargs", body.get("params", {})), body.get("args", [])
    if not isinstance(named, Mapping):
        said_as = "kwargs" if "kwargs" in body else "params"
        raise fault(said_as, "a JSON object is needed, of parameters by name", EXAMPLES["kwargs"])
    if not isinstance(args, list):
        raise fault("args", "a list is needed, of parameters in their order", EXAMPLES["args"])
    if not args:
        return dict(named)
    names = list(find_job(catalog, _text("task", job)).parameters.model.model_fields)
    if len(args) > len(names):
        raise fault("args", f"the job takes at most {len(names)} parameters: {', '.join(names)}", [])
    if twice := [name for name in names[: len(args)] if name in named]:
        raise fault("args", f"{', '.join(twice)} is given by its place and by its name", EXAMPLES["args"])
    return {**dict(zip(names, args, strict=False)), **named}


def _trigger(body: Mapping[str, Any], kind: str) -> dict[str, Any]:
    type_ = body.get("schedule_type", TYPE_OF.get(kind))
    if not isinstance(type_, str) or type_ not in KIND_OF:
        message = f"schedule_type is interval, crontab or solar, got {type_!r}"
        raise fault("schedule_type", message, EXAMPLES["schedule_type"])
    zone = _zone(body["timezone"], type_) if "timezone" in body else {}
    if "schedule_value" not in body and zone and "schedule_type" not in body:
        return {"kind": "cron", **zone}
    value = body.get("schedule_value")
    if not isinstance(value, Mapping) or not value:
        raise fault("schedule_value", f"a JSON object is needed for {type_}", VALUES[type_])
    read = {"interval": _interval, "crontab": _crontab, "solar": _solar}[type_]
    return {"kind": KIND_OF[type_], **read(value), **zone}


def _zone(value: Any, type_: str) -> dict[str, str]:
    if type_ != "crontab":
        raise fault("timezone", f"only a crontab has local times, and this is {type_}", None)
    try:
        return {"zone": fields.zone(value).key}
    except ValueError as error:
        raise fault("timezone", str(error), EXAMPLES["timezone"]) from None


def _interval(value: Mapping[str, Any]) -> dict[str, Any]:
    _known(value, "interval", UNITS)
    for unit, count in value.items():
        if isinstance(count, bool) or not isinstance(count, int | float) or count < 0:
            raise fault(f"schedule_value.{unit}", f"a number of {unit} is needed, got {count!r}", 2)
    try:
        return {"every": Interval.from_fields(value).every}
    except ValueError as error:
        field = f"schedule_value.{next(iter(value))}" if len(value) == 1 else "schedule_value"
        raise fault(field, _line(error), 2 if len(value) == 1 else VALUES["interval"]) from None


def _crontab(value: Mapping[str, Any]) -> dict[str, Any]:
    _known(value, "crontab", (*celery.FIELDS, "day", "month"))
    for name, one in value.items():
        _cron({name: one}, f"schedule_value.{name}", VALUES["crontab"].get(name, "*/15"))
    return {"expression": _cron(value, "schedule_value", VALUES["crontab"]).expression}


def _cron(value: Mapping[str, Any], field: str, example: Any) -> Cron:
    try:
        return Cron.from_fields(value)
    except ValueError as error:
        raise fault(field, _line(error), example) from None


def _solar(value: Mapping[str, Any]) -> dict[str, Any]:
    _known(value, "solar", ("event", "latitude", "longitude", "offset", *_SHORT))
    named = {_SHORT.get(key, key): one for key, one in value.items()}
    given = {_SHORT.get(key, key): key for key in value}
    try:
        return Solar.model_validate(named).model_dump(mode="json", include=set(named))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = str(found["loc"][0]) if found["loc"] else ""
        field = f"schedule_value.{given.get(name, name)}" if name else "schedule_value"
        example = VALUES["solar"].get(name, "-30m")
        raise fault(field, found["msg"].removeprefix("Value error, "), example) from None


def _known(value: Mapping[str, Any], type_: str, known: Any) -> None:
    for name in value:
        if name not in known:
            message = f"unknown field; {type_} takes {', '.join(known)}"
            raise fault(f"schedule_value.{name}", message, VALUES[type_])


def _text(field: str, value: Any) -> str:
    if not isinstance(value, str):
        raise fault(field, "a name is needed", EXAMPLES[field])
    return value


def _line(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        return fields.first_fault(error).partition(": ")[2]
    return str(error)
