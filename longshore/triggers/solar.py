"""Solar: due at an event of the sun at a place, once a solar day.

A solar day here is a day of local mean time at the longitude, and an event belongs to the noon that it is
nearest to. So there is exactly one slot a solar day, also at the poles and at the date line: a day without
the event has one at its noon that says why nothing runs. astral computes the sun; it is imported when first
asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AliasChoices, BeforeValidator, Field

from longshore.durations import written
from longshore.triggers.fields import UTC_ZONE, Rule, closest, whole_seconds
from longshore.triggers.slot import Slot

_SUN_RADIUS = 32 / 120
"""Degrees that the sun's upper edge stands above its middle, as astral takes it."""
_DEPRESSIONS = {"civil": 6.0, "nautical": 12.0, "astronomical": 18.0}
_RISING = ("dawn", "dawn_civil", "dawn_nautical", "dawn_astronomical", "sunrise")
_NOON = ("noon", "solar_noon")
_SETTING = ("sunset", "dusk", "dusk_civil", "dusk_nautical", "dusk_astronomical")
EVENTS = (*_RISING, *_NOON, *_SETTING)
"""Celery's names and the short ones; dawn and dusk alone are the civil ones."""
LARGEST_OFFSET = 43_200
_DAY, _HALF = timedelta(days=1), timedelta(hours=12)
_SECOND = timedelta(seconds=1)


def _event(value: Any) -> str:
    name = value.strip().lower() if isinstance(value, str) else ""
    if name not in EVENTS:
        near = closest(str(value), EVENTS)
        raise ValueError(f"unknown event {value!r}{near or '; the events are ' + ', '.join(EVENTS)}")
    return name


def _offset(value: Any) -> int:
    """Seconds, with a sign: -1800, "-30m", "+1h"."""
    sign = 1
    if isinstance(value, str):
        value = value.strip()
        sign, value = (-1 if value[:1] == "-" else 1), value.removeprefix("+").removeprefix("-").strip()
    elif isinstance(value, timedelta):
        value = value.total_seconds()
    if isinstance(value, int | float) and value < 0:
        sign, value = -1, -value
    length = whole_seconds(value, "'-30m', '1h' or -1800")
    if length > LARGEST_OFFSET:
        raise ValueError("an offset is at most 12 hours, before or after: write e.g. '-30m'")
    return sign * length


class Solar(Rule):
    """At an event of the sun, e.g. 30 minutes before sunset.

    Attributes:
        event: one of `EVENTS`.
        latitude: degrees, north positive.
        longitude: degrees, east positive.
        offset: seconds after the event, negative before it; 12 hours at most.
    """

    kind: Literal["solar"] = "solar"
    event: Annotated[str, BeforeValidator(_event)]
    latitude: float = Field(ge=-90, le=90, validation_alias=AliasChoices("latitude", "lat"))
    longitude: float = Field(ge=-180, le=180, validation_alias=AliasChoices("longitude", "lon"))
    offset: Annotated[int, BeforeValidator(_offset)] = 0

    @property
    def zone(self) -> ZoneInfo:
        """UTC: a place's zone is not known from where it lies."""
        return UTC_ZONE

    def after(self, moment: datetime) -> Slot | None:
        """The first slot strictly after `moment`. None: beyond the end of the calendar."""
        try:
            day = self._day(moment) - _DAY
            while (slot := self._slot(day)).at <= moment:
                day += _DAY
        except (OverflowError, ValueError):
            return None
        return slot

    def newest(self, since: datetime, until: datetime, limit: int) -> list[Slot]:
        """The newest `limit` slots in (since, until], oldest first."""
        found: list[Slot] = []
        for slot in self._back(until):
            if slot.at <= since or len(found) >= limit:
                break
            found.append(slot)
        return found[::-1]

    def describe(self) -> str:
        """E.g. "sunset at 52.52, 13.41", with an offset "sunset -30m at 52.52, 13.41"."""
        shift = f" {'-' if self.offset < 0 else '+'}{written(abs(self.offset))}" if self.offset else ""
        return f"{self.event}{shift} at {self.latitude}, {self.longitude}"

    def _back(self, until: datetime) -> Iterator[Slot]:
        day = self._day(until) + _DAY
        while True:
            try:
                slot = self._slot(day)
                day -= _DAY
            except (OverflowError, ValueError):
                return
            if slot.at <= until:
                yield slot

    def _day(self, moment: datetime) -> date:
        """The solar day of the event whose slot, offset included, would be at about `moment`."""
        mean = timedelta(hours=self.longitude / 15)
        return (moment.astimezone(UTC) - timedelta(seconds=self.offset) + mean).date()

    def _slot(self, day: date) -> Slot:
        noon = self._noon(day)
        happens = noon if self.event in _NOON else self._event_near(day, noon)
        at = _whole(happens or noon) + timedelta(seconds=self.offset)
        return Slot(at, "" if happens else self._why(day))

    def _noon(self, day: date) -> datetime:
        from astral import Observer, sun

        return sun.noon(Observer(self.latitude, self.longitude), day)

    def _event_near(self, day: date, noon: datetime) -> datetime | None:
        """The event within the 12 hours before noon (rising) or after it. None: it does not happen.

        astral answers by UTC date, which may be a day off from the solar one: its neighbours are asked too.
        """
        start = noon - _HALF if self.event in _RISING else noon
        for near in (day, day - _DAY, day + _DAY):
            at = self._transit(near)
            if at is not None and start < at <= start + _HALF:
                return at
        return None

    def _transit(self, day: date) -> datetime | None:
        from astral import Observer, SunDirection, sun

        direction = SunDirection.RISING if self.event in _RISING else SunDirection.SETTING
        observer = Observer(self.latitude, self.longitude)
        try:
            return sun.time_of_transit(observer, day, 90 + self._below, direction)
        except ValueError:  # the sun stays above or below all day
            return None

    @property
    def _below(self) -> float:
        """Degrees of the sun's middle below the horizon."""
        if self.event in ("sunrise", "sunset"):
            return _SUN_RADIUS
        return _DEPRESSIONS[self._twilight]

    @property
    def _twilight(self) -> str:
        return self.event.partition("_")[2] or "civil"

    def _why(self, day: date) -> str:
        place = f"at {self.latitude}, {self.longitude} on {day}"
        if self.event in ("sunrise", "sunset"):
            return f"the sun does not {'rise' if self.event == 'sunrise' else 'set'} {place}"
        return f"there is no {self._twilight} {self.event.partition('_')[0]} {place}"


def _whole(moment: datetime) -> datetime:
    return (moment + _SECOND / 2).replace(microsecond=0)
