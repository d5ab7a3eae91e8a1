"""The worker: `rq.Worker` with a horse that lives on, loses no task, holds deadlines and stops in time.

`QuickWorker` runs any RQ job; `LongshoreWorker` runs the catalog's. Everything that RQ offers is still there,
method by method: a subclass that overrides how a job is fetched, forked or watched gets RQ's own loop. What
happens in the child process is in horse.py, what the parent does meanwhile in supervision.py.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from rq import Queue
from rq.defaults import UNSERIALIZABLE_RETURN_VALUE_PAYLOAD
from rq.executions import Execution
from rq.job import Job as RQJob
from rq.utils import current_timestamp, now, utcformat
from rq.worker import DequeueStrategy, WorkerStatus

from longshore import catalog, recovery, settings
from longshore.boundary import Standing
from longshore.errors import CatalogError
from longshore.horse import Plan
from longshore.hygiene import Alarm
from longshore.orders import CommandedWorker
from longshore.recovery import FROM_RQ, GRACE
from longshore.scripts import script
from longshore.serializer import Serializer
from longshore.steps import Steps
from longshore.supervision import Supervisor
from longshore.task import ClaimedTask, Task

MONITORING_INTERVAL = 10
"""Seconds between two heartbeats of a running task."""
MAINTENANCE_INTERVAL = 15
"""Seconds between two looks for abandoned tasks."""
WORKER_TTL = 30
"""Seconds, with RQ's 60 on top, that a worker is listed after its last heartbeat."""
_OF_THE_LOOP = (
    "execute_job", "fork_work_horse", "main_work_horse", "monitor_work_horse", "wait_for_horse",
    "dequeue_job_and_maintain_ttl",
)  # fmt: skip
"""Methods that make up RQ's own loop: a subclass that has its own gets that loop."""
_OF_A_TASK = (
    "perform_job", "prepare_job_execution", "prepare_execution", "handle_execution_ended",
    "handle_job_success", "_finalize_success", "get_heartbeat_ttl",
)  # fmt: skip
"""Methods that the quick way through a task leaves out: a subclass that has its own has them called."""


class QuickWorker(CommandedWorker):
    """An RQ worker whose horse runs many tasks. `rq worker --worker-class longshore.worker.QuickWorker`."""

    death_penalty_class = Alarm
    grace = 60
    """Seconds after its last expected heartbeat that a task counts as abandoned, as in RQ."""
    reads_whole_hash = True
    """Whether `claimed_job` wants all fields of the hash at once."""
    tasks_per_horse: int | None = None
    """Tasks after which a horse is replaced: 1 forks for every task, as RQ does; None for no end."""
    memory_mb: int | None = None
    """Memory above which a horse is replaced between two tasks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("job_monitoring_interval", MONITORING_INTERVAL)
        options.setdefault("maintenance_interval", MAINTENANCE_INTERVAL)
        of_old = options.pop("default_worker_ttl", None)  # RQ warns of it, though its own command passes both
        if of_old is not None:
            options.setdefault("worker_ttl", of_old)
        super().__init__(*args, **options)
        logging.getLogger("rq.worker").addFilter(_is_news)

    # What the horse asks for

    @property
    def ordered_queues(self) -> list[Queue]:
        """The queues in the order in which to claim from them next."""
        return self._ordered_queues

    @property
    def has_own_hooks(self) -> bool:
        """Whether a subclass has a method that the quick way would leave out."""
        return any(not self._is_ours(name) for name in _OF_A_TASK)

    @property
    def reorders(self) -> bool:
        """Whether the order of the queues changes from task to task."""
        return self._dequeue_strategy != DequeueStrategy.DEFAULT or not self._is_ours("reorder_queues")

    def _is_ours(self, name: str) -> bool:
        found = getattr(getattr(self, name), "__func__", None)
        return found is getattr(QuickWorker, name) or found is getattr(LongshoreWorker, name)

    def steps(self, given_up: Callable[[], bool], connected: Callable[[int], None] = lambda _: None) -> Steps:
        """The horse's calls to Redis."""
        return Steps(
            self.connection, self.name, self.key, self.executions_key, worker_ttl=self.worker_ttl + 60,
            interval=int(self.job_monitoring_interval), grace=self.grace, from_rq=FROM_RQ,
            job_prefix=self.job_class.redis_job_namespace_prefix,
            queue_prefix=self.queue_class.redis_queue_namespace_prefix,
            whole_hash=self.reads_whole_hash, given_up=given_up, connected=connected,
        )  # fmt: skip

    def preload(self) -> None:
        """Called once before the first fork."""

    def claimed_job(self, task_id: str, raw: dict[bytes, bytes]) -> RQJob:
        """The job object of a task that was claimed."""
        job = self.job_class(task_id, connection=self.connection, serializer=self.serializer)
        job.restore(raw)
        return job

    def dump_result(self, job: RQJob, value: Any) -> bytes:
        """The value as RQ stores it, or RQ's words for one that cannot be stored."""
        try:
            return bytes(job.serializer.dumps(value))
        except Exception:  # depends on the serializer; RQ stores the same words
            return bytes(job.serializer.dumps(UNSERIALIZABLE_RETURN_VALUE_PAYLOAD))

    # Working

    def work(
        self,
        burst: bool = False,
        logging_level: str | None = None,
        date_format: str = "%H:%M:%S",
        log_format: str = "%(asctime)s %(message)s",
        max_jobs: int | None = None,
        max_idle_time: int | None = None,
        with_scheduler: bool = False,
        dequeue_strategy: DequeueStrategy = DequeueStrategy.DEFAULT,
    ) -> bool:
        """As in RQ. Redis may come and go meanwhile.

        Returns:
            Whether any task was run.
        """
        if any(not self._is_ours(name) for name in _OF_THE_LOOP):
            return bool(
                super().work(
                    burst, logging_level, date_format, log_format, max_jobs, max_idle_time, with_scheduler,
                    dequeue_strategy,
                )
            )  # fmt: skip
        self.has_begun = True
        self._install_signal_handlers()
        if not self.until_there(lambda: self.first_steps(logging_level, date_format, log_format)):
            return False
        self._dequeue_strategy = DequeueStrategy(dequeue_strategy)
        if with_scheduler:
            self._start_scheduler(burst, logging_level, date_format, log_format)
        plan = Plan(burst, max_jobs, self.tasks_per_horse, self.memory_mb, max_idle_time)
        self.supervisor = Supervisor(self, plan)
        if self.told_to_stop:  # before there was one to tell
            self.supervisor.stop(self.stop_grace)
        try:
            worked = self.supervisor.run()
        finally:
            self.supervisor.close()
            self.teardown()
        if self.forced:
            raise SystemExit  # as in RQ
        return worked

    def maintain_heartbeats(self, job: RQJob, execution: Execution) -> None:
        """A heartbeat for the worker and the task that it runs; nothing that has ended comes back to life."""
        at = now()
        ttl = int(
            self.get_heartbeat_ttl(
                job, working_time=(at - (job.started_at or execution.created_at)).total_seconds()
            )
        )
        self.last_heartbeat = at
        script(self.connection, "beat.lua")(
            keys=[
                self.key, self.executions_key, execution.key, f"rq:executions:{job.id}",
                f"rq:wip:{job.origin}", job.key,
            ],
            args=[
                utcformat(at), at.timestamp(), self.worker_ttl + 60, ttl, current_timestamp() + ttl + FROM_RQ,
                execution.id, job.id, self.name, execution.created_at.timestamp(),
            ],
        )  # fmt: skip

    def beat_for_others(self, current: str) -> None:
        """Keep alive what is on record beside the task that runs: an end that an outage has kept from Redis.

        It can only be sent again when the running task is over, and until then nobody may take it up.

        Args:
            current: execution id of the task that runs.
        """
        for execution_id, task_id in self.runs().items():
            if execution_id == current:
                continue
            job = recovery.started(self.connection, task_id, self.job_class, self.serializer)
            if job is not None:
                self.maintain_heartbeats(job, Execution(execution_id, task_id, self.connection, self.name))

    def get_heartbeat_ttl(self, job: RQJob, working_time: float = 0.0) -> int:
        """Seconds until a running task without a heartbeat counts as abandoned."""
        if self.supervisor is None and not self._is_horse:
            return int(super().get_heartbeat_ttl(job, working_time))
        return int(self.job_monitoring_interval) + self.grace

    # What the supervisor does

    def may_wait(self) -> bool:
        """Whether there is time to wait for Redis: the horse has, until its worker ends it."""
        return self._is_horse or self._shutdown_requested_date is None

    def reorder_after(self, at: Standing) -> None:
        """Let the next horse go on with the queues where the last one was."""
        if at.claimed:
            self.reorder_queues(self.queues[at.queue])

    def become_horse(self) -> None:
        """What RQ does in the child process, before its first task."""
        self._is_horse, self._state = True, WorkerStatus.BUSY
        self.setup_work_horse_signals()
        os.environ["RQ_WORKER_ID"] = self.name

    def setup_work_horse_signals(self) -> None:
        """SIGTERM, which Heroku sends to every process at once, leaves the horse to its worker.

        A handler and not SIG_IGN, which the children of a job would inherit.
        """
        super().setup_work_horse_signals()
        if self.supervisor is not None:
            signal.signal(signal.SIGTERM, lambda *_: None)


class LongshoreWorker(QuickWorker):
    """A worker for jobs of the catalog. `rq worker --worker-class longshore.worker.LongshoreWorker`."""

    grace = GRACE
    reads_whole_hash = False

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("worker_ttl", WORKER_TTL)
        options["job_class"] = Task
        options["serializer"] = "longshore.serializer.Serializer"
        try:
            catalog.load()
        except CatalogError as error:  # the rq command would print a trace around the one line that says it
            sys.exit(f"worker: {error}")
        chosen = settings.current()
        self.tasks_per_horse = chosen.worker_tasks_per_horse or None
        self.memory_mb = chosen.worker_horse_memory_mb or None
        super().__init__(*args, **options)

    def work(self, *args: Any, **options: Any) -> bool:
        """As in RQ, but never with RQ's scheduler process: the clock brings delayed retries back."""
        options["with_scheduler"] = False
        return super().work(*args, **options)

    def preload(self) -> None:
        """Import the heavy modules of this worker's jobs: once, and for all its horses."""
        try:
            catalog.catalog.preload(self.queue_names())
        except CatalogError as error:
            sys.exit(f"worker: {error}")

    def claimed_job(self, task_id: str, raw: dict[bytes, bytes]) -> RQJob:
        """The task, of which only the call is read."""
        return ClaimedTask(task_id, self.connection, raw)

    def finish_reports(self, job: RQJob, ending: Callable[[float], None]) -> None:
        """Wait until its progress and log lines are in Redis."""
        assert isinstance(job, Task)
        if job.reporter is not None and job.reporter.is_writing:
            ending(0.0)
            job.reporter.finish()

    def dump_result(self, job: RQJob, value: Any) -> bytes:
        """The result as JSON, which the task has made already."""
        assert isinstance(job, Task)
        return job.dumped or Serializer.dumps(value)

    def job_name(self, job: RQJob) -> str:
        """The catalog's name."""
        try:
            return job.declared.name if isinstance(job, Task) else super().job_name(job)
        except Exception:  # it is not in the catalog, which fails the task elsewhere
            return super().job_name(job)


def _is_news(record: logging.LogRecord) -> bool:
    """RQ says at each look for abandoned tasks that it looks: every 15 seconds, a line for each queue."""
    return "cleaning" not in str(record.msg)
