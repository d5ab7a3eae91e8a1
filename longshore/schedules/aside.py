"""Entries of rq-scheduler that cannot be fired: set aside with the reason, so that they hold up nothing else.

Their tasks stay as they are. A person looks at the reason, mends what is wrong, and puts them back, or
discards them.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq.registry import CanceledJobRegistry
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys
from longshore.errors import UnknownTask
from longshore.task import Task

_LAST = 253_402_300_799.0
"""The last second of the year 9999."""


@dataclass(frozen=True)
class SetAside:
    """An entry that was set aside.

    Attributes:
        entry_id: its id, which is its task's.
        job: what it would run, as far as that can be read.
        queue: where it would wait.
        reason: why it cannot be fired.
        due: when it was due, in seconds since 1970.
        at: when it was set aside, in seconds since 1970.
    """

    entry_id: str
    job: str
    queue: str
    reason: str
    due: float
    at: float

    @property
    def due_at(self) -> datetime:
        """When it was due, within the calendar: a damaged entry may have any score."""
        return datetime.fromtimestamp(min(max(self.due, 0.0), _LAST), UTC)

    @property
    def set_aside_at(self) -> datetime:
        """When it was set aside."""
        return datetime.fromtimestamp(self.at, UTC)

    def text(self) -> str:
        """As Redis holds it."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read(connection: Redis) -> list[SetAside]:
    """All that are set aside, the newest first."""
    raw: Any = connection.hvals(keys.aside())
    return sorted((SetAside(**json.loads(one)) for one in raw), key=lambda one: -one.at)


def count(connection: Redis) -> int:
    """How many are set aside."""
    return int(connection.hlen(keys.aside()))


def get(connection: Redis, entry_id: str) -> SetAside | None:
    """Why an entry was set aside; None if it was not."""
    raw: Any = connection.hget(keys.aside(), entry_id)
    return SetAside(**json.loads(raw)) if raw else None


def put_back(connection: Redis, entry_id: str) -> None:
    """Let the clock try it again; it is due at once.

    Raises:
        UnknownTask: it is not set aside.
    """
    found = _known(connection, entry_id)
    with connection.pipeline() as pipe:
        pipe.hdel(keys.aside(), entry_id)
        pipe.zadd(Scheduler.scheduled_jobs_key, {entry_id: found.due})
        pipe.execute()


def discard(connection: Redis, entry_id: str, now: datetime | None = None) -> None:
    """Give it up: its task counts as canceled, and is kept for as long as a failed one.

    Raises:
        UnknownTask: it is not set aside.
    """
    found, key = _known(connection, entry_id), Task.key_for(entry_id)
    moment = (now or datetime.now(UTC)).timestamp()
    with connection.pipeline() as pipe:
        pipe.hdel(keys.aside(), entry_id)
        if as_text(connection.type(key)) == "hash":
            pipe.hset(key, "status", "canceled")
            pipe.expire(key, keys.FAILURE_TTL)
            pipe.zadd(CanceledJobRegistry.key_template.format(found.queue), {entry_id: moment})
        pipe.execute()


def _known(connection: Redis, entry_id: str) -> SetAside:
    found = get(connection, entry_id)
    if found is None:
        raise UnknownTask(entry_id)
    return found
