"""Celery's crontab fields as a cron line, so that a schedule written for Celery can be kept as it is.

It owns the names and the spelling of the fields. What a line means is `cron.py`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from longshore.triggers.fields import closest

FIELDS = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
"""Celery's names, in the order of a cron line."""
_SHORT = {"day": "day_of_month", "month": "month_of_year"}
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RANGE = re.compile(r"(\d{1,2})-(\d{1,2})(?:/(\d{1,2}))?")
_SPANS = {
    "minute": (0, 59),
    "hour": (0, 23),
    "day_of_month": (1, 31),
    "month_of_year": (1, 12),
    "day_of_week": (0, 6),
}


def expression(fields: Mapping[str, Any]) -> str:
    """A cron line from named fields; one that is left out is `*`, as in Celery.

    Args:
        fields: ints, strings or collections of ints by Celery's names; `day` and `month` are understood too.

    Raises:
        ValueError: an unknown or doubled name, a value of another type, or both kinds of days at once:
            Celery then asks for both, a cron line for either, so that no line says it.
    """
    said = _named(fields)
    parts = [_spelled(name, said.get(name, "*")) for name in FIELDS]
    if not parts[2].startswith("*") and not parts[4].startswith("*"):
        raise ValueError(
            "day_of_month and day_of_week cannot both be given: Celery runs when both match, cron when either"
            " does; write e.g. day_of_week='mon' alone, or day_of_week='mon#1' for the first Monday"
        )
    return " ".join(parts)


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for given, value in fields.items():
        name = _SHORT.get(given, given)
        if name not in FIELDS:
            near = closest(given, (*FIELDS, *_SHORT))
            raise ValueError(
                f"unknown crontab field {given!r}{near or '; the fields are ' + ', '.join(FIELDS)}"
            )
        if name in said:
            raise ValueError(f"{name} is given twice; leave out {given!r}")
        said[name] = value
    return said


def _spelled(name: str, value: Any) -> str:
    if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping):
        terms = [_term(name, one) for one in (sorted(value) if isinstance(value, set | frozenset) else value)]
    else:
        terms = [_term(name, one) for one in (value.split(",") if isinstance(value, str) else [value])]
    if not terms:
        raise ValueError(f"{name} is empty; write e.g. 0, '*/15' or '1,15'")
    return ",".join(terms)


def _term(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{name} is a number or text, e.g. 0, '*/15' or '1,15'; got {value!r}")
    text = "".join(str(value).lower().split())
    if not text:
        raise ValueError(f"{name} has an empty part; write e.g. 0, '*/15' or '1,15'")
    if name == "day_of_week":
        text = re.sub(r"[a-z]{3,}", lambda word: _number(word[0], _DAYS, 0), text)
    if name == "month_of_year":
        text = re.sub(r"[a-z]{3,}", lambda word: _number(word[0], _MONTHS, 1), text)
    span = _RANGE.fullmatch(text)
    return _wrapped(name, *(int(one or 1) for one in span.groups())) or text if span else text


def _number(word: str, names: tuple[str, ...], first: int) -> str:
    """ "monday" and "mon" are 1. A word that is no such name is left, for cron to refuse."""
    return str(names.index(word[:3]) + first) if word[:3] in names else word


def _wrapped(name: str, start: int, end: int, step: int) -> str:
    """fri-mon or 22-4 written out: cron knows no range that runs over the end. Else nothing."""
    low, high = _SPANS[name]
    if not (low <= end < start <= high and step):
        return ""
    both = [*range(start, high + 1), *range(low, end + 1)]
    return ",".join(str(one) for one in both[::step])
