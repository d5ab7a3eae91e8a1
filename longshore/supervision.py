"""What the worker process does while its horse works: watch, beat, clean up, and start the next horse.

The main thread waits for the horse to leave and talks to Redis; a thread of its own enforces deadlines and
the end of a stop's grace, so that a Redis which hangs cannot make them late. The horse is killed only
through `Boundary.held`, in the task that was meant.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rq.executions import Execution
from rq.job import Job

from longshore.aftermath import Casualty, Why, settle
from longshore.boundary import Boundary, Farewell, Standing
from longshore.connections import is_away
from longshore.held import TakenBack
from longshore.horse import Horse, Plan
from longshore.hygiene import reseed
from longshore.processes import death_of, die_with_parent, flush, kill_group, pidfd
from longshore.steps import GivenUp

if TYPE_CHECKING:
    from longshore.worker import QuickWorker

HARD_DEADLINE = 1.0
"""Seconds after its timeout that a task which goes on is killed with its horse."""
_WATCH = 0.2
"""Seconds between two looks at deadlines."""
_TICK = 0.5
"""Seconds between two looks at what else is due."""
_BACK_OFF = (0.0, 0.2, 1.0, 5.0, 30.0)
"""Seconds to wait before the next horse when horses die without having had a task."""
_LAST_WORDS = 3.0
"""Seconds that a worker which was told to stop goes on trying to reach Redis."""


@dataclass
class _Running:
    """A horse as its worker sees it."""

    pid: int
    boundary: Boundary
    control: int
    exit: int | None
    """A pidfd that becomes readable when it ends; None where there are none (macOS)."""
    beat_at: float
    killed: tuple[Why, str] | None = None
    """Why we have killed it, and in which execution."""


class Supervisor:
    """The worker process's part of `work()`.

    Args:
        worker: the worker.
        plan: what its horses are to do.
    """

    def __init__(self, worker: QuickWorker, plan: Plan) -> None:
        self._worker, self._plan = worker, plan
        self._guard = threading.RLock()
        self._horse: _Running | None = None
        self._claimed = 0
        self._idle_deaths = 0
        self._stop_at: float | None = None
        self._stopped_at: float | None = None
        self._noted_stop = False
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_w, False)
        self._taken = TakenBack(worker)
        self._over = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="longshore-deadlines", daemon=True)

    def run(self) -> bool:
        """Keep a horse at work until there is nothing more to do; whether any task was run."""
        self._worker.preload()
        gc.collect()
        gc.freeze()  # what is shared with horses stays shared
        self._watcher.start()
        self._patiently(self._what_is_due)  # as RQ: what was abandoned comes first
        while self._stop_at is None:
            horse = self._start()
            self._attend(horse)
            if self._bury(horse) is Farewell.DONE or self._enough():
                break
            self._back_off()
        return self._claimed > 0

    def _enough(self) -> bool:
        return self._plan.tasks is not None and self._claimed >= self._plan.tasks

    def close(self) -> None:
        """End the thread, and the horse if something has thrown us out of the loop."""
        self._over.set()
        if self._watcher.is_alive():
            self._watcher.join()
        with self._guard:
            horse, self._horse = self._horse, None
        if horse is not None:
            kill_group(horse.pid)
            os.waitpid(horse.pid, 0)
            _close(horse)
        read, write, self._wake_w = self._wake_r, self._wake_w, -1  # a late signal writes to nothing
        os.close(read)
        os.close(write)
        gc.unfreeze()

    # Asked from signal handlers and from the thread that listens for commands

    def stop(self, grace: float) -> None:
        """Claim nothing more; after `grace` seconds, put back what runs."""
        at = time.monotonic() + grace
        self._stop_at = at if self._stop_at is None else min(at, self._stop_at)
        self._stopped_at = self._stopped_at or time.monotonic()
        if self._horse is not None:
            self._tell_stop(self._horse)
        self._wake()

    def kill(self, why: Why, is_meant: Callable[[Standing], bool]) -> bool:
        """Kill the horse if it has a task in its hands, and that task is meant.

        Returns:
            Whether it did; False if that task is over.
        """
        return self._end(why, lambda at: at.has_task and is_meant(at))

    def stop_held(self, task_id: str) -> bool:
        """Stop a task that the horse may hold without having begun it; False if it holds none."""
        horse = self._horse
        held = horse is not None and self._taken.stop(horse.boundary, task_id)
        self._wake()
        return held

    def busy_pid(self) -> int:
        """The horse's process id while it has a task in its hands, else 0."""
        horse = self._horse
        return horse.pid if horse is not None and horse.boundary.read().has_task else 0

    def executions(self) -> dict[str, Execution]:
        """What runs now, as RQ's commands ask for it."""
        horse = self._horse
        at = horse.boundary.read() if horse is not None else None
        if at is None or not at.has_task:
            return {}
        return {at.execution_id: self._execution(at)}

    def _wake(self) -> None:
        with suppress(OSError):  # the pipe is full, which wakes as well, or we have ended
            os.write(self._wake_w, b"!")

    def _tell_stop(self, horse: _Running) -> None:
        horse.boundary.stop()
        with suppress(OSError):
            os.write(horse.control, b"!")

    # A horse's life

    def _start(self) -> _Running:
        boundary = Boundary()
        inner, outer = os.pipe()
        left = None if self._plan.tasks is None else self._plan.tasks - self._claimed
        with self._guard:
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                os.close(outer)
                self._become_horse(boundary, inner, replace(self._plan, tasks=left), parent)
            os.close(inner)
            self._horse = horse = _Running(pid, boundary, outer, pidfd(pid), time.monotonic())
        if self._stop_at is not None:
            self._tell_stop(horse)
        return horse

    def _become_horse(self, boundary: Boundary, control: int, plan: Plan, parent: int) -> None:
        """Never returns."""
        worker, code = self._worker, 1
        try:
            os.setpgrp()
            die_with_parent(parent)
            reseed()
            worker.become_horse()
            for one in (self._wake_r, self._wake_w):
                os.close(one)
            boundary.leave(Horse(worker, boundary, control, plan, parent).run())
            code = 0
        except GivenUp:
            boundary.leave(Farewell.DONE)
            code = 0
        except BaseException:
            logging.getLogger("rq.worker").exception("the horse of worker %s ends in an error", worker.name)
            flush(sys.stdout, sys.stderr)
        finally:  # whatever happens, this process must not go on as a second worker
            os._exit(code)

    def _attend(self, horse: _Running) -> None:
        """Return when the horse has ended; do what is due meanwhile."""
        watched = [self._wake_r] if horse.exit is None else [self._wake_r, horse.exit]
        while True:
            ready = select.select(watched, [], [], _TICK if horse.exit is not None else 0.05)[0]
            if self._wake_r in ready:
                os.read(self._wake_r, 4096)
            if os.waitid(os.P_PID, horse.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                return
            self._patiently(self._what_is_due)

    def _what_is_due(self) -> None:
        worker, horse, now = self._worker, self._horse, time.monotonic()
        if self._stop_at is not None and not self._noted_stop and worker._stop_requested:
            self._noted_stop = True
            worker.set_shutdown_requested_date()  # type: ignore[no-untyped-call]
        if horse is not None and now - horse.beat_at >= worker.job_monitoring_interval:
            at = horse.boundary.read()
            if at.has_task:
                worker.maintain_heartbeats(self._job(at), self._execution(at))
                worker.beat_for_others(at.execution_id)
            else:
                worker.heartbeat()
            horse.beat_at = now
        if horse is not None:
            self._taken.see_to(horse.boundary)
        if self._stop_at is None and worker.should_run_maintenance_tasks:
            self._clean_up()

    def _clean_up(self) -> None:
        """RQ's maintenance and ours; what somebody has left in a registry must not end the worker."""
        try:
            self._worker.run_maintenance_tasks()  # type: ignore[no-untyped-call]
        except RedisError:
            raise
        except Exception:  # RQ parses what it finds there
            self._worker.log.exception("Worker %s: clean-up is cut short", self._worker.name)
            self._worker.last_cleaned_at = datetime.now(UTC)  # type: ignore[assignment]

    def _patiently(self, action: Callable[[], None]) -> bool:
        """Do what needs Redis; whether Redis was there."""
        try:
            action()
        except RedisError as error:
            if not is_away(error):
                raise
            if self._worker.away_at is None or time.monotonic() - self._worker.away_at > 60:
                self._worker.log.warning("Worker %s: Redis is away: %s", self._worker.name, error)
            self._worker.away_at = time.monotonic()
            return False
        return True

    # Its end

    def _bury(self, horse: _Running) -> Farewell:
        """Take leave of a horse that has ended: its children, its task, its status."""
        kill_group(horse.pid)  # before its pid is given free
        with self._guard:
            _, status, rusage = os.wait4(horse.pid, 0)
            at, connection, self._horse = horse.boundary.read(), horse.boundary.connection, None
        _close(horse)
        self._claimed += at.claimed
        self._worker.reorder_after(at)
        clean = at.farewell is not Farewell.NONE and os.waitstatus_to_exitcode(status) == 0
        self._idle_deaths = 0 if clean or at.claimed else self._idle_deaths + 1
        if not clean:
            death = death_of(status, rusage)
            fallen = Casualty(horse.pid, status, rusage, death, at.execution_id, connection, horse.killed)
            self._until_settled(lambda: settle(self._worker, fallen))
        self._until_settled(lambda: self._taken.see_to(None))
        return at.farewell if clean else Farewell.NONE

    def _until_settled(self, action: Callable[[], None]) -> None:
        while not self._patiently(action):
            if (
                self._stopped_at is not None
                and time.monotonic() - self._stopped_at > self._worker.stop_grace + _LAST_WORDS
            ):
                return
            self._over.wait(_TICK)

    def _back_off(self) -> None:
        if self._idle_deaths:
            wait = _BACK_OFF[min(self._idle_deaths, len(_BACK_OFF)) - 1]
            select.select([self._wake_r], [], [], wait)

    # Deadlines

    def _watch(self) -> None:
        while not self._over.wait(_WATCH):
            now = time.monotonic()
            if self._stop_at is not None and now >= self._stop_at:
                self._end(Why.PUT_BACK, lambda at: True)  # in whatever phase: it may be waiting for Redis
            horse = self._horse
            if horse is not None and self._taken.look(horse.boundary):
                self._wake()
            self._end(Why.OVERDUE, lambda at: at.has_task and 0 < at.deadline < now - HARD_DEADLINE)  # noqa: B023  called at once

    def _end(self, why: Why, is_meant: Callable[[Standing], bool]) -> bool:
        """Kill the horse, if it stands where `is_meant` says, and remember why."""
        with self._guard:
            horse = self._horse
            if horse is None or horse.killed is not None or not is_meant(horse.boundary.read()):
                return False
            with horse.boundary.held() as at:
                if not is_meant(at):
                    return False
                horse.killed = (why, at.execution_id)
                kill_group(horse.pid)
            return True

    # RQ's objects

    def _execution(self, at: Standing) -> Execution:
        execution = Execution(at.execution_id, at.task_id, self._worker.connection, self._worker.name)
        if at.started:
            execution.created_at = datetime.now(UTC) - timedelta(seconds=time.monotonic() - at.started)
        return execution

    def _job(self, at: Standing) -> Job:
        worker = self._worker
        job = worker.job_class(at.task_id, connection=worker.connection, serializer=worker.serializer)
        job.origin, job.timeout = worker.queues[at.queue].name, at.timeout
        return job


def _close(horse: _Running) -> None:
    os.close(horse.control)
    if horse.exit is not None:
        os.close(horse.exit)
