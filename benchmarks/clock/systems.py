"""The clocks that are measured: what to run for each, and nothing about measuring it.

Each runs as its users run it, with the log level WARNING. Every start has a folder and a database of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clock import wanted
from benchmarks.worker.process import WorkerError, cpu_seconds, tree, workers
from benchmarks.worker.systems import BIN, ROOT, System

APP = Path(__file__).resolve().parent / "app"
PEERS = ROOT / "var" / "bench-clock"
"""Where Celery and redbeat are installed, unless the command line says otherwise."""
OURS, RQ, CELERY, REDBEAT = "longshore", "rq", "celery", "redbeat"
QUEUES = {OURS: "rq:queue:default", RQ: "rq:queue:default", CELERY: "celery", REDBEAT: "celery"}
DATABASE = "longshore.db"
SETTLED = 0.15
"""Of a core: a process that uses less has done what it does at its start."""
SETTLE_SECONDS = 2.0


def _clock(name: str, kind: str, *command: str | Path, **environ: str) -> System:
    """A system of the worker benchmark, of which a clock has no count of tasks."""
    return System(name, kind, tuple(map(str, command)), 0, environ=environ)


def _longshore(name: str, jobs: Path) -> System:
    path = os.pathsep.join(map(str, dict.fromkeys((jobs, ROOT))))
    # Python would put the folder of scheduler.py in front, and with it the project's own jobs.
    return _clock(name, OURS, sys.executable, ROOT / "scheduler.py", PYTHONPATH=path, PYTHONSAFEPATH="1")


def _rq_scheduler(seconds: str, *more: str) -> System:
    command: tuple[str | Path, ...] = (BIN / "rqscheduler", "--quiet", "--interval", seconds, *more)
    return _clock(f"rq-scheduler, --interval {seconds}", RQ, *command)


def _beat(name: str, kind: str, peers: Path, *more: str) -> System:
    app = ("-A", "benchmarks.clock.peers.celery_app")
    return _clock(name, kind, peers / "bin" / "celery", *app, "beat", "-l", "WARNING", *more)


LONGSHORE = _longshore("Longshore", APP)
LONGSHORE_REAL = _longshore("Longshore, its own jobs", ROOT)
STOCK_60, STOCK_1, STOCK_01 = (_rq_scheduler(seconds) for seconds in ("60", "1", "0.1"))
STOCK_JSON = _rq_scheduler("1", "--job-class", "longshore.task.Task")


def celery(peers: Path) -> list[System]:
    """Celery's beat with its file, and with redbeat.

    Args:
        peers: the environment in which both are installed.
    """
    return [
        _beat("Celery beat", CELERY, peers),
        _beat("Celery beat, redbeat", REDBEAT, peers, "-S", "redbeat.RedBeatScheduler"),
    ]


@contextmanager
def running(system: System, url: str, schedules: str = "") -> Iterator[int]:
    """Run a clock while the block runs; yields its pid.

    Args:
        system: which one.
        url: its Redis.
        schedules: what it is to have, as `wanted` reads it.
    """
    with TemporaryDirectory(prefix="bench-clock-") as name:
        folder = Path(name)
        environ = {**system.environ, wanted.VARIABLE: schedules, "VAR_DIR": name, "LOG_LEVEL": "WARNING"}
        if system.client == OURS:
            environ["DATABASE_URL"] = f"sqlite:///{_database(folder)}"
        with workers(replace(system, folder=folder, environ=environ), url) as (pid,):
            yield pid


_migrated: dict[str, bytes] = {}


def _database(folder: Path) -> Path:
    """A migrated database without a past: a clock reads there until when all has been fired."""
    path = folder / DATABASE
    if not _migrated:
        environ = os.environ | {"DATABASE_URL": f"sqlite:///{path}", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "longshore.migrations"]
        subprocess.run(command, cwd=folder, env=environ, check=True, timeout=120, stdout=subprocess.DEVNULL)
        _migrated["of all"] = path.read_bytes()
    path.write_bytes(_migrated["of all"])
    return path


def settle(pid: int, most: float) -> None:
    """Return when a clock has started and rests.

    Args:
        pid: of its process.
        most: seconds to wait.

    Raises:
        WorkerError: it has ended, or goes on working.
    """
    deadline, spent = time.monotonic() + most, float("inf")
    time.sleep(SETTLE_SECONDS)  # the first imports of Python may wait for the disk
    while spent > SETTLED * SETTLE_SECONDS:
        before = cpu_seconds(pid)
        time.sleep(SETTLE_SECONDS)
        spent = cpu_seconds(pid) - before
        if not tree(pid):
            raise WorkerError("it has ended")
        if time.monotonic() > deadline:
            raise WorkerError(f"it still works after {most:g} s")


def missing(peers: Path) -> str:
    """What is to be done before the peers can run; empty if they can."""
    if (peers / "bin" / "celery").exists() and shutil.which("rqscheduler", path=str(BIN)):
        return ""
    install = f"{peers}/bin/pip install -r benchmarks/clock/requirements.txt"
    return f"{peers} has no Celery; make it: python -m venv {peers} && {install}"
