"""Leagues in request bodies: files of a form, or one file that is the whole body."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask import abort, request

from jobs.league.formats import FileFault, Reading, UnreadableLeague, Upload, read
from web import bodies
from web.problems import invalid, problem

FORM = "multipart/form-data"
RAW = {
    "application/zip": "league.zip",
    "application/x-zip-compressed": "league.zip",
    "application/xml": "league.xml",
    "text/xml": "league.xml",
}
"""Media types of a body that is one file, and what the file is called in faults."""


@dataclass(frozen=True)
class Posted:
    """What was posted.

    Attributes:
        files: in their order.
        fields: the other fields of the form, or of the query string where the body is a file.
    """

    files: list[Upload]
    fields: dict[str, Any]


def posted() -> Posted | None:
    """The files and fields of the request; None if its body is no file, but JSON or nothing."""
    if request.mimetype not in (FORM, *RAW):
        return None
    bodies.sized()
    if request.mimetype == FORM:
        if request.content_length and not request.form and not request.files:
            abort(problem(400, "The body is no form: it has no part that can be read by the boundary given."))
        return Posted(_files(), _fields(request.form.to_dict(flat=False)))
    upload = Upload(RAW[request.mimetype], request.get_data())
    return Posted([upload], _fields(request.args.to_dict(flat=False)))


def league(given: Posted, apart: Collection[str] = (), name: str | None = None) -> Reading:
    """The league that was posted; aborts with a 422 that names every fault by file, row and column.

    Args:
        given: the files; its fields set those of the season.
        apart: fields that are no part of a league.
        name: the league's name, in place of the one that was posted.
    """
    season = {key: value for key, value in given.fields.items() if key not in apart}
    try:
        return read(given.files, name=name, season=season)
    except UnreadableLeague as error:
        faults = [_shown(fault) for fault in error.faults]
        if more := error.count - len(faults):
            faults.append({"field": "(more)", "message": f"and {more:,} more faults", "type": "more"})
        abort(invalid(faults))


def notes(reading: Reading) -> list[dict[str, str]]:
    """What was not taken as it stood in the files."""
    return [{"where": note.where, "message": note.message} for note in reading.notes]


def _files() -> list[Upload]:
    """All files, whatever their field; a browser sends one with no name where none was chosen."""
    every = [one for _, some in request.files.lists() for one in some]
    return [Upload(one.filename, one.read()) for one in every if one.filename]


def _fields(given: dict[str, list[str]]) -> dict[str, Any]:
    """One text, or a list of several, for each field that is not empty."""
    full = {name: [text for text in texts if text.strip()] for name, texts in given.items()}
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in full.items() if texts}


def _shown(fault: FileFault) -> dict[str, Any]:
    return {
        "field": _where(fault),
        "message": fault.message,
        "type": "file",
        "file": fault.file,
        "row": fault.row,
        "column": fault.column,
    }


def _where(fault: FileFault) -> str:
    """Where a fault is, in one line; of a body that is a league in JSON, its field alone."""
    if request.is_json:
        return fault.column or "(body)"
    row = f" row {fault.row}" if fault.row is not None else ""
    column = f", column {fault.column}" if fault.column else ""
    return f"{fault.file}{row}{column}"
