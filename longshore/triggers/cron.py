"""Cron: due at local times of a zone, right where its clocks change.

Two kinds of lines behave differently there, as in Debian's cron:

- A line that names its times of day (`30 2 * * *`) runs once a day. A time that falls into a gap runs at the
  first moment after it; a time that comes twice runs at the first of the two.
- A line with a star for minute or hour (`*/30 * * * *`) runs through: it is due whenever the clock on the
  wall matches, so nothing in a gap and both times in an overlap.

Slots are unique and strictly increasing in UTC, and the same read forward and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator

from longshore.triggers import celery
from longshore.triggers.fields import UTC_ZONE, Rule, Zone
from longshore.triggers.lines import Line, normal
from longshore.triggers.local import first_change, last_change, offset, settle, wall
from longshore.triggers.slot import Slot

_SECOND = timedelta(seconds=1)


class Cron(Rule):
    """Five cron fields (minute, hour, day of month, month, day of week) in a zone.

    Attributes:
        expression: e.g. "0 2 * * *", or an alias such as @daily, which is written out.
        zone: an IANA zone, e.g. Europe/Berlin.
    """

    kind: Literal["cron"] = "cron"
    expression: Annotated[str, AfterValidator(normal)]
    zone: Zone = UTC_ZONE

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any], zone: str = "UTC") -> Cron:
        """From Celery's crontab fields, or minute, hour, day, month and day_of_week; a field left out is `*`.

        Raises:
            ValueError: an unknown field, or a value that cron cannot say.
        """
        return cls.model_validate({"expression": celery.expression(fields), "zone": zone})

    @cached_property
    def line(self) -> Line:
        """The parsed expression."""
        return Line(self.expression)

    def after(self, moment: datetime) -> Slot | None:
        """The first slot strictly after `moment`. None: not within 50 years."""
        try:
            found = self._after_fixed(moment) if self._by_wall else self._after_elapsed(moment)
        except OverflowError:
            return None
        return None if found is None else Slot(found)

    def newest(self, since: datetime, until: datetime, limit: int) -> list[Slot]:
        """The newest `limit` slots in (since, until], oldest first."""
        found: list[Slot] = []
        for at in self._back(until):
            if at <= since or len(found) >= limit:
                break
            found.append(Slot(at))
        return found[::-1]

    def describe(self) -> str:
        """E.g. "cron 0 2 * * *", or "cron 30 2 * * * Europe/Berlin" outside of UTC."""
        return f"cron {self.expression}" + ("" if self.zone is UTC_ZONE else f" {self.zone.key}")

    @property
    def _by_wall(self) -> bool:
        return self.line.fixed or self.zone is UTC_ZONE

    def _settle(self, shown: datetime) -> datetime:
        return shown.replace(tzinfo=UTC) if self.zone is UTC_ZONE else settle(shown, self.zone)

    def _after_fixed(self, moment: datetime) -> datetime | None:
        shown = self.line.later(wall(moment, self.zone))
        while shown is not None and (at := self._settle(shown)) <= moment:
            shown = self.line.later(shown)  # moment is in the second pass through an overlap
        return None if shown is None else at

    def _after_elapsed(self, moment: datetime) -> datetime | None:
        since = moment = moment.astimezone(UTC).replace(microsecond=0)
        while True:
            ahead = offset(since, self.zone)
            shown = self.line.later((moment + ahead).replace(tzinfo=None))
            if shown is None:
                return None
            at = (shown - ahead).replace(tzinfo=UTC)
            change = first_change(self.zone, since, at)
            if change is None:
                return at
            since, moment = change, change - _SECOND  # the change itself may match by its new offset

    def _back(self, until: datetime) -> Iterator[datetime]:
        step = self._upto_fixed if self._by_wall else self._upto_elapsed
        moment = until.astimezone(UTC).replace(microsecond=0)
        try:
            while (at := step(moment)) is not None:
                yield at
                moment = at - _SECOND
        except OverflowError:  # the first year of the calendar
            return

    def _upto_fixed(self, moment: datetime) -> datetime | None:
        """The last slot at or before `moment`."""
        local = moment.astimezone(self.zone)
        shown = self.line.earlier(local.replace(tzinfo=None, fold=0) + _repeated(local) + _SECOND)
        while shown is not None and (at := self._settle(shown)) > moment:
            shown = self.line.earlier(shown)
        return None if shown is None else at

    def _upto_elapsed(self, moment: datetime) -> datetime | None:
        """The last slot at or before `moment`."""
        while True:
            ahead = offset(moment, self.zone)
            shown = self.line.earlier((moment + ahead + _SECOND).replace(tzinfo=None))
            if shown is None:
                return None
            at = (shown - ahead).replace(tzinfo=UTC)
            change = last_change(self.zone, at, moment)
            if change is None:
                return at
            moment = change - _SECOND


def _repeated(local: datetime) -> timedelta:
    """How far the clocks went back, while the wall times are shown for the second time; else nothing."""
    if not local.fold:
        return timedelta()
    first, second = local.replace(fold=0).utcoffset(), local.utcoffset()
    assert first is not None
    assert second is not None
    return first - second
