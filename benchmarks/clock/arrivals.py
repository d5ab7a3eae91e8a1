"""Lateness of entries that stock clients of rq-scheduler add at random moments, due within 3 s."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field

from rq_scheduler import Scheduler

from benchmarks.clock import entries
from benchmarks.clock.systems import QUEUES, RQ, running
from benchmarks.clock.watch import Call, Watch
from benchmarks.worker.process import WorkerError, wait_until
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import System
from benchmarks.worker.throughput import rotated

RATE = 5.0
"""Entries a second."""
AHEAD = 3.0
"""Seconds ahead, at most."""
WARM_SECONDS = 40.0
LAST_SECONDS = 20.0


@dataclass
class Arrivals:
    """What one system did with the entries.

    Attributes:
        late: milliseconds of each push behind when it was due, or was added if that was later.
        lost: entries that were not pushed.
    """

    late: list[float] = field(default_factory=list)
    lost: int = 0


def measure(systems: list[System], server: Server, rounds: int, seconds: float) -> dict[str, Arrivals]:
    """Add entries for so many seconds a round."""
    found = {system.name: Arrivals() for system in systems}
    for turn in range(rounds):
        for system in rotated(systems, turn):
            say(f"arrivals, round {turn + 1} of {rounds}: {system.name}")
            _round(system, server, seconds, turn, found[system.name])
    return found


def _round(system: System, server: Server, seconds: float, turn: int, into: Arrivals) -> None:
    server.clear()
    with Watch(server.url) as watch, running(system, server.url):
        warm = entries.soon(server.redis, 0)
        wait_until(lambda: warm in _pushed(watch.calls), WARM_SECONDS, "the first entry")
        ids = _add(server, seconds, random.Random(turn))
        try:
            wait_until(lambda: _pushed(watch.calls).keys() >= set(ids), LAST_SECONDS, system.name)
        except WorkerError as error:
            say(f"arrivals: {error}")
        due, pushed = _due(watch.calls), _pushed(watch.calls)
    into.late += [1000 * (pushed[one] - due[one]) for one in ids if one in pushed]
    into.lost += sum(one not in pushed for one in ids)


def _add(server: Server, seconds: float, dice: random.Random) -> list[str]:
    """Add entries at random moments; their ids."""
    begun = time.monotonic()
    ids = []
    for moment in sorted(dice.uniform(0, seconds) for _ in range(round(RATE * seconds))):
        time.sleep(max(0.0, begun + moment - time.monotonic()))
        ids.append(entries.soon(server.redis, dice.uniform(0, AHEAD)))
    return ids


def _due(calls: list[Call]) -> dict[str, float]:
    """When each entry was first due: by its score, and not before it was there."""
    due: dict[str, float] = {}
    for call in list(calls):
        if call.command == b"ZADD" and (texts := call.texts())[0] == Scheduler.scheduled_jobs_key:
            due.setdefault(texts[-1], max(float(texts[-2]), call.at))
    return due


def _pushed(calls: list[Call]) -> dict[str, float]:
    """When each id was pushed."""
    key = f'"{QUEUES[RQ]}" '.encode()
    return {
        one: call.at for call in list(calls) if call.arguments.startswith(key) for one in call.texts()[1:]
    }
