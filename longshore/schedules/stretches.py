"""Stretches of time in which the conditions of a schedule do not change, so that one verdict holds for each.

A condition changes only at a local midnight, at an hour that it names, or when the clocks of its zone change.
So a day has a dozen stretches at most, where a schedule of every second would have 86,400 slots to be judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from longshore.conditions import Conditions
from longshore.conditions.hours import minutes
from longshore.conditions.markets import MARKETS
from longshore.triggers.local import first_change, settle, wall

_DAY = timedelta(days=1)


def open_between(
    conditions: Conditions, zone: ZoneInfo, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches in [since, until) in which no condition vetoes: begin, and end, which is out.

    Args:
        conditions: their date window contains all of it; `when` is not asked.
        zone: the trigger's.
        since: the first instant.
        until: the first instant that is out.
    """
    edges = sorted({since, until, *_edges(conditions, zone, since, until)})
    yield from ((begin, end) for begin, end in pairwise(edges) if not conditions.verdict(begin, zone))


def _edges(conditions: Conditions, zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[datetime]:
    """Instants between at which a condition may change."""
    for where, starts in _named(conditions, zone):
        yield from (at for at in _instants(where, starts, since, until) if since < at < until)
        change = first_change(where, since, until)
        while change is not None:
            yield change
            change = first_change(where, change, until)


def _named(conditions: Conditions, zone: ZoneInfo) -> Iterator[tuple[ZoneInfo, set[int]]]:
    """Of each condition its zone, and the minutes of a day that it names."""
    if (calendar := conditions.calendar) is not None:
        yield calendar.zone or zone, {0}
    if (hours := conditions.hours) is not None:
        yield hours.zone or zone, {0, minutes(hours.start), minutes(hours.end)}
    if conditions.market is not None:
        market = MARKETS[conditions.market]
        ends = {edge for session in market.sessions for edge in session}
        yield ZoneInfo(market.zone), {0, *ends, *([minutes(market.half)] if market.half else [])}


def _instants(zone: ZoneInfo, starts: set[int], since: datetime, until: datetime) -> Iterator[datetime]:
    """When the clocks show these times; a time that comes twice is there twice."""
    midnight = wall(since, zone).replace(hour=0, minute=0, second=0, microsecond=0) - _DAY
    while midnight <= wall(until, zone):
        for minute in starts:
            shown = midnight + timedelta(minutes=minute)
            yield settle(shown, zone)
            yield shown.replace(tzinfo=zone, fold=1).astimezone(UTC)
        midnight += _DAY
