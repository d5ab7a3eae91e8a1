"""Leagues out of files: CSV tables, JSON, the Open Sports Scheduling Standard and RobinX XML.

Owns the door: what was posted is told apart, read, and comes back as a league with notes of what could not be
taken, or as a refusal that names every fault. The formats are in the modules beside it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jobs.league.formats.outcome import FileFault, Note, Reading, UnreadableLeague, Upload

if TYPE_CHECKING:
    from jobs.league.formats.archive import Document
    from jobs.league.formats.season_fields import SeasonFields

__all__ = ["FileFault", "Note", "Reading", "UnreadableLeague", "Upload", "read"]


def read(
    uploads: Sequence[Upload],
    *,
    name: str | None = None,
    season: Mapping[str, Any] | None = None,
    first_date: dt.date | None = None,
) -> Reading:
    """The league that the files describe.

    Args:
        uploads: ``teams.csv``, ``divisions.csv``, ``venues.csv`` and perhaps ``season.csv``, one by one or in
            a ZIP; or one JSON or XML file.
        name: Name of the league, in place of the one in the files.
        season: Fields of the season, and ``name`` and ``timezone``, from a form; they go before those of
            files.
        first_date: First date of the season where a file has numbered slots and no dates.

    Raises:
        UnreadableLeague: with every fault by file, row and column.
    """
    from jobs.league.formats import archive, season_fields
    from jobs.league.formats.archive import Kind

    documents, notes = archive.documents(uploads)
    form = season_fields.SeasonFields()
    faults = season_fields.from_form(season or {}, form)
    if faults:
        raise UnreadableLeague(faults)
    kinds = {document.kind for document in documents}
    if kinds == {Kind.TABLE}:
        from jobs.league.formats import tables

        found = tables.read_tables(documents, form, name)
    elif len(documents) > 1:
        raise UnreadableLeague(
            [FileFault(document.name, None, None, _TOO_MANY) for document in documents[1:]]
        )
    else:
        found = _read_one(documents[0], form, name, first_date)
    return Reading(found.league, found.source, [*notes, *found.notes])


def _read_one(
    document: Document, form: SeasonFields, name: str | None, first_date: dt.date | None
) -> Reading:
    """A league that is all in one file."""
    from jobs.league.formats.archive import Kind

    if document.kind is Kind.XML:
        from jobs.league.formats import robinx

        return robinx.read_robinx(document, form, name, first_date)
    from jobs.league.formats import osss, plain_json

    data = plain_json.load(document)
    if osss.is_osss(data):
        return osss.read_osss(document, data, form, name, first_date)
    return plain_json.read_spec(document, data, form, name)


_TOO_MANY = (
    "is one file too many: post either tables in CSV, or one JSON or XML file that is the whole league"
)
