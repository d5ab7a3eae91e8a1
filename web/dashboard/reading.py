"""Tasks, queues and workers as rq-dashboard's pages read them: whatever Redis holds, nothing raises.

Nothing here is unpickled and nothing imported, as in `longshore.task`. What cannot be read is shown
as a text that says so. These classes only read, but for `ReadableQueue.compact`; what is saved again
goes through `Task`, which keeps bytes that it cannot read.
"""

from __future__ import annotations

from typing import Any

from redis import Redis
from rq import Queue
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.job import Job as RQJob
from rq.job import JobStatus
from rq.results import Result
from rq_dashboard import web as upstream

from longshore.fleet import SeenWorker
from longshore.serializer import ForShow
from longshore.task import UNREADABLE, Task


class _Id(str):
    """rq-dashboard decodes the ids of dependencies, which RQ has decoded already since 2.0."""

    __slots__ = ()

    def decode(self, _encoding: str = "utf-8") -> str:
        return str(self)


class ReadableTask(Task):
    """A task whose payload, meta and result may be anybody's."""

    def get_status(self, refresh: bool = True) -> JobStatus:
        """The status, also when what Redis holds is none."""
        try:
            return super().get_status(refresh)
        except (InvalidJobOperation, ValueError):
            return super().get_status(refresh=False)

    def latest_result(self, timeout: int = 0) -> Result | None:
        """The last result, with a text in place of one that is not JSON."""
        try:
            return Result.fetch_latest(self, serializer=ForShow(), timeout=timeout)
        except UNREADABLE:
            return None

    def get_meta(self, refresh: bool = True) -> Any:
        """The meta as it is in Redis, or a text."""
        raw: Any = self.connection.hget(self.key, "meta")
        return ForShow.loads(raw) if raw else {}

    def get_call_string(self) -> str | None:
        """What it calls. The description holds no parameters and needs no payload."""
        return self.description or self.id

    @property
    def dependency_ids(self) -> list[str]:
        """Ids of the tasks that it waits for."""
        return [_Id(one) for one in super().dependency_ids]


class ReadableQueue(Queue):
    """A queue of readable tasks, from which looking removes nothing."""

    job_class = ReadableTask

    def fetch_job(self, job_id: str) -> RQJob | None:
        """The task, or None. RQ's own also removes from the queue what it cannot find."""
        try:
            found = self.job_class.fetch(job_id, connection=self.connection)
        except (NoSuchJobError, ValueError):
            return None
        return found if found.origin == self.name else None

    def compact(self) -> None:
        """Remove ids of tasks that are gone.

        RQ's own renames the queue away and moves ids back one by one: it raises for an empty queue, and
        loses what is left when its process dies.
        """
        ids = self.get_job_ids()
        with self.connection.pipeline(transaction=False) as pipe:
            for one in ids:
                pipe.exists(self.job_class.key_for(one))
            there = pipe.execute()
            for one in (one for one, exists in zip(ids, there, strict=True) if not exists):
                pipe.lrem(self.key, 1, one)
            pipe.execute()


def page(
    queue_name: str, registry_name: str, offset: int, per_page: int, order: str, connection: Redis
) -> tuple[int, list[dict[str, Any]]]:
    """How many tasks there are in a queue or in one of its registries, and those of a page.

    rq-dashboard's own takes where a page ends for its length: the second holds twice as many rows.

    Args:
        queue_name: the queue.
        registry_name: "queued" for the queue itself, else the registry.
        offset: how many tasks the pages before hold.
        per_page: most tasks of the page.
        order: "asc", or "dsc" for the last first.
        connection: the client to use.
    """
    queue = ReadableQueue(queue_name, connection=connection)
    registry = None if registry_name == "queued" else getattr(queue, f"{registry_name}_job_registry")
    total: int = queue.count if registry is None else registry.get_job_count(cleanup=False)
    length = max(0, min(per_page, total - offset))
    first = offset if order == "asc" else total - offset - length
    if registry is None:
        ids = queue.get_job_ids(first, length)
    else:
        ids = registry.get_job_ids(first, first + length - 1, cleanup=False) if length else []
    found = map(queue.fetch_job, ids if order == "asc" else reversed(ids))
    return total, [upstream.serialize_job(one) for one in found if one]


class ReadableWorker(SeenWorker):
    """A registered worker, seen from the web process."""

    job_class = ReadableTask
    queue_class = ReadableQueue

    def get_current_job(self) -> RQJob | None:
        """What it runs, or None; also None when the task's hash is gone already."""
        try:
            return super().get_current_job()
        except (NoSuchJobError, ValueError):
            return None
