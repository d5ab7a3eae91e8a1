"""The horse: the worker's child process, which runs one task after the other.

It claims, runs, records and claims again, with one call to Redis a task (steps.py). What that call does not
cover (failures, retries, callbacks, dependents, repeats, webhooks, rate limits, results that are not kept,
a subclass's own hooks) goes through RQ's own methods. This module owns the loop; the worker watches it from
outside (supervision.py) and may kill it at any instant.
"""

from __future__ import annotations

import contextvars
import logging
import os
import select
import sys
import time
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError
from rq.executions import Execution
from rq.job import Job, Retry
from rq.queue import Queue
from rq.timeouts import JobTimeoutException

from longshore.boundary import Boundary, Farewell, Phase
from longshore.claims import Claims
from longshore.errors import PutBack
from longshore.events import waited
from longshore.hygiene import Memory, Surroundings
from longshore.progress import ask_whether_stopping
from longshore.recorder import InHand
from longshore.reporter import capture
from longshore.steps import Claimed, Ended, Step

if TYPE_CHECKING:
    from longshore.worker import QuickWorker

logger = logging.getLogger("rq.worker")
_SUSPENDED_POLL = 1.0
"""Seconds between two looks whether work was resumed, as in RQ."""
_LOOK = 15.0
"""Seconds after which an idle horse asks for a task even though Redis has announced none."""
_FOR_RQ = (b"success_callback_name", b"webhooks", b"rate_limit_key", b"dependency_ids", b"repeats_left")
"""Fields of a task's hash that RQ's own code has to deal with when it ends well."""


@dataclass(frozen=True)
class Plan:
    """What a horse is to do.

    Attributes:
        burst: leave when the queues are empty.
        tasks: tasks to run before it leaves for good; None for no end.
        tasks_per_horse: tasks after which it is replaced; None for no end.
        memory_mb: memory above which it is replaced between two tasks; None for no limit.
        idle: seconds without a task after which it leaves for good; None for never.
    """

    burst: bool = False
    tasks: int | None = None
    tasks_per_horse: int | None = None
    memory_mb: int | None = None
    idle: float | None = None


class Horse:
    """One horse's life. Made in the child process.

    Args:
        worker: its worker, as forked.
        boundary: the page shared with the worker process.
        control: a descriptor that becomes readable when the worker has something to say, or is gone.
        plan: how long to live.
        parent: the worker's process id; without it the horse leaves.
    """

    def __init__(
        self, worker: QuickWorker, boundary: Boundary, control: int, plan: Plan, parent: int
    ) -> None:
        self._parent, self._pid = parent, os.getpid()
        self._worker, self._boundary, self._control, self._plan = worker, boundary, control, plan
        self._untidied: str | None = None
        self._slowly = worker.has_own_hooks
        self._reorders = worker.reorders
        self._alone = True
        self._memory = Memory()
        self._claims = Claims(
            worker, boundary, is_plain=self._is_plain, settle=self._settle, tidy_up=self._tidy_up,
            may_hold=not (
                self._slowly or self._reorders or plan.tasks is not None or plan.tasks_per_horse is not None
            ),
        )  # fmt: skip
        self._numbers = {key: number for number, key in enumerate(worker.queue_keys())}
        capture.install()
        ask_whether_stopping(lambda: boundary.stopping)
        self._surroundings = Surroundings()

    def run(self) -> Farewell:
        """Work until there is a reason to leave."""
        woken, idle_since = True, time.monotonic()
        while True:
            farewell = self._reason_to_leave(idle_since)
            if farewell is not None and self._claims.is_empty:
                return farewell
            step = self._step(claim=farewell is None, beat=woken)
            woken = False
            if step.claimed is not None:
                self._perform(step.claimed)
                idle_since = time.monotonic()
            elif farewell is None and step.state == "suspended":
                if self._plan.burst:
                    logger.info("Worker %s: suspended in burst mode, exiting", self._worker.name)
                    return Farewell.DONE
                self._suspended()
                woken = True
            elif farewell is None and step.state == "" and step.ended != "slow":
                if self._plan.burst:
                    return Farewell.DONE
                self._rest(idle_since)
                woken = True

    # Leaving

    def _reason_to_leave(self, idle_since: float) -> Farewell | None:
        plan, claimed = self._plan, self._boundary.claimed
        if os.getppid() != self._parent:  # only Linux kills us with it
            os._exit(1)
        if self._boundary.stopping or (plan.tasks is not None and claimed >= plan.tasks):
            return Farewell.DONE
        if plan.tasks_per_horse is not None and claimed >= plan.tasks_per_horse:
            return Farewell.REPLACE
        if not self._alone:
            return Farewell.REPLACE
        if plan.memory_mb is not None and self._memory.exceeds(plan.memory_mb):
            logger.warning("the horse of worker %s is replaced: it has grown too large", self._worker.name)
            return Farewell.REPLACE
        if plan.idle is not None and time.monotonic() - idle_since >= plan.idle:
            logger.info("Worker %s: idle for %d seconds, quitting", self._worker.name, plan.idle)
            return Farewell.DONE
        return None

    # Waiting

    def _rest(self, idle_since: float) -> None:
        timeout = _LOOK
        if self._plan.idle is not None:
            timeout = max(0.01, min(timeout, idle_since + self._plan.idle - time.monotonic()))
        self._boundary.rest(Phase.IDLE)
        if not self._boundary.stopping:
            self._claims.wait(self._control, timeout)

    def _suspended(self) -> None:
        self._boundary.rest(Phase.SUSPENDED)
        with suppress(RedisError):  # it is only for show, and the next step waits for Redis
            self._worker.connection.hset(self._worker.key, "state", "suspended")
        select.select([self._control], [], [], _SUSPENDED_POLL)

    # One task

    def _step(self, *, claim: bool, beat: bool) -> Step:
        step = self._claims.next(claim=claim, beat=beat)
        if step.claimed is not None:
            queue = self._worker.ordered_queues[step.claimed.queue]
            step.claimed.queue = self._numbers[queue.key]
            if self._reorders:
                self._worker.reorder_queues(queue)
                self._claims.queues = [one.key for one in self._worker.ordered_queues]
        return step

    def _perform(self, task: Claimed) -> None:
        worker, queue = self._worker, self._worker.queues[task.queue]
        timeout = _whole(task.hash.get(b"timeout")) or worker.queue_class.DEFAULT_TIMEOUT
        self._boundary.run(
            task.task_id, task.execution_id, task.queue, time.monotonic(), timeout, self._claims.held_id
        )
        self._untidied = task.task_id
        self._surroundings.expect("RQ_JOB_ID", task.task_id)
        task.hash.setdefault(b"origin", queue.name.encode())
        job = worker.claimed_job(task.task_id, task.hash)
        ended: Ended | None = None
        if self._slowly or not self._is_plain(task):
            worker.perform_job(job, queue, self._hold(job, task, ending=False))
        else:
            ended = self._quickly(job, queue, task, timeout)
        self._claims.ended = ended
        self._claims.lasted(None if ended is None else ended.ended - ended.started)
        self._boundary.rest(Phase.BETWEEN)
        self._alone = self._surroundings.is_alone(task.task_id)

    def _is_plain(self, task: Claimed) -> bool:
        """Whether it needs nothing of RQ's own code, should it end well."""
        if task.is_plain is None:
            fields = task.hash
            ttl = fields.get(b"result_ttl")
            kept = (_whole(ttl) if ttl else self._worker.default_result_ttl) != 0
            task.is_plain = kept and not any(map(fields.get, _FOR_RQ))
        return task.is_plain

    def _quickly(self, job: Job, queue: Queue, task: Claimed, timeout: int) -> Ended | None:
        """Run the function, and leave its end to the next step; None if RQ's own code has recorded it."""
        worker, began = self._worker, time.time()
        try:
            limit: Any = worker.death_penalty_class
            with limit(timeout, JobTimeoutException, job_id=task.task_id):
                value = contextvars.copy_context().run(job.perform)
            self.end_stray()
            worker.finish_reports(job, self._boundary.ending)
            ended = None if isinstance(value, Retry) else self._ended(job, queue, task, began, value)
        except:  # noqa: E722  whatever a job raises is its failure, SystemExit too, as in RQ
            self.end_stray()
            self._fail(job, queue, task, began, sys.exc_info())
            return None
        if ended is None:
            self._succeed_slowly(job, queue, task, began, value)
        return ended

    def end_stray(self) -> None:
        """End a process that a job has forked and that has come back from its function: it is no horse."""
        if os.getpid() != self._pid:
            os._exit(0)

    def _ended(self, job: Job, queue: Queue, task: Claimed, began: float, value: Any) -> Ended:
        over = time.time()
        dumped = b"" if value is None else b64encode(self._worker.dump_result(job, value))
        ttl = task.hash.get(b"result_ttl")
        keep = int(ttl) if ttl else self._worker.default_result_ttl
        return Ended(
            task, job, value, queue.name, began, over, keep, dumped, self._worker.job_name(job),
            waited(task.hash.get(b"enqueued_at"), began), self._memory.peak_mb(),
        )  # fmt: skip

    def _settle(self, ended: Ended, step: Step) -> None:
        task = ended.claimed
        if step.ended == "slow":
            queue = self._worker.queues[task.queue]
            self._succeed_slowly(ended.job, queue, task, ended.started, ended.result)
        elif step.ended == "lost":
            logger.warning(
                "the result of task %s is dropped: another worker has taken it up meanwhile", task.task_id
            )
        elif logger.isEnabledFor(logging.INFO):
            took = ended.ended - ended.started
            logger.info(
                "Worker %s: %s: Job OK (%s) in %.3f s", self._worker.name, ended.queue, task.task_id, took
            )

    def _succeed_slowly(self, job: Job, queue: Queue, task: Claimed, began: float, value: Any) -> None:
        execution = self._hold(job, task)
        job.started_at = datetime.fromtimestamp(began, UTC)
        try:
            self._worker._finalize_success(job, queue, execution, value)
        except:  # noqa: E722  a success callback that raises makes it a failure, as in RQ
            self._worker._finalize_failure(job, queue, execution, sys.exc_info())

    def _fail(self, job: Job, queue: Queue, task: Claimed, began: float, info: Any) -> None:
        execution = self._hold(job, task)
        job.started_at = datetime.fromtimestamp(began, UTC)
        if self._boundary.stopping and makes_way(info[1]) and self._worker.put_back(job.id):
            return
        self._worker._finalize_failure(job, queue, execution, info)

    def _hold(self, job: Job, task: Claimed, *, ending: bool = True) -> Execution:
        """The execution as RQ's methods want it."""
        worker = self._worker
        if ending:
            self._boundary.ending(0.0)
            self._claims.confirm()
            self._boundary.recording(task.task_id, task.execution_id, task.queue)
        worker.until_there(lambda: job.created_at)  # a ClaimedTask asks Redis for what it has not read
        execution = Execution(task.execution_id, task.task_id, worker.connection, worker.name)
        execution.created_at = datetime.fromtimestamp(task.at, UTC)
        execution._job = job
        worker.executions = {execution.id: execution}
        worker.in_hand = InHand(execution, self._function_is_over, self._memory.peak_mb)
        job.redis_server_version = worker.get_redis_server_version()  # type: ignore[no-untyped-call]
        return execution

    def _function_is_over(self, deadline: float) -> None:
        self.end_stray()
        self._boundary.ending(deadline)

    def _tidy_up(self) -> None:
        """Done while Redis works on the task that has ended."""
        if self._untidied is not None:
            self._surroundings.restore(self._untidied)
            self._untidied = None


def makes_way(error: BaseException | None) -> bool:
    """Whether a task that was asked to stop has ended for that reason, not for one of its own.

    It raised PutBack, or a process of its own was ended: Heroku sends SIGTERM to every process at once.
    """
    while error is not None:
        if isinstance(error, PutBack) or getattr(error, "returncode", None) in (-15, 143):
            return True
        error = error.__cause__ or error.__context__
    return False


def _whole(value: bytes | None) -> int:
    return int(value) if value and value.lstrip(b"-").isdigit() else 0
