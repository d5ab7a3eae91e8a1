"""How times, numbers and values are written for people. Pure functions; the templates use them as filters."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from longshore.durations import spoken

_EVERY = re.compile(r"every (\d+) s")


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


def trigger(text: str) -> str:
    """A trigger's description with its interval as people say it: `every 300 s` is `every 5m`."""
    found = _EVERY.fullmatch(text)
    return f"every {spoken(int(found[1]))}" if found else text
