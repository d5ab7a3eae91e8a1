"""The workers that are measured: what to run for each, and nothing about measuring it.

Each has one process that runs tasks, its own defaults for all else, and the log level WARNING.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = Path(__file__).resolve().parent / "app"
BIN = Path(sys.executable).parent
PEERS = "benchmarks.worker.peers"

_RQ = ("rq", "worker", "--logging_level", "WARNING")
_INTERVALS = ("--worker-ttl", "30", "--maintenance-interval", "15", "--job-monitoring-interval", "10")
# As in worker.sh.
_CLASSES = (
    *("--connection-class", "longshore.connections.WorkerRedis"),
    *("--worker-class", "longshore.worker.LongshoreWorker"),
    *("--job-class", "longshore.task.Task"),
    *("--serializer", "longshore.serializer.Serializer"),
)
_QUICK = ("--worker-class", "longshore.worker.QuickWorker")


@dataclass(frozen=True)
class System:
    """One worker under test.

    Attributes:
        name: as the tables show it.
        client: which client of `clients.py` enqueues for it.
        command: what to run; the program is taken from beside the running interpreter.
        count: tasks of one round of throughput, about 2 to 4 s of work.
        queues: queues that the tasks of the latency run go to, in turn.
        folder: where it runs; `jobs` is imported from there.
        environ: what its processes find in their environment beside ours.
    """

    name: str
    client: str
    command: tuple[str, ...]
    count: int
    queues: tuple[str, ...] = ("default",)
    folder: Path = APP
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def argv(self) -> list[str]:
        """The command line."""
        program, *rest = self.command
        return [str(BIN / program), *rest]


OURS = System("Longshore", "longshore", (*_RQ, *_CLASSES, *_INTERVALS, "default"), 10_000)
THREE_QUEUES = replace(
    OURS,
    name="Longshore, 3 queues",
    command=(*OURS.command, "second", "third"),
    queues=("default", "second", "third"),
)
REAL_JOBS = replace(OURS, name="Longshore, its own jobs", folder=ROOT)
LEAGUE = replace(REAL_JOBS, name="Longshore, schedules", command=(*OURS.command[:-1], "schedules"))
QUICK = System("QuickWorker, pickle", "rq", (*_RQ, *_QUICK, *_INTERVALS, "default"), 10_000)
STOCK = System("rq.Worker", "rq", (*_RQ, "default"), 200)
SIMPLE = System("rq.SimpleWorker", "rq", (*_RQ, "--worker-class", "rq.SimpleWorker", "default"), 800)
CELERY = System(
    "Celery prefork",
    "celery",
    ("celery", "-A", f"{PEERS}.celery_app", "worker", "-P", "prefork", "-c", "1", "-l", "WARNING"),
    2_500,
)
_DRAMATIQ = ("dramatiq", "--skip-logging", f"{PEERS}.dramatiq_app", "--processes", "1", "--threads")
# With one thread it fetches 2 messages ahead, then sleeps while both are outstanding: 260 tasks a second.
DRAMATIQ = System(
    "Dramatiq, 1 thread, prefetch 100",
    "dramatiq",
    (*_DRAMATIQ, "1"),
    6_000,
    environ={"dramatiq_queue_prefetch": "100"},
)
DRAMATIQ_THREADS = System("Dramatiq, its 8 threads", "dramatiq", (*_DRAMATIQ, "8"), 4_000)
HUEY = System(
    "Huey", "huey", ("huey_consumer", f"{PEERS}.huey_app.huey", "-k", "process", "-w", "1", "-q"), 8_000
)

BASELINE = OURS.name


def all_of_them() -> list[System]:
    """Every system that this checkout can run: QuickWorker only when there is one."""
    from longshore import worker

    quick = [QUICK] if hasattr(worker, "QuickWorker") else []
    return [OURS, *quick, STOCK, SIMPLE, CELERY, DRAMATIQ, DRAMATIQ_THREADS, HUEY]
