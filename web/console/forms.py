"""A form's fields from a job's JSON schema.

Pure: a schema goes in, fields come out. What cannot have a control of its own (nested objects, lists,
unions) becomes a field for JSON with an example of its shape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from web.console.examples import FORMATS, example, resolved

Schema = Mapping[str, Any]
Kind = Literal["text", "integer", "number", "boolean", "choice", "date", "instant", "json"]
_PLAIN: dict[str, Kind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
_LIMITS: dict[Kind, dict[str, str]] = {
    "integer": {"minimum": "min", "maximum": "max"},
    "number": {"minimum": "min", "maximum": "max"},
    "text": {"minLength": "minlength", "maxLength": "maxlength"},
}
"""The names that HTML has for a schema's limits."""


@dataclass(frozen=True)
class Field:
    """One control of a form.

    Attributes:
        name: the parameter's name.
        kind: which control it is.
        required: whether it must be filled in.
        description: from the docstring.
        placeholder: what holds when it is left empty, or what a value looks like.
        hint: its limits in words; empty if there are none.
        choices: the values of a choice, as JSON texts.
        attributes: limits as HTML attributes of the control.
        example: for JSON, a value of its shape, indented.
        secret: whether what is typed must not be shown.
    """

    name: str
    kind: Kind
    required: bool = False
    description: str = ""
    placeholder: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    example: str = ""
    secret: bool = False

    @property
    def labels(self) -> list[tuple[str, str]]:
        """The choices, each with the words to show."""
        return [(text, str(json.loads(text)) if text.startswith('"') else text) for text in self.choices]


def fields(schema: Schema) -> list[Field]:
    """The fields of a form for a job's parameters, required ones first."""
    required = set(schema.get("required", ()))
    made = [_field(name, one, name in required, schema) for name, one in schema.get("properties", {}).items()]
    return sorted(made, key=lambda field: not field.required)


def _field(name: str, node: Schema, required: bool, root: Schema) -> Field:
    bare = _without_null(resolved(node, root), root)
    kind = _kind(bare)
    return Field(
        name=name,
        kind=kind,
        required=required,
        description=str(node.get("description") or bare.get("description") or ""),
        placeholder=_placeholder(node, bare, kind),
        hint=_hint(bare, kind),
        choices=_choices(bare),
        attributes=tuple(_attributes(bare, kind).items()),
        example=json.dumps(example(bare, root), indent=2, ensure_ascii=False) if kind == "json" else "",
        secret=bare.get("format") == "password",
    )


def _without_null(node: Schema, root: Schema) -> Schema:
    """`X | None` is X: leaving the field empty is how None is said."""
    options = [resolved(one, root) for one in node.get("anyOf", ())]
    real = [one for one in options if one.get("type") != "null"]
    if len(real) != 1:
        return node
    return {**{key: value for key, value in node.items() if key != "anyOf"}, **real[0]}


def _kind(node: Schema) -> Kind:
    if "enum" in node or "const" in node:
        return "choice"
    if node.get("type") == "string" and node.get("format") == "date":
        return "date"
    return _PLAIN.get(str(node.get("type")), "json")


def _choices(node: Schema) -> tuple[str, ...]:
    values = node.get("enum", [node["const"]] if "const" in node else [])
    return tuple(json.dumps(one, ensure_ascii=False) for one in values)


def _placeholder(node: Schema, bare: Schema, kind: Kind) -> str:
    default = node.get("default")
    if default is not None:
        text = default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)
        return text if len(text) <= 60 else text[:57] + "…"
    return "" if kind == "json" else FORMATS.get(str(bare.get("format")), "")


def _hint(node: Schema, kind: Kind) -> str:
    """The limits in words, e.g. `5 to 540`, `above 0, below 1`, `at most 40 characters`."""
    if kind == "text":
        return _range(node.get("minLength"), node.get("maxLength"), " characters")
    if kind == "json":
        shape = {"object": "a JSON object", "array": "a JSON list"}.get(str(node.get("type")), "JSON")
        size = _range(node.get("minItems"), node.get("maxItems"), " entries")
        return f"{shape}, {size}" if size else shape
    if kind not in ("integer", "number"):
        return ""
    parts = [_range(node.get("minimum"), node.get("maximum"), "")]
    parts += [
        f"{word} {_spaced(node[key])}"
        for key, word in (
            ("exclusiveMinimum", "above"), ("exclusiveMaximum", "below"), ("multipleOf", "in steps of"),
        )
        if key in node
    ]  # fmt: skip
    return ", ".join(part for part in parts if part)


def _range(least: Any, most: Any, unit: str) -> str:
    if least is not None and most is not None:
        return f"{_spaced(least)} to {_spaced(most)}{unit}"
    if least is not None:
        return f"at least {_spaced(least)}{unit}"
    return f"at most {_spaced(most)}{unit}" if most is not None else ""


def _spaced(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _attributes(node: Schema, kind: Kind) -> dict[str, str]:
    """Limits that a browser checks by itself. Exclusive ones and patterns are left to the server."""
    found = {html: str(node[key]) for key, html in _LIMITS.get(kind, {}).items() if key in node}
    if kind in ("integer", "number"):
        found["step"] = str(node.get("multipleOf", 1 if kind == "integer" else "any"))
    return found
