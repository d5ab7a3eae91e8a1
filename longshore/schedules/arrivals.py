"""When schedules put tasks into a queue within a window: instants in seconds since 1970.

Slots that a condition vetoes are left out; `when` is not asked. Long lists stay ranges: a schedule of every
second has 86,400 slots a day, and there may be hundreds of those. How much is looked at is bounded. What the
instants do to the queue is the business of `queueing`.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice, repeat, takewhile

from longshore.conditions import Conditions
from longshore.recurrence import Recurrence
from longshore.schedules import entries
from longshore.schedules.book import Schedule
from longshore.schedules.stretches import open_between
from longshore.triggers import Interval

_INSTANT, _SECOND = timedelta(microseconds=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Window:
    """A stretch of time, on whole seconds.

    Attributes:
        since: it begins after this.
        until: its end, which is in.
    """

    since: datetime
    until: datetime

    @property
    def begin(self) -> int:
        """`since` in seconds since 1970."""
        return int(self.since.timestamp())

    @property
    def end(self) -> int:
        """`until` in seconds since 1970."""
        return int(self.until.timestamp())

    @property
    def seconds(self) -> int:
        """How long it is."""
        return self.end - self.begin


@dataclass(frozen=True)
class Instants:
    """When a recurrence runs within a window.

    Attributes:
        parts: its instants in order, in seconds since 1970.
        known: until when they are known; the window's end, unless there were too many to look at.
    """

    parts: Sequence[Sequence[int]]
    known: int

    def __len__(self) -> int:
        return sum(len(part) for part in self.parts)

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self.parts)

    def count(self, window: Window) -> int:
        """How many there are in the window; an estimate if they are not known to its end."""
        if self.known >= window.end:
            return len(self)
        return round(len(self) * window.seconds / max(self.known - window.begin, 1))


@dataclass
class _Walk:
    """A walk from slot to slot, which may stop and go on."""

    slots: Recurrence
    at: datetime
    until: datetime
    found: list[int] = field(default_factory=list)
    done: bool = False

    def go(self, most: int) -> int:
        """Look at some more slots; how many there were."""
        for looked in range(most):
            slot = self.slots.after(self.at)
            if slot is None or slot.at > self.until:
                self.done = True
                return looked + 1
            self.at = slot.at
            if not slot.skip:
                self.found.append(int(slot.at.timestamp()))
        return most

    def instants(self, window: Window) -> Instants:
        """What was found."""
        return Instants((self.found,), window.end if self.done else int(self.at.timestamp()))


_Key = tuple[Recurrence, datetime]


def look(schedules: Sequence[Schedule], window: Window, looks: int) -> list[Instants]:
    """When each of them runs within a window: not while it is paused.

    Args:
        schedules: the schedules; equal recurrences are looked at once.
        window: the window.
        looks: slots that are looked at one by one, by all of them together; intervals need no looks.
    """
    keys = [_key(one, window) for one in schedules]
    walks = {key: _Walk(*key, window.until) for key in keys if key is not None and not _is_grid(key[0])}
    _go(list(walks.values()), looks)
    known = {key: walk.instants(window) for key, walk in walks.items()}
    for key in keys:
        if key is not None and key not in known:
            known[key] = on_grid(*key, window.until)
    return [Instants((), window.end) if key is None else known[key] for key in keys]


def _key(schedule: Schedule, window: Window) -> _Key | None:
    """What decides when it runs: its slots, and from when on. None: not within the window."""
    slots, since = schedule.recurrence, window.since
    if schedule.paused:
        since = window.until if schedule.paused_until is None else schedule.paused_until - _INSTANT
    return None if slots is None or since >= window.until else (slots, max(since, window.since))


def _go(walks: Sequence[_Walk], looks: int) -> None:
    """Share the looks out evenly; what some do not need goes to the others."""
    while walks and looks > 0:
        share = max(looks // len(walks), 1)
        looks -= sum(walk.go(share) for walk in walks)
        walks = [walk for walk in walks if not walk.done]


def _is_grid(slots: Recurrence) -> bool:
    calendar = slots.conditions.calendar
    return isinstance(slots.trigger, Interval) and (calendar is None or calendar.rule != "shift")


def on_grid(slots: Recurrence, since: datetime, until: datetime) -> Instants:
    """The instants in (since, until] at which an interval runs that no calendar shifts: exact, and quick."""
    trigger, conditions = slots.trigger, slots.conditions
    assert isinstance(trigger, Interval)
    begin, end = _bounds(conditions, since, until)
    first = begin + 1 + (int(trigger.anchor.timestamp()) - begin - 1) % trigger.every
    grid = range(first, end + 1, trigger.every)
    if not grid or (conditions.calendar is None and conditions.market is None and conditions.hours is None):
        return Instants((grid,), int(until.timestamp()))
    stretches = open_between(conditions, trigger.zone, _moment(grid[0]), _moment(grid[-1]) + _SECOND)
    return Instants([_cut(grid, *stretch) for stretch in stretches], int(until.timestamp()))


def _bounds(conditions: Conditions, since: datetime, until: datetime) -> tuple[int, int]:
    """The part of (since, until] that lies in the date window, in seconds since 1970."""
    begin, end = int(since.timestamp()), int(until.timestamp())
    first, last = conditions.not_before, conditions.not_after
    return (
        begin if first is None else max(begin, int(first.timestamp()) - 1),
        end if last is None else min(end, int(last.timestamp())),
    )


def _cut(grid: range, begin: datetime, end: datetime) -> range:
    """The part of a grid in [begin, end)."""
    places = (-(-(int(edge.timestamp()) - grid.start) // grid.step) for edge in (begin, end))
    return grid[slice(*places)]


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def merged(
    schedules: Sequence[Schedule], instants: Sequence[Instants], until: int, most: int
) -> list[tuple[float, int]]:
    """The first `most` arrivals of several schedules up to then: when, and the schedule's place in the list.

    Each is put off by its jitter, as the clock will do it.
    """
    streams = (
        zip(_due(schedule, takewhile(until.__ge__, one)), repeat(place))
        for place, (schedule, one) in enumerate(zip(schedules, instants, strict=True))
    )
    return list(islice(heapq.merge(*streams), most))


def _due(schedule: Schedule, times: Iterable[int]) -> Iterable[float]:
    if schedule.spec is None or not schedule.spec.jitter:
        return times
    return sorted(entries.due_at(schedule, _moment(at)) for at in times)
