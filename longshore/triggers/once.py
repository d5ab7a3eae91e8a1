"""Once: due at one instant, and never again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from longshore.triggers.fields import UTC_ZONE, Instant, Rule
from longshore.triggers.slot import Slot

FIRST_YEAR, LAST_YEAR = 2000, 2125


def _year(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError(
            f"the year is {FIRST_YEAR} to {LAST_YEAR}, got {moment.year}: write e.g. '2027-01-01T09:00:00Z'"
        )
    return moment


class Once(Rule):
    """At one instant.

    Attributes:
        at: the instant, in UTC on a whole second; read from ISO 8601 with a zone.
    """

    kind: Literal["once"] = "once"
    at: Annotated[Instant, AfterValidator(_year)]

    @property
    def zone(self) -> ZoneInfo:
        """UTC: what zone it was written in is not kept."""
        return UTC_ZONE

    def is_past(self, now: datetime) -> bool:
        """Whether it can never come due any more. A new schedule of that kind is a mistake."""
        return self.at <= now

    def after(self, moment: datetime) -> Slot | None:
        """Its slot, if that is strictly after `moment`."""
        return Slot(self.at) if self.at > moment else None

    def newest(self, since: datetime, until: datetime, limit: int) -> list[Slot]:
        """Its slot, if that lies in (since, until]."""
        return [Slot(self.at)] if limit > 0 and since < self.at <= until else []

    def describe(self) -> str:
        """E.g. "once at 2027-01-01T09:00:00Z"."""
        return f"once at {self.at:%Y-%m-%dT%H:%M:%SZ}"
