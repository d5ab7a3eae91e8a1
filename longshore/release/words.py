"""Why parameters do not bind, without a value of them: names of fields and pydantic's own messages only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic_core.core_schema import ErrorType

from longshore.catalog import Job
from longshore.errors import InvalidParameters

FAULTS = 3
"""Faults told of one payload."""
LENGTH = 200
"""Longest text that is shown of anything."""

_QUOTING = {
    "assertion_error", "bytes_invalid_encoding", "get_attribute_error", "iteration_error", "json_invalid",
    "mapping_type", "timezone_offset", "too_long", "too_short", "union_tag_invalid", "uuid_parsing",
    "value_error",
}  # fmt: skip
"""Kinds whose message may quote what was given or be a validator's own, or that would split the groups."""
_PLAIN = frozenset(get_args(ErrorType)) - _QUOTING | {"call", "more"}
_NEW = "extra_forbidden"
_OURS = ("(body)", "(call)", "(more)")


class Words:
    """Turns faults into words, and remembers which names each job's parameters have."""

    def __init__(self) -> None:
        self._names: dict[str, frozenset[str]] = {}

    def of(self, job: Job, error: InvalidParameters) -> str:
        """The first faults, each with its field, and how many more there are."""
        if job.name not in self._names:
            self._names[job.name] = frozenset((*_properties(job.parameters.schema), *_OURS))
        names = self._names[job.name]
        told = list(dict.fromkeys(_fault(one, names) for one in error.errors))
        more = [f"and {len(told) - FAULTS} more"] if len(told) > FAULTS else []
        return clean("; ".join(told[:FAULTS] + more))


def clean(text: str) -> str:
    """One short line, fit for a terminal, of what came from anywhere."""
    line = "".join(one if one.isprintable() else "?" for one in text[: LENGTH + 1])
    return line if len(line) <= LENGTH else line[: LENGTH - 1] + "…"


def _fault(one: dict[str, Any], names: frozenset[str]) -> str:
    kind = one["type"]
    message = one["message"] if kind in _PLAIN else f"not accepted ({kind})"
    return f"{_field(one['field'], kind, names)}: {message}"


def _field(path: str, kind: str, names: frozenset[str]) -> str:
    """The path with a star for each part that is no name of a field: an index, or a key of the data."""
    parts = path.split(".")
    shown = [part if part in names else "*" for part in parts]
    if kind == _NEW:  # the name that an older code gave it
        shown[-1] = parts[-1][:40]
    return ".".join(shown)


def _properties(schema: Any) -> Iterator[str]:
    """All names of properties in a JSON schema, its definitions included."""
    if isinstance(schema, dict):
        found = schema.get("properties")
        yield from found if isinstance(found, dict) else ()
        for part in schema.values():
            yield from _properties(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _properties(part)
