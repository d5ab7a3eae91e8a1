"""The clock: rq-scheduler's Scheduler, holding the catalog's schedules.

The clock keeps the entries of `schedules` in step with the code, makes a new task for every run, releases
one-off runs, brings RQ's delayed retries back, and treats entries that others made as stock would. It
outlives outages of Redis.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

from redis import Redis, WatchError
from redis.exceptions import RedisError
from rq.exceptions import NoSuchJobError
from rq.registry import ScheduledJobRegistry
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import keys, task
from longshore.catalog import Catalog, Job
from longshore.dispatch import UNFINISHED, Dispatcher
from longshore.schedules import reconcile
from longshore.task import Task
from longshore.triggers import Trigger

logger = logging.getLogger("longshore.clock")
LOOK = 500
"""Most entries, and most retries of a queue, that one look takes: the clock beats and locks anew for each."""
SET_ASIDE = 60
"""Seconds that an entry which could not be fired waits before it is tried again."""


class Clock(Scheduler):  # type: ignore[misc]
    """A scheduler for the catalog's schedules and for what others put into rq-scheduler.

    Args:
        connection: a patient client.
        catalog: whose schedules to hold.
        interval: seconds between two looks.
        now: the time, injected for tests.
    """

    job_class = Task

    def __init__(
        self,
        connection: Redis,
        catalog: Catalog,
        interval: float = 1.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(connection=connection, interval=interval, job_class=Task)
        self._catalog, self._now = catalog, now
        self._dispatcher = Dispatcher(connection, now)
        self._stopping = threading.Event()
        self._reconciled: datetime | None = None
        self._left: set[str] = set()

    def run(self, burst: bool = False) -> None:
        """Tick until SIGTERM or SIGINT; with `burst`, once. An outage of Redis is waited out."""
        if not burst:
            self._install_signal_handlers()
        while not self._stopping.is_set():
            began, behind = time.monotonic(), False
            try:
                behind = self.tick()
            except RedisError as error:
                logger.warning("Redis does not answer (%s); trying again", error)
            if burst:
                return
            self._stopping.wait(max(0 if behind else self._interval - (time.monotonic() - began), 0.01))
        self.connection.delete(keys.clock())
        logger.info("stopped")

    def tick(self) -> bool:
        """One look: reconcile now and then, fire what is due, bring retries back.

        Returns:
            Whether more is due than one look takes.
        """
        lock = self.connection.lock(self.scheduler_lock_key, timeout=keys.CLOCK_LOCK_TTL, blocking=False)
        if not lock.acquire():
            return False
        try:
            self._beat()
            self._reconcile_now_and_then()
            return max(self.enqueue_jobs(), *map(self.bring_back, self._catalog.queues)) >= LOOK
        finally:
            lock.do_release(as_text(lock.local.token)) if lock.owned() else None

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """End `run` after the tick at hand."""
        self._stopping.set()

    def _install_signal_handlers(self) -> None:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, self.stop)

    def _beat(self) -> None:
        now = self._now().isoformat()
        state = {"name": self.name, "host": socket.gethostname(), "pid": str(os.getpid()), "beat": now}
        with self.connection.pipeline() as pipe:
            pipe.hset(keys.clock(), mapping=state)
            pipe.expire(keys.clock(), keys.CLOCK_TTL)
            pipe.execute()

    def _reconcile_now_and_then(self) -> None:
        last = self._reconciled
        if last is None or self._now() - last >= timedelta(seconds=keys.RECONCILE_INTERVAL):
            reconcile(self._dispatcher, self._catalog, self._now())
            self._reconciled = self._now()

    def enqueue_jobs(self) -> int:
        """Fire every entry that is due. One that cannot be is set aside for a minute; the rest go on."""
        now = self._now().timestamp()
        due: Any = self.connection.zrangebyscore(
            self.scheduled_jobs_key, 0, now, start=0, num=LOOK, withscores=True
        )
        for raw, slot in due:
            name = as_text(raw)
            try:
                self._enqueue_entry(name, slot)
            except RedisError:
                raise
            except Exception:
                logger.exception("entry %s could not be fired; trying again in %s s", name, SET_ASIDE)
                self.connection.zadd(self.scheduled_jobs_key, {name: now + SET_ASIDE}, xx=True)
        return len(due)

    def _enqueue_entry(self, name: str, slot: float) -> None:
        try:
            entry: Task = Task.fetch(name, connection=self.connection)  # type: ignore[assignment]
        except NoSuchJobError:
            self.connection.zrem(self.scheduled_jobs_key, name)
            return
        if entry.is_meta_unreadable:
            self._leave(name)
        elif task.SCHEDULE_ENTRY in entry.meta:
            self._fire(entry, datetime.fromtimestamp(slot, UTC))
        elif {"interval", "cron_string", "repeat"} & entry.meta.keys():
            self.enqueue_job(entry)
        else:
            self._release(entry)

    def _leave(self, name: str) -> None:
        """An entry of a stock client that pickles: only a stock scheduler can read it, so it stays."""
        if name not in self._left:
            self._left = {*list(self._left)[-1_000:], name}
            logger.warning("entry %s is not JSON and is left to a stock rqscheduler", name)

    def get_queue_for_job(self, job: Any) -> Any:
        """The queue of a task. A class named in its meta is not imported: Redis may not name code."""
        return self._dispatcher.queue(job.origin)

    def _fire(self, entry: Task, slot: datetime) -> None:
        """A new task for this slot, and the entry moved to its next one, in one transaction."""
        name = entry.meta[task.SCHEDULE]
        job, trigger = self._catalog.schedules()[name]
        checked = job.parameters.check(entry.kwargs)
        digest = job.parameters.digest(checked) if job.unique else ""
        with self.connection.pipeline() as pipe:
            if not self._still_at(pipe, entry, slot):
                return
            in_the_way = self._in_the_way(pipe, entry, job, digest)
            pipe.multi()
            if in_the_way:
                logger.info("schedule %s: slot %s skipped, task %s goes on", name, slot, in_the_way)
            else:
                made = self._dispatcher.new_task(job, job.parameters.payload(checked), schedule=name)
                self._dispatcher.push(pipe, made)
                if job.unique:
                    self._dispatcher.note_twin(pipe, job, digest, made.id)
                entry.meta["last_task"] = made.id
                pipe.hset(entry.key, "meta", entry.serializer.dumps(entry.meta))
            due = _next_slot(trigger, slot, self._now())
            pipe.zadd(self.scheduled_jobs_key, {entry.id: due.timestamp()})
            _execute(pipe)

    def _in_the_way(self, pipe: Any, entry: Task, job: Job, digest: str) -> str | None:
        """The unfinished task for which a slot is skipped: its job is unique, or may not overlap."""
        last = entry.meta.get("last_task")
        if not job.overlap and last and self._unfinished(last):
            return str(last)
        return self._dispatcher.twin(pipe, job, digest) if job.unique else None

    def _release(self, entry: Task) -> None:
        """A one-off run that is due: out of the sorted set and into its queue, in one transaction."""
        slot = self.connection.zscore(self.scheduled_jobs_key, entry.id)
        with self.connection.pipeline() as pipe:
            if slot is None or not self._still_at(pipe, entry, datetime.fromtimestamp(float(slot), UTC)):
                return
            pipe.multi()
            pipe.zrem(self.scheduled_jobs_key, entry.id)
            self._dispatcher.push(pipe, entry, at_front=bool(entry.enqueue_at_front))
            _execute(pipe)

    def _still_at(self, pipe: Any, entry: Task, slot: datetime) -> bool:
        """Watch the entry, and say whether nobody has fired this slot meanwhile.

        Watching also keeps redis-py from sending the transaction again when its answer was lost.
        """
        self._dispatcher.queue(entry.origin).get_redis_server_version()
        pipe.watch(entry.key)
        score = pipe.zscore(self.scheduled_jobs_key, entry.id)
        return score is not None and abs(float(score) - slot.timestamp()) < 0.001

    def _unfinished(self, task_id: str | None) -> bool:
        raw: Any = self.connection.hget(Task.key_for(task_id), "status") if task_id else None
        return raw is not None and as_text(raw) in UNFINISHED

    def bring_back(self, name: str) -> int:
        """Put tasks of a queue whose retry delay is over back into it; how many were due."""
        registry = ScheduledJobRegistry(name, connection=self.connection, job_class=Task)
        now = self._now().timestamp()
        due: Any = self.connection.zrangebyscore(registry.key, 0, now, start=0, num=LOOK)
        ids = [as_text(one) for one in due]
        try:
            self._push_back(registry, ids)
        except RedisError:
            raise
        except Exception:
            logger.exception("of %d retries one cannot be brought back; trying them one by one", len(ids))
            self._push_back_singly(registry, ids)
        return len(ids)

    def _push_back_singly(self, registry: ScheduledJobRegistry, ids: list[str]) -> None:
        for one in ids:
            try:
                self._push_back(registry, [one])
            except RedisError:
                raise
            except Exception:
                logger.exception("task %s cannot be brought back; trying again in %s s", one, SET_ASIDE)
                self.connection.zadd(registry.key, {one: self._now().timestamp() + SET_ASIDE}, xx=True)

    def _push_back(self, registry: ScheduledJobRegistry, ids: list[str]) -> None:
        if not ids:
            return
        self._dispatcher.queue(registry.name).get_redis_server_version()
        with self.connection.pipeline() as pipe:
            pipe.watch(*map(Task.key_for, ids))
            still: Any = pipe.zmscore(registry.key, ids)
            found = Task.fetch_many(ids, connection=self.connection)
            pipe.multi()
            for task_id, score, one in zip(ids, still, found, strict=True):
                registry.remove(task_id, pipeline=pipe)
                if one is not None and score is not None:
                    self._dispatcher.push(pipe, one, at_front=one.should_enqueue_at_front())  # type: ignore[arg-type]
            _execute(pipe)


def _next_slot(trigger: Trigger, slot: datetime, now: datetime) -> datetime:
    """The first slot after both `slot` and `now`: on the grid that `slot` is on, and never in the past."""
    if trigger.interval is not None:
        behind = max((now - slot).total_seconds(), 0.0)
        return slot + timedelta(seconds=trigger.interval * (int(behind // trigger.interval) + 1))
    return trigger.next_run(max(slot, now))


def _execute(pipe: Any) -> None:
    try:
        pipe.execute()
    except WatchError:
        logger.debug("another clock was quicker, or the answer was lost; the next tick looks again")
