"""One process of the house: how it has fared, when it starts again, and when there is no use in that."""

from __future__ import annotations

import signal
import subprocess
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

FIRST_DELAY = 1.0
"""Seconds before the first restart of a process that died; doubled for each next one."""

LONGEST_DELAY = 30.0
"""Seconds that a restart waits at most."""

STEADY = 60.0
"""Seconds after which a process counts as running well: its next restart waits FIRST_DELAY again."""

QUICK = 10.0
"""Seconds within which a process that fails counts as one that cannot start. granian takes a second look
at a worker that fails, so on a slow machine it takes twice the application's start to end."""

QUICK_LIMIT = 3
"""Quick failures of one process in a row, before the house was ready, at which the house gives up."""

LAST_LINES = 10
"""Lines of a process that are shown again when the house gives up because of it."""


@dataclass
class Backoff:
    """How long to wait before the next restart: 1, 2, 4 … 30 seconds, all over after a steady run."""

    failures: int = 0

    def after(self, ran: float) -> float:
        """The wait, in seconds, after a run of `ran` seconds."""
        self.failures = 0 if ran >= STEADY else self.failures
        delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0**self.failures)
        self.failures = min(self.failures + 1, 10)
        return delay


@dataclass
class Member:
    """One line of the Procfile and the process that runs it now, if any."""

    name: str
    command: str
    env: Mapping[str, str]
    colour: str
    backoff: Backoff = field(default_factory=Backoff)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    restart_at: float | None = None
    quick_failures: int = 0
    last_lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))

    @property
    def hopeless(self) -> bool:
        """Whether it has failed quickly so often that it will not start."""
        return self.quick_failures >= QUICK_LIMIT

    def note_end(self, ran: float) -> None:
        """Count an end, if it was a failure after less than QUICK seconds, or begin to count anew.

        A process that could not be made at all counts for nothing: the machine may have room later.
        """
        failed = self.process is not None and self.process.returncode != 0
        self.quick_failures = self.quick_failures + 1 if failed and ran < QUICK else 0

    def ending(self) -> str:
        """How its process ended, in words."""
        return _ending(self.process)

    def obituary(self, ended: str) -> str:
        """Why the house gives up: its last lines, and how it ended."""
        lines = "\n".join(self.last_lines) or "(it printed nothing)"
        why = f"{self.name} cannot start: it failed at once {QUICK_LIMIT} times in a row"
        return f"{lines}\n{why}; it {ended}"


def _ending(process: subprocess.Popen[bytes] | None) -> str:
    """How a process ended, in words."""
    if process is None or process.returncode is None:
        return "did not start"
    code = process.returncode
    if code < 0:
        return f"(pid {process.pid}) was killed by {signal.Signals(-code).name}"
    # A shell that ran the command reports a signal as 128 + its number.
    if code > 128 and code - 128 in set(signal.Signals):
        return f"(pid {process.pid}) was killed by {signal.Signals(code - 128).name}"
    return f"(pid {process.pid}) ended with exit code {code}"
