"""A league out of CSV tables: teams, divisions, venues and, if it is posted, the season.

Tables are known by their names and, failing that, by their headers. All faults of all tables are found at
once, those that only show when the tables are held against each other included.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from jobs.league.formats import columns, season_fields
from jobs.league.formats.archive import Document
from jobs.league.formats.checked import Faults, Place, checked
from jobs.league.formats.grid import Grid, grid
from jobs.league.formats.outcome import FileFault, Note, Reading, UnreadableLeague, shown
from jobs.league.formats.parts import Part, part
from jobs.league.formats.season_fields import SeasonFields
from jobs.league.windows import WEEKDAYS

NAMELESS = "League"
KINDS = ("teams", "divisions", "venues")
_IN_NAMES = {
    "teams": {"team", "teams"},
    "divisions": {"division", "divisions", "div", "divs"},
    "venues": {"venue", "venues", "ground", "grounds", "pitches", "fields"},
    "season": {"season", "seasons"},
}
_EARLIER = re.compile(r"is already the name of (?:teams|divisions|venues)\.(\d+);")


def read_tables(files: Sequence[Document], form: SeasonFields, name: str | None) -> Reading:
    """The league that the tables describe.

    Args:
        files: The tables, in any order.
        form: Fields of the season from elsewhere; they go before those of a table.
        name: Name of the league, before any that a table has.

    Raises:
        UnreadableLeague: with every fault, by file, row and column.
    """
    grids, faults = _sorted([grid(file.name, file.content) for file in files])
    season = SeasonFields()
    if "season" in grids:
        season_fields.from_table(grids["season"], season)
    season.overlay(form)
    parts = {kind: part(kind, grids[kind]) for kind in KINDS if kind in grids}
    whole = not faults and not any(table.broken for table in grids.values())
    faults += [fault for table in grids.values() for fault in table.faults]
    data, notes = _data(parts, season, name)
    lost: set[Place] = {(kind,) for kind in KINDS if kind not in parts}
    if "season" not in data:
        lost.add(("season",))
        if not season.faults and not ("season" in grids and grids["season"].faults):
            faults.append(FileFault("season.csv", None, None, _NO_SEASON))
    known: Faults = {place: text for each in parts.values() for place, text in each.faults.items()}
    league, found = checked(data, known | season.placed_faults(), whole=whole)
    faults += [
        _located(place, text, parts, season) for place, text in found.items() if place and place not in lost
    ]
    if faults or league is None:
        faults += [FileFault(files[0].name, None, None, text) for place, text in found.items() if not place]
        order = [file.name for file in files]
        raise UnreadableLeague(sorted(faults, key=lambda fault: _position(fault, order)))
    return Reading(league, "csv", notes)


_NO_SEASON = (
    "the season is missing: post season.csv with first_date, last_date and play_days, or give them as fields"
)


def _position(fault: FileFault, order: list[str]) -> tuple[int, int]:
    """Faults are told file by file and from top to bottom, those of missing files last."""
    return order.index(fault.file) if fault.file in order else len(order), fault.row or 0


def _sorted(tables: Sequence[Grid]) -> tuple[dict[str, Grid], list[FileFault]]:
    """The tables by kind, and faults of those that are of no kind, or of one that is there already."""
    found: dict[str, Grid] = {}
    faults: list[FileFault] = []
    for table in tables:
        kind = _kind(table)
        if kind is None:
            faults += table.faults or [FileFault(table.file, None, None, _NO_KIND)]
        elif kind in found:
            message = f"holds {kind} as {found[kind].file} does; post one table of each"
            faults.append(FileFault(table.file, None, None, message))
        else:
            found[kind] = table
    faults += [
        FileFault(f"{kind}.csv", None, None, f"is missing: a league needs its {kind}")
        for kind in KINDS
        if kind not in found and not faults
    ]
    return found, faults


_NO_KIND = (
    "cannot be told to hold teams, divisions, venues or the season, neither by its name nor by its header; "
    "name it e.g. teams.csv"
)


def _kind(table: Grid) -> str | None:
    words = set(re.findall(r"[a-z]+", PurePosixPath(table.file).stem.lower()))
    named = [kind for kind, known in _IN_NAMES.items() if words & known]
    return named[0] if len(named) == 1 else columns.guess(table.header)


def _data(
    parts: dict[str, Part], season: SeasonFields, name: str | None
) -> tuple[dict[str, Any], list[Note]]:
    """Fields of the league, with what can be told from others filled in and noted."""
    data: dict[str, Any] = {kind: parts[kind].items if kind in parts else [] for kind in KINDS}
    notes: list[Note] = []
    season.apply(data)
    if name:
        data["name"] = name
    if not data.get("name") and ("name",) not in season.faults:
        data["name"] = NAMELESS
        notes.append(Note("season", f"no name of the league is given; it is called {NAMELESS!r}"))
    if "season" in data and not {"play_days"} & {path[0] for path in season.origins}:
        played = _played(parts)
        if played:
            data["season"]["play_days"] = played
            text = "no play_days are given; every weekday on which a venue has start times is played: "
            notes.append(Note("season", text + ", ".join(played)))
    return data, notes


def _played(parts: dict[str, Part]) -> list[str]:
    venues = parts["venues"].items if "venues" in parts else []
    played = {day for venue in venues for day, starts in venue["slots"].items() if starts}
    return [day for day in WEEKDAYS if day in played]


def _located(place: Place, text: str, parts: dict[str, Part], season: SeasonFields) -> FileFault:
    """A fault at a place of the league, as one of the file that this place came from."""
    kind = str(place[0])
    if kind in parts:
        found = parts[kind]
        if earlier := _EARLIER.search(text):
            row = found.rows[int(earlier[1])]
            text = text.replace(earlier[0], f"is already the name in row {row};")
        return found.locate(place, text)
    if kind in KINDS:
        return FileFault(f"{kind}.csv", None, None, text)
    if fault := season.locate(place, text):
        return fault
    column = str(place[-1] if len(place) > 1 else place[0])
    return FileFault("season.csv", None, shown(column), text)
