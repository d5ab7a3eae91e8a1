"""Milliseconds from an enqueue to the start of its task, at a steady trickle with an idle worker.

The clock starts before the library's own call to enqueue, and stops in the task. Each enqueue has its
instant, whatever those before it took. The seconds are spread over slices that alternate between the systems.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.worker.process import client, workers
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import System
from benchmarks.worker.throughput import rotated

RATE = 20.0
SLICES = 3
WARM_SECONDS = 1.0


@dataclass
class Latency:
    """Milliseconds of one system.

    Attributes:
        start: from before the call to the task's start.
        call: of these, the enqueue call itself.
        stamp: of these, until the instant that RQ calls `enqueued_at`; empty for others.
    """

    start: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)
    stamp: list[float] = field(default_factory=list)


def measure(systems: list[System], server: Server, seconds: float) -> dict[str, Latency]:
    """Trickle tasks into each system for so many seconds in all."""
    found = {system.name: Latency() for system in systems}
    for turn in range(SLICES):
        for system in rotated(systems, turn):
            say(f"latency, slice {turn + 1} of {SLICES}: {system.name}")
            _slice(system, server, seconds / SLICES, found[system.name])
    return found


def _slice(system: System, server: Server, seconds: float, into: Latency) -> None:
    server.clear()
    with client(system, server.url) as asked, workers(system, server.url):
        asked.call("start")
        asked.call("pace", RATE, WARM_SECONDS, system.queues)
        seen = asked.call("pace", RATE, seconds, system.queues)
    into.start += seen["start"]
    into.call += seen["call"]
    into.stamp += seen["stamp"]
