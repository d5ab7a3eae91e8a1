"""`Trigger`: any kind of trigger, from its JSON form or from a phrase."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from longshore.triggers.cron import Cron
from longshore.triggers.fields import closest, first_fault
from longshore.triggers.interval import Interval
from longshore.triggers.once import Once
from longshore.triggers.phrases import parse
from longshore.triggers.solar import Solar

AnyTrigger = Interval | Cron | Solar | Once
KINDS = ("interval", "cron", "solar", "once")
EXAMPLE = "{'kind': 'cron', 'expression': '0 2 * * *'}"


def _told(value: Any) -> Any:
    """A phrase becomes its trigger; a document must say its kind."""
    if isinstance(value, str):
        try:
            return parse(value)
        except ValidationError as error:
            raise ValueError(first_fault(error)) from None
    if isinstance(value, dict) and value.get("kind") not in KINDS:
        near = closest(str(value.get("kind", "")), KINDS)
        raise ValueError(f"kind is one of {', '.join(KINDS)}{near}; write e.g. {EXAMPLE}")
    if not isinstance(value, dict | AnyTrigger):
        raise ValueError(f"a trigger is a phrase such as 'Every 3 hours', or e.g. {EXAMPLE}; got {value!r}")
    return value


Trigger = Annotated[
    Annotated[Interval | Cron | Solar | Once, Field(discriminator="kind")], BeforeValidator(_told)
]
"""A field that holds a trigger of any kind."""

_adapter: TypeAdapter[AnyTrigger] = TypeAdapter(Trigger)


def read(value: Any) -> AnyTrigger:
    """A trigger from its JSON form, a phrase, or a trigger.

    Raises:
        pydantic.ValidationError: it cannot be understood; a ValueError that names the field.
    """
    return _adapter.validate_python(value)
