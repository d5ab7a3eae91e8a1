"""How long our script holds Redis: one round of throughput with every command in Redis's slow log.

The round is not one of those that are timed: writing the slow log costs time itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.worker import throughput
from benchmarks.worker.report import say
from benchmarks.worker.server import Server
from benchmarks.worker.systems import OURS

ENTRIES = 200_000


@dataclass(frozen=True)
class Script:
    """Microseconds of each call of a script, calls of each command, and the tasks that these were for."""

    times: list[int]
    commands: dict[str, int]
    tasks: int


def measure(server: Server, scale: float) -> Script:
    """Run one round with the slow log on."""
    say("script: a round with every command's time logged")
    server.log_all_times(ENTRIES)
    one = throughput.measure(OURS, server, scale)
    commands = server.commands()
    return Script(server.script_times(), commands, one.results)
