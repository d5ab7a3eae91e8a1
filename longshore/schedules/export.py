"""Schedules as a configuration of RQ's own `rq cron`, for those who want to leave rq-scheduler.

Only what `rq cron` can say is taken; the rest stands there as a comment that says why. Text only: nothing is
asked of Redis or SQL.
"""

from __future__ import annotations

import pprint
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice

from croniter import CroniterError, croniter  # type: ignore[import-untyped]

from longshore.catalog import Catalog, Job
from longshore.errors import InvalidSchedule
from longshore.schedules.binding import find_job
from longshore.schedules.book import Schedule
from longshore.schedules.spec import ScheduleSpec
from longshore.triggers import Cron, Interval

_HEAD = '''"""Schedules of Longshore for RQ's own `rq cron`, as of {at}.

Start it with TZ=UTC: rq cron reads cron lines in the zone of its machine. It keeps no grid, an interval
begins when it starts, and it does not make up for what was due while it was down. Two of them fire
everything twice. It pickles what it enqueues, which Longshore's workers refuse: stock ones have to run it,
and those call the functions with the parameters as they stand here.
"""

from rq import cron
'''
_COMPARED = 200
"""Slots of a cron line that both sides must agree on."""


def rq_cron(catalog: Catalog, schedules: Iterable[Schedule], now: datetime) -> str:
    """A Python file for `rq cron`.

    Args:
        catalog: the jobs that there are.
        schedules: what to take, by name.
        now: the time, for the heading and for comparing how cron lines are read.
    """
    found = [(one, _job(catalog, one)) for one in sorted(schedules, key=lambda one: one.name)]
    takes = [(one, job) for one, job in found if job is not None and not _obstacle(one, job, now)]
    modules = sorted({job.func.__module__ for _, job in takes})
    parts = [_HEAD.format(at=f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")]
    parts.append("".join(f"import {one}\n" for one in modules))
    for one, job in found:
        parts.append(_registered(one, job) if (one, job) in takes else _left_out(one, job, now))
    return "\n".join(part for part in parts if part)


def _job(catalog: Catalog, one: Schedule) -> Job | None:
    try:
        return find_job(catalog, one.job)
    except InvalidSchedule:
        return None


def _registered(one: Schedule, job: Job | None) -> str:
    spec = one.spec
    if spec is None or job is None:
        return ""
    arguments = {
        "kwargs": spec.params or None,
        **_when(spec),
        "job_timeout": job.timeout,
        "result_ttl": job.result_ttl,
        "failure_ttl": job.failure_ttl,
        "ttl": spec.expires,
        "name": one.name,
    }
    written = "".join(
        f"    {name}={pprint.pformat(value, sort_dicts=False, width=100)},\n"
        for name, value in arguments.items()
        if value is not None
    )
    return f"{_comment(_losses(spec, job))}cron.register(\n    {job.path},\n    {job.queue!r},\n{written})\n"


def _left_out(one: Schedule, job: Job | None, now: datetime) -> str:
    what = one.recurrence.describe() if one.recurrence else "unreadable"
    return _comment([f"left out: {one.name} ({one.job}, {what}): {_obstacle(one, job, now)}"])


def _comment(lines: Iterable[str]) -> str:
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


def _when(spec: ScheduleSpec) -> dict[str, object]:
    trigger = spec.trigger
    if isinstance(trigger, Interval):
        return {"interval": trigger.every}
    return {"cron": trigger.expression} if isinstance(trigger, Cron) else {}


def _obstacle(one: Schedule, job: Job | None, now: datetime) -> str:
    """Why rq cron cannot take a schedule, or nothing."""
    if one.spec is None or job is None or one.fault:
        return one.fault or f"there is no job {one.job!r}"
    return next(_obstacles(one, one.spec, job, now), "")


def _obstacles(one: Schedule, spec: ScheduleSpec, job: Job, now: datetime) -> Iterator[str]:
    trigger = spec.trigger
    if one.deleted:
        yield "it is deleted"
    if one.is_paused(now):
        yield "it is paused, which rq cron does not know"
    if not isinstance(trigger, Interval | Cron):
        yield f"rq cron has intervals and cron lines only, and this is {trigger.kind}"
    elif trigger.zone.key != "UTC":
        yield f"its times are those of {trigger.zone.key}, and rq cron has one zone for all"
    if conditions := spec.conditions.describe():
        yield f"rq cron knows no conditions ({conditions})"
    if (overlap := _overlap(spec, job)) != "allow":
        yield f"rq cron starts a run whether the last one has ended or not (here: {overlap})"
    if isinstance(trigger, Cron) and not _read_alike(trigger, now):
        yield "rq cron reads that line as other times"


def _overlap(spec: ScheduleSpec, job: Job) -> str:
    return spec.overlap or ("allow" if job.overlap else "skip")


def _read_alike(trigger: Cron, now: datetime) -> bool:
    """Whether croniter, which rq cron reads lines with, finds the same slots in them."""
    naive = now.astimezone(UTC).replace(tzinfo=None)
    try:
        theirs = list(islice(croniter(trigger.expression, naive).all_next(datetime), _COMPARED))
    except CroniterError:
        return False
    return theirs == [at.replace(tzinfo=None) for at in islice(_slots(trigger, now), _COMPARED)]


def _slots(trigger: Cron, since: datetime) -> Iterator[datetime]:
    slot = trigger.after(since)
    while slot is not None:
        yield slot.at
        slot = trigger.after(slot.at)


def _losses(spec: ScheduleSpec, job: Job) -> Iterator[str]:
    """What rq cron does not do of a schedule that it can take."""
    if spec.jitter:
        yield f"not taken: jitter of {spec.jitter} s"
    if spec.priority == "high":
        yield "not taken: priority high; give it a queue that comes first"
    if job.retry.retries:
        yield f"not taken: {job.retry.retries} retries"
    if spec.misfire.policy == "run_each":
        yield "not taken: misfire run_each"
    if spec.note:
        yield spec.note
