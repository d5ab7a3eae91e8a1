"""What others have put into rq-scheduler and into RQ's registries of delayed tasks: fired as they expect it.

One-off runs of ours, entries of rq-scheduler's own API in JSON or pickled, RQ's retries and scheduled jobs.
No payload is unpickled. One that this house would run, and that does not bind, is set aside.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from redis import Redis, WatchError
from redis.exceptions import RedisError, ResponseError
from rq import Queue
from rq.registry import ScheduledJobRegistry
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys, payloads, task
from longshore.catalog import Catalog
from longshore.clockwork import plain_pickle, stock
from longshore.clockwork.stock import Unfit
from longshore.connections import is_away
from longshore.dispatch import Dispatcher
from longshore.errors import LongshoreError
from longshore.events import Event
from longshore.instants import stamp
from longshore.schedules.aside import SetAside
from longshore.scripts import script
from longshore.serializer import Serializer
from longshore.task import Task

logger = logging.getLogger("longshore.clock")
AGAIN = 60
"""Seconds that an entry waits which can neither be fired nor set aside."""
_STRAY = 5
"""Seconds that an entry of ours waits whose schedule this clock does not know yet, or no more."""
_CHUNK = 100
"""Tasks that one call of the script moves: it must not hold Redis for long."""
_KNOWN = 1_000
"""Payloads that are remembered to bind, or why not: many entries have the same."""
_FIELDS = (
    "origin", "meta", "data", "rate_limit_key", "dependency_ids", "enqueue_at_front",
    "enqueue_at_front_on_retry", "ended_at", "revision", "created_at",
)  # fmt: skip
Entry = tuple[str, float]
"""An id and its score."""


class Foreign:
    """Moves tasks that are due from a sorted set into their queues, for the clock that holds the lock.

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
        self._release = script(connection, "clockwork/release.lua")
        self._set_aside = script(connection, "clockwork/aside.lua")
        self._known: dict[bytes, str] = {}

    def fire(self, due: Sequence[Entry], now: datetime) -> None:
        """Fire entries of rq-scheduler's sorted set; one that cannot be is set aside, and the rest go on."""
        quick: list[Any] = []
        for (one, score), fields in zip(due, self._read(due), strict=True):
            try:
                quick += self._entry(one, score, fields, now)
            except RedisError:
                raise
            except Exception as error:
                self._aside(one, score, fields, error, now)
        self._move(Scheduler.scheduled_jobs_key, quick, now)

    def bring_back(self, queue: str, due: Sequence[Entry], now: datetime) -> None:
        """Put tasks of a queue whose delay is over back into it."""
        registry = ScheduledJobRegistry.key_template.format(queue)
        quick: list[Any] = []
        for (one, score), fields in zip(due, self._read(due), strict=True):
            if fields["rate_limit_key"]:
                self._singly(registry, one, score, queue, now)
            else:
                quick += [one, repr(score), "", queue, "1" if stock.to_front(fields) else "", b""]
        self._move(registry, quick, now)

    def _read(self, due: Sequence[Entry]) -> list[dict[str, bytes | None]]:
        with self._connection.pipeline(transaction=False) as pipe:
            for one, _ in due:
                pipe.hmget(Task.key_for(one), *_FIELDS)
            found = pipe.execute(raise_on_error=False)
        return [
            dict.fromkeys(_FIELDS) if isinstance(raw, Exception) else dict(zip(_FIELDS, raw, strict=True))
            for raw in found
        ]

    def _move(self, key: str, quick: list[Any], now: datetime) -> None:
        """Call the script for all of them, a chunk at a time; a chunk that Redis refuses, one by one."""
        chunks = [quick[start : start + 6 * _CHUNK] for start in range(0, len(quick), 6 * _CHUNK)]
        for chunk, answer in zip(chunks, self._call(key, chunks, now), strict=True):
            if isinstance(answer, ResponseError):
                singles = [chunk[start : start + 6] for start in range(0, len(chunk), 6)]
                answers = self._call(key, singles, now)
                for one, said in zip(singles, answers, strict=True):
                    if isinstance(said, ResponseError):
                        self._later(key, one[0], said, now)

    def _call(self, key: str, chunks: list[list[Any]], now: datetime) -> list[Any]:
        if not chunks:
            return []
        head: list[Any] = [self._token, stamp(now.timestamp()), Queue.DEFAULT_TIMEOUT]
        with self._connection.pipeline(transaction=False) as pipe:
            for chunk in chunks:
                self._release(
                    keys=[Scheduler.scheduler_lock_key, key, Queue.redis_queues_keys],
                    args=[*head, *chunk],
                    client=pipe,
                )
            answers = pipe.execute(raise_on_error=False)
        for one in answers:
            if isinstance(one, RedisError) and (not isinstance(one, ResponseError) or is_away(one)):
                raise one
        return list(answers)

    def _later(self, key: str, one: str, error: Exception, now: datetime) -> None:
        logger.error("task %s cannot be put into its queue; trying again in %d s: %s", one, AGAIN, error)
        self._connection.zadd(key, {one: now.timestamp() + AGAIN}, xx=True)

    def _entry(self, one: str, score: float, fields: Mapping[str, bytes | None], now: datetime) -> list[Any]:
        """What the script needs to fire an entry; empty if it was treated otherwise.

        Raises:
            Unfit: it cannot be fired.
        """
        if not any(fields.values()):
            return [one, repr(score), "", "", "", b""]  # its task is gone: the script drops it
        meta, pickled = stock.read_meta(fields["meta"])
        if fields["revision"] or task.SCHEDULE_ENTRY in meta:
            self._stray(one, str(meta.get(task.SCHEDULE, "")), bool(fields["revision"]), now)
            return []
        queue = stock.origin(fields)
        self._check(queue, fields["data"])
        following, changed = stock.following(meta, score, now)
        if fields["rate_limit_key"] or fields["dependency_ids"]:
            self._slowly(
                Scheduler.scheduled_jobs_key, one, score, following, depends=bool(fields["dependency_ids"])
            )
            return []
        raw = b"" if changed is None else (plain_pickle.dumps if pickled else Serializer.dumps)(changed)
        return [one, repr(score), following, queue, "1" if fields["enqueue_at_front"] == b"1" else "", raw]

    def _stray(self, one: str, schedule: str, current: bool, now: datetime) -> None:
        """An entry of a schedule that this clock does not know: yet, or no more, or of an older Longshore."""
        if current and self._connection.hexists(keys.schedules(), schedule):
            self._connection.zadd(Scheduler.scheduled_jobs_key, {one: now.timestamp() + _STRAY}, xx=True)
            return
        self._connection.zrem(Scheduler.scheduled_jobs_key, one)
        self._connection.delete(Task.key_for(one))
        logger.warning("entry %s is of no schedule that there is; dropped", one)

    def drop(self, key: str, ids: Sequence[bytes]) -> None:
        """Drop ids that are no text: no job of RQ can have them, and they would be due for ever."""
        logger.error("ids in %s that are no text are dropped: %r", key, list(ids))
        self._connection.zrem(key, *ids)

    def _check(self, queue: str, data: bytes | None) -> None:
        """Refuse a payload in JSON that a worker of ours would fail. What is pickled is for stock workers to
        judge.

        Raises:
            Unfit: it does not bind.
        """
        if data is None:
            raise Unfit("its task has no payload")
        if queue not in self._catalog.queues:
            return
        if (reason := self._known.get(data)) is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            reason = self._known[data] = self._why_unfit(data)
        if reason:
            raise Unfit(reason)

    def _why_unfit(self, data: bytes) -> str:
        try:
            payloads.check(self._connection, data)
        except task.NotJson:
            return ""
        except LongshoreError as error:
            return str(error)
        return ""

    def _singly(self, registry: str, one: str, score: float, queue: str, now: datetime) -> None:
        try:
            self._slowly(registry, one, score, "")
        except RedisError:
            raise
        except Exception as error:
            self._later(registry, one, error, now)

    def _slowly(self, key: str, one: str, score: float, following: str, *, depends: bool = False) -> None:
        """Through RQ's own code, for what its rules are many: rate limits and dependencies."""
        found: Task = Task.fetch(one, connection=self._connection)  # type: ignore[assignment]
        queue = self._dispatcher.queue(found.origin)
        queue.get_redis_server_version()
        if (
            depends
        ):  # RQ watches keys of its own meanwhile; if we die before the set is changed it is enqueued again
            queue.enqueue_job(found, at_front=bool(found.enqueue_at_front))
        with self._connection.pipeline() as pipe:
            pipe.watch(found.key)
            still: Any = pipe.zscore(key, one)
            if still is None or float(still) != score:
                return
            pipe.multi()
            pipe.zadd(key, {one: float(following)}) if following else pipe.zrem(key, one)
            if not depends:
                self._dispatcher.push(pipe, found, at_front=found.should_enqueue_at_front())
            try:
                pipe.execute()
            except WatchError:
                logger.debug("task %s has changed meanwhile; the next look sees it again", one)

    def _aside(
        self, one: str, score: float, fields: Mapping[str, bytes | None], error: Exception, now: datetime
    ) -> None:
        reason = str(error) if isinstance(error, LongshoreError) else f"{type(error).__name__}: {error}"
        queue = (fields["origin"] or b"").decode(errors="replace")
        found = SetAside(one, self._job_of(fields["data"]), queue, reason[:1_000], score, now.timestamp())
        event = Event(one, found.job, queue, "set_aside", type(error).__name__)
        again = now.timestamp() + AGAIN
        head: list[Any] = [self._token, one, repr(score), found.text(), keys.ASIDE, again, keys.EVENTS]
        said = as_text(
            self._set_aside(
                keys=[
                    Scheduler.scheduler_lock_key,
                    Scheduler.scheduled_jobs_key,
                    keys.aside(),
                    keys.events(),
                ],
                args=[*head, *event.fields()],
            )
        )
        if said == "aside":
            logger.error("entry %s (%s) is set aside, as it cannot be fired: %s", one, found.job, reason)
        elif said == "full":
            logger.error(
                "entry %s cannot be fired, and too many are set aside: again in %d s: %s", one, AGAIN, reason
            )

    def _job_of(self, data: bytes | None) -> str:
        try:
            return payloads.name_in(self._connection, data or b"")
        except LongshoreError:
            return "(unreadable)"
