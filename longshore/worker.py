"""The worker: stock `rq.Worker`, told to notice a dead one sooner.

A later version keeps its horse alive over many tasks; this one forks for each, as stock does. What
it changes is how long an abandoned task waits: about 45 seconds from the death of its worker until
another one finds it, where stock takes 7 to 20 minutes, and that a horse does not outlive its worker:
it would run on while the task is given to another.
"""

from __future__ import annotations

import ctypes
import logging
import signal
import sys
from typing import Any

from rq import Queue, Worker
from rq.job import Job as RQJob

from longshore import catalog
from longshore.task import Task

MONITORING_INTERVAL = 10
"""Seconds between two heartbeats of a running task."""
GRACE = 20
"""Seconds after its last expected heartbeat that a task counts as abandoned."""
MAINTENANCE_INTERVAL = 15
"""Seconds between two looks for abandoned tasks."""
WORKER_TTL = 30
"""Seconds that RQ takes for an idle worker's heartbeat; it wakes 15 s before that, beats and cleans."""


class LongshoreWorker(Worker):
    """An RQ worker for jobs of the catalog. `rq worker --worker-class longshore.worker.LongshoreWorker`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("job_monitoring_interval", MONITORING_INTERVAL)
        options.setdefault("maintenance_interval", MAINTENANCE_INTERVAL)
        options.setdefault("worker_ttl", WORKER_TTL)
        if "default_worker_ttl" in options:  # the rq command passes both, and RQ has deprecated this one
            options.pop("default_worker_ttl")
        options["job_class"] = Task
        options["serializer"] = "longshore.serializer.Serializer"
        catalog.load()
        super().__init__(*args, **options)
        logging.getLogger("rq.worker").addFilter(_is_news)

    def work(self, *args: Any, **options: Any) -> bool:
        """As in RQ, but never with RQ's scheduler process: the clock brings delayed retries back."""
        options["with_scheduler"] = False
        return bool(super().work(*args, **options))

    def main_work_horse(self, job: RQJob, queue: Queue) -> None:
        """The horse's life. On Linux the kernel kills it when its worker is gone."""
        die_with_parent()
        super().main_work_horse(job, queue)

    def get_heartbeat_ttl(self, job: RQJob, working_time: float = 0.0) -> int:
        """Seconds until a running task without a heartbeat counts as abandoned."""
        return int(self.job_monitoring_interval) + GRACE


def _is_news(record: logging.LogRecord) -> bool:
    """RQ says at each look for abandoned tasks that it looks: every 15 seconds, a line for each queue."""
    return "cleaning" not in str(record.msg)


def die_with_parent() -> None:
    """Ask the kernel for SIGKILL when the parent process ends; only Linux can."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
