"""Carrying out what was decided: one call of fire.lua for each move.

A task's hash is made by RQ once for each schedule, and filled in for each slot, as `longshore.template` does
it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ResponseError
from rq import Queue
from rq.rate_limit import RateLimitRegistry
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import control, keys, task
from longshore.catalog import Catalog
from longshore.clockwork.decide import Move
from longshore.connections import is_away
from longshore.dispatch import UNFINISHED, Dispatcher
from longshore.errors import LongshoreError
from longshore.instants import stamp
from longshore.schedules import entries, ledger
from longshore.schedules.binding import find_job
from longshore.schedules.book import Schedule
from longshore.scripts import script
from longshore.serializer import Serializer
from longshore.task import Task

logger = logging.getLogger("longshore.clock")
_CHUNK = 250
"""Moves of one round trip."""
_VARYING = ("created_at", "enqueued_at", "retry_intervals", "meta")


@dataclass(frozen=True)
class Fired:
    """What came of a move.

    Attributes:
        schedule: its schedule.
        move: the move.
        outcome: "error" (Redis has refused it), "fired", "skipped" (another task was in the way), "again"
            (it had fired before), "decided" (there was no task to make), "moved" (somebody else has decided
            it), "lost" (this clock does not lead any more).
        blocker: the task in the way.
    """

    schedule: Schedule
    move: Move
    outcome: str
    blocker: str = ""


class Plan:
    """How a schedule's tasks are made.

    Args:
        dispatcher: makes the first of them.
        catalog: knows the job.
        schedule: the schedule, which has no fault.
    """

    def __init__(self, dispatcher: Dispatcher, catalog: Catalog, schedule: Schedule) -> None:
        if schedule.spec is None:
            raise ValueError(f"{schedule.name} has no spec")
        self.schedule, self.spec = schedule, schedule.spec
        self.job = find_job(catalog, self.spec.job)
        self.overlap = self.spec.overlap or ("allow" if self.job.overlap else "skip")
        self.limited = not self.job.overlap or self.overlap == "queue"
        self.unique = self._unique()
        self._fields = self._made(dispatcher)
        self._dispatcher = dispatcher

    def _unique(self) -> str:
        if not self.job.unique:
            return ""
        return keys.unique(
            self.job.name, self.job.parameters.digest(self.job.parameters.check(self.spec.params))
        )

    def _made(self, dispatcher: Dispatcher) -> dict[Any, Any]:
        """The fields that all its tasks share, as RQ writes them."""
        made = dispatcher.new_task(self.job, self.spec.params)
        if self.limited:
            made.rate_limit_key, made.rate_limit_concurrency = self.job.name, 1
        made.ttl = self.spec.expires
        with dispatcher.connection.pipeline() as nowhere:
            dispatcher.push(nowhere, made, at_front=self.spec.priority == "high")
        return {name: value for name, value in made.to_dict().items() if name not in _VARYING}

    def fields(self, slot: datetime, now: float) -> list[Any]:
        """A task's hash: field, value, field, value, ..."""
        meta = {
            task.RETRIES: self.job.retry.retries,
            task.SCHEDULE: self.schedule.name,
            task.SLOT: slot.isoformat().replace("+00:00", "Z"),
        }
        varying: dict[str, Any] = {
            "created_at": stamp(now),
            "enqueued_at": stamp(now),
            "meta": Serializer.dumps(meta),
        }
        if self.job.retry.retries:
            varying["retry_intervals"] = Serializer.dumps(self._dispatcher.retry_delays(self.job))
        return [part for pair in (self._fields | varying).items() for part in pair]


class Firing:
    """Fires slots over one connection, for the clock that holds the lock.

    Args:
        connection: the clock's.
        dispatcher: on the same connection.
        catalog: the jobs that there are.
        token: what the lock holds while this clock leads.
    """

    def __init__(self, connection: Redis, dispatcher: Dispatcher, catalog: Catalog, token: str) -> None:
        self._connection, self._dispatcher, self._catalog, self._token = (
            connection,
            dispatcher,
            catalog,
            token,
        )
        self._script = script(connection, "clockwork/fire.lua")
        self._plans: dict[str, Plan] = {}

    def fire(
        self,
        many: Sequence[tuple[Schedule, list[Move]]],
        now: datetime,
        last: Mapping[str, str] | None = None,
    ) -> list[Fired]:
        """Carry out moves, in round trips of some hundred. Those of a schedule are in their order.

        Args:
            many: schedules with their moves.
            now: the time.
            last: the last task of each schedule as it was read with its pending slot: it makes way, if it
                has to. One that was read later could be another clock's, which must not be touched.
        """
        flat = [(schedule, move) for schedule, moves in many for move in moves]
        done: list[Fired] = []
        for start in range(0, len(flat), _CHUNK):
            done += self._fire(flat[start : start + _CHUNK], now, last or {})
            if done[-1].outcome == "lost":
                break
        return done

    def _fire(self, some: list[tuple[Schedule, Move]], now: datetime, last: Mapping[str, str]) -> list[Fired]:
        for schedule, move in some:
            if move.fire is not None and schedule.name in last:
                self._make_way(schedule, last[schedule.name])
        limited = any(move.fire is not None and self.plan(schedule).limited for schedule, move in some)
        with self._connection.pipeline(transaction=limited) as pipe:  # RQ's script must come, or nothing
            answers = [self._send(pipe, schedule, move, now.timestamp()) for schedule, move in some]
            got = pipe.execute(raise_on_error=False)
        return [_outcome(one, got[at]) for one, at in zip(some, answers, strict=True)]

    def forget(self, names: set[str]) -> None:
        """Drop the plans of schedules that have changed or are gone."""
        for name in names:
            self._plans.pop(name, None)

    def plan(self, schedule: Schedule) -> Plan:
        """How a schedule's tasks are made."""
        found = self._plans.get(schedule.name)
        if found is None or found.schedule.revision != schedule.revision:
            found = self._plans[schedule.name] = Plan(self._dispatcher, self._catalog, schedule)
        return found

    def prepare(self, schedule: Schedule) -> None:
        """Make a schedule's plan before its slot is due: with many due at once it takes as long as firing."""
        if schedule.spec is not None and not schedule.fault:
            self.plan(schedule)

    def _send(self, pipe: Pipeline, schedule: Schedule, move: Move, now: float) -> int:
        """Buffer a move's call; the place of its answer."""
        plan = self.plan(schedule) if move.fire is not None else None
        control_data, fields = self._control(schedule, move), []
        if plan is not None and move.fire is not None:
            control_data |= self._task(plan, move, move.fire, now)
            fields = plan.fields(move.fire, now)
        self._script(
            keys=self._keys(schedule, plan, move),
            args=[json.dumps(control_data, ensure_ascii=False), *fields],
            client=pipe,
        )
        at = len(pipe) - 1
        if plan is not None and plan.limited:
            RateLimitRegistry(plan.job.name, self._connection).acquire_and_enqueue(1, pipeline=pipe)
        return at

    def _control(self, schedule: Schedule, move: Move) -> dict[str, Any]:
        following = move.following
        return {
            "token": self._token,
            "entry": entries.entry_id(schedule.name),
            "name": schedule.name,
            "slot": str(int(move.slot.timestamp())),
            "revision": schedule.revision,
            "next": str(int(following.timestamp())) if following else "",
            "due": repr(entries.due_at(schedule, following)) if following else "",
            "records": move.records,
            "kept": keys.SLOTS,
        }

    def _task(self, plan: Plan, move: Move, slot: datetime, now: float) -> dict[str, Any]:
        spec = plan.spec
        made: dict[str, Any] = {
            "task": entries.task_id(plan.schedule.name, slot),
            "fired": ledger.record(slot, "fired", move.late),
            "at": int(now),
        }
        if plan.overlap == "skip" or plan.unique:
            made["skipped"] = ledger.record(slot, "skipped", move.late, "task @ has not ended")
        if spec.priority == "high":
            made["front"] = True
        if spec.expires is not None:
            made["ttl"] = max(int(slot.timestamp() + spec.expires - now), 1)
        if plan.overlap == "skip":
            made["last"] = True
        if plan.unique:
            made["unique"] = keys.UNIQUE_TTL
        if plan.limited:
            made["limit"] = plan.job.name
        return made

    def _keys(self, schedule: Schedule, plan: Plan | None, move: Move) -> list[str]:
        made = Task.key_for(entries.task_id(schedule.name, move.fire)) if move.fire else ""
        queue = self._dispatcher.queue(plan.job.queue).key if plan else ""
        limit = RateLimitRegistry(plan.job.name, self._connection) if plan and plan.limited else None
        return [
            Scheduler.scheduler_lock_key, Scheduler.scheduled_jobs_key,
            Task.key_for(entries.entry_id(schedule.name)), keys.slots(schedule.name), keys.schedules(),
            keys.finished(), made, queue, Queue.redis_queues_keys, plan.unique if plan else "",
            limit.rate_limited_key if limit else "", limit.config_key if limit else "",
            RateLimitRegistry.rl_keys_key,
        ]  # fmt: skip

    def _make_way(self, schedule: Schedule, last: str) -> None:
        """Of a schedule that replaces: stop its last task first, so that a crash here leaves the slot to be
        fired.
        """
        if self.plan(schedule).overlap != "replace" or not last or not self._goes_on(last):
            return
        try:
            said = control.cancel(self._connection, last)
            logger.info("schedule %s: task %s makes way for the next one: %s", schedule.name, last, said)
        except LongshoreError as error:  # it has ended meanwhile
            logger.info("schedule %s: task %s need not make way: %s", schedule.name, last, error)

    def _goes_on(self, task_id: str) -> bool:
        status: Any = self._connection.hget(Task.key_for(task_id), "status")
        return status is not None and as_text(status) in UNFINISHED


def _outcome(one: tuple[Schedule, Move], answer: Any) -> Fired:
    """What came of a move.

    Raises:
        redis.exceptions.RedisError: Redis is away.
    """
    schedule, move = one
    if isinstance(answer, ResponseError) and not is_away(answer):
        logger.error("schedule %s: Redis refuses to fire it: %s", schedule.name, answer)
        return Fired(schedule, move, "error")
    if isinstance(answer, Exception):
        raise answer
    return Fired(schedule, move, as_text(answer[0]), as_text(answer[1]))
