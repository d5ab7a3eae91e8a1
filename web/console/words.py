"""How times, numbers and values are written for people. Pure functions; the templates use them as filters."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from longshore.durations import spoken

_EVERY = re.compile(r"every (\d+) s(?P<rest>| from .+)")
_ONCE = re.compile(r"once at (\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)Z")
_SHIFTED = re.compile(r"(\w+) ([-+])(\S+) at (.+)")
_CRON = re.compile(r"cron (\S+) (\S+) (\S+) (\S+) (\S+)(?: (\S+))?")
_TIMES = re.compile(r"\d{1,2}(,\d{1,2}){0,3}")
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY = re.compile(r"([0-7])(?:-([0-7]))?")
_GROUPS = {"*": "daily", "1-5": "Mon to Fri", "0,6": "Sat, Sun", "6,0": "Sat, Sun", "6,7": "Sat, Sun"}


def moment(value: datetime | None) -> str:
    """A time as `2026-11-22 13:45:24 UTC`; a dash if there is none."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if value else "–"


def ago(value: datetime | None, now: datetime) -> str:
    """A time as people say it: `3m ago`, `in 2h 5m`, `just now`.

    static/js/times.js says it in the same way while the page is open.
    """
    if value is None:
        return "–"
    left = (value - now).total_seconds()
    if abs(left) < 1:
        return "just now"
    return f"in {spoken(left)}" if left > 0 else f"{spoken(-left)} ago"


def duration(seconds: float | None) -> str:
    """A length of time: `850ms`, `6.9s`, `1m 5s`."""
    if seconds is None:
        return "–"
    return f"{seconds:.1f}s" if 1 <= seconds < 10 else spoken(seconds)


def number(value: float) -> str:
    """A number with thousands separated; a float keeps four digits behind the point at most."""
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4f}".rstrip("0").rstrip(".") if 1e-4 <= abs(value) < 1e15 or not value else repr(value)


def percent(share: float) -> str:
    """A share from 0 to 1 as `87.3 %`."""
    return f"{100 * share:.1f} %"


def label(name: object) -> str:
    """A field's name as words: `home_venue_share` is `home venue share`."""
    return str(name).replace("_", " ").strip() or str(name)


def pretty(value: Any) -> str:
    """Indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def brief(task_id: str) -> str:
    """A task's id, short: its beginning, or of a slot's task, whose ids all begin alike, the slot."""
    return f"…{task_id[-10:]}" if task_id.startswith("slot") else task_id[:8]


def trigger(text: str) -> str:
    """A trigger's description as people say it: `every 300 s` is `every 5m`, and a plain cron line words too.

    What has no short words stays as it is.
    """
    if found := _EVERY.fullmatch(text):
        return f"every {spoken(int(found[1]))}{found['rest']}"
    if found := _ONCE.fullmatch(text):
        return f"once at {found[1]} {found[2]}{found[3].removesuffix(':00')} UTC"
    if found := _SHIFTED.fullmatch(text):
        return f"{found[3]} {'before' if found[2] == '-' else 'after'} {found[1]} at {found[4]}"
    return _cron(found) or text if (found := _CRON.fullmatch(text)) else text


def _cron(line: re.Match[str]) -> str:
    """A cron line in words: `daily at 02:00 Europe/Berlin`; nothing for one that has no short words."""
    minute, hour, day, month, weekday, zone = line.groups()
    if month != "*" or (day != "*" and weekday != "*"):
        return ""
    if hour == day == weekday == "*":
        return _hourly(minute, zone or "")
    days = _weekdays(weekday) if day == "*" else f"monthly on day {day}" if day.isdecimal() else ""
    if not days or not minute.isdecimal() or not _TIMES.fullmatch(hour):
        return ""
    times = ", ".join(f"{int(one):02}:{int(minute):02}" for one in hour.split(","))
    return f"{days} at {times} {zone or 'UTC'}"


def _hourly(minute: str, zone: str) -> str:
    """All day long, by the minute; nothing where the steps are uneven, as of `*/7`."""
    if minute == "*":
        return "every 1m"
    if minute.isdecimal():
        return f"hourly at :{int(minute):02} {zone}".rstrip()
    step = int(minute[2:]) if minute.startswith("*/") and minute[2:].isdecimal() else 0
    return f"every {step}m" if step and 60 % step == 0 else ""


def _weekdays(field: str) -> str:
    """`1` is `Mon`, `1-5` is `Mon to Fri`, `1,3` is `Mon, Wed`; nothing for steps and names."""
    if field in _GROUPS:
        return _GROUPS[field]
    terms = [_DAY.fullmatch(one) for one in field.split(",")]
    if not all(terms):
        return ""
    return ", ".join(" to ".join(_DAYS[int(end)] for end in one.groups() if end) for one in terms if one)
