"""Posted files for tests: small tables of a league that can be read, and ways to spoil them."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from jobs.league.formats import FileFault, Reading, UnreadableLeague, Upload, read

TEAMS = """\
name,division,club,home_venue,coach,blackout_dates,preferred_times,forbidden_times
Ants,U10,Anthill,Park,Kim,2027-04-10; 2027-04-17,sat 09:00-12:00; 18:00-20:00,sun
Bees,U10,,Park,,,,
Crows,U10,,Lane,,,,
Deer,U10,,Lane,Kim,,,
"""
DIVISIONS = """\
name,games_per_team,rounds,game_minutes
U10,,single,60
"""
VENUES = """\
name,pitches,saturday,sunday,closed_dates,open_dates,divisions,latitude,longitude
Park,2,09:00 10:30,10:00,2027-04-03,,,51.5,-0.12
Lane,1,9:00;10:30,,,,U10,,
"""
SEASON = """\
field,value
name,Little League
first_date,2027-04-03
last_date,2027-05-30
play_days,saturday; sunday
holidays,2027-05-01..2027-05-02
max_games_per_team_per_weekend,1
min_rest_days,2
max_gap_days,28
timezone,Europe/London
"""
FILES = {"teams.csv": TEAMS, "divisions.csv": DIVISIONS, "venues.csv": VENUES, "season.csv": SEASON}


def tables(**texts: str | bytes | None) -> list[Upload]:
    """The four tables; ``teams=...`` replaces teams.csv, and None leaves it out."""
    files: dict[str, str | bytes | None] = {**FILES, **{f"{kind}.csv": text for kind, text in texts.items()}}
    return [
        Upload(name, text.encode() if isinstance(text, str) else text)
        for name, text in files.items()
        if text is not None
    ]


def spoiled(kind: str, old: str, new: str) -> list[Upload]:
    """The tables with one piece of text replaced."""
    text = FILES[f"{kind}.csv"]
    assert old in text
    return tables(**{kind: text.replace(old, new)})


def refusal(uploads: list[Upload], **more: Any) -> UnreadableLeague:
    """The refusal that reading these ends in."""
    with pytest.raises(UnreadableLeague) as caught:
        read(uploads, **more)
    assert caught.value.faults
    assert str(caught.value)
    return caught.value


def only_fault(uploads: list[Upload], **more: Any) -> FileFault:
    """The one fault that these files are refused for."""
    error = refusal(uploads, **more)
    assert len(error.faults) == 1, str(error)
    return error.faults[0]


def zipped(files: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of files by name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def as_json(data: Any) -> list[Upload]:
    """One JSON file."""
    return [Upload("league.json", json.dumps(data).encode())]


def said(reading: Reading) -> str:
    """All notes in one text."""
    return "\n".join(f"{note.where}: {note.message}" for note in reading.notes)
