"""The worker processes of a chaos run: started as worker.sh does, killed, and started again at once.

One thread does it all: `tend` restarts whoever has ended, and must be called often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLAGS = (
    *("--connection-class", "longshore.connections.WorkerRedis"),
    *("--job-class", "longshore.task.Task"),
    *("--serializer", "longshore.serializer.Serializer"),
    *("--worker-ttl", "30", "--maintenance-interval", "15", "--job-monitoring-interval", "10"),
)
"""As in worker.sh, except for the worker class; a test compares the two."""
QUEUES = ("default", "second")
STOP_TIMEOUT = 30.0


@dataclass(frozen=True)
class Kill:
    """A SIGKILL that was sent.

    Attributes:
        kind: "worker" or "horse".
        pid: who got it.
        worker: the pid of its worker, which is its own if it is one.
        at: time.monotonic(), which all processes share.
    """

    kind: str
    pid: int
    worker: int
    at: float


@dataclass
class Workers:
    """Supervised worker processes.

    Args:
        count: how many.
        redis_url: their Redis.
        worker_class: for `rq worker --worker-class`.
        folder: where their logs go.
    """

    count: int
    redis_url: str
    worker_class: str
    folder: Path
    kills: list[Kill] = field(default_factory=list)
    exits: list[str] = field(default_factory=list)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[Workers]:
        """Start them; at the end stop them, at the latest by SIGKILL."""
        self._running = [self._start(n) for n in range(self.count)]
        try:
            yield self
        finally:
            for process in self._running:
                process.terminate()
            for process in self._running:
                end(process)

    def tend(self) -> None:
        """Restart whoever has ended, and note those that ended by themselves."""
        killed = {kill.pid for kill in self.kills}
        for n, process in enumerate(self._running):
            if process.poll() is not None:
                if process.pid not in killed:
                    self.exits.append(f"worker {n} (pid {process.pid}) ended with {process.returncode}")
                self._running[n] = self._start(n)

    def kill_one(self, rng: random.Random, patience: float = 0.25) -> None:
        """SIGKILL a worker or a horse, by chance; when there is no horse for a while, a worker."""
        kind, process = rng.choice(("worker", "horse")), rng.choice(self._running)
        end = time.monotonic() + patience
        while kind == "horse" and time.monotonic() < end:
            self.tend()
            if self._kill_horse_of(rng.choice(self._running).pid):
                return
            time.sleep(0.001)
        self.tend()
        process = rng.choice(self._running)
        self.kills.append(Kill("worker", process.pid, process.pid, time.monotonic()))
        process.kill()

    def _kill_horse_of(self, worker: int) -> bool:
        for pid in children(worker):
            try:
                handle = os.pidfd_open(pid)
            except ProcessLookupError:
                continue
            try:
                if pid in children(worker):  # still, so that the handle is of this very process
                    at = time.monotonic()
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    self.kills.append(Kill("horse", pid, worker, at))
                    return True
            except ProcessLookupError:
                continue
            finally:
                os.close(handle)
        return False

    def _start(self, n: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "rq.cli", "worker", "--worker-class", self.worker_class, *FLAGS]
        with open(self.folder / f"worker-{n}.log", "ab") as log:
            return subprocess.Popen(
                [*command, "--logging_level", "WARNING", *QUEUES],
                cwd=ROOT,
                env={**os.environ, "RQ_REDIS_URL": self.redis_url, "REDIS_URL": self.redis_url},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )


def children(pid: int) -> list[int]:
    """The pids of a process's children, whichever of its threads started them."""
    found: list[int] = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(one) for one in path.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def end(process: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a process that was told to stop, and kill it if it does not."""
    try:
        process.wait(STOP_TIMEOUT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
