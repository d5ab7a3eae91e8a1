"""The catalog's schedules as entries of rq-scheduler: kept in step with the code, and read.

An entry is a task's hash, the template of the runs, and the next slot as its score in rq-scheduler's
sorted set. Firing is the clock's business.
"""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq.job import JobStatus
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys, task
from longshore.catalog import Catalog, Job
from longshore.dispatch import Dispatcher
from longshore.task import Task
from longshore.triggers import Trigger

logger = logging.getLogger("longshore.clock")


def entry_id(schedule: str) -> str:
    """The id of a schedule's entry in rq-scheduler; RQ allows letters, digits, _ and - only."""
    return "schedule-" + re.sub(r"[^A-Za-z0-9_-]", "-", schedule)


def next_runs(connection: Redis, catalog: Catalog) -> dict[str, datetime]:
    """When each of the catalog's schedules is due next; one that the clock has not taken up is missing."""
    names = list(catalog.schedules())
    with connection.pipeline(transaction=False) as pipe:
        for name in names:
            pipe.zscore(Scheduler.scheduled_jobs_key, entry_id(name))
        scores = pipe.execute()
    return {
        name: datetime.fromtimestamp(float(score), UTC)
        for name, score in zip(names, scores, strict=True)
        if score is not None
    }


def reconcile(dispatcher: Dispatcher, catalog: Catalog, now: datetime) -> None:
    """Make rq-scheduler hold the catalog's schedules: add, replace, cancel; leave the rest alone.

    A schedule whose definition has the hash that it had keeps its entry and its next run, so a deploy
    moves nothing. Entries that were not made here are not looked at.
    """
    connection = dispatcher.connection
    raw: Any = connection.hgetall(keys.schedules())
    held = {as_text(name): as_text(definition) for name, definition in raw.items()}
    declared = catalog.schedules()
    for name in held.keys() - declared.keys():
        _cancel(connection, name)
    for name, (job, trigger) in declared.items():
        definition = trigger.definition(job.name)
        if held.get(name) != definition or not _is_held(connection, name):
            _hold(dispatcher, name, job, trigger, now)


def _is_held(connection: Redis, name: str) -> bool:
    with connection.pipeline(transaction=False) as pipe:
        pipe.zscore(Scheduler.scheduled_jobs_key, entry_id(name))
        pipe.exists(Task.key_for(entry_id(name)))
        score, exists = pipe.execute()
    return score is not None and bool(exists)


def _hold(dispatcher: Dispatcher, name: str, job: Job, trigger: Trigger, now: datetime) -> None:
    definition = trigger.definition(job.name)
    entry = dispatcher.new_task(job, trigger.params, entry_id(name))
    entry.meta = {
        task.SCHEDULE: name,
        task.SCHEDULE_ENTRY: definition,
        **({"interval": trigger.interval} if trigger.interval else {"cron_string": trigger.cron_string}),
    }
    entry.result_ttl = -1  # as rq-scheduler does it: the entry is no run, it stays
    due = trigger.next_run(now)
    with dispatcher.connection.pipeline() as pipe:
        pipe.delete(entry.key)
        entry.set_status(JobStatus.SCHEDULED, pipeline=pipe)
        entry.save(pipeline=pipe)
        pipe.zadd(Scheduler.scheduled_jobs_key, {entry.id: due.timestamp()})
        pipe.hset(keys.schedules(), name, definition)
        pipe.execute()
    logger.info("schedule %s (%s) is next due at %s", name, trigger.describe(), due.isoformat())


def _cancel(connection: Redis, name: str) -> None:
    with connection.pipeline() as pipe:
        pipe.zrem(Scheduler.scheduled_jobs_key, entry_id(name))
        pipe.delete(Task.key_for(entry_id(name)))
        pipe.hdel(keys.schedules(), name)
        pipe.execute()
    logger.info("schedule %s is not declared any more; canceled", name)
