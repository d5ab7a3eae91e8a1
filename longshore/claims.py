"""What a horse has beside the task that it runs: an end not confirmed by Redis, and a task claimed ahead.

While tasks are short, the call that records one and claims another is under way while the next one runs, so
that Redis and Python work at the same time. What is claimed ahead is on record as held: who finds it after a
crash puts it back without counting a death, and the worker takes it back when the task before it lasts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from longshore.steps import Claimed, Ended, Step

if TYPE_CHECKING:
    from longshore.boundary import Boundary
    from longshore.worker import QuickWorker

SHORT = 0.01
"""Seconds that a task may last for the next one to be claimed ahead."""
STREAK = 3
"""Short tasks in a row after which the next is claimed ahead."""
_STALE = 5.0
"""Seconds after which what is held goes back to its queue: its heartbeat would soon be missed."""


class Claims:
    """The steps of a horse, in the order that lets it work while Redis does.

    Args:
        worker: its worker.
        boundary: the page shared with the worker process.
        may_hold: whether this horse may claim ahead at all.
        is_plain: whether a task needs nothing of RQ's own code when it ends well.
        settle: called with an end and the step that has recorded it, or not.
        tidy_up: called while Redis works.
    """

    def __init__(
        self,
        worker: QuickWorker,
        boundary: Boundary,
        *,
        may_hold: bool,
        is_plain: Callable[[Claimed], bool],
        settle: Callable[[Ended, Step], None],
        tidy_up: Callable[[], None],
    ) -> None:
        self.queues = [queue.key for queue in worker.ordered_queues]
        self.ended: Ended | None = None
        self.held_id = ""
        """Execution id of what is claimed ahead, or asked for; empty for nothing."""
        self._worker, self._boundary = worker, boundary
        self._may_hold, self._is_plain, self._settle, self._tidy_up = may_hold, is_plain, settle, tidy_up
        self._steps = worker.steps(
            lambda: boundary.stopping and self._may_give_up, connected=boundary.connected
        )
        self._may_give_up = False
        self._under_way = False
        self._unconfirmed: Ended | None = None
        self._held: Claimed | None = None
        self._streak = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be recorded, and nothing held."""
        return self.ended is None and not self._under_way and self._held is None

    def lasted(self, seconds: float | None) -> None:
        """Note how long a task has run; None for one that RQ's own code has recorded."""
        self._streak = self._streak + 1 if seconds is not None and seconds < SHORT else 0

    def next(self, *, claim: bool, beat: bool) -> Step:
        """Record what has ended, and bring the next task.

        Args:
            claim: whether another task may begin.
            beat: write the worker's heartbeat and state.
        """
        self._may_give_up = self.ended is None and self._unconfirmed is None
        self.confirm()
        held, self._held, self.held_id = self._held, None, ""
        if held is not None and self._boundary.begin_held():
            if claim and time.time() - held.at < _STALE:
                self._may_give_up = False
                self._begin(held)
                return Step("", "task", held)
            self._worker.until_there(lambda: self._worker.put_back(held.task_id, held.execution_id))
        try:
            return self._exchange(claim, beat)
        finally:
            self._may_give_up = False

    def confirm(self) -> None:
        """Wait for the answer that is under way, if one is."""
        if self._under_way:
            self._held = self._receive().claimed

    def wait(self, control: int, timeout: float) -> None:
        """Rest until there may be a task, or `control` is readable."""
        self._streak = 0
        self._steps.wait(self.queues, control, timeout)

    def _exchange(self, claim: bool, beat: bool) -> Step:
        self._send(claim=claim, beat=beat)
        step = self._receive()
        if step.claimed is not None and self._goes_ahead(step.claimed):
            self.held_id = self._send(claim=True, ahead=True)
        return step

    def _begin(self, held: Claimed) -> None:
        ahead = self._goes_ahead(held)
        self.held_id = self._send(claim=ahead, ahead=True, begins=held.task_id)
        if not ahead:
            self.confirm()

    def _goes_ahead(self, task: Claimed) -> bool:
        return (
            self._may_hold and self._streak >= STREAK and not self._boundary.stopping and self._is_plain(task)
        )

    def _send(self, *, claim: bool, beat: bool = False, ahead: bool = False, begins: str = "") -> str:
        self._unconfirmed, self.ended = self.ended, None
        self._under_way = True
        wanted = self._steps.send(
            self.queues, self._unconfirmed, claim=claim, beat=beat, ahead=ahead, begins=begins
        )
        self._tidy_up()
        return wanted

    def _receive(self) -> Step:
        step = self._steps.receive()
        ended, self._unconfirmed, self._under_way = self._unconfirmed, None, False
        if ended is not None:
            self._settle(ended, step)
        return step
