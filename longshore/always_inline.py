"""The setting ALWAYS_INLINE: every task runs in the process that enqueues it, before the enqueue returns.

For tests, as RQ's `is_async=False`, which does the work, and Celery's `task_always_eager`. Where there is a
Redis, the task is there with its end like any other. There are no retries, deadlines, delays or limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rq import Queue

from longshore import inline
from longshore.catalog import Job
from longshore.connections import AWAY
from longshore.inline import Ran
from longshore.task import ERROR, Task


def run(made: Task, job: Job, payload: Mapping[str, Any]) -> Ran:
    """Run a task now that is in no queue.

    Args:
        made: the task.
        job: its job.
        payload: its checked parameters, as JSON.

    Raises:
        redis.exceptions.RedisError: Redis went away while it ran, so its end is not recorded.
    """
    made.rate_limit_key, made.rate_limit_concurrency = None, None  # RQ counts these in its queues
    queue = Queue(job.queue, is_async=False, connection=made.connection, job_class=Task, serializer="json")
    try:
        queue.enqueue_job(made)
    except AWAY:
        if made.started_at is not None:
            raise
        result, error = inline.outcome(job, payload)
        return Ran(job.name, result, error)
    failed = made.meta.get(ERROR)
    return Ran(job.name, None if failed else made._result, failed, task_id=made.id)
