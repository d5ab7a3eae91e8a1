"""A table of teams, divisions or venues as plain data, and the way back from a fault to its cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jobs.league.formats import columns
from jobs.league.formats.cells import BadCell, value
from jobs.league.formats.checked import Faults, Place
from jobs.league.formats.columns import Column
from jobs.league.formats.grid import Grid
from jobs.league.formats.outcome import FileFault, shown


@dataclass
class Part:
    """What a table says.

    Attributes:
        kind: ``teams``, ``divisions`` or ``venues``.
        table: The table it was read from.
        items: Fields of each row.
        rows: Row number of each item.
        headers: How the file spells each column, by the column's path.
        faults: Cells that could not be taken, by place in the league.
    """

    kind: str
    table: Grid
    items: list[dict[str, Any]] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    headers: dict[tuple[str, ...], str] = field(default_factory=dict)
    faults: Faults = field(default_factory=dict)

    def locate(self, place: Place, message: str) -> FileFault:
        """A fault at a place of the league as one of the file."""
        if len(place) < 2 or not isinstance(place[1], int) or place[1] >= len(self.rows):
            return FileFault(self.table.file, None, None, message)
        path = tuple(str(one) for one in place[2:])
        header = self.headers.get(path[:2]) or self.headers.get(path[:1]) or (path[0] if path else None)
        if path and path[0] in ("slots", "location") and not self.headers.get(path[:2]):
            header = None
        return FileFault(self.table.file, self.rows[place[1]], header, message)


def part(kind: str, table: Grid) -> Part:
    """The items of a table, without the cells that cannot be taken."""
    found = Part(kind, table)
    known = columns.recognise(kind, table, table.header)
    for column, header in zip(known, table.header, strict=False):
        if column is not None:
            found.headers[column.path] = shown(header)
    _missing(found)
    for number, row in table.rows:
        found.items.append(_item(found, len(found.items), known, row))
        found.rows.append(number)
    if table.header and not table.rows and not table.faults:
        table.fault(f"has no row below its header, and so no {kind}")
    return found


def _missing(found: Part) -> None:
    if not found.table.header:
        return
    for column in columns.COLUMNS[found.kind]:
        if column.required and column.path not in found.headers:
            found.table.fault("the column is missing; the header must name it", 1, column.name)
    if found.kind == "venues" and not any(path[0] == "slots" for path in found.headers):
        found.table.fault(
            "a column of start times is missing: name one for each weekday played, e.g. saturday", 1
        )
    if found.kind == "divisions" and not {("games_per_team",), ("rounds",)} & found.headers.keys():
        found.table.fault("a column games_per_team or a column rounds is missing", 1)


def _item(found: Part, index: int, known: list[Column | None], row: list[str]) -> dict[str, Any]:
    item: dict[str, Any] = {"slots": {}} if found.kind == "venues" else {}
    for column, cell in zip(known, row, strict=False):
        if column is None:
            continue
        if not cell:
            if column.required:
                found.faults[(found.kind, index, *column.path)] = "is empty"
            continue
        try:
            set_path(item, column.path, value(column.parse, cell))
        except BadCell as error:
            for number, message in enumerate(error.messages):
                found.faults[(found.kind, index, *column.path, *([number] if number else []))] = message
    _whole_location(found, index, item)
    return item


def _whole_location(found: Part, index: int, item: dict[str, Any]) -> None:
    """A latitude without a longitude is no place, unless the other is at fault already."""
    location = item.get("location")
    if location is None or len(location) == 2:
        return
    del item["location"]
    for name in ("latitude", "longitude"):
        if name not in location:
            found.faults.setdefault((found.kind, index, "location", name), "is empty, and the other is given")


def set_path(item: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Put a value under a path of fields."""
    for name in path[:-1]:
        item = item.setdefault(name, {})
    item[path[-1]] = value
