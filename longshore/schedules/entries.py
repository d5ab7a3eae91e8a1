"""Schedules as entries of rq-scheduler: the working copies that the clock fires from.

An entry is a member of rq-scheduler's sorted set, scored by when it is due, and a task's hash, the template
of its runs, with the pending slot and the revision of the schedule beside RQ's fields. Only the clock writes
them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq.job import JobStatus
from rq_scheduler import Scheduler

from longshore import task
from longshore.catalog import Catalog, Job
from longshore.dispatch import Dispatched, Dispatcher
from longshore.errors import InvalidSchedule
from longshore.schedules.binding import find_job
from longshore.schedules.book import Schedule
from longshore.task import Task

_PLAIN = re.compile(r"[A-Za-z0-9_-]+")


def _part(schedule: str) -> str:
    """The name as RQ's ids allow it: letters, digits, _ and -. Others get a hash, so that no two names share
    one.
    """
    if _PLAIN.fullmatch(schedule):
        return f"-{schedule}"
    kept = re.sub(r"[^A-Za-z0-9_-]", "-", schedule)
    return f"_{kept}-{hashlib.sha256(schedule.encode()).hexdigest()[:8]}"


def entry_id(schedule: str) -> str:
    """The id of a schedule's entry in rq-scheduler."""
    return f"schedule{_part(schedule)}"


def task_id(schedule: str, slot: datetime) -> str:
    """The id of a slot's task: the schedule and the slot, in seconds since 1970."""
    return f"slot{_part(schedule)}-{int(slot.timestamp())}"


def due_at(schedule: Schedule, slot: datetime) -> float:
    """When a slot fires, in seconds since 1970: at the slot, put off by the jitter that this slot always
    has.
    """
    jitter = schedule.spec.jitter if schedule.spec else 0
    if not jitter:
        return slot.timestamp()
    drawn = hashlib.sha256(f"{schedule.name}\n{int(slot.timestamp())}".encode()).digest()
    return slot.timestamp() + int.from_bytes(drawn[:4], "big") / 2**32 * jitter


def next_due(connection: Redis, names: Iterable[str]) -> dict[str, datetime]:
    """When each schedule fires next; those that no clock has taken up, or that have ended, are missing."""
    wanted = list(names)
    if not wanted:
        return {}
    scores: Any = connection.zmscore(Scheduler.scheduled_jobs_key, [entry_id(name) for name in wanted])
    return {
        name: datetime.fromtimestamp(float(score), UTC)
        for name, score in zip(wanted, scores, strict=True)
        if score is not None
    }


def template(dispatcher: Dispatcher, schedule: Schedule, job: Job) -> dict[Any, Any]:
    """The fields of a schedule's hash that RQ and rq-scheduler know, as they would write them."""
    spec = schedule.spec
    if spec is None:
        raise ValueError(f"{schedule.name} has nothing to be made an entry of")
    entry = dispatcher.new_task(job, spec.params, entry_id(schedule.name))
    entry.meta = {
        task.SCHEDULE: schedule.name,
        task.SCHEDULE_ENTRY: schedule.revision,
        **_as_stock(spec.trigger),
    }
    entry.result_ttl = -1  # as rq-scheduler does it: the entry is no run, it stays
    entry._status = JobStatus.SCHEDULED
    return dict(entry.to_dict())


def _as_stock(trigger: Any) -> dict[str, Any]:
    """What a stock rq-scheduler would read, of the kinds that it has."""
    if trigger.kind == "interval":
        return {"interval": trigger.every}
    return {"cron_string": trigger.expression} if trigger.kind == "cron" else {}


def run_now(dispatcher: Dispatcher, catalog: Catalog, schedule: Schedule) -> Dispatched:
    """Enqueue a task of a schedule's job with its parameters, beside its slots.

    Raises:
        InvalidSchedule: its job is not there, or does not take the parameters.
        redis.exceptions.WatchError: of a unique job, somebody else enqueued the same at this instant.
    """
    if schedule.spec is None or schedule.fault:
        raise InvalidSchedule([{"field": "job", "message": schedule.fault, "type": "value_error"}])
    job = find_job(catalog, schedule.spec.job)
    if dispatcher.at_once:
        return dispatcher.run_here(job, schedule.spec.params, **{task.SCHEDULE: schedule.name})
    made = dispatcher.new_task(job, schedule.spec.params, **{task.SCHEDULE: schedule.name})
    digest = job.parameters.digest(job.parameters.check(schedule.spec.params)) if job.unique else ""
    dispatcher.queue(job.queue).get_redis_server_version()
    with dispatcher.connection.pipeline() as pipe:
        if job.unique:
            if twin := dispatcher.twin(pipe, job, digest):
                return Dispatched(twin, job.name, created=False)
            pipe.multi()
            dispatcher.note_twin(pipe, job, digest, made.id)
        dispatcher.push(pipe, made, at_front=schedule.spec.priority == "high")
        pipe.execute()
    return Dispatched(made.id, job.name)


def is_entry(found: Task) -> bool:
    """Whether a task is the template of a schedule, and no task."""
    return task.SCHEDULE_ENTRY in found.meta
