"""Clocks in processes of their own, on a Redis and a SQL of their own, for tests that take these away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue

from longshore import keys
from longshore.catalog import catalog
from longshore.local.redis_server import RedisServer
from longshore.schedules import edits, ledger
from longshore.schedules.ledger import SlotRecord
from tests.chaos.processes import ROOT
from tests.support.waiting import wait_until

JOB, QUEUE = "maintenance.ping", "maintenance"
_WITH_TEST_JOBS = """
from longshore import catalog
catalog.load("tests.support.jobs")
import scheduler
scheduler.main()
"""


@dataclass
class LiveClock:
    """One clock process.

    Attributes:
        process: it.
        log: what it prints.
    """

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def send(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def stops_within(self, seconds: float) -> float:
        """Send SIGTERM and wait for the end; how long it took.

        Raises:
            AssertionError: it has not ended by itself in that time, or not well.
        """
        began = time.monotonic()
        self.process.terminate()
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"alive {seconds} s after SIGTERM: {self.said()[-2_000:]}") from None
        assert code == 0, self.said()[-2_000:]
        return time.monotonic() - began

    def said(self) -> str:
        """What it has logged."""
        return self.log.read_text()


@dataclass
class Home:
    """What clocks live with.

    Attributes:
        server: their Redis.
        redis: a client of it.
        folder: for logs.
        environment: what they get beside this process's.
    """

    server: RedisServer
    redis: Redis
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def clock(self, *, ready: bool = True, test_jobs: bool = False, **more: str) -> Iterator[LiveClock]:
        """Run a clock; at the end it is killed if it is still there.

        Args:
            ready: wait until one leads.
            test_jobs: whether it knows the tests' jobs, too.
            more: variables of its environment.
        """
        log = self.folder / f"clock-{len(list(self.folder.glob('clock-*')))}.log"
        made = LiveClock(start_clock(self.environment | more, log, test_jobs=test_jobs), log)
        try:
            if ready:
                wait_until(lambda: self.leader != 0, interval=0.05)
            yield made
        finally:
            made.process.kill()
            made.send(signal.SIGCONT)
            made.process.wait()

    @property
    def leader(self) -> int:
        """The process id of the clock that leads; 0 if none says so."""
        raw: Any = self.redis.hget(keys.clock(), "pid")
        return int(raw or 0)

    def make(self, name: str, every: int = 1, job: str = JOB, **spec: Any) -> None:
        """Make a schedule, as people do."""
        trigger = {"kind": "interval", "every": every}
        edits.create(catalog, {"name": name, "job": job, "trigger": trigger, **spec}, "ann")

    def slots(self, name: str = "often") -> list[SlotRecord]:
        """What became of a schedule's slots, oldest first."""
        return ledger.read(self.redis, name)[::-1]

    def queued(self, queue: str = QUEUE) -> list[str]:
        """Ids of the tasks in a queue."""
        return Queue(queue, connection=self.redis).job_ids

    def fires(self, name: str = "often", since: datetime | None = None, timeout: float = 15.0) -> datetime:
        """Wait until a slot has fired, or a later one; the newest."""

        def has_fired() -> bool:
            return any(since is None or one.slot > since for one in self.slots(name))

        wait_until(has_fired, timeout, interval=0.05)
        return self.slots(name)[-1].slot


def start_clock(
    environment: Mapping[str, str], log: Path, *, test_jobs: bool = False
) -> subprocess.Popen[bytes]:
    """Start `python scheduler.py`, as the Procfile does.

    Args:
        environment: variables beside this process's own.
        log: what it prints is added to this file.
        test_jobs: whether it knows the tests' jobs, too.
    """
    command = ["-c", _WITH_TEST_JOBS] if test_jobs else ["scheduler.py"]
    with open(log, "ab") as opened:
        return subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=opened,
            stderr=opened,
        )
