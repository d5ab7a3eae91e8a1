"""The worker process's side of claiming ahead: a held task goes back when the one before it lasts.

The horse may be deep in native code by then, so the worker takes it back through the shared page, and puts it
back into its queue itself.
"""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from rq.executions import Execution

from longshore import recovery
from longshore.boundary import Boundary

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
        found = self._worker.runs()
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
            worker.end_stopped(job, Execution(execution_id, task_id, worker.connection, worker.name))
