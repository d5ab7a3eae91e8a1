"""Ten thousand entries that are due at once: seconds until the last one is in its queue."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks.clock import entries
from benchmarks.clock.entries import JSON, PICKLED, RECURRING
from benchmarks.clock.systems import QUEUES, running, settle
from benchmarks.worker.process import WorkerError
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import System

SCHEDULES = "schedules of its own"
KINDS = (JSON, PICKLED, RECURRING, SCHEDULES)
AHEAD = 2.0
"""Seconds at least from when all is in place until it is due."""
SETTLE_SECONDS = 60.0
MOST_SECONDS = 55.0
"""Before the next minute, at which schedules are due again."""
LOOK = 0.005
MINUTE = 60


@dataclass
class Burst:
    """What one system did with one kind.

    Attributes:
        last: of each round, seconds from the instant at which all were due to the last push.
        first: to the first push.
        lost: entries that were not pushed in time; `last` leaves such a round out.
    """

    last: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    lost: int = 0


Found = dict[str, dict[str, Burst]]
"""By kind and system."""


def measure(systems: list[tuple[str, System]], server: Server, rounds: int, count: int) -> Found:
    """Have each system fire each kind that is given for it."""
    found: Found = {kind: {one.name: Burst() for this, one in systems if this == kind} for kind in KINDS}
    for turn in range(rounds):
        start = turn % max(1, len(systems))
        for kind, system in systems[start:] + systems[:start]:
            say(f"burst, round {turn + 1} of {rounds}, {kind}: {system.name}")
            _round(kind, system, server, count, found[kind][system.name])
    return found


def _round(kind: str, system: System, server: Server, count: int, into: Burst) -> None:
    server.clear()
    try:
        with _filled(kind, system, server, count) as due:
            _follow(server, QUEUES[system.client], count, due, into)
    except WorkerError as error:
        say(f"burst: {error}")
        into.lost += count


@contextmanager
def _filled(kind: str, system: System, server: Server, count: int) -> Iterator[float]:
    """Run a clock that has so much ahead of it; yields when that is due."""
    if kind != SCHEDULES:
        with running(system, server.url) as pid:
            settle(pid, SETTLE_SECONDS)
            yield entries.many(server.redis, kind, count, AHEAD)
        return
    time.sleep(-time.time() % MINUTE)  # it has a minute to start in: one that fires is never at rest
    with running(system, server.url, f"{count}x{MINUTE}") as pid:
        due = math.ceil(time.time() / MINUTE) * MINUTE
        settle(pid, due - time.time() - AHEAD)
        yield due


def _follow(server: Server, queue: str, count: int, due: float, into: Burst) -> None:
    """Look how long the queue is until all are in it."""
    time.sleep(max(0.0, due - time.time() - 0.2))
    server.redis.delete(queue)
    first, length, now = math.inf, 0, time.time()
    while length < count and now < due + MOST_SECONDS:
        time.sleep(LOOK)
        length, now = int(server.redis.llen(queue)), time.time()
        first = min(first, now) if length else first
    into.lost += count - length
    into.first += [first - due] if length else []
    into.last += [now - due] if length >= count else []


def matrix(ours: System, stock: System, stock_json: System, celery: list[System]) -> list[tuple[str, System]]:
    """Which kinds each system is given: what is its own, and what is rq-scheduler's."""
    pairs = [(kind, one) for kind in (JSON, PICKLED, RECURRING) for one in (ours, stock)]
    pairs[1] = (JSON, stock_json)
    return pairs + [(SCHEDULES, one) for one in (ours, *celery)]
