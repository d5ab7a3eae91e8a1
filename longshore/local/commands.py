"""Runs one shell command to its end, as a migration or a token, and lets nothing of it outlive us."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from longshore.local import sessions
from longshore.local.supervisor import Watcher


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        code: its exit code; negative: the signal that killed it.
        stdout: what it printed.
        stderr: what it printed as errors.
    """

    code: int
    stdout: str
    stderr: str


def run(
    command: str, env: Mapping[str, str], watcher: Watcher, stopped: Callable[[], bool], *, grace: float = 5.0
) -> Outcome:
    """Run a shell command and wait for it.

    Args:
        command: as in a Procfile.
        env: its whole environment.
        watcher: is told of its session.
        stopped: asked ten times a second; once it says yes the command gets SIGTERM.
        grace: seconds between that SIGTERM and SIGKILL.
    """
    process = subprocess.Popen(  # noqa: S602 (the Procfile is ours, and is written for a shell)
        command,
        shell=True,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    watcher.add(process.pid)
    try:
        return _wait(process, stopped, grace)
    finally:
        sessions.kill(process.pid)
        watcher.remove(process.pid)


def _wait(process: subprocess.Popen[str], stopped: Callable[[], bool], grace: float) -> Outcome:
    kill_at: float | None = None
    while True:
        try:
            stdout, stderr = process.communicate(timeout=0.1)
        except subprocess.TimeoutExpired:
            if kill_at is None and stopped():
                sessions.signal_group(process.pid, signal.SIGTERM)
                kill_at = time.monotonic() + grace
            if kill_at is not None and time.monotonic() > kill_at:
                sessions.kill(process.pid)
        else:
            return Outcome(process.returncode, stdout, stderr)
