"""An example value for a JSON schema, to show a person the shape that is wanted. Pure.

It is a shape and no more: rules between fields are not in a schema, so an example need not pass them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
DEPTH = 8
"""Levels below which a schema that contains itself is cut off."""
FORMATS: dict[str, str] = {
    "date": "2030-01-15",
    "date-time": "2030-01-15T09:00:00Z",
    "time": "09:00:00",
    "duration": "PT1H30M",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.org/",
    "email": "name@example.org",
}
_CANDIDATES = ("09:00", "2030-01-15", "name@example.org", "1", "a", "A", "AAA", "aaa", "0000")
"""Tried in turn where a string has a pattern; the pattern's author knows what it means, we do not."""


def example(node: Schema, root: Schema, name: str = "", depth: int = 0) -> Any:
    """A value of the shape that `node` describes.

    Args:
        node: the schema, or a part of it.
        root: the whole, for `$ref`.
        name: the field that it is for; a string without a format shows its name.
        depth: how deep in the whole it stands.
    """
    node = resolved(node, root)
    if given := node.get("examples"):
        return given[0]
    if "const" in node or "enum" in node:
        return node["const"] if "const" in node else node["enum"][0]
    if depth > DEPTH:
        return None
    if options := node.get("anyOf") or node.get("oneOf"):
        real = [one for one in options if resolved(one, root).get("type") != "null"]
        return example(real[0], root, name, depth + 1) if real else None
    return _of_type(node, root, name, depth)


def resolved(node: Schema, root: Schema) -> Schema:
    """The schema that a `$ref` into `$defs` points at, with what is said beside the reference."""
    seen: set[str] = set()
    while (target := str(node.get("$ref", ""))) and target not in seen:
        seen.add(target)
        there = root.get("$defs", {}).get(target.removeprefix("#/$defs/"), {})
        node = {**there, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _of_type(node: Schema, root: Schema, name: str, depth: int) -> Any:
    kind = node.get("type")
    if kind == "object":
        return _object(node, root, depth)
    if kind == "array":
        return _array(node, root, name, depth)
    if kind in ("integer", "number"):
        return node.get("default") or node.get("minimum") or 1
    if kind == "boolean":
        return bool(node.get("default", False))
    return _string(node, name) if kind == "string" else None


def _object(node: Schema, root: Schema, depth: int) -> dict[str, Any]:
    """Its required fields, and those that say something by their default; free keys get one entry."""
    required = set(node.get("required", ()))
    shown = {
        name: one for name, one in node.get("properties", {}).items() if name in required or not required
    }
    made = {name: example(one, root, name, depth + 1) for name, one in shown.items()}
    free = node.get("additionalProperties")
    if not made and isinstance(free, Mapping):
        keys = node.get("propertyNames", {}).get("enum", ["name"])
        made[str(keys[-1])] = example(free, root, "", depth + 1)
    return made


def _array(node: Schema, root: Schema, name: str, depth: int) -> list[Any]:
    """One entry, or as many as there must be, at most three."""
    many = min(max(int(node.get("minItems", 1)), 1), 3)
    made = [example(node.get("items", {}), root, _singular(name), depth + 1) for _ in range(many)]
    return made if many == 1 else [_numbered(one, index) for index, one in enumerate(made, 1)]


def _string(node: Schema, name: str) -> str:
    if node.get("format") in FORMATS:
        return FORMATS[node["format"]]
    text = name.replace("_", " ") or "text"
    pattern = node.get("pattern")
    for candidate in (text, *_CANDIDATES) if pattern else ():
        if _matches(pattern, candidate):
            return candidate
    return text


def _matches(pattern: Any, text: str) -> bool:
    try:
        return re.search(str(pattern), text) is not None
    except re.error:
        return False


def _numbered(value: Any, number: int) -> Any:
    """Entries of a list that must have several differ in their name."""
    if isinstance(value, dict) and isinstance(value.get("name"), str):
        return {**value, "name": f"{value['name']} {number}"}
    return value


def _singular(name: str) -> str:
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
