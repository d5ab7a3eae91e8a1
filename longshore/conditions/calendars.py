"""Calendars: holidays and business days of a country, a part of one, or a market.

The dates come from the holidays library, which is imported when a calendar is first used (it costs 10 MB).
Only whole public holidays count. When a market opens and closes is the business of `markets.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from longshore.triggers.fields import Rule, Zone, closest, missing
from longshore.triggers.local import settle, wall

if TYPE_CHECKING:
    from holidays import HolidayBase

LONGEST_BREAK = 20
"""Days in a row without business after which no more are tried. No known calendar comes near."""
_EXAMPLE = "write an ISO country code (US, DE) or a market's code (NYSE, XETR)"


@functools.cache
def _codes() -> tuple[frozenset[str], frozenset[str]]:
    """Codes of countries, and of markets."""
    from holidays.registry import EntityLoader

    markets = {*EntityLoader.get_financial_codes(), "NASDAQ"}  # too long for its list, but holidays takes it
    return frozenset(EntityLoader.get_country_codes()), frozenset(markets)


@functools.lru_cache(maxsize=128)
def holidays_of(of: str, subdivision: str | None, year: int, category: str = "public") -> HolidayBase:
    """The holidays of one year, as the library's mapping of dates to names. Do not change it.

    One object a year and never one that grows: reading it is then safe from several threads.

    Raises:
        NotImplementedError: no such country, market or subdivision.
    """
    import holidays

    # English, which all of them have: without a language the names depend on Python's version and on LANG
    asked: Any = {"years": year, "expand": False, "categories": (category,), "language": "en_US"}
    if of in _codes()[1]:
        return holidays.financial_holidays(of, **asked)
    return holidays.country_holidays(of, subdivision, **asked)


def _of(value: Any) -> str:
    code = value.strip().upper() if isinstance(value, str) else ""
    countries, markets = _codes()
    if code not in countries and code not in markets:
        raise ValueError(
            f"unknown calendar {value!r}{closest(code, countries | markets) if code else ''}; {_EXAMPLE}"
        )
    return code


class Calendar(Rule):
    """What holidays do to a slot.

    Attributes:
        of: an ISO country code or a market's code, e.g. US, DE, NYSE, XETR, ECB.
        subdivision: a state or province of the country, e.g. CA.
        rule: "skip" vetoes slots on holidays, "only" those on other days (weekends without a holiday too),
            "shift" moves a slot to the same local time of the next business day: no weekend, no holiday.
        zone: where the dates count; the trigger's own zone if not given.
    """

    of: Annotated[str, BeforeValidator(_of)]
    subdivision: str | None = Field(None, exclude_if=missing)
    rule: Literal["skip", "only", "shift"] = "skip"
    zone: Zone | None = Field(None, exclude_if=missing)

    @field_validator("subdivision")
    @classmethod
    def _exists(cls, value: str | None, info: ValidationInfo) -> str | None:
        of = info.data.get("of")
        if value is None or of is None:
            return value
        import holidays

        if of in _codes()[1]:
            raise ValueError(f"{of} is a market and has no subdivisions; leave it out")
        known = holidays.country_holidays(of)
        names = (*known.subdivisions, *known.subdivisions_aliases)
        code = {name.casefold(): name for name in names}.get(value.strip().casefold())
        if code is None:
            few = f"; they are {', '.join(known.subdivisions)}" if known.subdivisions else "; it has none"
            raise ValueError(f"{of} has no subdivision {value!r}{closest(value, names) or few}")
        return str(known.subdivisions_aliases.get(code, code))

    @property
    def name(self) -> str:
        """E.g. "US" or "US-CA"."""
        return f"{self.of}-{self.subdivision}" if self.subdivision else self.of

    def verdict(self, at: datetime, zone: ZoneInfo) -> str:
        """Why no slot runs at that instant, or nothing."""
        day = wall(at, self.zone or zone).date()
        holiday = self.holiday(day)
        if self.rule == "skip" and holiday:
            return f"{day} is a holiday in {self.name}: {holiday}"
        if self.rule == "only" and not holiday:
            return f"{day} is no holiday in {self.name}"
        return ""

    def holiday(self, day: date) -> str:
        """The holiday's name, or nothing."""
        return holidays_of(self.of, self.subdivision, day.year).get(day) or ""

    def is_business_day(self, day: date) -> bool:
        """Whether it is neither weekend nor holiday; a weekend that is worked through counts as business."""
        return holidays_of(self.of, self.subdivision, day.year).is_working_day(day)

    def business_day(self, at: datetime, zone: ZoneInfo) -> date | None:
        """The local date of that instant, or the next business day. None: not within `LONGEST_BREAK` days."""
        return next(
            (day for day in _days(wall(at, self.zone or zone).date()) if self.is_business_day(day)), None
        )

    def shifted(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The same local time of the next business day, in UTC; `at` itself if it is on one."""
        zone = self.zone or zone
        shown, day = wall(at, zone), self.business_day(at, zone)
        if day is None or day == shown.date():
            return at.astimezone(UTC)
        return settle(datetime.combine(day, shown.time()), zone)

    def reach(self, at: datetime, zone: ZoneInfo) -> datetime:
        """An instant before every slot that may land after `at`: no slot is moved over two business days."""
        zone = self.zone or zone
        day, business = wall(at, zone).date(), 0
        for _ in range(2 * LONGEST_BREAK):
            business += self.is_business_day(day)
            if business == 2:
                break
            day -= timedelta(days=1)
        return settle(datetime.combine(day, time.max.replace(microsecond=0)), zone)

    def describe(self) -> str:
        """E.g. "not on holidays in US"."""
        words = {
            "skip": "not on holidays in",
            "only": "only on holidays in",
            "shift": "moved to business days of",
        }
        return f"{words[self.rule]} {self.name}" + (f" ({self.zone.key})" if self.zone else "")


def _days(first: date) -> Iterator[date]:
    yield from (first + timedelta(days=count) for count in range(LONGEST_BREAK + 1))
