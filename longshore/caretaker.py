"""A worker as caretaker: tasks of dead workers go back to their queue, RQ's registries are kept clean.

Every worker does it, idle or busy, each for its own queues; it is idempotent, and what is not is under a lock
that has an owner and a lease.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rq import Queue, registry, worker_registration
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.scripts import acquire_or_refresh_lock, release_lock
from rq.utils import as_text, now

from longshore import recovery
from longshore.recorder import InHand, Recorder
from longshore.recovery import MAX_DEATHS, WORKER_GONE

SAMPLE = 50
"""Deferred tasks that one look at a queue checks."""
_OVER = (JobStatus.FAILED, JobStatus.FINISHED, JobStatus.STOPPED)
LEASE = 60
"""Seconds that a worker may take to clean up one queue before another may begin."""


class Caretaker(Recorder):
    """RQ's worker, with maintenance that loses nothing."""

    away_at: float | None = None
    """When Redis was last found away, on the monotonic clock."""

    def clean_registries(self) -> None:
        """Put abandoned tasks back, then clean up as RQ does. RQ alone would fail them, or use a retry."""
        self._reappear()
        if recovery.has_settled(self.connection, self.away_at):
            for queue in self.queues:
                for task_id in recovery.abandoned(self.connection, queue.name):
                    self.take_up(task_id, WORKER_GONE)
            for queue in self.queues:
                self._clean(queue)
        self.last_cleaned_at = now()  # type: ignore[assignment]

    def _clean(self, queue: Queue) -> None:
        """RQ's own clean-up of one queue, under a lock that has an owner and a lease."""
        worker_registration.clean_worker_registry(queue)  # idempotent, so not under the lock
        key = queue.registry_cleaning_key
        if acquire_or_refresh_lock(self.connection, key, self.name, LEASE) == "taken":
            return
        registry.clean_registries(queue, self._exc_handlers)
        queue.intermediate_queue.cleanup(self, queue)
        self._release_dependents(queue)
        release_lock(self.connection, key, self.name)

    def _release_dependents(self, queue: Queue) -> None:
        """Enqueue dependents of tasks that have failed; RQ does so after it has recorded the failure.

        A worker that was killed in between has left them deferred for ever.
        """
        ids: Any = self.connection.zrandmember(queue.deferred_job_registry.key, SAMPLE)
        deferred = self.job_class.fetch_many([as_text(one) for one in ids], self.connection, self.serializer)
        parents = {one for job in deferred if job is not None for one in job._dependency_ids}
        for parent in self.job_class.fetch_many(list(parents), self.connection, self.serializer):
            if parent is not None and parent.get_status(refresh=False) in _OVER:
                queue.enqueue_dependents(parent)

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

    def runs(self) -> dict[str, str]:
        """Task ids by execution id of what this worker has in hand, on record."""
        members: Any = self.connection.smembers(self.executions_key)
        split = [as_text(one).rpartition(":") for one in members]
        return {execution_id: task_id for task_id, _, execution_id in split}

    def end_stopped(self, job: Job, execution: Execution, peak_mb: Callable[[], float] = lambda: 0.0) -> None:
        """Record that a task was stopped on request."""
        self.in_hand, self._stopped_job_id = InHand(execution, peak_mb=peak_mb), job.id
        try:
            self._handle_stopped_job(job, self.queue_of(job), execution)
        finally:
            self.in_hand = None

    def take_up(self, task_id: str, cause: str) -> None:
        """Put back a task whose worker has died, or fail it if it was not the first."""
        if self._back(task_id, "died"):
            self.log.warning("task %s is back in its queue: %s", task_id, cause)
            return
        job = recovery.started(self.connection, task_id, self.job_class, self.serializer)
        if job is not None:
            job.retries_left = 0  # it would kill the next worker, too
            text = f"{MAX_DEATHS} workers have died under it; the last: {cause}"
            for execution in recovery.executions_of(self.connection, job)[-1:]:
                self.fail(job, execution, "WorkerLost", text)
