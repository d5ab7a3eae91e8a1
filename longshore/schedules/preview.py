"""What a schedule would do, before it is saved: its next runs, and what they mean for its queue.

Nothing is changed, and `when` is not asked. The forecast itself is the business of `forecast`, which is given
here what Redis and SQL know. While Redis is away, `runs` alone still answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from redis import Redis

from longshore import fleet, measured
from longshore.catalog import Catalog
from longshore.durations import spoken
from longshore.recurrence import Recurrence
from longshore.schedules import binding, book, changes, upcoming
from longshore.schedules import spec as specs
from longshore.schedules.book import Schedule
from longshore.schedules.forecast import Forecast, forecast
from longshore.schedules.spec import ScheduleSpec
from longshore.triggers import Slot

MOST = 100
"""Most runs that are shown."""
IN_A_ROW = 7
"""Vetoed slots in a row that are shown; the rest of them is passed over, up to the next that runs."""
UNNAMED = "(this schedule)"
"""What a schedule goes by that has no name yet. No schedule can be named so."""
_YEARS = timedelta(days=4 * 366)


def preview(
    connection: Redis,
    catalog: Catalog,
    document: Mapping[str, Any],
    count: int = 10,
    now: datetime | None = None,
    name: str | None = None,
) -> dict[str, Any]:
    """The next runs of a schedule, and the load of its queue with it over the next 24 hours.

    Args:
        connection: Redis, which knows how long jobs run and who listens to the queue.
        catalog: the jobs that there are.
        document: the schedule in its JSON form, without its name.
        count: how many runs, 1 to 100.
        now: the time, injected for tests.
        name: the schedule's name; if there is one of that name, this one takes its place.

    Returns:
        As `runs`, with `load` filled and its warnings added.

    Raises:
        InvalidSchedule: names each field at fault.
        redis.exceptions.RedisError: Redis is away.
    """
    moment = now or datetime.now(UTC)
    spec = binding.check(catalog, specs.read(document), moment)
    schedules = book.every(catalog)
    there = schedules.get(name) if name is not None else None
    label = UNNAMED if name is None else name
    schedules[label] = Schedule(label, spec, "made")
    found = runs(spec, count, moment)
    seen = _seen(connection, catalog, schedules, label, moment)
    return {
        **found,
        "notes": [*found["notes"], *_paused(there, moment), *seen.notes],
        "load": seen.load,
        "warnings": [*found["warnings"], *seen.warnings],
    }


def _seen(
    connection: Redis, catalog: Catalog, schedules: Mapping[str, Schedule], label: str, now: datetime
) -> Forecast:
    listening = [set(one.queues) for one in fleet.workers(connection) if one.alive]
    took = measured.read(connection, catalog)
    return forecast(catalog, schedules, label, took, listening, now)


def runs(spec: ScheduleSpec, count: int, now: datetime) -> dict[str, Any]:
    """The next runs of a schedule; this needs no Redis.

    Args:
        spec: the schedule.
        count: how many runs; fewer than 1 or more than 100 are not shown.
        now: the time.

    Returns:
        `describe`, `zone`, `runs`, `ends` (nothing comes after what is shown), `notes` and `warnings` in
        plain words, and `load`, which is None here. A run has `at` and `local`, `zone`, `dst` with a `note`,
        and `skipped`: why nothing runs, or None. Vetoed slots do not count as runs.
    """
    found = _Look(spec, min(max(count, 1), MOST), now)
    found.walk()
    return {
        "describe": spec.recurrence.describe(),
        "zone": spec.recurrence.zone.key,
        "runs": found.shown,
        "ends": found.ends,
        "notes": list(_notes(spec, found)),
        "load": None,
        "warnings": list(_warnings(spec, found)),
    }


@dataclass
class _Look:
    """A walk along the slots of a schedule, until enough of them run."""

    spec: ScheduleSpec
    count: int
    now: datetime
    shown: list[dict[str, Any]] = field(default_factory=list)
    running: int = 0
    ends: bool = False
    vetoed: int = 0

    def walk(self) -> None:
        """Take slot after slot; past a long row of vetoed ones, go on with the next that runs."""
        slots = self.spec.recurrence
        before, slot = _before(slots, self.now), slots.after(self.now)
        while slot is not None and self.running < self.count:
            note = ""
            if slot.skip and self.vetoed >= IN_A_ROW:
                note = f"the slots from {_utc(slot.at)} up to it are vetoed too"
                slot = self._past(slot)
                if slot is None:
                    return
            self._take(slot, before, note)
            before, slot = slot.at, slots.after(slot.at)
        self.ends = slot is None

    def _take(self, slot: Slot, before: datetime | None, note: str) -> None:
        self.running += not slot.skip
        self.vetoed = self.vetoed + 1 if slot.skip else 0
        self.shown.append(_shown(self.spec.recurrence, slot, before, note))

    def _past(self, slot: Slot) -> Slot | None:
        plain = Schedule(UNNAMED, self.spec.model_copy(update={"jitter": 0}), "made")
        at = upcoming.next_run(plain, slot.at)
        return None if at is None else Slot(at)


def _before(slots: Recurrence, now: datetime) -> datetime | None:
    found = slots.newest(now - _YEARS, now, 1)
    return found[0].at if found else None


def _shown(slots: Recurrence, slot: Slot, before: datetime | None, note: str) -> dict[str, Any]:
    mark = changes.mark(slots.trigger, slot.at, before)
    return {
        "at": _utc(slot.at),
        "local": slot.at.astimezone(slots.zone).isoformat(),
        "zone": slots.zone.key,
        "dst": mark.kind,
        "note": "; ".join(part for part in (mark.note, note) if part),
        "skipped": slot.skip or None,
    }


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _notes(spec: ScheduleSpec, found: _Look) -> Iterator[str]:
    if spec.conditions.when is not None:
        yield f"{spec.conditions.when} is asked at each slot; what it will say is not known ahead"
    if spec.jitter:
        yield (
            f"each task is put off by up to {spoken(spec.jitter)} (jitter), always the same for a slot; "
            "the times here are without it"
        )
    if found.running < found.count and not found.ends:
        yield f"no later run is in sight: {found.running} of those that were looked at run"


def _warnings(spec: ScheduleSpec, found: _Look) -> Iterator[str]:
    if not found.running:
        yield "no run is in sight: every slot that was looked at is vetoed"
    if spec.expires is not None and spec.jitter >= spec.expires:
        yield (
            f"jitter puts a task off by up to {spoken(spec.jitter)}, and it expires {spoken(spec.expires)} "
            "after its slot: some are dropped"
        )


def _paused(there: Schedule | None, now: datetime) -> Iterator[str]:
    if there is not None and not there.deleted and there.is_paused(now):
        until = f" until {_utc(there.paused_until)}" if there.paused_until else ""
        yield f"{there.name} is paused{until}; what is shown here is as if it were not"
