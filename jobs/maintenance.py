"""Upkeep of Longshore itself."""

from __future__ import annotations

import platform
from datetime import UTC, datetime

from pydantic import BaseModel

from longshore import cron, job, upkeep


class Pong(BaseModel):
    """What a worker says of itself."""

    at: datetime
    host: str
    python: str


class Swept(BaseModel):
    """What a clean-up has removed."""

    ids: int
    queues: int


@job(queue="maintenance", timeout="30s", result_ttl="1h", fallback="inline")
def ping() -> Pong:
    """Answer, to show that tasks run."""
    return Pong(at=datetime.now(UTC), host=platform.node(), python=platform.python_version())


@job(queue="maintenance", timeout="5m", result_ttl="7d", overlap=False, schedules=[cron("17 3 * * *")])
def sweep() -> Swept:
    """Drop ids of tasks that have expired from RQ's registries, which RQ itself keeps for ever."""
    queues, ids = upkeep.sweep()
    return Swept(ids=ids, queues=queues)
