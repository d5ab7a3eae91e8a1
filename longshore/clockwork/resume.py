"""From which slot a schedule goes on that is new, has changed, or was lost with Redis. Pure.

No slot may be decided twice, and none that was due may be lost. Best is what the leading clock remembers;
then the records of the slots, then the mark in SQL, then when the schedule was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from longshore.recurrence import Recurrence
from longshore.schedules.book import Schedule
from longshore.schedules.entries import due_at

RECENT = timedelta(minutes=1)
"""A change of timing that is not older holds from when it was made, and else from when the clock sees it."""


@dataclass(frozen=True)
class Pending:
    """The slot of a schedule that comes next, as a clock remembers it.

    Attributes:
        timing: the timing that it belongs to.
        slot: the slot; None for never again.
    """

    timing: str
    slot: datetime | None


@dataclass(frozen=True)
class Known:
    """What is known of a schedule that is not held as it should be.

    Attributes:
        held: whether it was held since Redis was empty, so that its entry is lost or another one.
        was_here: whether its entry is there, with another timing.
        mark: if Redis has lost its data: until when all slots were decided, as far as SQL knows.
        remembered: what this clock remembers.
        written: what its entry's hash says, if it is there.
        newest: reads the last slot that has a record.
    """

    held: bool
    was_here: bool
    mark: datetime | None
    remembered: Pending | None
    written: Pending | None
    newest: Callable[[], datetime | None]


def first(schedule: Schedule, known: Known, now: datetime) -> datetime | None:
    """The first slot that is not decided yet; None if there is none."""
    spec, slots = schedule.spec, schedule.recurrence
    if spec is None or slots is None:
        return None
    for pending in (known.remembered, known.written):
        if pending and pending.timing == schedule.timing:
            return pending.slot
    if known.mark is not None and not known.held:
        return _after_mark(schedule, slots, min(known.mark, now))
    found = slots.after(_since(schedule, known, now))
    return found.at if found else None


def _after_mark(schedule: Schedule, slots: Recurrence, mark: datetime) -> datetime | None:
    """The first slot that was not due at the mark: with jitter, that may be one before it."""
    since = mark - timedelta(seconds=schedule.spec.jitter if schedule.spec else 0)
    if schedule.origin == "made" and schedule.created_at is not None:
        since = max(since, schedule.created_at)
    slot = slots.after(since)
    while slot is not None and due_at(schedule, slot.at) <= mark.timestamp():
        slot = slots.after(slot.at)
    return slot.at if slot else None


def _since(schedule: Schedule, known: Known, now: datetime) -> datetime:
    """The instant after which its slots are not decided yet."""
    newest = known.newest()
    changed = _changed(schedule, now)
    if known.held and not known.was_here:
        since = newest or changed or now  # its entry was lost, and nothing else
    elif known.was_here:
        since = changed if changed is not None and now - changed < RECENT else now
    else:
        since = changed or now
    return max(since, newest) if newest else since


def _changed(schedule: Schedule, now: datetime) -> datetime | None:
    """When people changed its timing, as far as that is known; a machine of theirs may be ahead."""
    at = schedule.changed_at
    if at is None or (schedule.spec is schedule.declared and now - at > RECENT):
        return None
    return min(at, now)
