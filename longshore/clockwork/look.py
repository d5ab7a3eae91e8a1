"""One look at Redis: who leads, what is due, when to look again. An idle clock does nothing else."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq import Queue
from rq.registry import ScheduledJobRegistry
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys
from longshore.clockwork.foreign import Entry
from longshore.scripts import script

MOST = 500
"""Most entries of each kind that one look takes: the lock is renewed with each look."""


@dataclass(frozen=True)
class Seen:
    """What a look has shown.

    Attributes:
        leads: whether this clock leads; if not, all that follows is empty.
        took: whether it has taken the lead with this look.
        now: the time, which is Redis's own, so that the machines' clocks do not matter.
        changes: a text that changes when schedules are changed in SQL.
        marked: whether a clock has been here since Redis was empty.
        due: entries of rq-scheduler that are due, the longest due first.
        damaged: ids that are no text, so no job of RQ has them, by the sorted set that they are in.
        soonest: when the next thing is due that is not yet, in seconds since 1970.
        later: queues with delayed tasks that are due.
        holder: the clock that leads; empty if none does.
    """

    leads: bool
    took: bool
    now: datetime
    changes: str
    marked: bool
    due: list[Entry]
    damaged: dict[str, list[bytes]]
    soonest: float | None
    later: list[tuple[str, list[Entry]]]
    holder: str

    @property
    def full(self) -> bool:
        """Whether more may be due than one look takes."""
        return max([len(self.due), *(len(ids) for _, ids in self.later)]) >= MOST


class Look:
    """Looks, over one connection.

    Args:
        connection: the clock's.
        token: what the lock holds while this clock leads.
        queues: queues to look at, beside those that RQ knows.
    """

    def __init__(self, connection: Redis, token: str, queues: Iterable[str]) -> None:
        self._script = script(connection, "clockwork/look.lua")
        self._keys = [
            Scheduler.scheduler_lock_key, Scheduler.scheduled_jobs_key, keys.schedule_changes(), keys.clock(),
            keys.clock_mark(), Queue.redis_queues_keys,
        ]  # fmt: skip
        self._token, self._queues = token, list(queues)
        self._self = [keys.CLOCK_TTL, socket.gethostname(), os.getpid()]

    def __call__(self, now: datetime | None, *, lead_anyway: bool) -> Seen:
        """Look, and renew the lock or take it if it is free.

        Args:
            now: the time in a test; None for Redis's.
            lead_anyway: take a free lock even if Redis has been emptied since a clock was here.
        """
        moment = "" if now is None else f"{now.timestamp():.6f}"
        life = int(keys.CLOCK_LOCK_TTL * 1000)
        args: list[Any] = [
            self._token,
            life,
            moment,
            MOST,
            "1" if lead_anyway else "",
            *self._self,
            *self._queues,
        ]
        raw: Any = self._script(keys=self._keys, args=args)
        leads, at, changes, marked, due, soonest, later, holder = raw
        return Seen(
            leads=leads > 0,
            took=leads == 2,
            now=datetime.fromtimestamp(float(at), UTC),
            changes=as_text(changes),
            marked=bool(marked),
            due=_entries(due),
            damaged=_damaged(due, later),
            soonest=float(soonest) if soonest else None,
            later=[(name, _entries(ids)) for queue, ids in later if (name := _text(queue)) is not None],
            holder=as_text(holder),
        )


def _entries(flat: list[bytes]) -> list[Entry]:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return [(name, float(score)) for one, score in pairs if (name := _text(one)) is not None]


def _damaged(due: list[bytes], later: list[Any]) -> dict[str, list[bytes]]:
    where = {Scheduler.scheduled_jobs_key: due}
    where |= {ScheduledJobRegistry.key_template.format(_text(queue)): ids for queue, ids in later}
    found = {key: [one for one in flat[::2] if _text(one) is None] for key, flat in where.items()}
    return {key: ids for key, ids in found.items() if ids}


def _text(raw: bytes) -> str | None:
    """The text; None if it is none, which only somebody who is not RQ can have written."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None
