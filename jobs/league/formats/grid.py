"""The text of a CSV file as rows of cells, with every fault of its form.

Knows encodings, delimiters, quotes and ragged rows; nothing of leagues. Rows are numbered as a spreadsheet
shows them: the header is row 1, and empty rows count.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field

from jobs.league.formats.outcome import FileFault

MAX_ROWS = 25_000
MAX_COLUMNS = 100
DELIMITERS = ",;\t"
_SEP_LINE = re.compile(r"^sep=(.)\r?\n", re.IGNORECASE)  # what Excel writes to name the delimiter


@dataclass
class Grid:
    """A table as text.

    Attributes:
        file: Name of the file.
        header: Cells of the first row.
        rows: Row number and cells of every further row that is not empty.
        faults: Faults of form. Rows at fault are not in ``rows``.
        broken: Whether a fault has cost rows or columns that others may refer to.
    """

    file: str
    header: list[str] = field(default_factory=list)
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    faults: list[FileFault] = field(default_factory=list)
    broken: bool = False

    def fault(
        self, message: str, row: int | None = None, column: str | None = None, *, breaks: bool = True
    ) -> None:
        """Note a fault of this file."""
        self.broken |= breaks
        self.faults.append(FileFault(self.file, row, column, message))


def grid(file: str, content: bytes) -> Grid:
    """The rows of a CSV file, delimited by commas, semicolons or tabs; its faults are in the answer."""
    table = Grid(file)
    text = _text(table, content)
    if table.faults:
        return table
    if not text.strip():
        table.fault("is empty; the first row must name the columns")
        return table
    skipped = 0
    delimiter = _delimiter(text)
    if named := _SEP_LINE.match(text):
        text, delimiter, skipped = text[named.end() :], named[1], 1
    for number, cells in _records(table, text, delimiter, skipped):
        _take(table, number, cells)
    if not table.faults and not table.header:
        table.fault("is empty; the first row must name the columns")
    return table


def _text(table: Grid, content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        table.fault("is UTF-16 text; save it as “CSV UTF-8”")
        return ""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        table.fault(
            f"the byte 0x{byte:02X} in line {line:,} is not UTF-8; save the file as “CSV UTF-8”", line
        )
        return ""
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        table.fault(
            f"line {line:,} holds a NUL byte, which no text file has; save it as “CSV UTF-8” again", line
        )
    return text


def _delimiter(text: str) -> str:
    """The delimiter that the first line holds most of, outside of quotes."""
    line = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").partition("\n")[0])
    return max(DELIMITERS, key=line.count)


def _records(table: Grid, text: str, delimiter: str, skipped: int) -> list[tuple[int, list[str]]]:
    """Every record; after one whose quotes are broken nothing can be told of the rest."""
    records: list[tuple[int, list[str]]] = []
    try:
        for number, cells in enumerate(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        ):
            records.append((number + 1 + skipped, [cell.strip() for cell in cells]))
            if number > MAX_ROWS:
                table.fault(f"has more than {MAX_ROWS:,} rows; a league has at most 2,000 teams")
                break
    except csv.Error as error:
        row = len(records) + 1 + skipped
        if "field larger" in str(error):
            message = (
                "a cell is longer than 131,072 characters; is a quote opened in this row and never closed?"
            )
        else:
            message = 'a cell that begins with " never ends with one; write "" for a quote within a cell'
        table.fault(message, row)
    return records


def _take(table: Grid, number: int, cells: list[str]) -> None:
    if not any(cells):
        return
    if not table.header:
        _take_header(table, number, cells)
        return
    width = len(table.header)
    while len(cells) > width and not cells[-1]:
        cells.pop()
    if len(cells) != width:
        has = f"has {_count(len(cells), 'cell')}, the header has {width}"
        table.fault(f"{has}; a cell that holds the delimiter needs quotes around it", number)
        return
    table.rows.append((number, cells))


def _take_header(table: Grid, number: int, cells: list[str]) -> None:
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        table.fault(f"has {len(cells):,} columns; at most {MAX_COLUMNS} are possible", number)
    table.header = cells[:MAX_COLUMNS]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
