"""Why does a task not run? The answer in plain words, with what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq.job import JobStatus
from rq.registry import ScheduledJobRegistry
from rq.suspension import is_suspended
from rq_scheduler import Scheduler

from longshore import fleet, presence, tasks
from longshore.catalog import Catalog
from longshore.durations import spoken
from longshore.errors import LongshoreError
from longshore.schedules import aside
from longshore.task import Task


def explain(connection: Redis, catalog: Catalog, found: Task, now: datetime | None = None) -> list[str]:
    """What a task waits for, or how it ended; most important first."""
    moment = now or datetime.now(UTC)
    status = tasks.status_of(found)
    if status in tasks.READY:
        return [_ended(connection, found, moment)]
    state = found.get_status(refresh=False)
    if state is JobStatus.STARTED:
        return [_running(connection, found, moment)]
    if state is JobStatus.SCHEDULED:
        return _held(connection, found, moment)
    if state is JobStatus.RATE_LIMITED:
        return [
            "Another task of this job runs, and the job is declared overlap=False: it waits for that one."
        ]
    return _waiting(connection, catalog, found)


def _ended(connection: Redis, found: Task, now: datetime) -> str:
    view = tasks.view(connection, found.id, now)
    if view.error:
        return f"It has ended: {view.error['type']}: {view.error['message']}. POST …/retry runs it again."
    return f"It has ended: {view.message.lower()}."


def _running(connection: Redis, found: Task, now: datetime) -> str:
    since = spoken((now - found.started_at).total_seconds()) if found.started_at else "a moment"
    alive = {one.name for one in fleet.workers(connection) if one.alive}
    if found.worker_name in alive:
        return f"It runs on worker {found.worker_name}, for {since} of at most {spoken(found.timeout or 0)}."
    return "Its worker has died; another one takes it up within a minute."


def _held(connection: Redis, found: Task, now: datetime) -> list[str]:
    retry_at: Any = connection.zscore(ScheduledJobRegistry.key_template.format(found.origin), found.id)
    later: Any = connection.zscore(Scheduler.scheduled_jobs_key, found.id)
    due = retry_at if retry_at is not None else later
    if due is None and (found_aside := aside.get(connection, found.id)):
        advice = f"POST /api/set-aside/{found.id}/put-back lets the clock try again."
        return [f"It was set aside, as it cannot be fired: {found_aside.reason} {advice}"]
    if due is None:
        return ["It is marked as scheduled, but no schedule holds it. POST …/cancel and run it again."]
    left = float(due) - now.timestamp()
    what = "It failed and is tried again" if retry_at is not None else "It is to run later"
    reasons = [f"{what} in {spoken(left)}." if left > 0 else f"{what}; it is due now."]
    if fleet.clock(connection) is None:
        reasons.insert(
            0, "No clock is alive, and the clock is what brings it back: start python scheduler.py."
        )
    return reasons


def _waiting(connection: Redis, catalog: Catalog, found: Task) -> list[str]:
    reasons = []
    if is_suspended(connection):
        reasons.append("All workers are suspended: `rq resume` lets them go on.")
    try:
        catalog.get(found.declared.name)
    except LongshoreError as error:
        reasons.append(f"{error} It will fail when a worker takes it.")
    living = [one for one in fleet.workers(connection) if one.alive and found.origin in one.queues]
    if not living:
        reasons.append(presence.nobody(found.origin))
    ahead = found.get_position()
    if ahead is None:
        reasons.append("It is in no queue: a worker has just taken it, or died taking it.")
    elif ahead:
        busy = sum(one.state == "busy" for one in living)
        reasons.append(f"{ahead} task(s) are ahead of it; {busy} of {len(living)} worker(s) are busy.")
    return reasons or ["It is next: a worker should take it at once."]
