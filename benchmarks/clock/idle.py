"""What a clock costs that has nothing to do: CPU, memory and commands, without entries and with 100,000.

All systems are watched at the same time, each with a database of Redis of its own.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from redis import Redis

from benchmarks.clock import entries
from benchmarks.clock.systems import CELERY, REDBEAT, running, settle
from benchmarks.clock.watch import Watch
from benchmarks.worker.process import cpu_seconds, memory_mb
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import System

MONTH = 30 * 24 * 3_600
SETTLE_SECONDS = 600.0
"""redbeat writes its entries one by one when it starts."""


@dataclass(frozen=True)
class Idle:
    """What one system cost.

    Attributes:
        cpu: percent of a core.
        rss: megabytes of its processes.
        pss: the same, with shared pages in part.
        commands: that it sent to Redis, a second.
    """

    cpu: float
    rss: float
    pss: float
    commands: float


Found = dict[int, dict[str, Idle]]
"""By the number of entries and system."""


def measure(systems: list[System], server: Server, seconds: float, counts: tuple[int, ...]) -> Found:
    """Watch all of them for so many seconds, with each number of entries."""
    return {count: _watch(systems, server, seconds, count) for count in counts}


def _watch(systems: list[System], server: Server, seconds: float, count: int) -> dict[str, Idle]:
    say(f"idle with {count:,} entries: starting {len(systems)} clocks")
    server.clear()
    with ExitStack() as stack:
        pids = [stack.enter_context(_started(one, server, at, count)) for at, one in enumerate(systems)]
        for system, pid in zip(systems, pids, strict=True):
            say(f"idle with {count:,} entries: {system.name}")
            settle(pid, SETTLE_SECONDS)
        watch = stack.enter_context(Watch(server.url))
        before = [cpu_seconds(pid) for pid in pids]
        begun = time.monotonic()
        time.sleep(seconds)
        spent = [cpu_seconds(pid) - was for pid, was in zip(pids, before, strict=True)]
        took = time.monotonic() - begun
        return {
            system.name: _idle(pid, cpu / took, watch.sent[at] / took)
            for at, (system, pid, cpu) in enumerate(zip(systems, pids, spent, strict=True))
        }


def _idle(pid: int, share: float, commands: float) -> Idle:
    pss, rss = memory_mb(pid)
    return Idle(100 * share, rss, pss, commands)


@contextmanager
def _started(system: System, server: Server, database: int, count: int) -> Iterator[int]:
    """Run a clock on a database of its own, in which there are entries; yields its pid."""
    url = f"{server.url.rpartition('/')[0]}/{database}"
    schedules = ""
    if system.client in (CELERY, REDBEAT):
        schedules = f"{count}x{MONTH}"
    elif count:
        with Redis.from_url(url) as connection:
            entries.many(connection, entries.PICKLED, count, MONTH)
    with running(system, url, schedules) as pid:
        yield pid
