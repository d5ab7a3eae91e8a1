"""Keeping rq-scheduler's set in step with the schedules: what is missing is put back, what changed is
replaced.

A schedule whose revision has not changed keeps its entry; one whose timing has not changed keeps its pending
slot. Entries that were not made here are not looked at. From where a schedule goes on that was lost is for
`resume` to say.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys
from longshore.catalog import Catalog
from longshore.clockwork import resume
from longshore.clockwork.resume import Known, Pending
from longshore.connections import is_away
from longshore.dispatch import Dispatcher
from longshore.instants import moment
from longshore.schedules import binding, entries, ledger
from longshore.schedules.book import Schedule
from longshore.scripts import script
from longshore.task import Task

logger = logging.getLogger("longshore.clock")
_CHUNK = 200
"""Schedules that are held in one round trip."""


@dataclass(frozen=True)
class State:
    """What Redis has of a schedule.

    Attributes:
        revision: of its entry; empty if there is none.
        timing: of its entry.
        slot: the pending one, in seconds since 1970, as text.
        score: when its entry is due.
    """

    revision: str
    timing: str
    slot: str
    score: float | None


class Holder:
    """Holds the schedules in rq-scheduler's set, for the clock that has the lock.

    Args:
        connection: the clock's.
        dispatcher: on the same connection.
        catalog: the jobs that there are.
        token: what the lock holds while this clock leads.

    Attributes:
        memory: the pending slots while this clock leads: they are known then, even if Redis loses them.
    """

    def __init__(self, connection: Redis, dispatcher: Dispatcher, catalog: Catalog, token: str) -> None:
        self._connection, self._token = connection, token
        self._dispatcher, self._catalog = dispatcher, catalog
        self._hold = script(connection, "clockwork/hold.lua")
        self._cancel = script(connection, "clockwork/cancel.lua")
        self._mark = script(connection, "clockwork/mark.lua")
        self.memory: dict[str, Pending] = {}

    def reconcile(self, book: Mapping[str, Schedule], now: datetime, mark: datetime | None) -> bool:
        """Make rq-scheduler hold these schedules.

        Args:
            book: all schedules.
            now: the time.
            mark: if Redis has lost its data: until when all slots were decided, as far as SQL knows.

        Returns:
            Whether all are held: not if another clock has taken the lead meanwhile.
        """
        wanted = {name: one for name, one in book.items() if one.spec is not None and not one.deleted}
        held, finished = self._names(keys.schedules()), self._names(keys.finished())
        for name in (held.keys() | finished.keys()) - wanted.keys():
            self._drop(name)
        over = [name for name, one in wanted.items() if finished.get(name) == one.revision]
        for name in over:
            self.remember(wanted[name], None)
        self._bury(over)
        rest = [one for name, one in wanted.items() if finished.get(name) != one.revision]
        for start in range(0, len(rest), _CHUNK):
            if not self._keep(rest[start : start + _CHUNK], held, now, mark):
                return False
        lock = [Scheduler.scheduler_lock_key, keys.clock_mark()]
        return bool(self._mark(keys=lock, args=[self._token]))

    def remember(self, schedule: Schedule, slot: datetime | None) -> None:
        """Note the slot that comes next."""
        if schedule.spec:
            self.memory[schedule.name] = Pending(schedule.timing, slot)

    def set_score(self, schedule: Schedule, slot: datetime) -> None:
        """Let an entry be due when its slot is."""
        due = {entries.entry_id(schedule.name): entries.due_at(schedule, slot)}
        self._connection.zadd(Scheduler.scheduled_jobs_key, due, xx=True)

    def _names(self, key: str) -> dict[str, str]:
        raw: Any = self._connection.hgetall(key)
        return {as_text(name): as_text(revision) for name, revision in raw.items()}

    def _keep(
        self, some: list[Schedule], held: Mapping[str, str], now: datetime, mark: datetime | None
    ) -> bool:
        """Hold some schedules; whether this clock leads still. One that cannot be held does not stop the
        others.
        """
        missing = []
        for schedule, state in zip(some, self._states(some), strict=True):
            try:
                if not self._is_held(schedule, held.get(schedule.name), state):
                    known = Known(
                        held=schedule.name in held, was_here=bool(state.timing), mark=mark,
                        remembered=self.memory.get(schedule.name), written=_written(state),
                        newest=functools.partial(ledger.newest, self._connection, schedule.name),
                    )  # fmt: skip
                    slot = resume.first(schedule, known, now)
                    missing.append((schedule, self._arguments(schedule, slot)))
            except RedisError:
                raise
            except Exception:
                logger.exception("schedule %s cannot be held; trying again soon", schedule.name)
        return self._put(missing)

    def _states(self, schedules: list[Schedule]) -> list[State]:
        with self._connection.pipeline(transaction=False) as pipe:
            for one in schedules:
                pipe.hmget(Task.key_for(entries.entry_id(one.name)), "revision", "timing", "slot")
                pipe.zscore(Scheduler.scheduled_jobs_key, entries.entry_id(one.name))
            flat = pipe.execute(raise_on_error=False)
        return [_state(fields, score) for fields, score in zip(flat[::2], flat[1::2], strict=True)]

    def _is_held(self, schedule: Schedule, held: str | None, state: State) -> bool:
        """Whether it is where it belongs; a score that somebody has changed is put right."""
        pending = moment(state.slot)
        if not held == schedule.revision == state.revision or pending is None or state.score is None:
            return False
        self.remember(schedule, pending)
        if abs(state.score - entries.due_at(schedule, pending)) > 0.001:
            self.set_score(schedule, pending)
        return True

    def _put(self, missing: list[tuple[Schedule, list[Any]]]) -> bool:
        if not missing:
            return True
        with self._connection.pipeline(transaction=False) as pipe:
            for schedule, arguments in missing:
                self._hold(keys=self._keys(schedule.name), args=arguments, client=pipe)
            answers = pipe.execute(raise_on_error=False)
        for (schedule, _), answer in zip(missing, answers, strict=True):
            if isinstance(answer, Exception):
                _tell(schedule, answer)
            elif as_text(answer) == "lost":
                return False
            elif as_text(answer) != "held":
                self._told(schedule, as_text(answer))
        return True

    def _told(self, schedule: Schedule, slot: str) -> None:
        pending = moment(slot)
        self.remember(schedule, pending)
        said = f"is next due at {pending.isoformat()}" if pending else "is never due again"
        words = schedule.spec.trigger.describe() if schedule.spec else ""
        logger.info("schedule %s (%s) %s", schedule.name, words, said)

    def _arguments(self, schedule: Schedule, slot: datetime | None) -> list[Any]:
        stamp = str(int(slot.timestamp())) if slot else ""
        due = repr(entries.due_at(schedule, slot)) if slot else ""
        life = int(keys.CLOCK_LOCK_TTL * 1000)
        entry = entries.entry_id(schedule.name)
        head: list[Any] = [
            self._token,
            entry,
            schedule.name,
            schedule.revision,
            schedule.timing,
            stamp,
            due,
            life,
        ]
        return [*head, *self._fields(schedule)]

    def _fields(self, schedule: Schedule) -> list[Any]:
        """The entry as a stock client would see it; of a schedule with a fault, only what can be made."""
        if schedule.fault or schedule.spec is None:
            return ["description", schedule.job]
        made = entries.template(
            self._dispatcher, schedule, binding.find_job(self._catalog, schedule.spec.job)
        )
        return [part for pair in made.items() for part in pair]

    def _keys(self, name: str) -> list[str]:
        return [
            Scheduler.scheduler_lock_key, Scheduler.scheduled_jobs_key, Task.key_for(entries.entry_id(name)),
            keys.schedules(), keys.finished(),
        ]  # fmt: skip

    def _drop(self, name: str) -> None:
        args: list[Any] = [self._token, entries.entry_id(name), name, keys.SLOTS_TTL]
        self._cancel(keys=[*self._keys(name), keys.slots(name)], args=args)
        self.memory.pop(name, None)
        logger.info("schedule %s is gone", name)

    def _bury(self, names: list[str]) -> None:
        """Take entries of schedules that are over out of the set, should somebody have put them back."""
        if names:
            self._connection.zrem(Scheduler.scheduled_jobs_key, *map(entries.entry_id, names))


def _state(fields: Any, score: Any) -> State:
    """What Redis has; nothing, if somebody has written something else there."""
    for one in (fields, score):
        if isinstance(one, Exception) and (not isinstance(one, ResponseError) or is_away(one)):
            raise one
    revision, timing, slot = (None, None, None) if isinstance(fields, Exception) else fields
    return State(
        revision=_text(revision),
        timing=_text(timing),
        slot=_text(slot),
        score=None if score is None or isinstance(score, Exception) else float(score),
    )


def _written(state: State) -> Pending | None:
    """The pending slot that an entry's hash still holds."""
    slot = moment(state.slot)
    return Pending(state.timing, slot) if slot else None


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode(errors="replace")


def _tell(schedule: Schedule, error: Exception) -> None:
    if not isinstance(error, ResponseError) or is_away(error):
        raise error
    logger.error("schedule %s cannot be held: %s", schedule.name, error)
