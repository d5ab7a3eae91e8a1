"""When schedules run next, as people want to know it: past their pause and the slots that conditions veto.

Redis knows what is pending of those that a clock has taken up; the rest is computed. What `when` will say
cannot be known ahead. Nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from redis import Redis
from rq.utils import as_text

from longshore import keys
from longshore.conditions import markets
from longshore.conditions.hours import minutes
from longshore.recurrence import Recurrence
from longshore.schedules import entries, ledger
from longshore.schedules.book import Schedule
from longshore.schedules.ledger import SlotRecord
from longshore.triggers import Slot
from longshore.triggers.local import first_change, settle, wall

MOST_VETOED = 1_000
"""Vetoed slots that are looked at for one that runs."""
_SECOND, _INSTANT = timedelta(seconds=1), timedelta(microseconds=1)


@dataclass(frozen=True)
class Live:
    """What Redis knows of schedules, by name.

    Attributes:
        due: when they are due; those whose last change no clock has taken up yet are missing.
        last: the newest records of their slots.
    """

    due: Mapping[str, datetime] = field(default_factory=dict)
    last: Mapping[str, SlotRecord] = field(default_factory=dict)


def look(connection: Redis, schedules: Sequence[Schedule]) -> Live:
    """Ask Redis about these schedules.

    Raises:
        redis.exceptions.RedisError: it is away.
    """
    names = [one.name for one in schedules]
    if not names:
        return Live()
    raw: Any = connection.hmget(keys.schedules(), names)
    taken = [
        one.name
        for one, revision in zip(schedules, raw, strict=True)
        if revision is not None and as_text(revision) == one.revision
    ]
    last = {name: found[0] for name in names if (found := ledger.read(connection, name, 1))}
    return Live(entries.next_due(connection, taken), last)


def next_run(schedule: Schedule, now: datetime, due: datetime | None = None) -> datetime | None:
    """When it runs next, put off by its jitter; None: never, as far as can be seen.

    Args:
        schedule: the schedule.
        now: the time.
        due: when its entry in rq-scheduler is due, if a clock holds it; it may be overdue.
    """
    slots, spec = schedule.recurrence, schedule.spec
    if spec is None or slots is None or schedule.deleted or schedule.fault:
        return None
    since = now if due is None else due - timedelta(seconds=spec.jitter) - _SECOND
    if schedule.is_paused(now):
        if schedule.paused_until is None:
            return None
        since = max(since, schedule.paused_until - _INSTANT)
    for slot in _running(slots, since):
        at = entries.due_at(schedule, slot.at)
        if due is None or at >= due.timestamp() - 0.001:
            return datetime.fromtimestamp(at, UTC)
    return None


def _running(slots: Recurrence, since: datetime) -> Iterator[Slot]:
    """Slots that nothing vetoes. Vetoed ones are passed over as a block: of a minutely schedule, a weekend
    has thousands.
    """
    for _ in range(MOST_VETOED):
        slot = slots.after(since)
        if slot is None:
            return
        since = slot.at
        if slot.skip:
            ends = [_next(zone, starts, since) for zone, starts in _openings(slots, since)]
            since = max(ends) - _SECOND if ends else since
        else:
            yield slot


def _openings(slots: Recurrence, at: datetime) -> Iterator[tuple[ZoneInfo, list[int]]]:
    """Of each condition that vetoes this instant: its zone, and the minutes of a day at which it may end."""
    conditions = slots.conditions
    calendar, market, hours = conditions.calendar, conditions.market, conditions.hours
    if calendar is not None and calendar.verdict(at, slots.zone):
        yield calendar.zone or slots.zone, [0]
    if market is not None and markets.verdict(market, at):
        known = markets.MARKETS[market]
        yield ZoneInfo(known.zone), [start for start, _ in known.sessions]
    if hours is not None and hours.verdict(at, slots.zone):
        yield hours.zone or slots.zone, [minutes(hours.start)]


def _next(zone: ZoneInfo, starts: list[int], at: datetime) -> datetime:
    """The first of these local times after an instant, or the change of the zone's clocks before it. A time
    that comes twice counts twice.
    """
    midnight = wall(at, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    shown = [midnight + timedelta(days=day, minutes=start) for day in range(3) for start in starts]
    again = [one.replace(tzinfo=zone, fold=1).astimezone(UTC) for one in shown]
    found = min(one for one in [*(settle(each, zone) for each in shown), *again] if one > at)
    return first_change(zone, at, found) or found
