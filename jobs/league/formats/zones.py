"""A time zone as iCalendar describes it, for the years of one season.

The icalendar package can make one too, but has the clocks go forward an hour late: it gives the local time
after the change, where RFC 5545 (3.6.5) wants the one before it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

_DAY, _SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)


class _Rule(NamedTuple):
    """What the clocks say: the offset from UTC before and after, its name, and whether it is summer time."""

    before: dt.timedelta
    after: dt.timedelta
    name: str
    summer: bool


@lru_cache(64)
def timezone(name: str, first_year: int, last_year: int) -> Timezone:
    """The zone's rules from the start of the first year to the end of the last.

    Args:
        name: of the zone, e.g. ``Europe/London``.
        first_year: not before 2.
        last_year: not after 9998.
    """
    zone = ZoneInfo(name)
    start = dt.datetime(first_year, 1, 1, tzinfo=dt.UTC)
    begun: defaultdict[_Rule, list[dt.datetime]] = defaultdict(list)
    rule = _rule(zone, start, start)
    begun[rule].append((start + rule.before).replace(tzinfo=None))
    for moment in _changes(zone, start, dt.datetime(last_year + 1, 1, 1, tzinfo=dt.UTC)):
        rule = _rule(zone, moment - _SECOND, moment)
        begun[rule].append((moment + rule.before).replace(tzinfo=None))
    made = Timezone()
    made.add("tzid", name)
    for rule, local in begun.items():
        made.add_component(_observance(rule, local))
    return made


def _observance(rule: _Rule, begun: list[dt.datetime]) -> TimezoneDaylight | TimezoneStandard:
    made = TimezoneDaylight() if rule.summer else TimezoneStandard()
    made.add("dtstart", begun[0])
    if begun[1:]:
        made.add("rdate", begun[1:])
    made.add("tzname", rule.name)
    made.add("tzoffsetfrom", rule.before)
    made.add("tzoffsetto", rule.after)
    return made


def _changes(zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The instants at which the clocks change; no zone changes them twice within a day and back."""
    earlier = start
    while earlier < end:
        later = earlier + _DAY
        if _says(zone, earlier) != _says(zone, later):
            yield _between(zone, earlier, later)
        earlier = later


def _between(zone: ZoneInfo, earlier: dt.datetime, later: dt.datetime) -> dt.datetime:
    """The first second at which the clocks say what they say at ``later``."""
    while later - earlier > _SECOND:
        middle = earlier + dt.timedelta(seconds=(later - earlier) // _SECOND // 2)
        if _says(zone, middle) == _says(zone, later):
            later = middle
        else:
            earlier = middle
    return later


def _says(zone: ZoneInfo, moment: dt.datetime) -> tuple[dt.timedelta | None, str | None]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()


def _rule(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> _Rule:
    was, now = before.astimezone(zone), after.astimezone(zone)
    nothing = dt.timedelta()
    return _Rule(was.utcoffset() or nothing, now.utcoffset() or nothing, now.tzname() or "", bool(now.dst()))
