"""The types that the triggers' and conditions' fields are made of, and how their faults are told.

Each of them turns what people write into one canonical value, so that a model and its JSON form agree.
When anything is due is not known here.
"""

from __future__ import annotations

import difflib
import functools
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from longshore.durations import seconds

UTC_ZONE = ZoneInfo("UTC")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HIGHEST = 100 * 366 * 86_400
_INSTANT = "write e.g. '2027-01-01T09:00:00Z' or '2027-01-01T09:00:00+01:00'"


class Rule(BaseModel):
    """Base of triggers and conditions: it cannot change, and it knows all of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def missing(value: object) -> bool:
    """Whether a field says nothing; it is then left out of the JSON form."""
    return value is None or value == ""


def first_fault(error: ValidationError) -> str:
    """The first fault of several as one line, e.g. "expression: …"."""
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    return f"{field}: {message}" if field else message


def closest(word: str, known: Iterable[str]) -> str:
    """ "; did you mean 'X'?" where a known name is near, else nothing."""
    names = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word.casefold(), names, n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(names[one]) for one in near)}?" if near else ""


def whole_seconds(value: Any, example: str) -> int:
    """A duration as whole seconds.

    Raises:
        ValueError: it is no duration, negative, over 100 years, or not whole.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str | timedelta):
        raise ValueError(f"{value!r} is no duration: write e.g. {example}")
    length = seconds(value)
    if length > _HIGHEST:
        raise ValueError(f"a duration is at most 100 years, got {value!r}: write e.g. {example}")
    if length != int(length):
        raise ValueError(f"a duration here is a whole number of seconds, got {value!r}: write e.g. {example}")
    return int(length)


def instant(value: Any) -> datetime:
    """An instant in UTC from a datetime or ISO 8601 text that says its zone.

    Raises:
        ValueError: it is neither, has no zone, or is not on a whole second.
    """
    moment = _read(value)
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{value!s} has no zone: {_INSTANT}")
    if moment.microsecond:
        raise ValueError(f"{value!s} is not on a whole second: {_INSTANT}")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{value!s} is out of range: {_INSTANT}") from None


def _read(value: Any) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is no instant: {_INSTANT}")
    try:
        return datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError(f"{value!r} is no instant: {_INSTANT}") from None


@functools.cache
def zone_names() -> dict[str, str]:
    """Every IANA zone of this machine, by its name in lower case."""
    return {name.lower(): name for name in zoneinfo.available_timezones()}


def zone(value: Any) -> ZoneInfo:
    """A zone from its IANA name; upper and lower case are the same.

    Raises:
        ValueError: there is no such zone; near names are told.
    """
    if isinstance(value, ZoneInfo) and value.key:
        value = value.key
    name = zone_names().get(value.strip().lower()) if isinstance(value, str) else None
    if name is None:
        near = closest(value, zone_names().values()) if isinstance(value, str) else ""
        raise ValueError(
            f"unknown zone {value!r}{near or '; write an IANA name such as Europe/Berlin or UTC'}"
        )
    return ZoneInfo(name)


Instant = Annotated[datetime, BeforeValidator(instant)]
"""A field that holds an instant in UTC; its JSON form is ISO 8601 with Z."""
Zone = Annotated[ZoneInfo, BeforeValidator(zone)]
"""A field that holds a zone; its JSON form is the IANA name."""
