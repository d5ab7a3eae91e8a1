"""JSON out of a posted file, safely, and a league that is described in our own fields."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from jobs.league.formats.archive import Document
from jobs.league.formats.checked import Faults, checked
from jobs.league.formats.outcome import FileFault, Reading, UnreadableLeague, refused, shown
from jobs.league.formats.season_fields import SeasonFields
from jobs.league.spec import LeagueSpec


def load(file: Document) -> dict[str, Any]:
    """The object that a JSON file holds.

    Raises:
        UnreadableLeague: it is no JSON, or no object.
    """
    try:
        value = json.loads(file.content.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        raise refused(file.name, f"is not UTF-8 in line {line:,}; JSON always is", row=line) from error
    except RecursionError as error:
        raise refused(file.name, "is nested too deeply") from error
    except json.JSONDecodeError as error:
        message = f"is not JSON: {error.msg} at character {error.colno} of line {error.lineno}"
        raise refused(file.name, message, row=error.lineno) from error
    except ValueError as error:
        raise refused(file.name, f"is not JSON: {shown(error)}") from error
    if not isinstance(value, dict):
        raise refused(
            file.name, "holds no JSON object; a league is one, with teams, divisions, venues and season"
        )
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def read_spec(file: Document, data: dict[str, Any], form: SeasonFields, name: str | None) -> Reading:
    """A league in our own fields, as the API takes it."""
    data = dict(data)
    if name:
        data["name"] = name
    return Reading(complete(file.name, data, form), "json", [])


def complete(file: str, data: dict[str, Any], form: SeasonFields, known: Faults | None = None) -> LeagueSpec:
    """The league that plain data describes, once the fields of a form are put over it.

    Raises:
        UnreadableLeague: every fault, with the path to its field as the column.
    """
    form.apply(data)
    league, faults = checked(data, (known or {}) | form.placed_faults())
    if league is None:
        raise UnreadableLeague(
            [
                form.locate(place, text)
                or FileFault(file, None, shown(".".join(map(str, place))) if place else None, text)
                for place, text in faults.items()
            ]
        )
    return league
