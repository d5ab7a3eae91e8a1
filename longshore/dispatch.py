"""Putting tasks into Redis: one transaction for one task or for a batch of up to 1,000.

Parameters are checked first, and nothing is written unless all of them are right. What Idempotency-Key
and `unique` promise is decided under WATCH in the same transaction.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel
from redis import Redis, WatchError
from redis.client import Pipeline
from rq import Queue
from rq.job import JobStatus
from rq.utils import as_text
from rq_scheduler import Scheduler

from longshore import always_inline, connections, keys, settings, task
from longshore.catalog import Job, catalog
from longshore.durations import Duration, seconds
from longshore.errors import InvalidParameters
from longshore.idempotency import Remembered
from longshore.inline import Ran
from longshore.task import Task
from longshore.template import Template

UNFINISHED = frozenset(
    {"created", "queued", "started", "deferred", "scheduled", "rate_limited", "ready_to_enqueue"}
)
HORIZON = timedelta(days=5 * 366)
"""How far ahead a one-off run may lie."""
_TRIES = 50


@dataclass(frozen=True)
class Dispatched:
    """What became of an enqueue.

    Attributes:
        task_id: the task's id.
        job: the job's name.
        created: False if an earlier task was found by its Idempotency-Key or by `unique`.
        ran: with ALWAYS_INLINE, what became of it: it has run.
    """

    task_id: str
    job: str
    created: bool = True
    ran: Ran | None = None


class Dispatcher:
    """Enqueues tasks over one Redis client.

    Args:
        connection: the client to use.
        now: the time, injected for tests.
        rng: for the jitter of retries.
        at_once: run each task here instead, before its enqueue returns: ALWAYS_INLINE.
    """

    def __init__(
        self,
        connection: Redis,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        rng: random.Random | None = None,
        at_once: bool = False,
    ) -> None:
        self.connection, self.at_once = connection, at_once
        self._now, self._rng = now, rng or random.Random()
        self._queues: dict[str, Queue] = {}
        self._templates: dict[str, Template] = {}

    def dispatch(
        self,
        job: Job,
        params: Mapping[str, Any],
        *,
        delay: Duration | None = None,
        run_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Dispatched:
        """Enqueue one task.

        Args:
            job: what to run.
            params: its parameters, as JSON would hold them or as Python objects.
            delay: run it this much later, through rq-scheduler.
            run_at: or at this instant, which needs a zone.
            idempotency_key: the same key and parameters within 24 h return the first task.

        Raises:
            InvalidParameters: names each field at fault, `delay` and `run_at` among them.
            IdempotencyConflict: the key was used with other parameters.
            redis.exceptions.RedisError: it is not known to be in Redis.
        """
        checked = job.parameters.check(params)
        key = Remembered(job, [checked], idempotency_key, f"{delay} {run_at}") if idempotency_key else None
        when = self._when(job, delay, run_at)
        if self.at_once:
            return self.run_here(job, job.parameters.payload(checked))
        if key is None and when is None and job.overlap and not job.unique:
            return Dispatched(self._template(job).enqueue(job.parameters.payload(checked)), job.name)
        return self._write(job, [checked], when, key)[0]

    def dispatch_many(
        self, job: Job, many: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None
    ) -> list[Dispatched]:
        """Enqueue a batch in one transaction: all of it, or nothing.

        Raises:
            InvalidParameters: fields are named `<index>.<field>`; also for an empty or too large batch.
            IdempotencyConflict: as `dispatch`.
        """
        if not 1 <= len(many) <= keys.BATCH_LIMIT:
            raise _invalid(job, "(batch)", f"a batch has 1 to {keys.BATCH_LIMIT} tasks, this one {len(many)}")
        checked = _check_all(job, many)
        if self.at_once:
            return [self.run_here(job, job.parameters.payload(one)) for one in checked]
        key = Remembered(job, checked, idempotency_key) if idempotency_key else None
        return self._write(job, checked, None, key)

    def new_task(self, job: Job, payload: Mapping[str, Any], task_id: str | None = None, **meta: Any) -> Task:
        """A task of `job` that is not in Redis yet. Its description holds no parameters: people see it."""
        made = Task.create(
            job.path,
            kwargs=dict(payload),
            connection=self.connection,
            id=task_id,
            origin=job.queue,
            description=job.name,
            timeout=job.timeout,
            result_ttl=job.result_ttl,
            failure_ttl=job.failure_ttl,
            meta={task.RETRIES: job.retry.retries, **meta},
        )
        self.allow_retries(made, job)
        if not job.overlap:
            made.rate_limit_key, made.rate_limit_concurrency = job.name, 1
        return made  # type: ignore[return-value]

    def run_here(self, job: Job, payload: Mapping[str, Any], **meta: Any) -> Dispatched:
        """Run a task before this returns, for `at_once`. Its parameters are checked already."""
        made = self.new_task(job, payload, **meta)
        return Dispatched(made.id, job.name, ran=always_inline.run(made, job, payload))

    def allow_retries(self, made: Any, job: Job) -> None:
        """Give a task the tries that its job declares, with fresh jitter."""
        if job.retry.retries:
            made.retries_left = job.retry.retries
            made.retry_intervals = self.retry_delays(job)

    def retry_delays(self, job: Job) -> list[int]:
        """Fresh seconds between the tries of a task."""
        return job.retry.delays(self._rng)

    def queue(self, name: str) -> Queue:
        """RQ's queue of that name."""
        if name not in self._queues:
            self._queues[name] = Queue(name, connection=self.connection, job_class=Task, serializer="json")
        return self._queues[name]

    def push(self, pipe: Pipeline, made: Task, at_front: bool = False) -> None:
        """Buffer a task's writes on a transaction: into its queue, or behind its rate limit."""
        queue = self.queue(made.origin)
        pipe.sadd(queue.redis_queues_keys, queue.key)
        if made.has_rate_limit:
            queue._enqueue_rate_limited_job(made, pipeline=pipe, at_front=at_front)
        else:
            queue._enqueue_job(made, pipeline=pipe, at_front=at_front)

    def twin(self, pipe: Pipeline, job: Job, digest: str) -> str | None:
        """The unfinished task of a unique job with these parameters, watched until the transaction.

        Reads on the pipeline's own connection: a second one, taken while this one is held, can be one
        too many for the pool.
        """
        key = keys.unique(job.name, digest)
        pipe.watch(key)
        raw: Any = pipe.get(key)
        state: Any = pipe.hget(Task.key_for(as_text(raw)), "status") if raw else None
        return as_text(raw) if state and as_text(state) in UNFINISHED else None

    def note_twin(self, pipe: Pipeline, job: Job, digest: str, task_id: str) -> None:
        """Buffer that this task is now the one with these parameters."""
        pipe.set(keys.unique(job.name, digest), task_id, ex=keys.UNIQUE_TTL)

    def _write(
        self, job: Job, many: Sequence[BaseModel], when: datetime | None, remembered: Remembered | None
    ) -> list[Dispatched]:
        self.queue(job.queue).get_redis_server_version()  # read once, never inside the transaction
        for _ in range(_TRIES):
            with self.connection.pipeline() as pipe:
                try:
                    return self._attempt(pipe, job, many, when, remembered)
                except WatchError:
                    continue
        raise WatchError(f"{job.name}: too many others enqueue with the same key")

    def _attempt(
        self,
        pipe: Pipeline,
        job: Job,
        many: Sequence[BaseModel],
        when: datetime | None,
        remembered: Remembered | None,
    ) -> list[Dispatched]:
        if remembered and (earlier := remembered.look(pipe)):
            return [Dispatched(task_id, job.name, created=False) for task_id in earlier]
        twins = self._twins(pipe, job, many) if job.unique else {}
        if pipe.watching:
            pipe.multi()
        results = [self._one(pipe, job, one, when, twins) for one in many]
        if remembered:
            remembered.note(pipe, [one.task_id for one in results])
        pipe.execute()
        return results

    def _one(
        self, pipe: Pipeline, job: Job, checked: BaseModel, when: datetime | None, twins: dict[str, str]
    ) -> Dispatched:
        digest = job.parameters.digest(checked) if job.unique else ""
        if digest in twins:
            return Dispatched(twins[digest], job.name, created=False)
        task_id = self._new(pipe, job, job.parameters.payload(checked), when)
        if job.unique:
            twins[digest] = task_id
            self.note_twin(pipe, job, digest, task_id)
        return Dispatched(task_id, job.name)

    def _new(self, pipe: Pipeline, job: Job, payload: Mapping[str, Any], when: datetime | None) -> str:
        if when is None and job.overlap:
            return self._template(job).push(pipe, payload)
        made = self.new_task(job, payload)
        if when is None:
            self.push(pipe, made)
        else:
            _hold_until(pipe, made, when)
        return made.id

    def _template(self, job: Job) -> Template:
        found = self._templates.get(job.name)
        if found is None or found.job is not job:
            made, queue = self.new_task(job, {}), self.queue(job.queue)
            with self.connection.pipeline() as nowhere:
                self.push(nowhere, made)
            found = Template(job, made, queue, lambda: self.retry_delays(job))
            self._templates[job.name] = found
        return found

    def _twins(self, pipe: Pipeline, job: Job, many: Sequence[BaseModel]) -> dict[str, str]:
        """Unfinished tasks with the same parameters, by digest of these."""
        digests = {job.parameters.digest(one) for one in many}
        return {digest: twin for digest in digests if (twin := self.twin(pipe, job, digest))}

    def _when(self, job: Job, delay: Duration | None, run_at: datetime | None) -> datetime | None:
        if delay is not None and run_at is not None:
            raise _invalid(job, "run_at", "give delay or run_at, not both")
        now = self._now()
        if delay is not None:
            try:
                run_at = now + timedelta(seconds=seconds(delay))
            except (ValueError, OverflowError) as error:
                raise _invalid(job, "delay", str(error)) from None
        if run_at is None or run_at <= now:
            return None
        if run_at > now + HORIZON:
            raise _invalid(job, "run_at", f"{run_at.isoformat()} is more than 5 years ahead")
        return run_at


def _hold_until(pipe: Pipeline, made: Task, when: datetime) -> None:
    """Leave a task with rq-scheduler, which keeps it in its sorted set until it is due."""
    made.set_status(JobStatus.SCHEDULED, pipeline=pipe)
    made.save(pipeline=pipe)
    pipe.zadd(Scheduler.scheduled_jobs_key, {made.id: when.timestamp()})


def _check_all(job: Job, many: Sequence[Mapping[str, Any]]) -> list[BaseModel]:
    checked, faults = [], []
    for index, params in enumerate(many):
        try:
            checked.append(job.parameters.check(params))
        except InvalidParameters as error:
            faults += [one | {"field": f"{index}.{one['field']}"} for one in error.errors]
    if faults:
        raise InvalidParameters(job.name, faults[:100])
    return checked


def _invalid(job: Job, field: str, message: str) -> InvalidParameters:
    return InvalidParameters(job.name, [{"field": field, "message": message, "type": "value_error"}])


@functools.cache
def dispatcher() -> Dispatcher:
    """This process's dispatcher, on its shared client."""
    return Dispatcher(connections.shared(), at_once=settings.current().always_inline)


def dispatch(name: str, params: Mapping[str, Any] | None = None, **options: Any) -> Dispatched:
    """Enqueue the job called `name` from code; options as `Dispatcher.dispatch`.

    Raises:
        UnknownJob: the catalog has no such job.
    """
    return dispatcher().dispatch(catalog.get(name), params or {}, **options)
