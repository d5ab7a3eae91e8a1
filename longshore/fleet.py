"""Queues and workers as they are now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq import Queue
from rq.exceptions import NoSuchJobError
from rq.suspension import is_suspended
from rq.utils import as_text
from rq.worker import BaseWorker, Worker

from longshore import keys, listing, presence
from longshore.catalog import Catalog
from longshore.task import Task


class SeenWorker(Worker):
    """A registered worker, seen from another process."""

    def _set_connection(self, connection: Redis) -> Redis:
        """Leave the client as it is.

        RQ sets the pool's socket_timeout to 415 s, even for a worker that is only looked at: every
        later request would wait that long for a Redis that is away.
        """
        return connection


@dataclass(frozen=True)
class WorkerView:
    """A worker process.

    Attributes:
        state: "idle", "busy", "suspended" or "starting".
        alive: whether its process is there and its heartbeats are in time.
        task_id: what it runs now.
        working_seconds: time spent in tasks.
    """

    name: str
    state: str
    alive: bool
    queues: list[str]
    task_id: str | None
    host: str
    pid: int
    last_heartbeat: datetime | None
    born: datetime | None
    succeeded: int
    failed: int
    working_seconds: float


def workers(connection: Redis) -> list[WorkerView]:
    """All registered workers, by name."""
    found = SeenWorker.all(connection=connection, job_class=Task)
    there = presence.connected(connection, [one.name for one in found])
    return sorted((_worker(one, one.name in there) for one in found), key=lambda w: w.name)


def _worker(one: BaseWorker, alive: bool) -> WorkerView:
    try:
        task_id = one.get_current_job_id()
    except NoSuchJobError:
        task_id = None
    return WorkerView(
        name=one.name,
        state=str(getattr(one.get_state(), "value", one.get_state())),
        alive=alive,
        queues=one.queue_names(),
        task_id=task_id,
        host=one.hostname or "",
        pid=one.pid or 0,
        last_heartbeat=_utc(one.last_heartbeat),
        born=_utc(one.birth_date),
        succeeded=one.successful_job_count,
        failed=one.failed_job_count,
        working_seconds=round(one.total_working_time, 3),
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def queues(connection: Redis, catalog: Catalog, now: datetime | None = None) -> list[dict[str, Any]]:
    """Each queue of the catalog: how many tasks in which state, the oldest's wait, how many workers."""
    where = listing.places(catalog)
    numbers = listing.counts(connection, where)
    living = [one for one in workers(connection) if one.alive]
    found = []
    for name, purpose in catalog.queues.items():
        states = dict.fromkeys(listing.STATES, 0)
        for place, count in zip(where, numbers, strict=True):
            if place.queue == name:
                states[place.state] += count
        states.pop("later")
        found.append(
            {
                "name": name,
                "purpose": purpose,
                "counts": states,
                "oldest_wait_seconds": oldest_wait(connection, name, now),
                "workers": sum(name in one.queues for one in living),
                "suspended": bool(is_suspended(connection)),
            }
        )
    return found


def oldest_wait(connection: Redis, queue: str, now: datetime | None = None) -> float | None:
    """Seconds that the next task of a queue has waited; None if it is empty."""
    first: Any = connection.lindex(f"{Queue.redis_queue_namespace_prefix}{queue}", 0)
    if first is None:
        return None
    raw: Any = connection.hget(Task.key_for(as_text(first)), "enqueued_at")
    if raw is None:
        return None
    since = datetime.fromisoformat(as_text(raw).replace("Z", "+00:00"))
    return round(max(((now or datetime.now(UTC)) - since).total_seconds(), 0.0), 1)


def clock(connection: Redis) -> dict[str, str] | None:
    """The leading clock's name, host, pid and last beat, in ISO 8601; None if there is none."""
    raw: Any = connection.hgetall(keys.clock())
    found = {as_text(name): as_text(value) for name, value in raw.items()}
    if not found:
        return None
    return {**found, "beat": datetime.fromtimestamp(float(found["beat"]), UTC).isoformat()}
