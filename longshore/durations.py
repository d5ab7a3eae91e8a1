"""Durations as people write them: 90, "90s", "5m", "2h30m", "7d", "3 hours", "1 hour and 30 minutes"."""

from __future__ import annotations

import re
from datetime import timedelta

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_PART = re.compile(
    r"(\d{1,15}(?:\.\d{1,9})?)"
    r"(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)(?![a-z])"
)
_MOST = 1e15
_JOINTS = re.compile(r"\s+and\s+|,\s+|\s+")

Duration = int | float | str | timedelta


def seconds(value: Duration) -> float:
    """Turn a duration into seconds.

    Args:
        value: a number of seconds, a timedelta, or text such as "5m", "1h30m" or "3 hours".

    Raises:
        ValueError: the text is no duration, or it is negative or not finite.
    """
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, str):
        value = _parse(value)
    if value < 0:
        raise ValueError(f"a duration cannot be negative, got {value}")
    if not value <= _MOST:
        raise ValueError("a duration is a finite number of seconds, e.g. 90")
    return float(value)


def _parse(text: str) -> float:
    compact = _JOINTS.sub("", text.strip().lower())
    parts = _PART.findall(compact)
    if not parts or "".join(number + unit for number, unit in parts) != compact:
        raise ValueError(f"{text!r} is no duration: write seconds (90) or e.g. '30s', '5m', '1h30m', '7d'")
    return sum(float(number) * UNITS[unit[0]] for number, unit in parts)


def written(value: int) -> str:
    """Whole seconds as text that `seconds` reads back: 5405 is "1h30m5s"."""
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, value = divmod(value, size)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def spoken(value: float) -> str:
    """A duration as short text, two units at most: 5400 is "1h 30m"."""
    whole = round(value)
    if whole < 1:
        return f"{value * 1000:.0f}ms" if value else "0s"
    parts = []
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2])
