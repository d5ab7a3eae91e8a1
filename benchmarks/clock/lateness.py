"""Lateness of schedules at rest: 20 of 1 s and 20 of 5 s, and nothing else to do.

The n-th push of a schedule is held against the n-th slot of its grid, so that what is left out or drifts
shows as lateness. The grid is that of the clock on the wall, by which ours are due, and rq-scheduler's are
begun; Celery's begins with its first push.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from benchmarks.clock import entries, wanted
from benchmarks.clock.systems import CELERY, QUEUES, REDBEAT, RQ, running
from benchmarks.clock.watch import Watch
from benchmarks.worker.process import wait_until
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import System
from benchmarks.worker.throughput import rotated

SCHEDULES = "20x1,20x5"
GRID = 5
"""Seconds of the longest interval."""
WARM_SECONDS = 40.0


@dataclass
class Lateness:
    """What one system's schedules of one interval did.

    Attributes:
        late: milliseconds of each push behind its slot.
        drift: of each schedule in each round, the milliseconds that it has lost in a minute.
        pushes: how many there were.
        slots: how many there should have been.
    """

    late: list[float] = field(default_factory=list)
    drift: list[float] = field(default_factory=list)
    pushes: int = 0
    slots: int = 0

    def add(self, late: list[float], interval: int, seconds: int) -> None:
        """Take in what one schedule did.

        Args:
            late: seconds of each push behind its slot.
            interval: the schedule's seconds.
            seconds: how long it was watched.
        """
        self.pushes, self.slots = self.pushes + len(late), self.slots + seconds // interval
        self.late += [1000 * by for by in late]
        if len(late) > 1:
            self.drift.append(1000 * (late[-1] - late[0]) / ((len(late) - 1) * interval) * 60)


Found = dict[str, dict[int, Lateness]]
"""By system and interval."""


def measure(systems: list[System], server: Server, rounds: int, seconds: int) -> Found:
    """Watch each system for so many seconds a round."""
    found: Found = {system.name: {} for system in systems}
    for turn in range(rounds):
        for system in rotated(systems, turn):
            say(f"lateness, round {turn + 1} of {rounds}: {system.name}")
            _round(system, server, seconds, found[system.name])
    return found


def _round(system: System, server: Server, seconds: int, into: dict[int, Lateness]) -> None:
    server.clear()
    if system.client == RQ:
        entries.recurring(server.redis, SCHEDULES, math.ceil(time.time() / GRID) * GRID)
    with Watch(server.url) as watch, running(system, server.url, SCHEDULES):
        names, queue = dict(wanted.schedules(SCHEDULES)), QUEUES[system.client]
        wait_until(lambda: watch.pushes(queue).keys() >= names.keys(), WARM_SECONDS, "the first pushes")
        begin = int(time.time()) + 1.5  # between two slots
        time.sleep(begin + seconds - time.time())
        seen = watch.pushes(queue)
    floating = system.client in (CELERY, REDBEAT)
    for name, interval in names.items():
        first = seen[name][0] if floating else seen[name][0] // interval * interval
        late = [(at, at - first - number * interval) for number, at in enumerate(seen[name])]
        watched = [by for at, by in late if begin <= at < begin + seconds]
        into.setdefault(interval, Lateness()).add(watched, interval, seconds)
