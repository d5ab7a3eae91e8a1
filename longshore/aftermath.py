"""What becomes of the tasks that a dead horse has left: back to the queue, failed, or stopped as asked.

What it had in its hands is read from Redis, not from what the worker believes: the worker's set of executions
holds a task from the very call that claims it to the very call that records its end.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum
from typing import Any

from redis.exceptions import ResponseError
from rq.executions import Execution
from rq.job import Job
from rq.utils import now

from longshore import recovery
from longshore.caretaker import Caretaker
from longshore.connections import is_away
from longshore.processes import Death
from longshore.recorder import InHand

_LOOKS, _LOOK = 50, 0.01
"""How often to look whether a dead horse's connection is closed, and seconds between two looks."""


class Why(Enum):
    """Why we have killed a horse."""

    STOPPED = "stopped on request"
    COMMAND = "killed by the command kill-horse"
    OVERDUE = "it went on after its deadline"
    PUT_BACK = "its worker stops"


@dataclass(frozen=True)
class Casualty:
    """A horse that has died.

    Attributes:
        pid: its process id.
        status: its status, as os.wait4 gives it.
        rusage: what it has used, as os.wait4 gives it.
        death: the same in words.
        execution_id: RQ's id of the run that it had begun last.
        connection: Redis's id of the connection that it made its steps over; 0 if not known.
        killed: why we have killed it, and in which run; None if we have not.
    """

    pid: int
    status: int
    rusage: Any
    death: Death
    execution_id: str
    connection: int
    killed: tuple[Why, str] | None


def settle(worker: Caretaker, horse: Casualty) -> None:
    """See to every task in the worker's set of executions. Safe to repeat.

    The one that it died in comes last, and so to the head of its queue.
    """
    _let_last_step_arrive(worker, horse.connection)
    for execution_id, task_id in sorted(worker.runs().items(), key=lambda run: run[0] == horse.execution_id):
        job = recovery.started(worker.connection, task_id, worker.job_class, worker.serializer)
        execution = Execution(execution_id, task_id, worker.connection, worker.name)
        if job is None:
            _drop(worker, execution)
        elif execution_id != horse.execution_id:
            worker.put_back(task_id)  # claimed, and never begun
        else:
            worker.in_hand = InHand(execution, peak_mb=lambda: horse.death.peak_mb or 0.0)
            try:
                _end(worker, job, execution, horse)
            finally:
                worker.in_hand = None


def _let_last_step_arrive(worker: Caretaker, connection: int) -> None:
    """Wait until Redis has closed a dead horse's connection: what it had sent is done then, or never."""
    if not connection:
        return
    for _ in range(_LOOKS):
        try:
            raw: Any = worker.connection.execute_command("CLIENT LIST", "ID", connection)
        except ResponseError as error:
            if is_away(error):
                raise
            return  # a user who may not ask: what comes later is found when its heartbeats are missed
        if not raw:
            return
        time.sleep(_LOOK)


def _end(worker: Caretaker, job: Job, execution: Execution, horse: Casualty) -> None:
    why = horse.killed[0] if horse.killed is not None and horse.killed[1] == execution.id else None
    job.ended_at = now()
    if why is Why.STOPPED:
        worker.end_stopped(job, execution, lambda: horse.death.peak_mb or 0.0)
    elif why is Why.PUT_BACK:
        worker.put_back(job.id)
    else:
        worker.handle_work_horse_killed(job, horse.pid, horse.status, horse.rusage)  # type: ignore[no-untyped-call]
        _end_badly(worker, job, execution, why, horse.death.describe())


def _end_badly(worker: Caretaker, job: Job, execution: Execution, why: Why | None, death: str) -> None:
    if why is Why.OVERDUE:
        text = f"it went on after its {job.timeout:g} s and was killed; {death}"
        worker.fail(job, execution, "DeadlineExceeded", text)
    elif why is Why.COMMAND:
        text = f"Work-horse terminated unexpectedly; {why.value}; {death}"
        worker.fail(job, execution, "WorkerLost", text)
    else:
        worker.take_up(job.id, death)


def _drop(worker: Caretaker, execution: Execution) -> None:
    """Clear away what is left of a run whose task is not started any more."""
    with worker.connection.pipeline() as pipe:
        pipe.delete(execution.key)
        pipe.zrem(f"rq:executions:{execution.job_id}", execution.id)
        for queue in worker.queues:
            pipe.zrem(f"rq:wip:{queue.name}", execution.composite_key)
        pipe.srem(worker.executions_key, execution.composite_key)
        pipe.execute()
