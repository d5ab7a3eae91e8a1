"""What a cell of a table says: dates, times, windows, numbers.

Every function raises ``BadCell`` with what is wrong and what would be right; of a list, each entry at fault.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, TypeVar

from jobs.league.formats.outcome import shown
from jobs.league.windows import WEEKDAYS

T = TypeVar("T")

MAX_ENTRIES = 1_000
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_YEAR_FIRST = re.compile(r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})$")
_ANY_DATE = re.compile(r"^\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}$")
_RANGE = re.compile(r"^(\S+)\s*(?:\.\.|\s+to\s+)\s*(\S+)$")
_TIME = re.compile(r"^(\d{1,2}):(\d{2})(?::00)?$")
_LOOSE_TIME = re.compile(r"^(\d{1,2})(?:[:.h]?(\d{2}))?\s*([ap])?\.?m?\.?$", re.IGNORECASE)
_WINDOW = re.compile(
    r"^(?P<days>[a-z,&/ -]*?)\s*(?P<start>[\d:.]+\w*)\s*-\s*(?P<end>[\d:.]+\w*)$", re.IGNORECASE
)
_NUMBER = re.compile(r"^\d{1,9}(?:\.0+)?$")
_DEGREES = re.compile(r"^[-+]?\d{1,3}(?:\.\d{1,15})?$")
_FORMULA_ERROR = re.compile(r"^#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)$")
_DAY_GROUPS = {
    "weekend": WEEKDAYS[5:],
    "weekends": WEEKDAYS[5:],
    "weekdays": WEEKDAYS[:5],
    "daily": WEEKDAYS,
    "everyday": WEEKDAYS,
}


class BadCell(ValueError):
    """A cell that cannot be taken; ``messages`` says why, one for each entry at fault."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


def value(parse: Callable[[str], T], cell: str) -> T:
    """What a cell says, unless it holds a formula where its value belongs."""
    if cell.startswith("="):
        raise BadCell(f"{shown(cell)!r} is a formula; paste its value in its place")
    if _FORMULA_ERROR.match(cell):
        raise BadCell(f"{cell!r} is the error of a formula; paste a value in its place")
    return parse(cell)


def entries(cell: str) -> list[str]:
    """The entries of a list within a cell, which are separated by semicolons or line breaks."""
    found = [one.strip() for one in re.split(r"[;\n]", cell)]
    return [one for one in found if one][: MAX_ENTRIES + 1]


def dates(cell: str) -> list[dt.date]:
    """Dates, and ranges of dates such as ``2027-05-29..2027-06-05``."""
    return [date for several in _each(cell, _dates) for date in several]


def starts(cell: str) -> list[str]:
    """Start times, separated by spaces, commas or semicolons."""
    return _each(re.sub(r"[,\s]+", ";", cell), time)


def windows(cell: str) -> list[dict[str, Any]]:
    """Windows of time such as ``sat 09:00-12:00; 18:00-20:00``; a weekday alone is all of that day."""
    return _each(cell, _window)


def weekdays(cell: str) -> list[str]:
    """Weekdays in full or by their first three letters, ranges (``mon-fri``) and ``weekend``."""
    found: list[str] = []
    for word in re.split(r"[;,&/\s]+", re.sub(r"\s*[-–]\s*", "-", cell.strip())):
        found += [day for day in _some_days(word) if day not in found] if word else []
    return found


def names(cell: str) -> list[str]:
    """Names, separated by semicolons."""
    return entries(cell)


def number(cell: str) -> int:
    """A whole number."""
    if not _NUMBER.match(cell):
        raise BadCell(f"{shown(cell)!r} is not a whole number such as 8")
    return int(cell.partition(".")[0])


def degrees(cell: str) -> float:
    """Degrees of latitude or longitude."""
    if not _DEGREES.match(cell):
        hint = f", write {cell.replace(',', '.')}" if _DEGREES.match(cell.replace(",", ".")) else ""
        raise BadCell(f"{shown(cell)!r} is not a number of degrees such as 51.5072{hint}")
    return float(cell)


def yes_or_no(cell: str) -> bool:
    """``yes`` or ``no``, also ``true``, ``false``, ``1``, ``0``, ``x``."""
    word = cell.lower()
    if word in ("yes", "y", "true", "1", "x"):
        return True
    if word in ("no", "n", "false", "0"):
        return False
    raise BadCell(f"{shown(cell)!r} is neither yes nor no")


def rounds(cell: str) -> str:
    """``single`` or ``double``."""
    word = cell.lower().replace("-", " ").replace("round robin", "").strip()
    known = {"single": "single", "1": "single", "once": "single"} | dict.fromkeys(
        ("double", "2", "twice"), "double"
    )
    if word not in known:
        raise BadCell(
            f"{shown(cell)!r} is neither single (each team meets every other once) nor double (home and away)"
        )
    return known[word]


def text(cell: str) -> str:
    """A name as it stands."""
    return cell


def date(cell: str) -> dt.date:
    """A date as YYYY-MM-DD; others can be read in two ways, or one must know the country."""
    if found := _ISO.match(cell):
        try:
            return dt.date(*map(int, found.groups()))
        except ValueError:
            raise BadCell(f"{cell!r} is no date of the calendar") from None
    if found := _YEAR_FIRST.match(cell):
        year, month, day = found.groups()
        raise BadCell(f"{cell!r} must be written {year}-{int(month):02}-{int(day):02} (YYYY-MM-DD)")
    if _ANY_DATE.match(cell):
        raise BadCell(f"{cell!r} can be read in more than one way; write YYYY-MM-DD, e.g. 2027-04-03")
    raise BadCell(f"{shown(cell)!r} is not a date; write YYYY-MM-DD, e.g. 2027-04-03")


def time(cell: str) -> str:
    """A time of day as HH:MM."""
    if (found := _TIME.match(cell)) and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02}:{found[2]}"
    raise BadCell(f"{shown(cell)!r} is not a time of day{_meant(cell) or '; write HH:MM, e.g. 09:30'}")


def _meant(cell: str) -> str:
    """The time that was perhaps meant, as advice."""
    if not (found := _LOOSE_TIME.match(cell)):
        return ""
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3] and 1 <= hour <= 12:
        hour = hour % 12 + (12 if found[3].lower() == "p" else 0)
    return f"; write {hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""


def _dates(entry: str) -> list[dt.date]:
    if not (found := _RANGE.match(entry)):
        return [date(entry)]
    first, last = date(found[1]), date(found[2])
    days = (last - first).days
    if not 0 <= days <= 400:
        raise BadCell(f"{shown(entry)!r} must go from an earlier to a later date, within 400 days")
    return [first + dt.timedelta(days=one) for one in range(days + 1)]


def _window(entry: str) -> dict[str, Any]:
    plain = re.sub(r"[–—]", "-", entry)
    if found := _WINDOW.match(plain):
        end = "24:00" if found["end"] in ("24:00", "24:00:00") else time(found["end"])
        window: dict[str, Any] = {"start": time(found["start"]), "end": end}
        if window["end"] <= window["start"]:
            raise BadCell(f"{shown(entry)!r} ends at {end}, not after its start at {window['start']}")
        return window | ({"days": weekdays(found["days"])} if found["days"].strip() else {})
    try:
        return {"days": weekdays(plain)}
    except BadCell:
        raise BadCell(
            f"{shown(entry)!r} is not a window of time; write e.g. sat 09:00-12:00, 18:00-20:00 or sun"
        ) from None


def _some_days(word: str) -> list[str]:
    first, dash, last = word.lower().partition("-")
    if word.lower() in _DAY_GROUPS:
        return list(_DAY_GROUPS[word.lower()])
    begin = _weekday(first, word)
    if not dash:
        return [WEEKDAYS[begin]]
    days = (_weekday(last, word) - begin) % 7 + 1
    return [WEEKDAYS[(begin + day) % 7] for day in range(days)]


def _weekday(word: str, whole: str) -> int:
    for index, day in enumerate(WEEKDAYS):
        if len(word) >= 3 and (day + "s").startswith(word):
            return index
    raise BadCell(f"{shown(whole)!r} is not a weekday; write e.g. saturday or sat")


def _each(cell: str, parse: Callable[[str], T]) -> list[T]:
    """Every entry of a list, or all of their faults."""
    found: list[T] = []
    wrong: list[str] = []
    for entry in entries(cell):
        try:
            found.append(parse(entry))
        except BadCell as error:
            wrong += error.messages
    if wrong:
        raise BadCell(*wrong[:20])
    return found
