"""Whether a queue can hold its schedules over the next 24 hours, by how long their jobs have run so far.

Pure: what Redis and SQL know is handed in. Only tasks of schedules count, as nobody knows ahead what else
will come. Waits are those of the model in `queueing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from longshore.catalog import Catalog, Job
from longshore.errors import UnknownJob
from longshore.measured import Measured
from longshore.schedules import arrivals, troubles
from longshore.schedules.arrivals import Window
from longshore.schedules.book import Schedule
from longshore.schedules.outlook import Outlook, Part
from longshore.schedules.queueing import Arrival, Meeting, meetings, simulate

AHEAD = timedelta(hours=24)
LOOKS = 10_000
"""Slots that are looked at one by one: about 0.15 s. Intervals need no looks."""
SIMULATED = 50_000
"""Tasks that the simulation runs at most: about 0.1 s."""
SHARES, OVERLAPS = 20, 10
"""Schedules that are listed at most."""


@dataclass(frozen=True)
class Forecast:
    """What is to be expected of a queue.

    Attributes:
        load: the numbers, as JSON.
        warnings: what is wrong with them, in plain words.
        notes: how they came about, where that is not as usual.
    """

    load: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def forecast(
    catalog: Catalog,
    schedules: Mapping[str, Schedule],
    name: str,
    took: Mapping[str, Measured],
    listening: Iterable[AbstractSet[str]],
    now: datetime,
) -> Forecast:
    """What a schedule's queue has to expect within 24 hours.

    Args:
        catalog: the jobs that there are.
        schedules: all schedules, with the one that is asked about.
        name: that one; its job is in the catalog.
        took: what the jobs have taken so far.
        listening: the queues of each living worker.
        now: the time.
    """
    since = now.replace(microsecond=0)
    window = Window(since, since + AHEAD)
    queue = catalog.resolve(schedules[name].job).queue
    parts = _parts(_on_queue(catalog, schedules, queue), took, window)
    ours = next(place for place, part in enumerate(parts) if part.schedule.name == name)
    workers = sum(queue in one for one in listening)
    events, until = _events(parts, window)
    waits = simulate(events, [part.kind for part in parts], max(workers, 1))
    seen = Outlook(queue, parts, ours, workers, window, until, waits)
    met = meetings(events, ours, seen.part.seconds)
    return Forecast(_load(seen, met, len(events)), list(troubles.warnings(seen)), list(troubles.notes(seen)))


def _on_queue(catalog: Catalog, schedules: Mapping[str, Schedule], queue: str) -> list[tuple[Schedule, Job]]:
    """Schedules that put tasks into the queue, by name, as the clock goes through them."""
    found = []
    for one in sorted(schedules.values(), key=lambda one: one.name):
        if one.deleted or one.fault or one.spec is None:
            continue
        try:
            job = catalog.resolve(one.spec.job)
        except UnknownJob:
            continue
        if job.queue == queue:
            found.append((one, job))
    return found


def _parts(found: Sequence[tuple[Schedule, Job]], took: Mapping[str, Measured], window: Window) -> list[Part]:
    known = arrivals.look([schedule for schedule, _ in found], window, LOOKS)
    return [
        Part(schedule, job, took.get(job.name), instants, instants.count(window), window.seconds)
        for (schedule, job), instants in zip(found, known, strict=True)
    ]


def _events(parts: Sequence[Part], window: Window) -> tuple[list[Arrival], int]:
    """What arrives, and until when: to the window's end, or as far as the bounds allow."""
    total = sum(part.runs for part in parts)
    until = min([window.end, *(part.instants.known for part in parts)])
    if total > SIMULATED:
        until = min(until, window.begin + window.seconds * SIMULATED // total)
    schedules, instants = [part.schedule for part in parts], [part.instants for part in parts]
    events = arrivals.merged(schedules, instants, until, SIMULATED)
    return events, min(until, int(events[-1][0])) if len(events) == SIMULATED else until


def _load(seen: Outlook, met: Sequence[Meeting], simulated: int) -> dict[str, Any]:
    waits = seen.waits
    return {
        "queue": seen.queue,
        "workers": seen.listening,
        "utilisation": round(seen.utilisation, 4),
        "busiest": None
        if waits.at is None
        else {"at": _utc(waits.at), "waiting": waits.waiting, "wait_seconds": round(waits.longest, 3)},
        "simulated": {"until": _utc(seen.until), "tasks": simulated},
        "schedules": len(seen.parts),
        "shares": [_share(seen, part) for part in _largest(seen)],
        "overlaps": [_overlap(seen, one) for one in met[:OVERLAPS]],
    }


def _largest(seen: Outlook) -> list[Part]:
    """The schedules that take most; the one that is asked about is always there."""
    ranked = sorted(seen.parts, key=lambda part: (-part.work, -part.runs, part.schedule.name))
    shown = ranked[:SHARES]
    return shown if seen.part in shown else [*shown[:-1], seen.part]


def _share(seen: Outlook, part: Part) -> dict[str, Any]:
    return {
        "schedule": part.schedule.name,
        "job": part.job.name,
        "runs": part.runs,
        "mean_seconds": round(part.took.mean, 3) if part.took else None,
        "p95_seconds": round(part.took.p95, 3) if part.took else None,
        "share": round(part.work / (seen.workers * seen.window.seconds), 4),
    }


def _overlap(seen: Outlook, one: Meeting) -> dict[str, Any]:
    other = seen.parts[one.kind]
    return {"schedule": other.schedule.name, "job": other.job.name, "count": one.count, "at": _utc(one.at)}


def _utc(seconds: float) -> str:
    return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%SZ}"
