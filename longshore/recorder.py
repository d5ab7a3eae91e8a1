"""Recording the end of a task through RQ's own methods, until Redis has it.

For all that the quick way (step.lua) does not cover, and for tasks whose horse is gone. RQ's methods take an
outage for the end of the matter, or for the task's failure; here they are called again until the task is no
longer in its worker's hands. Every such record carries its event.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from redis.client import Pipeline
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.utils import now, utcformat

from longshore import recovery
from longshore.connections import is_away
from longshore.events import Event, Outcome, waited

_STUCK = "Job was stuck in intermediate queue."
"""RQ's word for a task whose worker died between taking its id and noting that; RQ fails it."""
_PAUSE = 0.2
"""Seconds between two tries while Redis is away."""


@dataclass(frozen=True)
class InHand:
    """The task that RQ's methods are recording in this process.

    Attributes:
        execution: this run of it.
        ending: says that its function is over, and until when callbacks may run.
        peak_mb: asks for the most memory used.
    """

    execution: Execution
    ending: Callable[[float], None] = lambda deadline: None
    peak_mb: Callable[[], float] = lambda: 0.0


class Recorder(Worker):
    """RQ's worker, whose records reach Redis. Without a task `in_hand` it is RQ's worker and no more."""

    in_hand: InHand | None = None
    _error = ""
    """The class of the exception that is being recorded."""

    def may_wait(self) -> bool:
        """Whether there is time to wait for Redis."""
        return True

    def job_name(self, job: Job) -> str:
        """What the job is called in events."""
        try:
            return job.func_name or ""
        except Exception:  # a payload that cannot be read fails its task, and has no name
            return ""

    def finish_reports(self, job: Job, ending: Callable[[float], None]) -> None:
        """Wait until what the job has reported is written; its time is over by now, and does not count."""

    def queue_of(self, job: Job) -> Queue:
        """The queue that the task came from."""
        return self.queue_class(
            job.origin, connection=self.connection, job_class=self.job_class, serializer=self.serializer
        )

    def put_back(self, task_id: str, execution_id: str | None = None) -> bool:
        """Put a task back to the head of its queue as if never begun; False if it is not started any more.

        With an execution id, False also if that run of it is over.
        """
        return self._back(task_id, "put_back", execution_id)

    def _back(self, task_id: str, outcome: Outcome, execution_id: str | None = None) -> bool:
        return recovery.put_back(
            self.connection,
            task_id,
            self.job_class,
            self.serializer,
            outcome=outcome,
            event_of=self.event_of,
            execution_id=execution_id,
        )

    def fail(self, job: Job, execution: Execution, error: str, text: str) -> None:
        """Record a failure that no exception in the task has brought, under the name of an error."""
        self._error = error
        job.ended_at = now()
        self.in_hand = self.in_hand or InHand(execution)
        try:
            self.handle_job_failure(
                job, self.queue_of(job), exc_string=f"{error}: {text}", execution=execution
            )
        finally:
            self.in_hand = None

    def prepare_job_execution(self, job: Job, remove_from_intermediate_queue: bool = False) -> None:
        """As in RQ; in the horse it is done already, by the claim."""
        if self.in_hand is None:
            super().prepare_job_execution(job, remove_from_intermediate_queue)

    def handle_execution_ended(self, job: Job, queue: Queue, heartbeat_ttl: int) -> None:
        """As in RQ. A callback that follows has its time; the worker ends it when that is over."""
        if self.in_hand is None:
            super().handle_execution_ended(job, queue, heartbeat_ttl)
            return
        job.ended_at = now()
        self.finish_reports(job, self.in_hand.ending)
        self.in_hand.ending(time.monotonic() + heartbeat_ttl)

    def handle_job_success(self, job: Job, *args: Any, **options: Any) -> None:
        """As in RQ, and again if Redis was away meanwhile."""
        self._until_recorded(job, lambda: super(Recorder, self).handle_job_success(job, *args, **options))

    def handle_job_retry(self, job: Job, *args: Any, **options: Any) -> None:
        """As `handle_job_success`."""
        self._until_recorded(job, lambda: super(Recorder, self).handle_job_retry(job, *args, **options))

    def handle_job_failure(self, job: Job, *args: Any, **options: Any) -> None:
        """As `handle_job_success`; a task that was taken and never begun is not failed but pushed again."""
        if options.get("exc_string") == _STUCK:
            recovery.push_again(self.connection, job)
        else:
            self._until_recorded(job, lambda: self._fail_whole(job, *args, **options))

    def _fail_whole(self, job: Job, *args: Any, **options: Any) -> None:
        """RQ writes only some fields of a task that fails; if Redis has lost its hash, it needs all."""
        if self.in_hand is not None and not self.connection.exists(job.key):
            job.save()
        super().handle_job_failure(job, *args, **options)

    def _until_recorded(self, job: Job, record: Callable[[], None]) -> None:
        held = self.in_hand
        if held is None:
            return record()
        held.ending(0.0)
        job.get_status(refresh=False)  # reads what has not been read, so that all of it is in the copy
        before, asked = dict(job.__dict__), (self._stopped_job_id, self._error)
        while True:
            away = False
            try:
                record()
            except RedisError as error:
                if not is_away(error):
                    raise
                away = True
            if not self._still_holds(job, held.execution) and not (away and self._lost(job)):
                break
            job.__dict__.clear()
            job.__dict__.update(before)
            self._stopped_job_id, self._error = asked  # forgotten before the transaction has said them
            time.sleep(_PAUSE)

    def _lost(self, job: Job) -> bool:
        """Whether Redis has come back without the task."""
        try:
            return not self.connection.exists(job.key)
        except RedisError as error:
            if not is_away(error):
                raise
            return True

    def _still_holds(self, job: Job, execution: Execution) -> bool:
        """Whether the end of this execution is not in Redis yet; waits for Redis to say."""
        while True:
            try:
                key = f"rq:wip:{job.origin}"
                return self.connection.zscore(key, execution.composite_key) is not None
            except RedisError as error:
                if not is_away(error):
                    raise
                if not self.may_wait():
                    return False
                time.sleep(_PAUSE)

    def cleanup_execution(self, job: Job, pipeline: Pipeline, execution: Execution | None = None) -> None:
        """As in RQ, with the event in the same transaction."""
        super().cleanup_execution(job, pipeline, execution)
        if self.in_hand is not None:
            self.event_of(job, _outcome(job)).add(pipeline)
            self._error = ""

    def event_of(self, job: Job, outcome: Outcome) -> Event:
        """The event of this end of an attempt."""
        began, over = job.started_at or now(), job.ended_at or now()
        enqueued = utcformat(job.enqueued_at).encode() if job.enqueued_at else None
        return Event(
            job.id,
            self.job_name(job),
            job.origin,
            outcome,
            "" if outcome == "success" else self._error,
            waited(enqueued, began.timestamp()),
            max((over - began).total_seconds(), 0.0),
            job.worker_name or self.name,
            self.in_hand.peak_mb() if self.in_hand is not None else 0.0,
        )

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        """As in RQ; its class goes into the event."""
        self._error = exc_info[0].__name__ if exc_info and exc_info[0] else ""
        super().handle_exception(job, *exc_info)


def _outcome(job: Job) -> Outcome:
    status = job.get_status(refresh=False)
    if status is JobStatus.FINISHED:
        return "success"
    if status is JobStatus.STOPPED:
        return "stopped"
    retried = status in (JobStatus.QUEUED, JobStatus.SCHEDULED) or job.should_retry
    return "retry" if retried else "failure"
