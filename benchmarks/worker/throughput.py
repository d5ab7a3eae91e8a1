"""Tasks a second, and what each costs: rounds over all systems in turn.

A round: the queue is filled while no worker runs and held back under another name; the worker starts and
runs WARM tasks; then a RENAME gives it the rest. The first and the last of these return the instant at
which they run. Between the two instants lie `count` whole cycles of claim, run and record, and nothing in
the run looks at the queue. It is the same for every system, which all take tasks in order.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.worker.process import Client, client, cpu_seconds, machine_cpu_seconds, wait_until, workers
from benchmarks.worker.report import say
from benchmarks.worker.server import Counters, Server
from benchmarks.worker.systems import OURS, System

WARM = 100
ROUND_SECONDS = 180.0


@dataclass(frozen=True)
class Round:
    """One round of one system.

    Attributes:
        tasks: tasks between the two marks.
        seconds: what they took.
        everything: tasks that the following counts are for: the marks are among them.
        wall: seconds of these.
        worker_cpu: CPU seconds of all the workers' processes.
        redis_cpu: CPU seconds of Redis.
        machine_cpu: CPU seconds of the whole machine.
        counted: what Redis counted, without our own questions.
        results: results that were found stored, of all tasks, warm ones too.
    """

    tasks: int
    seconds: float
    everything: int
    wall: float
    worker_cpu: float
    redis_cpu: float
    machine_cpu: float
    counted: Counters
    results: int

    @property
    def rate(self) -> float:
        """Tasks a second."""
        return self.tasks / self.seconds


@dataclass(frozen=True)
class _Seen:
    at: float
    worker_cpu: float
    redis_cpu: float
    machine_cpu: float
    counted: Counters


def measure(system: System, server: Server, scale: float = 1.0, number: int = 1) -> Round:
    """Run one round with `number` workers. Raises WorkerError if a result is missing or wrong."""
    server.clear()
    count = max(20, round(system.count * scale))
    with client(system, server.url) as asked:
        asked.call("prepare", min(WARM, max(5, count // 10)), count)
        with workers(system, server.url, number) as pids:
            _warm_up(asked, server, number)
            before = _look(server, pids)
            polls = asked.call("run", ROUND_SECONDS)
            after = _look(server, pids)
            found = asked.call("verify")
    return Round(
        tasks=count,
        seconds=found["seconds"],
        everything=count + 2,
        wall=after.at - before.at,
        worker_cpu=after.worker_cpu - before.worker_cpu,
        redis_cpu=after.redis_cpu - before.redis_cpu,
        machine_cpu=after.machine_cpu - before.machine_cpu,
        counted=after.counted - before.counted - Counters(polls + 1, polls + 1, 0, 0),
        results=found["results"],
    )


def _warm_up(asked: Client, server: Server, number: int) -> None:
    """Every worker has registered and been idle for a moment. Only RQ's are ever run in numbers."""
    asked.call("warmed", 60)
    if number > 1:
        wait_until(lambda: server.redis.scard("rq:workers") == number, 30, f"{number} workers")
        time.sleep(1)
    time.sleep(0.3)


def _look(server: Server, pids: list[int]) -> _Seen:
    counted = server.counters()
    return _Seen(
        time.monotonic(), cpu_seconds(*pids), cpu_seconds(server.pid), machine_cpu_seconds(), counted
    )


def alternate(systems: list[System], server: Server, rounds: int, scale: float) -> dict[str, list[Round]]:
    """Rounds over all systems; another one goes first in each."""
    found: dict[str, list[Round]] = {system.name: [] for system in systems}
    for turn in range(rounds):
        for system in rotated(systems, turn):
            found[system.name].append(measure(system, server, scale))
            rate = found[system.name][-1].rate
            say(f"throughput, round {turn + 1} of {rounds}: {system.name} {rate:.0f}/s")
    return found


def rotated(systems: list[System], turn: int) -> list[System]:
    """Another system goes first in every round, so that none always follows the same one."""
    start = turn % len(systems)
    return systems[start:] + systems[:start]


def one_and_two(server: Server, rounds: int, scale: float) -> dict[int, list[Round]]:
    """Rounds of ours with one worker and with two, in turn."""
    found: dict[int, list[Round]] = {1: [], 2: []}
    for turn in range(rounds):
        for number in (1, 2) if turn % 2 == 0 else (2, 1):
            found[number].append(measure(OURS, server, scale * number, number))
            say(f"two, round {turn + 1} of {rounds}: {number} at {found[number][-1].rate:.0f}/s")
    return found
