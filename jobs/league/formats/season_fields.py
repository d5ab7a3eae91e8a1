"""The season of a league out of a table or a form: its dates and limits, the league's name, zone and weights.

A table of the season has either a row for each field (field, value) or a header and one row.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jobs.league.formats import columns
from jobs.league.formats.cells import BadCell, value
from jobs.league.formats.checked import Faults, Place
from jobs.league.formats.grid import Grid
from jobs.league.formats.outcome import FileFault, shown
from jobs.league.formats.parts import set_path

FORM = "season"  # stands for the file in faults of a form's fields
_FIELD_HEADS = {"field", "setting", "key", "option", "what"}
_OUTSIDE = ("name", "timezone", "goals")  # fields of the league, not of its season


@dataclass
class SeasonFields:
    """Fields that were given, and where each came from.

    Attributes:
        fields: ``first_date`` and the like, ``name``, ``timezone`` and ``goals``.
        origins: File, row and column of each field, by path.
        faults: Values that could not be taken, by path.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    origins: dict[tuple[str, ...], tuple[str, int | None, str]] = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)

    def take(self, path: tuple[str, ...], value: Any, origin: tuple[str, int | None, str]) -> None:
        """Set a field; a later one replaces an earlier one."""
        set_path(self.fields, path, value)
        self.origins[path] = origin
        self.faults = {place: text for place, text in self.faults.items() if place[: len(path)] != path}

    def refuse(self, path: tuple[str, ...], error: BadCell, origin: tuple[str, int | None, str]) -> None:
        """Note that a field's value cannot be taken."""
        self.origins[path] = origin
        for number, message in enumerate(error.messages):
            self.faults[(*path, *([number] if number else []))] = message

    def overlay(self, other: SeasonFields) -> None:
        """Put another's fields over these, its faults included."""
        for path, origin in other.origins.items():
            faults = {place: text for place, text in other.faults.items() if place[: len(path)] == path}
            if not faults:
                found: Any = other.fields
                for name in path:
                    found = found[name]
                self.take(path, found, origin)
            self.origins[path] = origin
            self.faults |= faults

    def apply(self, data: dict[str, Any]) -> None:
        """Put the fields where a league has them, over what is there."""
        season = data.get("season")
        season = dict(season) if isinstance(season, dict) else {}
        season |= {name: value for name, value in self.fields.items() if name not in _OUTSIDE}
        if season:
            data["season"] = season
        data.update({name: self.fields[name] for name in _OUTSIDE if name in self.fields})

    def placed_faults(self) -> Faults:
        """The faults by place in the league."""
        return {_place(path): message for path, message in self.faults.items()}

    def locate(self, place: Place, message: str) -> FileFault | None:
        """A fault at a place of the league as one of its file or form, if it came from there."""
        path = tuple(str(one) for one in (place[1:] if place[:1] == ("season",) else place))
        for depth in range(len(path), 0, -1):
            if origin := self.origins.get(path[:depth]):
                return FileFault(*origin, message)
        return None


def _place(path: Place) -> Place:
    return path if path[0] in _OUTSIDE else ("season", *path)


def from_table(table: Grid, into: SeasonFields) -> None:
    """Read a table of the season."""
    if not table.header:
        return
    known = columns.known("season")
    first = columns.key(table.header[0])
    if first in _FIELD_HEADS:
        _from_rows(table, table.rows, into)
    elif len(table.header) == 2 and first in known and columns.key(table.header[1]) not in known:
        _from_rows(table, [(1, table.header), *table.rows], into)
    else:
        _from_one_row(table, into)


def _from_rows(table: Grid, rows: list[tuple[int, list[str]]], into: SeasonFields) -> None:
    if len(table.header) != 2:
        table.fault(
            "a table of fields has two columns, field and value; lists go into one cell, separated by ;", 1
        )
        return
    value_head = "value" if columns.key(table.header[0]) not in _FIELD_HEADS else shown(table.header[1])
    seen: set[tuple[str, ...]] = set()
    for number, (name, cell) in rows:
        column = columns.recognise("season", table, [name], number)[0]
        if column is None:
            continue
        if column.path in seen:
            table.fault(f"names {column.name} a second time", number, shown(name))
        seen.add(column.path)
        _take_cell(column, cell, (table.file, number, value_head), into)


def _from_one_row(table: Grid, into: SeasonFields) -> None:
    known = columns.recognise("season", table, table.header)
    if len(table.rows) != 1:
        table.fault(f"must have one row below its header, and has {len(table.rows)}")
        return
    number, row = table.rows[0]
    for column, header, cell in zip(known, table.header, row, strict=False):
        if column is not None:
            _take_cell(column, cell, (table.file, number, shown(header)), into)


def _take_cell(
    column: columns.Column, cell: str, origin: tuple[str, int | None, str], into: SeasonFields
) -> None:
    if not cell:
        return
    try:
        into.take(column.path, value(column.parse, cell), origin)
    except BadCell as error:
        into.refuse(column.path, error, origin)


def from_form(form: Mapping[str, Any], into: SeasonFields) -> list[FileFault]:
    """Read the fields of a form; empty ones count as not given. Values may be text or typed already."""
    faults = Grid(FORM)
    known = columns.known("season")
    for name, given in list(form.items())[:100]:
        if given is None or given in ("", [], ()):
            continue
        if name == "goals" and isinstance(given, dict):
            into.take(("goals",), dict(given), (FORM, None, "goals"))
        elif column := known.get(columns.key(str(name))):
            _take_value(column, given, into)
        else:
            columns.recognise("season", faults, [str(name)], None)
    return faults.faults


def _take_value(column: columns.Column, given: Any, into: SeasonFields) -> None:
    origin = (FORM, None, column.name)
    if isinstance(given, (list, tuple)) and all(isinstance(one, str) for one in given):
        given = ";".join(given)
    if isinstance(given, str):
        _take_cell(column, given.strip(), origin, into)
    elif isinstance(given, (int, float, list, tuple, dt.date)):
        into.take(column.path, list(given) if isinstance(given, tuple) else given, origin)
    else:
        into.refuse(column.path, BadCell(f"{shown(given)!r} is not a value of {column.name}"), origin)
