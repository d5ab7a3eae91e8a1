"""Workers in processes of their own, for tests that send them signals or take their Redis away.

They are forked by a server process that has loaded the catalog and nothing else of the test: no socket of
a proxy, no thread.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from redis import Redis

from longshore import catalog
from longshore.connections import worker_client
from longshore.worker import LongshoreWorker
from tests.chaos.processes import children
from tests.support.waiting import wait_until

catalog.load("jobs")
catalog.load("tests.support.jobs")
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["pytest", __name__, "ortools.sat.python.cp_model"])


class Hasty(LongshoreWorker):
    """The product's worker, less patient: it gives half a second of grace and beats every second."""

    stop_grace = 0.5


class Patient(LongshoreWorker):
    """The product's worker with five seconds of grace."""

    stop_grace = 5.0


BRISK = {"job_monitoring_interval": 1, "maintenance_interval": 1}
"""Intervals of seconds where the product has 10 and 15."""


@dataclass
class LiveWorker:
    """One worker process.

    Attributes:
        name: the worker's name in Redis.
        process: its process.
        log: what it prints.
    """

    name: str
    process: BaseProcess
    log: Path

    @property
    def pid(self) -> int:
        """The worker's process id."""
        assert self.process.pid is not None
        return self.process.pid

    @property
    def horse(self) -> int:
        """Its horse's process id, or 0 between two horses."""
        found = children(self.pid)
        return found[0] if found else 0

    @property
    def is_alive(self) -> bool:
        """Whether the worker process lives."""
        return self.process.is_alive()

    def tree(self) -> list[int]:
        """The process ids of the worker, its horse and all below."""
        found, new = [self.pid], [self.pid]
        while new:
            new = [child for pid in new for child in children(pid)]
            found += new
        return found

    def send(self, number: int, *, to_all: bool = False) -> None:
        """Send a signal to the worker, or to every process of its tree at once."""
        for pid in self.tree() if to_all else [self.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def exit_code(self, timeout: float) -> int | None:
        """How it has ended; None if it has not, in that time."""
        self.process.join(timeout)
        return self.process.exitcode

    def said(self) -> str:
        """What it has logged."""
        return self.log.read_text()


@contextmanager
def working(
    url: str,
    folder: Path,
    *queues: str,
    worker_class: type[LongshoreWorker] = Hasty,
    ready: Redis | None = None,
    **options: Any,
) -> Iterator[LiveWorker]:
    """Run a worker; at the end it is killed if it is still there.

    Args:
        url: its Redis.
        folder: where its log goes.
        queues: names; `default` if none.
        worker_class: at the top level of a module.
        ready: a client on its Redis, to wait until it says that its horse is idle.
        options: for the class; intervals are shorter than the product's unless given.
    """
    number = len(list(folder.glob("worker-*.log")))
    log = folder / f"worker-{number}.log"
    log.touch()
    name = f"{folder.name[-40:]}-{number}"
    names = queues or ("default",)
    process = _context.Process(target=_run, args=(url, log, name, names, worker_class, BRISK | options))
    process.start()
    worker = LiveWorker(name, process, log)
    try:
        if ready is not None:
            wait_until(lambda: ready.hget(f"rq:worker:{name}", "state") == b"idle" or not worker.is_alive)
        yield worker
    finally:
        _end(worker)


def _end(worker: LiveWorker) -> None:
    for pid in reversed(worker.tree() if worker.is_alive else []):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    worker.process.join(10)
    worker.process.close()


def _run(
    url: str,
    log: Path,
    name: str,
    queues: tuple[str, ...],
    worker_class: type[LongshoreWorker],
    options: dict[str, Any],
) -> None:
    """The life of the process."""
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND)
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s.%(msecs)03d %(process)d %(message)s")
    worker = worker_class(list(queues), name=name, connection=worker_client(url), **options)
    worker.work(logging_level="INFO")
