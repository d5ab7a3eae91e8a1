"""The clock: rq-scheduler's Scheduler, which fires every slot once and outlives what surrounds it.

Any number of clocks may run. One leads, by rq-scheduler's own lock, and the others stand by; correctness
does not rest on that: every change of Redis is a compare-and-set. This module owns the loop; its parts are
in `longshore.clockwork`.
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq.scripts import release_lock
from rq_scheduler import Scheduler

from longshore import keys
from longshore.catalog import Catalog
from longshore.clockwork.asker import Asker
from longshore.clockwork.due import Due
from longshore.clockwork.fire import Firing
from longshore.clockwork.foreign import Foreign
from longshore.clockwork.hold import Holder
from longshore.clockwork.keeper import Keeper, NoSource
from longshore.clockwork.look import Look, Seen
from longshore.connections import is_away
from longshore.dispatch import Dispatcher
from longshore.errors import LongshoreError
from longshore.schedules import entries
from longshore.schedules.book import Schedule
from longshore.task import Task

logger = logging.getLogger("longshore.clock")
PRECEDENCE = 1.0
"""Seconds that a standby leaves an emptied Redis to the clock that led: that one knows what has fired."""
_PATIENCE = 5
"""Looks that wait for SQL to be read, after somebody has changed something there."""
_PREPARED = 50
"""Schedules whose plans are made in one look, until all are: some 15 ms."""
_ANSWER = 0.02
"""Seconds between two looks while the answer of a `when` is awaited."""
_REST = 0.02
"""Least seconds between two looks when nothing is due, with an interval of 0, too."""


class Clock(Scheduler):  # type: ignore[misc]
    """A scheduler for the schedules of a catalog, and for what others put into rq-scheduler and RQ.

    Its arguments are rq-scheduler's, and then:

    Args:
        catalog: whose schedules to hold; without one it is rq-scheduler's Scheduler, which fires as this one
            does.
        keeper: where it learns of schedules that people change; by default from SQL.
        now: the time, injected for tests; by default Redis's.
    """

    def __init__(
        self,
        queue_name: str = "default",
        queue: Any = None,
        interval: float = 60,
        connection: Redis | None = None,
        job_class: Any = None,
        queue_class: Any = None,
        name: str | None = None,
        *,
        catalog: Catalog | None = None,
        keeper: Keeper | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        task_class = job_class or (Task if catalog is not None else None)
        super().__init__(queue_name, queue, interval, connection, task_class, queue_class, name)
        jobs = catalog if catalog is not None else Catalog()
        client: Redis = self.connection
        self._now, self._is_ours = now, catalog is not None
        self._keeper = keeper or Keeper(jobs, None if catalog is not None else NoSource())
        self._dispatcher = Dispatcher(client)
        parts = (client, self._dispatcher, jobs, self.name)
        self._look = Look(client, self.name, jobs.queues)
        self._firing, self._foreign, self._holder = Firing(*parts), Foreign(*parts), Holder(*parts)
        self._asker = Asker()
        self._due = Due(client, self._firing, self._holder, self._asker)
        self._book: dict[str, Schedule] = {}
        self._by_entry: dict[str, Schedule] = {}
        self._unprepared: list[Schedule] = []
        self._held: dict[str, Schedule] | None = None
        self._reconciled: datetime | None = None
        self._emptied, self._unread = False, 0
        self._free_since: datetime | None = None
        self._led_at, self._away, self._fresh = 0.0, False, True
        self._beaten: float | None = None
        self._now_seen: datetime | None = None
        self._stopping = threading.Event()

    def run(self, burst: bool = False) -> None:
        """Look and fire until SIGTERM or SIGINT. An outage of Redis is waited out.

        Args:
            burst: end when nothing is due any more, or when another clock leads, which fires it.

        Raises:
            SystemExit: a signal has ended it, as it ends rq-scheduler's.
            Exception: whatever goes wrong, as from rq-scheduler's: with `burst` and without a catalog only.
        """
        self._install_signal_handlers()
        if not burst:
            self._keeper.start()
        try:
            self._loop(burst)
        finally:
            self.leave()
        if self._stopping.is_set():
            raise SystemExit

    def _loop(self, burst: bool) -> None:
        told = ""
        while not self._stopping.is_set():
            try:
                self._beat()
                pause, told, self._away = self.tick(), "", False
            except Exception as error:
                self._away = isinstance(error, RedisError) and is_away(error)
                if burst and not self._is_ours:
                    raise
                told, pause = self._told(error, told), min(float(self._interval), 0.5)
            if burst and (told or (pause > 0 and self._free_since is None)):
                return
            self._stopping.wait(pause)

    def _beat(self) -> None:
        """Keep rq-scheduler's key of this clock in Redis, be it leader or not. Redis may have lost it."""
        now = time.monotonic()
        if self._beaten is None or now - self._beaten >= keys.CLOCK_TTL / 2:
            if self._beaten is None or not self.connection.expire(self.key, int(self._interval) + 10):
                self.register_birth()
            self._beaten = now

    def _told(self, error: Exception, told: str) -> str:
        """Say once what is wrong, and go on: a clock that has ended fires nothing at all."""
        if (kind := type(error).__name__) == told:
            return told
        if isinstance(error, RedisError) and is_away(error):
            logger.warning("Redis does not answer (%s); trying again", error)
        else:
            logger.error("a look has failed; trying again", exc_info=error)
        return kind

    def stop(self, signum: int = 0, frame: FrameType | None = None) -> None:
        """End `run` after the look at hand."""
        self._stopping.set()

    def _install_signal_handlers(self) -> None:
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, self.stop)

    def leave(self) -> None:
        """Let another clock lead at once."""
        self._keeper.stop()
        try:
            if not self._away and release_lock(self.connection, self.scheduler_lock_key, self.name):
                self.connection.delete(keys.clock())
            if not self._away and self._beaten is not None:
                self.register_death()
        except RedisError as error:
            logger.info("could not say goodbye to Redis: %s", error)
        logger.info("stopped")

    def tick(self) -> float:
        """One look: fire what is due, keep the schedules in place, bring delayed tasks back.

        Returns:
            Seconds until the next look should be.
        """
        self._read_up("")
        seen = self._look(self._now() if self._now else None, lead_anyway=self._may_lead())
        began, gap, self._now_seen = time.monotonic(), time.monotonic() - self._led_at, seen.now
        if gap > keys.CLOCK_LOCK_TTL or (seen.took and seen.marked):
            self._forget()  # the lock had run out or was lost: another clock may have led meanwhile
        if not seen.marked and not self._emptied and not self._holder.memory:
            self._keeper.read_for = ""  # how far the other one had come is to be read anew
        self._read_up(seen.changes)
        if not seen.leads:
            return self._stand_by(seen)
        self._led_at, self._fresh = began, False
        self._emptied = self._emptied or not seen.marked
        self._free_since = None
        try:
            self._keep_up(seen)
            soonest = self._fire_due(seen)
        except RedisError:
            self._reconciled = None  # what was done is not known: the next look reads it
            raise
        if seen.full:
            return 0.0
        self._prepare()
        dues = [one - seen.now.timestamp() for one in (soonest, seen.soonest) if one is not None]
        return max(min([self._rest, *dues]) - (time.monotonic() - began), 0.0)

    @property
    def _rest(self) -> float:
        """Seconds between two looks when nothing is due."""
        return max(float(self._interval), _REST)

    def _stand_by(self, seen: Seen) -> float:
        """Another clock leads, or will: what this one remembers is not true for long."""
        self._emptied = not seen.marked
        self._free_since = None if seen.holder else self._free_since or seen.now
        self._fresh = self._fresh and not seen.holder
        self._forget()
        return min(self._rest, 0.5)

    def _forget(self) -> None:
        """Drop what is only true while this clock leads."""
        self._reconciled = None
        self._holder.memory.clear()
        self._asker.clear()

    def _may_lead(self) -> bool:
        """Whether to lead though Redis was emptied: whoever led goes on leading, as it knows what has fired.

        Another one waits a moment for it. On a new system, of which SQL knows nothing, nobody has led.
        """
        led = self._holder.memory and time.monotonic() - self._led_at <= keys.CLOCK_LOCK_TTL
        if led or not self._is_ours:
            return True
        if self._fresh and self._keeper.book is not None and self._keeper.decided is None:
            return True
        since, now = self._free_since, self._now_seen
        return since is not None and now is not None and (now - since).total_seconds() >= PRECEDENCE

    def _read_up(self, changes: str) -> None:
        """Let the keeper read when something has changed; without a thread of its own, here and now."""
        if self._keeper.runs:
            if changes and changes != self._keeper.read_for:
                self._keeper.poke(changes)
        elif self._keeper.book is None or (
            changes and (changes != self._keeper.read_for or self._is_stale())
        ):
            self._keeper.poke(changes)
            self._keeper.refresh()

    def _is_stale(self) -> bool:
        """Whether it is time to look if Redis has lost anything."""
        last, now = self._reconciled, self._now_seen
        return last is None or now is None or (now - last).total_seconds() >= keys.RECONCILE_INTERVAL

    def _keep_up(self, seen: Seen) -> None:
        """Follow what has changed in SQL, and look now and then whether Redis has lost anything."""
        book = self._keeper.book
        if book is None or not (self._is_stale() or self._emptied or book is not self._held):
            return
        if self._keeper.read_for != seen.changes and self._unread < _PATIENCE:
            self._unread += 1  # somebody has just changed something, which may be about to be undone here
            return
        self._unread = 0
        self._follow(book)
        mark = self._keeper.decided if self._emptied else None
        if self._holder.reconcile(self._book, seen.now, mark):
            self._emptied, self._reconciled = False, seen.now

    def _follow(self, book: dict[str, Schedule]) -> None:
        if book is self._held:
            return
        self._firing.forget(self._book.keys() - book.keys())
        self._asker.follow(book)
        self._held, self._book = book, book
        self._unprepared = [one for one in book.values() if not one.deleted]
        self._by_entry = {
            entries.entry_id(name): one for name, one in book.items() if one.spec and not one.deleted
        }

    def _prepare(self) -> None:
        """Make some of the plans that firing will need; one that cannot be made says so when it is due."""
        for _ in range(min(_PREPARED, len(self._unprepared))):
            one = self._unprepared.pop()
            try:
                self._firing.prepare(one)
            except LongshoreError as error:
                logger.debug("schedule %s cannot be prepared: %s", one.name, error)

    def _fire_due(self, seen: Seen) -> float | None:
        """Fire what is due; when something is due that this has brought about, as far as that is known."""
        ours = [self._by_entry[one] for one, _ in seen.due if one in self._by_entry]
        others = [pair for pair in seen.due if pair[0] not in self._by_entry]
        soonest = self._fire(ours, seen) if ours else None
        for key, odd in seen.damaged.items():
            self._foreign.drop(key, odd)
        if others:
            self._foreign.fire(others, seen.now)
        for queue, ids in seen.later:
            self._foreign.bring_back(queue, ids, seen.now)
        return soonest

    def _fire(self, ours: list[Schedule], seen: Seen) -> float | None:
        done = self._due.fire(ours, seen.now)
        if done.stale:
            self._reconciled = None
        if not seen.full:
            self._keeper.note(done.decided)
        if self._asker.waits:
            return seen.now.timestamp() + _ANSWER
        return seen.now.timestamp() if done.more else done.soonest

    def get_queue_for_job(self, job: Any) -> Any:
        """The queue of a task. With a catalog no class is imported that its meta names: Redis is data."""
        return self._dispatcher.queue(job.origin) if self._is_ours else super().get_queue_for_job(job)
