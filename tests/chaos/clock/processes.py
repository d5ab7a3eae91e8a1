"""The clocks of a chaos run: started as the Procfile does, killed or stopped, started or woken again.

One thread does it all: `tend` restarts whoever has ended and wakes whoever has slept enough, and must be
called often.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.chaos.processes import ROOT, end

STARTING = 5.0
"""Seconds that a clock may take from its start to its first look, on a busy machine."""


@dataclass
class Harm:
    """A SIGKILL or SIGSTOP that was sent.

    Attributes:
        kind: which.
        pid: who got it.
        at: when, on the machine's wall clock, which Redis shares.
        seconds: how long it is stopped.
        led: whether it led.
    """

    kind: Literal["kill", "stop"]
    pid: int
    at: float
    seconds: float = 0.0
    led: bool = False


@dataclass
class Up:
    """From when until when a clock ran, its start not counted, on the wall clock."""

    since: float
    until: float = float("inf")


@dataclass
class _Member:
    process: subprocess.Popen[bytes]
    up: Up
    wakes: float | None = None

    @property
    def is_up(self) -> bool:
        """Whether it runs, and is past its start."""
        return self.process.poll() is None and self.up.since < time.time() < self.up.until


@dataclass
class Clocks:
    """Supervised clock processes.

    Args:
        count: how many.
        environment: what they get beside this process's own.
        folder: where their logs go.
        harms: what was done to them.
        ups: when which of them ran.
        exits: those that ended by themselves, in words.
    """

    count: int
    environment: Mapping[str, str]
    folder: Path
    harms: list[Harm] = field(default_factory=list)
    ups: list[Up] = field(default_factory=list)
    exits: list[str] = field(default_factory=list)
    _members: list[_Member] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[Clocks]:
        """Start them; at the end stop them, at the latest by SIGKILL."""
        self._members = [self._start(n) for n in range(self.count)]
        try:
            yield self
        finally:
            self.stop()

    def stop(self) -> None:
        """Wake them all and tell them to end. May be called twice."""
        self.wake()
        for one in self._members:
            one.process.terminate()
        for one in self._members:
            end(one.process)

    def wake(self) -> None:
        """Let all go on that are stopped."""
        for one in self._members:
            self._wake(one)

    def is_up(self, pid: int) -> bool:
        """Whether this is a clock that runs, and is past its start."""
        return any(one.process.pid == pid and one.is_up for one in self._members)

    def tend(self) -> None:
        """Restart whoever has ended, and wake whoever is due."""
        for n, one in enumerate(self._members):
            if one.wakes is not None and time.monotonic() >= one.wakes:
                self._wake(one)
            if (code := one.process.poll()) is not None:
                if all(harm.pid != one.process.pid or harm.kind == "stop" for harm in self.harms):
                    self.exits.append(f"clock {n} (pid {one.process.pid}) ended with {code}")
                self._members[n] = self._start(n)

    def harm_one(self, rng: random.Random, longest: float, leader: int, spared: int = 0) -> None:
        """SIGKILL or SIGSTOP one of them, by chance.

        Args:
            rng: chance.
            longest: most seconds that it is stopped.
            leader: the process id of the clock that leads, for the record.
            spared: a process id that gets away.
        """
        chosen = rng.choice([one for one in self._members if one.process.pid != spared])
        kind: Literal["kill", "stop"] = rng.choice(("kill", "stop"))
        pid, seconds = chosen.process.pid, rng.uniform(0, longest) if kind == "stop" else 0.0
        self.harms.append(Harm(kind, pid, time.time(), seconds, led=pid == leader and chosen.is_up))
        chosen.up.until = min(chosen.up.until, time.time())
        if kind == "kill":
            chosen.process.kill()
        else:
            chosen.process.send_signal(signal.SIGSTOP)
            chosen.wakes = time.monotonic() + seconds

    def _wake(self, one: _Member) -> None:
        if one.wakes is not None:
            one.process.send_signal(signal.SIGCONT)
            one.wakes, one.up = None, self._up(time.time())

    def _start(self, n: int) -> _Member:
        with open(self.folder / f"clock-{n}.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "scheduler.py"],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return _Member(process, self._up(time.time() + STARTING))

    def _up(self, since: float) -> Up:
        self.ups.append(Up(since))
        return self.ups[-1]
