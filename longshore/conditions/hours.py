"""Hours of the day: slots outside of them are vetoed. Local times of a zone, on given days of the week."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from longshore.triggers.fields import Rule, Zone, missing
from longshore.triggers.local import wall

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_TIME = re.compile(r"(\d{1,2}):(\d\d)")
_DAY = timedelta(days=1)


def _time(value: Any) -> str:
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or int(found[2]) > 59 or int(found[1]) * 60 + int(found[2]) > 1_440:
        raise ValueError(f"{value!r} is no time of day; write e.g. '09:30', or '24:00' for the day's end")
    return f"{int(found[1]):02}:{found[2]}"


def minutes(text: str) -> int:
    """Minutes since midnight of "09:30"."""
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _days(value: Any) -> str:
    text = "".join(value.lower().split()) if isinstance(value, str) else "?"
    for term in text.split(",") if text else []:
        if not all(end in DAYS for end in term.split("-")) or term.count("-") > 1:
            raise ValueError(f"{value!r} are no days; write e.g. 'mon-fri' or 'sat,sun'")
    return text


def weekdays(text: str) -> frozenset[int]:
    """The days of "mon-fri" or "sat,sun" as numbers, Monday 0; no text is every day."""
    found: set[int] = set()
    for term in text.split(",") if text else ["mon-sun"]:
        first, last = DAYS.index(term[:3]), DAYS.index(term[-3:])
        found.update((first + step) % 7 for step in range((last - first) % 7 + 1))
    return frozenset(found)


class Hours(Rule):
    """Hours of the day.

    Attributes:
        start: the first local time that is in, e.g. "09:30"; `from` in the JSON form.
        end: the first local time that is out, e.g. "16:00"; `to` in the JSON form. Where it is earlier than
            `start`, the hours run over midnight, and `days` are those on which they begin.
        zone: whose local times; the trigger's own zone if not given.
        days: e.g. "mon-fri" or "sat,sun"; every day if empty.
    """

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    start: Annotated[str, BeforeValidator(_time)] = Field(alias="from")
    end: Annotated[str, BeforeValidator(_time)] = Field(alias="to")
    zone: Zone | None = Field(None, exclude_if=missing)
    days: Annotated[str, BeforeValidator(_days)] = Field("", exclude_if=missing)

    @field_validator("start")
    @classmethod
    def _begins(cls, value: str) -> str:
        if value == "24:00":
            raise ValueError("hours begin before 24:00; write '00:00'")
        return value

    @field_validator("end")
    @classmethod
    def _differs(cls, value: str, info: ValidationInfo) -> str:
        if value == info.data.get("start"):
            raise ValueError(
                f"from {value} to {value} is no time at all; for the whole day write '00:00' to '24:00'"
            )
        return value

    def verdict(self, at: datetime, zone: ZoneInfo) -> str:
        """Why no slot runs at that instant, or nothing."""
        shown = wall(at, self.zone or zone)
        minute, days = shown.hour * 60 + shown.minute, weekdays(self.days)
        start, end = minutes(self.start), minutes(self.end)
        late = end < start
        today = shown.weekday() in days and start <= minute and (late or minute < end)
        overnight = late and minute < end and (shown - _DAY).weekday() in days
        return "" if today or overnight else f"{shown:%a %H:%M} is outside of {self.describe()}"

    def describe(self) -> str:
        """E.g. "09:30 to 16:00 America/New_York, mon-fri"."""
        zone = f" {self.zone.key}" if self.zone else ""
        return f"{self.start} to {self.end}{zone}" + (f", {self.days}" if self.days else "")
