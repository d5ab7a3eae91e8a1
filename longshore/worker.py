"""The worker: `rq.Worker`, which loses no started task, holds deadlines and stops in time.

A later version keeps its horse alive over many tasks; this one forks for each, as stock does. What it
changes is what happens when something dies or takes too long: a task whose horse or worker was killed
goes back to the head of its queue with no retry consumed; a deadline is enforced from outside the horse;
SIGTERM gives a running task some time and then puts it back.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import sys
import threading
import time
from types import FrameType
from typing import Any

from rq import Queue, Worker, worker_registration
from rq.job import Job as RQJob
from rq.worker import WorkerStatus

from longshore import catalog, recovery
from longshore.errors import CatalogError
from longshore.recovery import MAX_DEATHS, WORKER_GONE, Death
from longshore.task import Task

MONITORING_INTERVAL = 10
"""Seconds between two heartbeats of a running task."""
GRACE = 20
"""Seconds after its last expected heartbeat that a task counts as abandoned."""
MAINTENANCE_INTERVAL = 15
"""Seconds between two looks for abandoned tasks."""
WORKER_TTL = 30
"""Seconds that RQ takes for an idle worker's heartbeat; it wakes 15 s before that, beats and cleans."""
HARD_DEADLINE = 1.0
"""Seconds after its timeout that a task which goes on is killed with its horse."""
STOP_GRACE = 15.0
"""Seconds that a running task has after SIGTERM before it is put back; Heroku kills at 30."""

_STUCK = "Job was stuck in intermediate queue."
"""RQ's word for a task whose worker died between taking its id and noting that; RQ fails it."""


class LongshoreWorker(Worker):
    """An RQ worker for jobs of the catalog. `rq worker --worker-class longshore.worker.LongshoreWorker`."""

    stop_grace = STOP_GRACE

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("job_monitoring_interval", MONITORING_INTERVAL)
        options.setdefault("maintenance_interval", MAINTENANCE_INTERVAL)
        options.setdefault("worker_ttl", WORKER_TTL)
        if "default_worker_ttl" in options:  # the rq command passes both, and RQ has deprecated this one
            options.pop("default_worker_ttl")
        options["job_class"] = Task
        options["serializer"] = "longshore.serializer.Serializer"
        try:
            catalog.load()
        except CatalogError as error:  # the rq command would print a trace around the one line that says it
            sys.exit(f"worker: {error}")
        super().__init__(*args, **options)
        logging.getLogger("rq.worker").addFilter(_is_news)
        self._guard = threading.Lock()
        self._running: str | None = None
        self._overdue = self._put_back = False
        self._death: Death | None = None

    def work(self, *args: Any, **options: Any) -> bool:
        """As in RQ, but never with RQ's scheduler process: the clock brings delayed retries back."""
        options["with_scheduler"] = False
        return bool(super().work(*args, **options))

    def get_heartbeat_ttl(self, job: RQJob, working_time: float = 0.0) -> int:
        """Seconds until a running task without a heartbeat counts as abandoned."""
        return int(self.job_monitoring_interval) + GRACE

    # The horse

    def main_work_horse(self, job: RQJob, queue: Queue) -> None:
        """The horse's life. On Linux the kernel kills it when its worker is gone."""
        die_with_parent()
        super().main_work_horse(job, queue)

    def setup_work_horse_signals(self) -> None:
        """SIGTERM, which Heroku sends to every process at once, leaves the horse to its worker.

        A handler and not SIG_IGN, which the children of a job would inherit.
        """
        super().setup_work_horse_signals()
        signal.signal(signal.SIGTERM, lambda *_: None)

    # One task

    def execute_job(self, job: RQJob, queue: Queue) -> None:
        """Run a task in a horse, which is killed when it does not end in time."""
        with self._guard:
            self._running, self._overdue, self._put_back, self._death = job.id, False, False, None
        deadline = self._kill_after(
            (job.timeout or 0) + HARD_DEADLINE if (job.timeout or 0) > 0 else None, job.id
        )
        try:
            super().execute_job(job, queue)
        finally:
            with self._guard:
                self._running = None
            if deadline is not None:
                deadline.cancel()

    def _kill_after(self, seconds: float | None, task_id: str) -> threading.Timer | None:
        """A timer that kills the horse; stock looks every 30 s and kills 60 s late."""
        if seconds is None:
            return None
        timer = threading.Timer(seconds, self._end_running, [task_id], {"overdue": True})
        timer.daemon = True
        timer.start()
        return timer

    def _end_running(self, task_id: str, *, overdue: bool = False, put_back: bool = False) -> None:
        """Kill the horse, if it still runs this very task, and remember why."""
        with self._guard:
            if self._running != task_id or not self.horse_pid:
                return
            self._overdue, self._put_back = overdue, put_back
            self.kill_horse()

    def handle_work_horse_killed(self, job: RQJob, retpid: Any, ret_val: Any, rusage: Any) -> None:
        """Note how the horse ended, for `handle_job_failure`, which RQ calls next."""
        status = ret_val or 0
        by_signal = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
        code = None if by_signal else os.waitstatus_to_exitcode(status)
        self._death = Death(by_signal, code, rusage.ru_maxrss / 1024 if rusage else None)
        super().handle_work_horse_killed(job, retpid, ret_val, rusage)

    def handle_job_failure(self, job: RQJob, queue: Queue, *args: Any, **options: Any) -> None:
        """As in RQ when the job has failed; when its horse has died, put the task back instead."""
        death, self._death = self._death, None
        if options.get("exc_string") == _STUCK:
            recovery.push_again(self.connection, job.id)
        elif death is None or self._stopped_job_id == job.id:
            super().handle_job_failure(job, queue, *args, **options)
        elif self._overdue:
            text = (
                f"DeadlineExceeded: it went on after its {job.timeout:g} s and was killed; {death.describe()}"
            )
            super().handle_job_failure(job, queue, exc_string=text, execution=options.get("execution"))
        elif recovery.put_back(self.connection, job.id, died=not self._put_back):
            self.log.warning("task %s is back in its queue: %s", job.id, death.describe())
        else:
            self._give_up(job, queue, death.describe(), options.get("execution"))

    def _give_up(self, job: RQJob, queue: Queue, cause: str, execution: Any = None) -> None:
        job.retries_left = 0  # it would kill the next worker, too
        text = f"WorkerLost: {MAX_DEATHS} workers have died under it; the last: {cause}"
        super().handle_job_failure(job, queue, exc_string=text, execution=execution)

    # Tasks of dead workers

    def clean_registries(self) -> None:
        """Put abandoned tasks back, then clean up as RQ does. RQ alone would fail them, or use a retry."""
        self._reappear()
        for queue in self.queues:
            for task_id in recovery.abandoned(self.connection, queue.name, time.time()):
                self._take_up(task_id, queue)
        super().clean_registries()

    def _reappear(self) -> None:
        """Register again if Redis has lost us: it restarted empty, or somebody flushed it."""
        known = self.connection.sismember(worker_registration.REDIS_WORKER_KEYS, self.key)
        if self.birth_date is not None and not known:
            with self.connection.pipeline() as pipe:
                pipe.hset(self.key, mapping=self.serialize())
                worker_registration.register(self, pipe)
                pipe.expire(self.key, self.worker_ttl + 60)
                pipe.execute()
            self.log.warning("worker %s has registered again", self.name)

    def _take_up(self, task_id: str, queue: Queue) -> None:
        if recovery.put_back(self.connection, task_id, died=True):
            self.log.warning("task %s is back in its queue: %s", task_id, WORKER_GONE)
        elif lost := recovery.lost(self.connection, task_id):
            self._give_up(lost, queue, WORKER_GONE)

    # Stopping

    def handle_warm_shutdown_request(self) -> None:
        """Give a running task its grace, then put it back."""
        super().handle_warm_shutdown_request()
        if self._running is not None and self.get_state() == WorkerStatus.BUSY:
            timer = threading.Timer(self.stop_grace, self._end_running, [self._running], {"put_back": True})
            timer.daemon = True
            timer.start()

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A second signal, a second or more after the first: put the task back now."""
        if self._running is None or self.horse_pid == 0:
            super().request_force_stop(signum, frame)
        elif self._shutdown_requested_date and time.time() - self._shutdown_requested_date.timestamp() >= 1:
            threading.Thread(
                target=self._end_running, args=[self._running], kwargs={"put_back": True}
            ).start()


def _is_news(record: logging.LogRecord) -> bool:
    """RQ says at each look for abandoned tasks that it looks: every 15 seconds, a line for each queue."""
    return "cleaning" not in str(record.msg)


def die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the parent process ends; only Linux can."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
