"""What reading a league takes and gives: posted files in, a league with notes out, or every fault at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jobs.league.spec import LeagueSpec

MAX_FAULTS = 100
MAX_SHOWN = 80


@dataclass(frozen=True)
class Upload:
    """A posted file."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Note:
    """Something that was not taken as it stands in the file, said plainly.

    Attributes:
        where: The file or the part of it, e.g. ``constraints``.
        message: What was not taken, or what was chosen in its place.
    """

    where: str
    message: str


@dataclass(frozen=True)
class FileFault:
    """One thing in a file that is wrong.

    Attributes:
        file: Name of the file, or ``season`` for the fields of a form.
        row: Row as a spreadsheet numbers it (the header is row 1), where the file has rows.
        column: Column as the file's header spells it, or the path to a field of a JSON file.
        message: What is wrong and what would be right.
    """

    file: str
    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        row = f" row {self.row}" if self.row is not None else ""
        column = f" column {self.column}" if self.column else ""
        return f"{self.file}{row}{column}: {self.message}"


class UnreadableLeague(ValueError):
    """The files do not describe a league.

    Attributes:
        faults: What is wrong, in the order of the files; at most ``MAX_FAULTS``.
        count: How many faults there are, with those that are not listed.
    """

    def __init__(self, faults: Sequence[FileFault]) -> None:
        unique = list(dict.fromkeys(faults))
        self.faults = unique[:MAX_FAULTS]
        self.count = len(unique)
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [str(fault) for fault in self.faults]
        if self.count > len(self.faults):
            lines.append(f"and {self.count - len(self.faults):,} more faults that are not listed")
        return "\n".join(lines)


@dataclass(frozen=True)
class Reading:
    """A league as it was read.

    Attributes:
        league: The league, checked as any other.
        source: ``csv``, ``json``, ``osss`` or ``robinx``.
        notes: What could not be taken, and what was chosen where the file says nothing.
    """

    league: LeagueSpec
    source: str
    notes: list[Note]


def shown(text: object) -> str:
    """A text of the file for a message: short, on one line, and of characters that can be printed."""
    plain = "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in str(text)[: 2 * MAX_SHOWN]
    )
    return plain if len(plain) <= MAX_SHOWN else plain[: MAX_SHOWN - 1] + "…"


def refused(
    file: str, message: str, *, row: int | None = None, column: str | None = None
) -> UnreadableLeague:
    """The refusal of a file for one fault."""
    return UnreadableLeague([FileFault(file, row, column, message)])
