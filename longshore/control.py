"""Stopping a task, and running it again."""

from __future__ import annotations

from redis import Redis, WatchError
from redis.client import Pipeline
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation
from rq.job import JobStatus
from rq.rate_limit import RateLimitRegistry
from rq_scheduler import Scheduler

from longshore import keys, tasks
from longshore.catalog import Job
from longshore.dispatch import Dispatcher
from longshore.errors import InvalidParameters, LongshoreError, WrongState
from longshore.task import DEATHS, ERROR, FINISH, Task

_AGAIN = (JobStatus.FAILED, JobStatus.STOPPED, JobStatus.CANCELED)


def cancel(connection: Redis, task_id: str) -> str:
    """Keep a waiting task from running, or stop a running one.

    Returns:
        "canceled" if it will not run, "stopping" if its worker was told to stop it.

    Raises:
        UnknownTask: there is none of that id.
        WrongState: it is over already.
    """
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(Task.key_for(task_id))
                return _cancel(pipe, connection, tasks.fetch(connection, task_id))
            except WatchError:  # a worker has claimed it meanwhile, or it is over
                continue


def _cancel(pipe: Pipeline, connection: Redis, found: Task) -> str:
    status = tasks.status_of(found)
    if status in tasks.READY:
        raise WrongState(f"Task {found.id} is over already ({status}); there is nothing to cancel.")
    if found.get_status(refresh=False) is JobStatus.STARTED:
        send_stop_job_command(connection, found.id, serializer=found.serializer)
        return "stopping"
    limit, found.rate_limit_key = found.rate_limit_key, None  # RQ takes no rate-limited job in a transaction
    pipe.multi()
    try:
        found.cancel(pipeline=pipe)
    except InvalidJobOperation as error:
        raise WrongState(str(error)) from None
    pipe.zrem(Scheduler.scheduled_jobs_key, found.id)
    pipe.expire(found.key, found.failure_ttl or keys.FAILURE_TTL)  # RQ keeps canceled tasks for ever
    pipe.execute()
    if limit:
        RateLimitRegistry(limit, connection).cancel(found.id)
    return "canceled"


def finish(connection: Redis, task_id: str) -> None:
    """Have a running task end soon, with the best result that it has.

    Raises:
        UnknownTask: there is none of that id.
        WrongState: it does not run, or its job cannot end early.
    """
    with connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(Task.key_for(task_id))
                found = tasks.fetch(connection, task_id)
                _check_can_finish(found)
                pipe.multi()
                pipe.hset(found.key, FINISH, 1)
                pipe.execute()
                return
            except WatchError:  # it reports progress, or it is over meanwhile
                continue


def _check_can_finish(found: Task) -> None:
    status = tasks.status_of(found)
    if found.get_status(refresh=False) is not JobStatus.STARTED:
        hint = "cancel it to keep it from running" if status not in tasks.READY else "it is over"
        raise WrongState(f"Task {found.id} is {status} and does not run: {hint}.")
    try:
        declared = found.declared
    except LongshoreError as error:
        raise WrongState(f"Task {found.id} cannot end early: {error}") from None
    if not declared.can_finish:
        raise WrongState(f"{declared.name} cannot end early with a result; cancel the task to stop it.")


def retry(dispatcher: Dispatcher, task_id: str) -> None:
    """Run a failed or canceled task again, under its old id and with all its tries.

    Raises:
        UnknownTask: there is none of that id.
        WrongState: it has not failed, or its job is not in the catalog any more.
    """
    with dispatcher.connection.pipeline() as pipe:
        while True:
            try:
                pipe.watch(Task.key_for(task_id))
                _requeue(pipe, dispatcher, tasks.fetch(dispatcher.connection, task_id))
                return
            except WatchError:
                continue


def _requeue(pipe: Pipeline, dispatcher: Dispatcher, found: Task) -> None:
    state = found.get_status(refresh=False)
    if state not in _AGAIN:
        raise WrongState(
            f"Task {found.id} is {tasks.status_of(found)}; only failed or canceled tasks run again."
        )
    try:
        declared = found.declared
    except LongshoreError as error:
        raise WrongState(f"Task {found.id} cannot run again: {error}") from None
    digest = _claim(pipe, dispatcher, found, declared)
    pipe.multi()
    if digest:
        dispatcher.note_twin(pipe, declared, digest, found.id)
    found._remove_from_registries(pipeline=pipe)
    found.started_at = found.ended_at = None
    found.meta = {name: value for name, value in found.meta.items() if name not in (ERROR, "progress")}
    pipe.hdel(found.key, DEATHS, FINISH)
    dispatcher.allow_retries(found, declared)
    pipe.persist(found.key)
    dispatcher.push(pipe, found)
    pipe.execute()


def _claim(pipe: Pipeline, dispatcher: Dispatcher, found: Task, declared: Job) -> str | None:
    """The digest of a unique job's parameters, if no other task has them.

    Raises:
        WrongState: another one does.
    """
    if not declared.unique:
        return None
    try:
        digest = declared.parameters.digest(declared.parameters.check(found.kwargs))
    except InvalidParameters as error:
        raise WrongState(f"Task {found.id} cannot run again: {error}") from None
    twin = dispatcher.twin(pipe, declared, digest)
    if twin and twin != found.id:
        raise WrongState(
            f"Task {found.id} cannot run again: {declared.name} is unique, and task {twin} waits or runs."
        )
    return digest
