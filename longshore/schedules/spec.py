"""What a schedule says: one form for code, the API, the command line and SQL, and whether it is right.

This module checks a schedule by itself; whether the catalog has its job is the business of `binding`.
Everything that is wrong is named by its field, with an example.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from longshore.conditions import Conditions
from longshore.durations import seconds
from longshore.errors import InvalidSchedule
from longshore.recurrence import Recurrence
from longshore.triggers import Trigger

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,98}[A-Za-z0-9._-])?")
"""A schedule's name: 1 to 100 letters, digits, dots, dashes, underscores and spaces; it stands in
addresses.
"""

EXAMPLES: dict[str, Any] = {
    "name": "nightly-sweep",
    "job": "maintenance.sweep",
    "params": {"count": 5},
    "trigger": {"kind": "cron", "expression": "0 2 * * *", "zone": "Europe/Berlin"},
    "conditions": {"calendar": {"of": "US", "rule": "skip"}},
    "overlap": "skip",
    "misfire": {"policy": "run_once", "grace": "60s"},
    "jitter": "30s",
    "expires": "10m",
    "priority": "high",
    "note": "asked for by the night shift",
}
"""A right value for each field, which an error shows."""

_TAGS = frozenset({"interval", "cron", "solar", "once"})
_MOST = 20
"""Faults that are told of one schedule."""
DAY = 86_400


def _whole_seconds(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float, str, timedelta)):
        raise ValueError("a duration is seconds or text, e.g. 90 or '5m'")
    return round(seconds(value))


Seconds = Annotated[int, BeforeValidator(_whole_seconds)]
"""A duration, taken as seconds or as text such as "5m", kept as whole seconds."""


class Misfire(BaseModel):
    """What becomes of slots that no clock has seen in time.

    Attributes:
        policy: "run_once" makes one task for all of them, "run_each" one for each of the newest `limit`,
            "skip" none.
        grace: seconds after which a slot counts as such; a slot that is less late fires like any other.
        limit: most tasks of "run_each".
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Literal["run_once", "run_each", "skip"] = "run_once"
    grace: Seconds = Field(60, ge=1, le=7 * DAY)
    limit: int = Field(10, ge=1, le=100)


class ScheduleSpec(BaseModel):
    """A schedule, without its name.

    Attributes:
        job: name of the job, as the catalog has it.
        params: what the job is called with.
        trigger: when it is due.
        conditions: what keeps a slot from firing.
        overlap: what to do while the last task has not ended: "allow" both, "skip" the slot, "queue" the new
            task behind it, "replace" it. None: "skip" if the job says `overlap=False`, else "allow".
        misfire: what becomes of slots after downtime.
        jitter: seconds by which a slot may be put off, so that not all fire at once; the same for a slot
            each time.
        expires: seconds after its slot by which a task must have begun, or it is dropped.
        priority: "high" goes to the head of its queue.
        note: a line for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    job: str = Field(min_length=1, max_length=200)
    params: dict[str, Any] = Field(default_factory=dict)
    trigger: Trigger
    conditions: Conditions = Field(default_factory=Conditions)
    overlap: Literal["allow", "skip", "queue", "replace"] | None = None
    misfire: Misfire = Field(default_factory=Misfire)
    jitter: Seconds = Field(0, ge=0, le=DAY)
    expires: Seconds | None = Field(None, ge=1, le=30 * DAY)
    priority: Literal["normal", "high"] = "normal"
    note: str = Field("", max_length=500)

    @property
    def recurrence(self) -> Recurrence:
        """Its slots."""
        return Recurrence(self.trigger, self.conditions)

    def document(self) -> dict[str, Any]:
        """Its JSON form, the same for equal schedules."""
        return self.model_dump(mode="json")

    def timing(self) -> str:
        """A hash of what decides when its slots are: schedules that agree on it have the same ones."""
        return digest(
            [self.trigger.model_dump(mode="json"), self.conditions.model_dump(mode="json"), self.jitter]
        )


def digest(what: Any) -> str:
    """A short hash of a JSON value."""
    text = json.dumps(what, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(document: Any) -> ScheduleSpec:
    """A schedule from its JSON form, by itself: whether its job takes the parameters is for `binding` to say.

    Raises:
        InvalidSchedule: names each field at fault.
    """
    if not isinstance(document, Mapping):
        raise invalid("(body)", "a schedule is a JSON object", EXAMPLES)
    try:
        return ScheduleSpec.model_validate(dict(document))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidSchedule([_fault(one) for one in found[:_MOST]]) from None


def check_name(name: Any) -> str:
    """The name, if a schedule may have it.

    Raises:
        InvalidSchedule: it may not.
    """
    if not isinstance(name, str) or not NAME.fullmatch(name):
        said = "1 to 100 letters, digits, dots, dashes, underscores and spaces, a letter or digit first"
        raise invalid("name", f"{name!r} is no name for a schedule: it takes {said}", EXAMPLES["name"])
    return name


def _fault(one: Any) -> dict[str, Any]:
    parts = [str(part) for part in one["loc"]]
    if len(parts) > 1 and parts[0] == "trigger" and parts[1] in _TAGS:
        del parts[1]
    field = ".".join(parts) or "(body)"
    message = one["msg"].removeprefix("Value error, ")
    if one["type"] == "extra_forbidden":
        message = f"unknown field; a schedule takes name, {', '.join(ScheduleSpec.model_fields)}"
    return {"field": field, "message": message, "type": one["type"], "example": example_of(field)}


def example_of(field: str) -> Any:
    """A right value for a field, e.g. of `trigger.expression`."""
    top, _, inner = field.partition(".")
    value = EXAMPLES.get(top, EXAMPLES)
    if isinstance(value, dict) and inner in value:
        return value[inner]
    return _INNER.get(field, value)


_INNER: dict[str, Any] = {
    "trigger.every": "2h",
    "trigger.anchor": "2030-01-01T00:00:00Z",
    "trigger.at": "2030-01-01T09:00:00Z",
    "trigger.event": "sunset",
    "trigger.latitude": 52.52,
    "trigger.longitude": 13.41,
    "trigger.offset": "-30m",
    "conditions.market": "NYSE",
    "conditions.when": "shop.is_open",
    "conditions.not_before": "2030-01-01T00:00:00Z",
    "conditions.not_after": "2031-01-01T00:00:00Z",
    "misfire.limit": 10,
}


def invalid(field: str, message: str, example: Any) -> InvalidSchedule:
    """An error with one fault."""
    return InvalidSchedule([{"field": field, "message": message, "type": "value_error", "example": example}])
