"""Memory of an idle worker with all its processes, after it has run some tasks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median

from benchmarks.worker.process import client, memory_mb, tree, workers
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import System

ROUNDS = 3
IDLE_SECONDS = 2.0


@dataclass(frozen=True)
class Memory:
    """Medians of one system: PSS and RSS of the whole tree in MB, and how many processes that is."""

    pss: float
    rss: float
    processes: int


def measure(systems: list[System], server: Server) -> dict[str, Memory]:
    """Look at each system a few times."""
    return {system.name: _measure(system, server) for system in systems}


def _measure(system: System, server: Server) -> Memory:
    say(f"memory: {system.name}")
    seen = [_look(system, server) for _ in range(ROUNDS)]
    return Memory(*(median(column) for column in zip(*seen, strict=True)))


def _look(system: System, server: Server) -> tuple[float, float, int]:
    server.clear()
    with client(system, server.url) as asked, workers(system, server.url) as (pid,):
        asked.call("start")
        time.sleep(IDLE_SECONDS)
        pss, rss = memory_mb(pid)
        return pss, rss, len(tree(pid))
