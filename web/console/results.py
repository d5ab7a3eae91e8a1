"""A task's result in a shape that a person wants to look at: fields, tables, lists, text.

Pure: JSON goes in, a tree of `Shape` comes out; templates/console/shape.html draws it. Large results are
cut, and say so: the whole is in the JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from web.console import words

Kind = Literal["nothing", "word", "number", "string", "text", "words", "list", "fields", "table"]
ROWS = 200
"""Most rows of a table, entries of a list and fields of an object that are drawn."""
COLUMNS = 12
"""Most columns of a table."""
DEPTH = 5
"""Levels below which JSON is shown as text."""
LONG = 120
"""Characters above which a string is a text of its own."""

MANY = 10
"""Brief fields above which they are set in columns."""
BRIEF = ("nothing", "word", "number", "string")
"""What takes no more than a line."""


@dataclass(frozen=True)
class Shape:
    """How to draw one value.

    Attributes:
        kind: which way.
        text: what to write, for what is no container.
        entries: what is inside: of a list, each with an empty name; of fields, each with its name.
        columns: of a table, its columns' names.
        rows: of a table, its cells.
        left_off: how many entries or rows are not shown.
    """

    kind: Kind
    text: str = ""
    entries: tuple[tuple[str, Shape], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Shape, ...], ...] = ()
    left_off: int = 0

    @property
    def many(self) -> bool:
        """Whether it has so many brief fields that they are set in columns."""
        return len(self.entries) > MANY and all(one.kind in BRIEF for _, one in self.entries)

    @property
    def numeric(self) -> bool:
        """Whether it is set to the right in a table."""
        return self.kind == "number"


def shape(value: Any, depth: int = 0) -> Shape:
    """The shape of a JSON value."""
    if value is None or value in ([], {}, ""):
        return Shape("nothing", "an empty list" if value == [] else "an empty object" if value == {} else "–")
    if isinstance(value, bool):
        return Shape("word", "yes" if value else "no")
    if isinstance(value, int | float):
        return Shape("number", words.number(value))
    if isinstance(value, str):
        return Shape("text" if len(value) > LONG or "\n" in value else "string", value)
    if depth >= DEPTH:
        return Shape("text", words.pretty(value))
    return _fields(value, depth) if isinstance(value, Mapping) else _list(value, depth)


def _fields(value: Mapping[str, Any], depth: int) -> Shape:
    entries = tuple((str(name), shape(one, depth + 1)) for name, one in list(value.items())[:ROWS])
    return Shape("fields", entries=entries, left_off=max(len(value) - ROWS, 0))


def _list(value: list[Any], depth: int) -> Shape:
    left_off = max(len(value) - ROWS, 0)
    columns = _columns(value)
    if columns:
        rows = tuple(tuple(shape(one.get(name), depth + 1) for name in columns) for one in value[:ROWS])
        return Shape("table", columns=columns, rows=rows, left_off=left_off)
    entries = tuple(("", shape(one, depth + 1)) for one in value[:ROWS])
    brief = all(one.kind in BRIEF for _, one in entries)
    return Shape("words" if brief else "list", entries=entries, left_off=left_off)


def _columns(value: list[Any]) -> tuple[str, ...]:
    """The columns of a list of objects; none if it is something else, or too wide to read."""
    if not all(isinstance(one, Mapping) and one for one in value):
        return ()
    names = tuple(dict.fromkeys(str(name) for one in value[:ROWS] for name in one))
    return names if len(names) <= COLUMNS else ()
