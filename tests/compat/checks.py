"""What must hold on every server: one function each, which takes a server's URL and an empty folder."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue, Retry
from rq.job import Job

from longshore import events, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.tasks import Status
from longshore.worker import QuickWorker
from tests.support import mixture
from tests.support.live_worker import LiveWorker, working
from tests.support.waiting import wait_until

CLIENT_BUT_TRACKING = ("-client", *(f"+client|{one}" for one in ("setname", "list", "id", "caching")))
"""Rules of a user who may not use CLIENT TRACKING. Redis 6.2 takes no rule that forbids one subcommand."""


def ends(redis: Redis) -> list[str]:
    """How attempts have ended."""
    return [event.outcome for _, event in events.read(redis)]


def success_failure_and_retries(url: str, folder: Path) -> None:
    """Plain RQ tasks of every outcome."""
    redis = Redis.from_url(url)
    queue = Queue("default", connection=redis)
    with working(url, folder, worker_class=QuickWorker, ready=redis):  # type: ignore[arg-type]
        good = queue.enqueue(mixture.give, {"a": 1})
        bad = queue.enqueue(mixture.fail)
        mended = queue.enqueue(mixture.mend, 2, retry=Retry(max=3))
        child = queue.enqueue(mixture.give, "child", depends_on=good)
        wait_until(lambda: all(one.get_status(refresh=True) == "finished" for one in (good, mended, child)))
        wait_until(lambda: bad.get_status(refresh=True) == "failed")
    assert good.return_value(refresh=True) == {"a": 1}
    assert sorted(ends(redis)) == ["failure", "retry", "retry", "success", "success", "success"]
    assert left(redis) == []


def tasks_of_the_catalog(url: str, folder: Path) -> None:
    """Tasks of our own jobs, with progress and log lines."""
    redis = Redis.from_url(url)
    dispatcher = Dispatcher(redis)
    with working(url, folder, "default", "second", ready=redis):
        ids = [dispatcher.dispatch(catalog.get("demo.steps"), {"total": 3, "lines": 2}).task_id]
        ids += [dispatcher.dispatch(catalog.get("demo.echo"), {"value": {"n": n}}).task_id for n in range(50)]
        wait_until(lambda: all(tasks.view(redis, one).status is Status.SUCCESS for one in ids))
    assert [tasks.view(redis, one).result for one in ids[1:]] == [{"n": n} for n in range(50)]


def a_killed_horse(url: str, folder: Path) -> None:
    """A task whose horse is killed runs again."""
    redis = Redis.from_url(url)
    with working(url, folder, ready=redis):
        task_id = Dispatcher(redis).dispatch(catalog.get("demo.die"), {"counter": str(folder / "n")}).task_id
        wait_until(lambda: tasks.view(redis, task_id).result == "survived 1")
    assert ends(redis) == ["died", "success"]
    assert left(redis) == []


def a_stop_puts_back(url: str, folder: Path) -> None:
    """A task that is in the way of a stop goes back to its queue."""
    redis = Redis.from_url(url)
    with working(url, folder, ready=redis) as worker:
        task_id = Dispatcher(redis).dispatch(catalog.get("demo.sleepy"), {}).task_id
        wait_until(lambda: tasks.view(redis, task_id).status is Status.PROGRESS)
        worker.send(signal.SIGTERM)
        assert worker.exit_code(10) == 0
    assert Queue("default", connection=redis).job_ids == [task_id]


def heartbeats(url: str, folder: Path) -> None:
    """A running task's execution, registry entry and worker are kept alive (beat.lua)."""
    redis = Redis.from_url(url)
    with working(url, folder, ready=redis) as worker:
        task_id = Dispatcher(redis).dispatch(catalog.get("demo.sleepy"), {}).task_id
        (key,) = wait_until(lambda: redis.keys(f"rq:execution:{task_id}:*"))
        seen = {redis.hget(key, "last_heartbeat")}
        wait_until(lambda: seen.add(redis.hget(key, "last_heartbeat")) or len(seen) > 2)
        assert redis.hget(f"rq:worker:{worker.name}", "state") == b"busy"
        assert 0 < redis.ttl(key) <= redis.ttl(f"rq:worker:{worker.name}") + 600


def a_wake_up_by_tracking(url: str, folder: Path) -> None:
    """An idle worker of several queues is woken by the server, over one connection."""
    _woken(url, folder, tracking=True)


def a_wake_up_without_the_right_to_track(url: str, folder: Path) -> None:
    """The same for a user who may not use CLIENT TRACKING: it looks every now and then."""
    redis = Redis.from_url(url)
    redis.execute_command("ACL", "SETUSER", "plain", "on", ">word", "~*", "&*", "+@all", *CLIENT_BUT_TRACKING)
    _woken(url.replace("unix://", "unix://plain:word@"), folder, tracking=False)


def a_wake_up_with_an_old_protocol(url: str, folder: Path) -> None:
    """The same for a client that speaks RESP2, in which the server cannot push."""
    _woken(f"{url}?protocol=2", folder, tracking=False)


def _woken(url: str, folder: Path, *, tracking: bool) -> None:
    redis = Redis.from_url(url)
    queues = ("first", "second", "third")
    with working(url, folder, *queues, worker_class=QuickWorker, ready=redis) as worker:  # type: ignore[arg-type]
        for round in range(12):
            job = Queue(queues[round % 3], connection=redis).enqueue(os.getpid)
            wait_until(lambda job=job: job.get_status(refresh=True) == "finished", 5)  # type: ignore[misc]
            wait_until(lambda: redis.hget(f"rq:worker:{worker.name}", "state") == b"idle")
        assert tracked(redis) is tracking
        assert len(_runs(redis, worker)) == 12


def _runs(redis: Redis, worker: LiveWorker) -> list[Any]:
    return [event for _, event in events.read(redis) if event.worker == worker.name]


def tracked(redis: Redis) -> bool:
    """Whether the server tracks keys for a client."""
    return any("t" in one["flags"] for one in redis.client_list())


def a_refused_script_is_loaded_again(url: str, folder: Path) -> None:
    """A server that has forgotten its scripts gets them again."""
    redis = Redis.from_url(url)
    with working(url, folder, worker_class=QuickWorker, ready=redis):  # type: ignore[arg-type]
        jobs: list[Job] = []
        for n in range(3):
            redis.script_flush()
            jobs.append(Queue("default", connection=redis).enqueue(mixture.give, n))
            wait_until(lambda: jobs[-1].get_status(refresh=True) == "finished")


def left(redis: Redis) -> list[str]:
    """Keys of running tasks, of which there are none."""
    patterns = ("rq:wip:*", "rq:execution:*", "rq:executions:*", "rq:queue:*:intermediate")
    return [key.decode() for pattern in patterns for key in redis.keys(pattern)]


Check = Callable[[str, Path], None]
CHECKS: dict[str, Check] = {
    one.__name__: one
    for one in (
        success_failure_and_retries, tasks_of_the_catalog, a_killed_horse, a_stop_puts_back, heartbeats,
        a_wake_up_by_tracking, a_wake_up_without_the_right_to_track, a_wake_up_with_an_old_protocol,
        a_refused_script_is_loaded_again,
    )
}  # fmt: skip
