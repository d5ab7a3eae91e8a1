"""What an enqueue does when nobody is there to run the task: no Redis, or no worker on the queue.

Each job's declaration says it: wait, refuse, or run in a child of this process within limits. This module
decides and says why, for every door that people enqueue through. That Redis is away is the breaker's to know,
who is there is `presence`'s, and running is `inline`'s.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from redis import Redis

from longshore import breaker, inline, presence, settings
from longshore.catalog import Catalog, Job
from longshore.connections import AWAY, shared
from longshore.dispatch import Dispatched, dispatcher
from longshore.errors import NotAccepted
from longshore.inline import Ran

Way = Literal["enqueue", "inline"]
KEY_HEADER = "Idempotency-Key"


@dataclass(frozen=True)
class State:
    """What this process knows of its Redis, without asking.

    Attributes:
        redis: whether it is there; until a call has failed, it is taken to be.
        away_since: when it was found away.
    """

    redis: bool
    away_since: datetime | None = None


def state(connection: Redis | None = None) -> State:
    """Whether Redis is there, as the breaker of a client knows it; by default, of the process's own."""
    known = breaker.of(connection or shared())
    return State(False, known.away_since) if known and known.is_open else State(True)


def workers_alive(queue: str) -> bool:
    """Whether a worker is there for a queue of the catalog; known for a second.

    Raises:
        redis.exceptions.RedisError: Redis is away, so nobody knows.
    """
    return _presence(shared()).alive(queue)


@functools.lru_cache(maxsize=1)
def _presence(connection: Redis) -> presence.Presence:
    return presence.Presence(connection)


def way(
    job: Job, params: Mapping[str, Any], *, later: bool = False, idempotency_key: str | None = None
) -> Way:
    """How a task of a job that is wanted now comes to run.

    Args:
        job: what to run.
        params: its parameters; bad ones are told before anything else.
        later: it is to run at a later time, so it has to wait in Redis anyway.
        idempotency_key: what only Redis can keep, so such a task never runs here.

    Raises:
        InvalidParameters: names each field at fault.
        NotAccepted: not at all just now; the text says why and what to do.
    """
    if settings.current().always_inline or later or job.fallback == "wait":
        return "enqueue"
    job.parameters.check(params)
    if job.inline is None:
        admit(job)
        return "enqueue"
    gone = _gone(job.queue)
    if gone and idempotency_key is not None:
        raise NotAccepted(
            f"{gone} {job.name} may run here, but then nobody keeps what its {KEY_HEADER} promises: send it "
            "without the key to run it here now, or again with it later.",
            without=KEY_HEADER,
        )
    return "inline" if gone else "enqueue"


def admit(job: Job) -> None:
    """Go on unless the job refuses tasks that nobody is there for.

    Raises:
        NotAccepted: it does, and nobody is there; names the queue and says what to do.
    """
    if job.fallback == "refuse" and not settings.current().always_inline and (gone := _gone(job.queue)):
        raise NotAccepted(f"{gone} {job.name} does not wait, so nothing was put into queue {job.queue!r}.")


def _gone(queue: str) -> str:
    """Who is not there, in words; empty if all are.

    Redis is asked before anything is sent: a task whose enqueue timed out may be in Redis all the same.
    """
    try:
        shared().ping()
        return "" if workers_alive(queue) else presence.nobody(queue)
    except AWAY:
        return "Redis is away; for operators, flask doctor says more."


def dispatch_or_run(job: Job, params: Mapping[str, Any], **options: Any) -> Dispatched | Ran:
    """Enqueue a task, or run it here, as the job's declaration has it.

    Args:
        job: what to run.
        params: its parameters.
        options: as `Dispatcher.dispatch`.

    Raises:
        InvalidParameters: names each field at fault.
        NotAccepted: neither is possible just now.
        redis.exceptions.RedisError: it is not known to be in Redis.
    """
    later = options.get("delay") is not None or options.get("run_at") is not None
    if way(job, params, later=later, idempotency_key=options.get("idempotency_key")) == "inline":
        return inline.run(job, params)
    return dispatcher().dispatch(job, params, **options)


def consequences(catalog: Catalog, queue: str) -> str:
    """What becomes of a queue's tasks while no worker listens to it, in words."""
    jobs = [one for one in catalog if one.queue == queue]
    words = {
        "are refused": [one.name for one in jobs if one.fallback == "refuse"],
        "run in the web process": [one.name for one in jobs if one.inline],
    }
    said = [f"tasks of {', '.join(names)} {what}" for what, names in words.items() if names]
    return "; ".join([*said, "all others wait" if said else "tasks wait"])
