"""The worker process's side of claiming ahead: a held task goes back when the one before it lasts.

The horse may be deep in native code by then, so the worker takes it back through the shared page, and puts it
back into its queue itself.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from rq.executions import Execution
from rq.utils import as_text

from longshore import recovery
from longshore.boundary import Boundary
from longshore.recorder import InHand

if TYPE_CHECKING:
    from longshore.caretaker import Caretaker

HELD_FOR = 0.1
"""Seconds that a task may run until what is held behind it is taken back."""


class TakenBack:
    """What was taken back from the horse, until it is in its queue again.

    Args:
        worker: the worker.
    """

    def __init__(self, worker: Caretaker) -> None:
        self._worker = worker
        self._taken: dict[str, str] = {}
        """By execution id, the task that is to be stopped should it be that one, or nothing."""

    def look(self, boundary: Boundary) -> bool:
        """Take back what waits too long; whether there is something to see to. Any thread may ask."""
        return self._take(boundary, time.monotonic() - HELD_FOR, "")

    def stop(self, boundary: Boundary, task_id: str) -> bool:
        """Take back what is held, and stop it if it is this task; whether anything is. Any thread may ask."""
        return self._take(boundary, math.inf, task_id)

    def _take(self, boundary: Boundary, before: float, unwanted: str) -> bool:
        taken = boundary.take_back(before)
        if taken:
            self._taken[taken] = unwanted
        return bool(taken)

    def see_to(self, boundary: Boundary | None) -> None:
        """Put back what was taken. A claim that has not reached Redis yet is looked for again later.

        Args:
            boundary: the page of the horse, None if it is gone.
        """
        if not self._taken:
            return
        # In this order: if the horse holds another one by now, the claim of this one was answered before.
        taken = dict(self._taken)
        held_id = boundary.held_id if boundary is not None else ""
        found = _runs(self._worker)
        for execution_id, unwanted in taken.items():
            if execution_id in found:
                self._end(found[execution_id], execution_id, unwanted)
            if execution_id in found or execution_id != held_id:
                del self._taken[execution_id]

    def _end(self, task_id: str, execution_id: str, unwanted: str) -> None:
        worker = self._worker
        if task_id != unwanted:
            worker.put_back(task_id, execution_id)
            return
        job = recovery.started(worker.connection, task_id, worker.job_class, worker.serializer)
        if job is not None:
            execution = Execution(execution_id, task_id, worker.connection, worker.name)
            worker.in_hand, worker._stopped_job_id = InHand(execution), task_id
            try:
                worker._handle_stopped_job(job, worker.queue_of(job), execution)
            finally:
                worker.in_hand = None


def beat_for_others(worker: Caretaker, current: str) -> None:
    """Keep alive what is on record beside the task that runs: an end that an outage has kept from Redis.

    It can only be sent again when the running task is over, and until then nobody may take it up.

    Args:
        worker: the worker.
        current: execution id of the task that runs.
    """
    for execution_id, task_id in _runs(worker).items():
        if execution_id == current:
            continue
        job = recovery.started(worker.connection, task_id, worker.job_class, worker.serializer)
        if job is not None:
            execution = Execution(execution_id, task_id, worker.connection, worker.name)
            worker.maintain_heartbeats(job, execution)


def _runs(worker: Caretaker) -> dict[str, str]:
    """Task ids by execution id, as the worker's set of executions has them."""
    members: Any = worker.connection.smembers(worker.executions_key)
    split = [as_text(one).rpartition(":") for one in members]
    return {execution_id: task_id for task_id, _, execution_id in split}
