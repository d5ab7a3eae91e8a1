"""Interval: due on a grid of equal steps from an anchor, whatever ran before. Plain arithmetic in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from longshore.triggers.fields import EPOCH, UTC_ZONE, Instant, Rule, whole_seconds
from longshore.triggers.slot import Slot

_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


def _every(value: Any) -> int:
    length = whole_seconds(value, "7200, '90s', '5m' or '2 hours'")
    if length < 1:
        raise ValueError(f"an interval is at least 1 second, got {value!r}: write e.g. '5m'")
    return length


class Interval(Rule):
    """Every so many seconds, e.g. at 00:00, 02:00, 04:00 … UTC for two hours.

    Attributes:
        every: whole seconds between two slots, at least 1. Read from a duration, e.g. "2h".
        anchor: an instant on the grid, before or after now.
    """

    kind: Literal["interval"] = "interval"
    every: Annotated[int, BeforeValidator(_every)]
    anchor: Instant = EPOCH

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Interval:
        """From counts of units, e.g. `{"hours": 2}`.

        Raises:
            ValueError: an unknown unit, or no whole second in all.
        """
        unknown = ", ".join(repr(name) for name in fields if name not in _UNITS)
        if unknown or not fields:
            raise ValueError(
                f"an interval is told in {', '.join(_UNITS)}, e.g. {{'hours': 2}}; got {unknown or 'none'}"
            )
        for name, count in fields.items():
            if isinstance(count, bool) or not isinstance(count, int | float):
                raise ValueError(f"{name} is a number, e.g. {{'hours': 2}}; got {count!r}")
        try:
            return cls(every=_every(timedelta(**fields)))
        except OverflowError:
            raise ValueError("an interval is at most 100 years, e.g. {'hours': 2}") from None

    @property
    def zone(self) -> ZoneInfo:
        """UTC: an interval knows no local time."""
        return UTC_ZONE

    @cached_property
    def step(self) -> timedelta:
        """The time between two slots."""
        return timedelta(seconds=self.every)

    def after(self, moment: datetime) -> Slot | None:
        """The first slot strictly after `moment`. None: beyond the end of the calendar."""
        step, anchor = self.step, self.anchor
        try:
            return Slot(anchor + ((moment - anchor) // step + 1) * step)
        except OverflowError:
            return None

    def newest(self, since: datetime, until: datetime, limit: int) -> list[Slot]:
        """The newest `limit` slots in (since, until], oldest first."""
        last = (until - self.anchor) // self.step
        first = max((since - self.anchor) // self.step, last - max(limit, 0)) + 1
        return [Slot(self.anchor + count * self.step) for count in range(first, last + 1)]

    def describe(self) -> str:
        """E.g. "every 300 s"."""
        start = "" if self.anchor == EPOCH else f" from {self.anchor:%Y-%m-%dT%H:%M:%SZ}"
        return f"every {self.every} s{start}"
