"""What is asked of a worker process, by RQ's commands and by signals: it hits the task meant, or none."""

from __future__ import annotations

from types import FrameType
from typing import Any

from rq import Worker
from rq.command import handle_command, parse_payload
from rq.executions import Execution
from rq.utils import now
from rq.worker import WorkerStatus

from longshore.aftermath import Why
from longshore.patience import PatientWorker
from longshore.supervision import Supervisor

STOP_GRACE = 15.0
"""Seconds that a running task has after SIGTERM before it is put back; Heroku kills at 30."""


class CommandedWorker(PatientWorker):
    """RQ's worker, whose horse lives on: what RQ asks of a horse is asked of the task in its hands."""

    supervisor: Supervisor | None = None
    """Watches the horse while `work` runs."""
    stop_grace = STOP_GRACE
    has_begun = False
    """Whether `work` has begun; from then on its own loop looks for requests to stop."""
    forced = False
    """Whether a second signal has ended the grace."""

    def handle_payload(self, message: Any) -> None:
        """As in RQ; a command that makes no sense is ignored."""
        try:
            payload = parse_payload(message)
            if self.supervisor is not None and payload["command"] in ("stop-job", "stop-execution"):
                self._stop_task(payload)
            else:
                handle_command(self, payload)
        except Exception:  # anybody may publish anything there
            self.log.exception("Worker %s: a command is ignored: %.200r", self.name, message)

    @property
    def executions(self) -> dict[str, Execution]:
        """What runs now, by execution id; in the worker process as the horse shows it."""
        if self.supervisor is not None and not self._is_horse:
            return self.supervisor.executions()
        return self._own_executions

    @executions.setter
    def executions(self, value: dict[str, Execution]) -> None:
        self._own_executions = value

    @property
    def execution(self) -> Execution | None:
        """One of `executions`; RQ's own looks twice, and the horse may have gone on between the looks."""
        for found in self.executions.values():
            return found
        of_redis = self.get_current_executions()
        return of_redis[0] if of_redis else None

    @execution.setter
    def execution(self, value: Execution | None) -> None:
        Worker.execution.fset(self, value)  # type: ignore[attr-defined]

    @property
    def horse_pid(self) -> int:
        """The horse's process id while it runs a task, else 0."""
        return self.supervisor.busy_pid() if self.supervisor is not None else self._horse_pid

    def get_state(self) -> str:
        """As in RQ; while the horse works on a task, "busy"."""
        if self.supervisor is not None and not self._is_horse:
            return WorkerStatus.BUSY if self.supervisor.busy_pid() else WorkerStatus.IDLE
        return super().get_state()

    def kill_horse(self, *args: Any, **options: Any) -> None:
        """Kill the horse, but only within the task that was meant."""
        if self.supervisor is None:
            super().kill_horse(*args, **options)
            return
        self.supervisor.kill(Why.COMMAND, lambda at: True)

    def _stop_task(self, payload: dict[str, Any]) -> None:
        """RQ's stop-job and stop-execution. RQ looks first and kills later: the task may end in between."""
        task, execution = payload.get("job_id"), payload.get("execution_id")
        assert self.supervisor is not None
        if not self.supervisor.kill(
            Why.STOPPED, lambda at: at.task_id == task and execution in (None, at.execution_id)
        ) and not (isinstance(task, str) and self.supervisor.stop_held(task)):
            self.log.warning("Not working on job %s, command ignored.", task)

    def _shutdown(self) -> None:
        """As in RQ, which raises StopRequested wherever the signal strikes; while we start, it is only noted.

        Raised while a thread starts or a log line is written, it is lost, or leaves the worker registered.
        """
        if self.supervisor is None:
            if not self.has_begun:
                super()._shutdown()  # type: ignore[no-untyped-call]
        else:
            self._stop_requested = self.get_state() == WorkerStatus.BUSY
            self.supervisor.stop(self.stop_grace)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A second signal, a second or more after the first: put the task back now."""
        if self.supervisor is None:
            super().request_force_stop(signum, frame)
        elif self._shutdown_requested_date and (now() - self._shutdown_requested_date).total_seconds() >= 1:
            self.forced = True
            self.supervisor.stop(0)
