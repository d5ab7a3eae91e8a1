"""Controls of a form that changes something which is there: what each shows of a JSON document. Pure.

A control is named by the path of its member, e.g. `trigger.every`; the faults that the server finds go by
the same paths. static/js/document.js makes a document of the controls again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from longshore.durations import written
from web.console.forms import Field, Kind

_NOTHING: Any = object()
LENGTH = "seconds, or e.g. 90s, 5m, 1h30m"


@dataclass(frozen=True)
class Control:
    """One control of a form, and what it shows.

    Attributes:
        name: the path of its member.
        label: what stands over it.
        kind: which control it is.
        required: whether it must be filled in.
        description: a line under it.
        placeholder: what holds when it is left empty, or what a value looks like.
        hint: limits or unit, beside the label.
        labels: the values of a choice as JSON texts, with their words.
        attributes: further HTML attributes.
        example: for JSON, a value of its shape, indented.
        secret: whether what is typed must not be shown.
        duration: whether the member is seconds in JSON and text such as "5m" here.
        default: the member's value that an empty control stands for.
        value: what it shows.
        was: the JSON that it shows, which goes back as it is if nobody touches the control.
    """

    name: str
    label: str
    kind: Kind = "text"
    required: bool = False
    description: str = ""
    placeholder: str = ""
    hint: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    example: str = ""
    secret: bool = False
    duration: bool = False
    default: Any = None
    value: str = ""
    was: str = ""


@dataclass(frozen=True)
class Panel:
    """Controls that belong together.

    Attributes:
        key: of a trigger, its kind; `phrase` for words.
        title: what stands over it.
        controls: what is in it.
        chosen: of a trigger, whether it is the schedule's; of conditions, whether they say anything.
    """

    key: str
    title: str
    controls: tuple[Control, ...]
    chosen: bool = False

    def filled(self, document: Mapping[str, Any]) -> Panel:
        """The panel with what a document says."""
        controls = tuple(filled(one, document) for one in self.controls)
        return replace(self, controls=controls, chosen=any(one.value for one in controls))


def length(name: str, label: str, placeholder: str, description: str = LENGTH, **more: Any) -> Control:
    """A control for a duration."""
    return Control(name, label, placeholder=placeholder, description=description, duration=True, **more)


def choice(name: str, label: str, labels: Iterable[tuple[str, str]], **more: Any) -> Control:
    """A control for one of some words; the empty one is what holds by itself."""
    texts = tuple((json.dumps(value) if value else "", said) for value, said in labels)
    return Control(name, label, "choice", labels=texts, **more)


def number(name: str, label: str, least: int, most: int, step: str = "1", **more: Any) -> Control:
    """A control for a number within limits."""
    attributes = (("min", str(least)), ("max", str(most)), ("step", step))
    return Control(name, label, "integer" if step == "1" else "number", attributes=attributes, **more)


def parameter(field: Field) -> Control:
    """The control of a job's parameter, for the member `params` of a document."""
    return Control(
        name=f"params.{field.name}", label=field.name, kind=field.kind, required=field.required,
        description=field.description, placeholder=field.placeholder, hint=field.hint,
        labels=tuple(field.labels), attributes=field.attributes, example=field.example, secret=field.secret,
        default=_NOTHING,
    )  # fmt: skip


def filled(control: Control, document: Mapping[str, Any]) -> Control:
    """The control with what a document says of its member."""
    value: Any = document
    for part in control.name.split("."):
        value = value.get(part, _NOTHING) if isinstance(value, Mapping) else _NOTHING
    if value is _NOTHING or value == control.default:
        return control
    if isinstance(value, Mapping) and control.kind == "text":
        return control  # other controls show its parts
    return replace(control, value=_shown(control, value), was=json.dumps(value, ensure_ascii=False))


def _shown(control: Control, value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if control.kind == "choice":
        return text if text in dict(control.labels) else ""
    if control.duration and isinstance(value, int):
        return ("-" if value < 0 else "") + written(abs(value))
    if value is None:
        return ""
    if control.kind == "json":
        return json.dumps(value, indent=2, ensure_ascii=False)
    return value if isinstance(value, str) else text
