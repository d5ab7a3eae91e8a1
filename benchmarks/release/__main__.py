"""`python -m benchmarks.release`: the release check over 100,000 tasks, on a Redis of its own.

Owns the measuring only. Each round is a process of its own, as a release is, with a peak memory of its own.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from statistics import median
from typing import Any

from redis import Redis
from rq.registry import DeferredJobRegistry, ScheduledJobRegistry
from rq_scheduler import Scheduler

from benchmarks.worker.report import spread, table
from benchmarks.worker.server import running
from jobs.league.sample import EXAMPLE
from longshore import catalog, connections, release
from longshore.dispatch import Dispatcher
from longshore.serializer import Serializer
from longshore.task import Task

JOB = "league.generate_schedule"
BATCH = 1_000
FAULTY = 10
"""Of each batch: their job is gone."""
ELSEWHERE = {
    ScheduledJobRegistry.key_template.format("schedules"): 200,
    Scheduler.scheduled_jobs_key: 200,
    DeferredJobRegistry.key_template.format("schedules"): 50,
}
"""Of each batch, how many wait elsewhere than in the queue."""
PACKAGES = ("rq", "rq-scheduler", "redis", "hiredis", "pydantic")


def main(arguments: Sequence[str] | None = None) -> None:
    """Fill Redis, measure, print a row for each kind of payload."""
    options = _parse(arguments)
    if options.one:
        print(json.dumps(measure(options.one)))
        return
    with running(tcp=True) as server:
        print(_head(server.version(), options), flush=True)
        rows = []
        for kind in ("all differ", "all alike"):
            server.redis.flushall()
            fill(server.redis, options.tasks, alike=kind == "all alike")
            found = [_in_a_process(server.url) for _ in range(options.rounds)]
            rows.append(_row(kind, options.tasks, found))
    print(table(("payloads", "check, s", "least to most", "tasks/s", "process, s", "peak MB"), rows))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.release", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000, help="a multiple of 1,000 (default 100,000)")
    parser.add_argument("--rounds", type=int, default=5, help="of each kind (default 5)")
    parser.add_argument("--one", metavar="REDIS_URL", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def _head(server: str, options: argparse.Namespace) -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {server} over "
        f"loopback, {packages}; {os.cpu_count()} cores, load average {load}.\n"
        f"{options.tasks:,} tasks of {JOB}, a tenth of them with a league of their own, 45 % elsewhere than "
        f"in the queue, 1 % whose job is gone; {options.rounds} rounds, medians.\n"
    )


def fill(connection: Redis, tasks: int, *, alike: bool) -> None:
    """Put tasks into the queue, then move some to where else tasks wait, and break some."""
    catalog.load()
    dispatcher = Dispatcher(connection)
    for start in range(0, tasks, BATCH):
        numbers = [0] * BATCH if alike else range(start, start + BATCH)
        many = [{"seed": n} | ({"league": EXAMPLE} if n % 10 == 9 else {}) for n in numbers]
        made = dispatcher.dispatch_many(catalog.catalog.get(JOB), many)
        _rearrange(connection, [one.task_id for one in made])


def _rearrange(connection: Redis, ids: list[str]) -> None:
    gone = Serializer.dumps(["jobs.league.was_there_once", None, [], {}])
    with connection.pipeline() as pipe:
        for one in ids[:FAULTY]:
            pipe.hset(Task.key_for(one), "data", gone)
        for key, count in ELSEWHERE.items():
            moved, ids = ids[-count:], ids[:-count]
            pipe.rpop("rq:queue:schedules", count)
            pipe.zadd(key, dict.fromkeys(moved, time.time() + 3_600))
        pipe.execute()


def measure(url: str) -> dict[str, Any]:
    """Check the tasks once, as the release phase does; schedules are in SQL, and few."""
    catalog.load()
    with connections.worker_client(url) as client:
        report = release.check(client, catalog.catalog, schedules=())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": report.seconds, "checked": report.checked, "faulty": report.faulty, "peak_mb": peak}


def _in_a_process(url: str) -> dict[str, Any]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.release", "--one", url]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    found: dict[str, Any] = json.loads(output)
    return found | {"process": time.perf_counter() - began}


def _row(kind: str, tasks: int, found: list[dict[str, Any]]) -> tuple[str, ...]:
    """Raises RuntimeError if a round has not seen every task and every fault."""
    if any((one["checked"], one["faulty"]) != (tasks, tasks // BATCH * FAULTY) for one in found):
        raise RuntimeError(f"{kind}: not all was seen: {found}")
    seconds = [one["seconds"] for one in found]
    process, peak = median(one["process"] for one in found), median(one["peak_mb"] for one in found)
    middle = median(seconds)
    return (
        *(kind, f"{middle:.2f}", spread(seconds, 2)),
        *(f"{tasks / middle:,.0f}", f"{process:.2f}", f"{peak:.0f}"),
    )


if __name__ == "__main__":
    main()
