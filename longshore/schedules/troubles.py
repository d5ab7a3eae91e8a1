"""What is wrong with the load of a queue, in plain words, and how far its numbers can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from math import floor

from longshore.durations import spoken
from longshore.schedules.outlook import Outlook

TIGHT = 0.8
"""Share of the workers' time from which on waits grow fast: with random arrivals they double until 0.9."""
_NAMED = 5
"""Jobs that are named in one line."""
_MEANWHILE = {
    "allow": "so several of its tasks run at once, and more of them all the time",
    "skip": "so the slots meanwhile are skipped",
    "queue": "so its tasks line up behind each other, and their line grows",
    "replace": "so each task is replaced before it ends",
}


def warnings(seen: Outlook) -> Iterator[str]:
    """What a person should know before such a schedule is saved."""
    yield from _nobody_listens(seen)
    yield from _too_much(seen)
    yield from _long_waits(seen)
    yield from _longer_than_its_gap(seen)
    yield from _unmeasured(seen)


def notes(seen: Outlook) -> Iterator[str]:
    """Where the numbers are less exact than usual."""
    if seen.until < seen.window.end:
        yield (
            f"there are too many runs to go through: waits and overlaps are those until {_utc(seen.until)}, "
            "the share of the workers' time is that of the whole day"
        )
    guessed = sum(part.instants.known < seen.window.end for part in seen.parts)
    if guessed:
        schedules = "1 schedule" if guessed == 1 else f"{guessed} schedules"
        yield f"the runs of {schedules} were counted in part, and the rest estimated"


def _nobody_listens(seen: Outlook) -> Iterator[str]:
    if not seen.listening:
        yield f"no living worker listens to the queue {seen.queue!r}; this is calculated with one"


def _too_much(seen: Outlook) -> Iterator[str]:
    used, queue = seen.utilisation, f"the queue {seen.queue!r}"
    share = f"its schedules take {used:.0%} of the time of {_workers(seen.workers)}"
    if seen.firm >= 1:
        surplus = (seen.firm - 1) * seen.workers * 3_600
        least = floor(seen.firm * seen.workers) + 1
        grows = f"the backlog grows without end, by {spoken(surplus)} of work an hour"
        yield f"{queue} cannot hold the load: {share}; {grows}, and it takes {least} workers to hold it"
    elif used >= 1:
        yield f"{queue} is full: {share}; schedules that skip or replace runs will do so"
    elif used >= TIGHT:
        yield f"{queue} is tight: {share}"


def _long_waits(seen: Outlook) -> Iterator[str]:
    wait, spec = seen.waits.by[seen.ours], seen.part.schedule.spec
    if spec is None or wait <= 0:
        return
    said = f"a task of this schedule may wait {spoken(wait)}"
    if spec.expires is not None and wait >= spec.expires:
        yield f"{said}, but expires {spoken(spec.expires)} after its slot: it is dropped then"
    if seen.part.gap is not None and wait > seen.part.gap:
        yield f"{said}, which is longer than the {spoken(seen.part.gap)} to its next slot"


def _longer_than_its_gap(seen: Outlook) -> Iterator[str]:
    took, gap = seen.part.took, seen.part.gap
    if took is None or gap is None:
        return
    due = f"and the next is due after {spoken(gap)}"
    if took.mean > gap:
        yield f"a run takes {spoken(took.mean)} on average, {due}, {_MEANWHILE[seen.part.overlap]}"
    elif took.p95 > gap:
        yield f"one run in twenty takes {spoken(took.p95)} or more, {due}"


def _unmeasured(seen: Outlook) -> Iterator[str]:
    jobs = sorted({part.job.name for part in seen.parts if part.took is None and part.runs})
    if jobs:
        more = f" and {len(jobs) - _NAMED} other jobs" if len(jobs) > _NAMED else ""
        named = ", ".join(jobs[:_NAMED])
        yield f"no run of {named}{more} has been measured yet: it counts as taking no time"


def _workers(count: int) -> str:
    return "its worker" if count == 1 else f"its {count} workers"


def _utc(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%SZ}"
