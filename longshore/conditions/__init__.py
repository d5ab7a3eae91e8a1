"""Conditions: what may veto a slot, or move it. Pure: no Redis, no SQL, no RQ, no now.

The model here is the `conditions` of a schedule's JSON form. Calendars, hours, markets and `when` have a
module each; how conditions and a trigger make one recurrence is the business of `recurrence.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from longshore.conditions import markets
from longshore.conditions.calendars import Calendar
from longshore.conditions.hours import Hours
from longshore.conditions.when import function_name
from longshore.triggers.fields import Instant, Rule, missing

__all__ = ["Calendar", "Conditions", "Hours"]


class Conditions(Rule):
    """All of them must hold; those that are not given always do.

    Attributes:
        calendar: holidays to skip, to keep to, or to move away from.
        market: a market that must be open, e.g. NYSE.
        hours: hours of the day.
        not_before: the first instant at which a slot may be.
        not_after: the last one; after it the schedule is over.
        when: a function in jobs/ that is asked at run time, e.g. "shop.is_open".
    """

    calendar: Calendar | None = Field(None, exclude_if=missing)
    market: Annotated[str, BeforeValidator(markets.code)] | None = Field(None, exclude_if=missing)
    hours: Hours | None = Field(None, exclude_if=missing)
    not_before: Instant | None = Field(None, exclude_if=missing)
    not_after: Instant | None = Field(None, exclude_if=missing)
    when: Annotated[str, BeforeValidator(function_name)] | None = Field(None, exclude_if=missing)

    @field_validator("not_after")
    @classmethod
    def _in_order(cls, value: datetime | None, info: ValidationInfo) -> datetime | None:
        first = info.data.get("not_before")
        if value is not None and first is not None and value < first:
            raise ValueError(f"not_after is before not_before, {first:%Y-%m-%dT%H:%M:%SZ}")
        return value

    def verdict(self, at: datetime, zone: ZoneInfo) -> str:
        """Why no slot runs at that instant, or nothing. `when` is not asked here.

        Args:
            at: the slot, moved already where the calendar moves it.
            zone: the trigger's.
        """
        return next((reason for reason in self._vetoes(at, zone) if reason), "")

    def describe(self) -> str:
        """E.g. "not on holidays in US, while NYSE is open, when shop.is_open"; nothing without conditions."""
        return ", ".join(self._told())

    def _vetoes(self, at: datetime, zone: ZoneInfo) -> Iterator[str]:
        if self.not_before is not None and at < self.not_before:
            yield f"before {self.not_before:%Y-%m-%dT%H:%M:%SZ}"
        if self.not_after is not None and at > self.not_after:
            yield f"after {self.not_after:%Y-%m-%dT%H:%M:%SZ}"
        if self.calendar is not None:
            yield self.calendar.verdict(at, zone)
        if self.market is not None:
            yield markets.verdict(self.market, at)
        if self.hours is not None:
            yield self.hours.verdict(at, zone)

    def _told(self) -> Iterator[str]:
        if self.calendar is not None:
            yield self.calendar.describe()
        if self.market is not None:
            yield f"while {self.market} is open"
        if self.hours is not None:
            yield self.hours.describe()
        if self.not_before is not None:
            yield f"from {self.not_before:%Y-%m-%dT%H:%M:%SZ}"
        if self.not_after is not None:
            yield f"until {self.not_after:%Y-%m-%dT%H:%M:%SZ}"
        if self.when is not None:
            yield f"when {self.when}"
