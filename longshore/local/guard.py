"""A small process that outlives the launcher: if that is killed with -9, it stops what was left.

Why not PR_SET_PDEATHSIG: it exists on Linux only, is lost by the grandchildren behind `sh -c`, and
fires when the *thread* that started the child ends. The guard reads a pipe whose other end only the
launcher has; when it closes, however the launcher died, the guard ends the sessions that it was told of.
It inherits the lock on VAR_DIR, so that a next start waits until it is done.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import BinaryIO

from longshore.local import sessions

GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL for what a killed launcher has left."""


class Guard:
    """The launcher's end of the pipe.

    Args:
        keep_open: descriptors that the guard inherits, e.g. the lock's.
    """

    def __init__(self, keep_open: Iterable[int] = ()) -> None:
        reader, self._pipe = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "longshore.local.guard"],
                stdin=reader,
                start_new_session=True,  # Ctrl-C in the terminal must not reach it
                pass_fds=tuple(keep_open),
            )
        finally:
            os.close(reader)

    def add(self, session: int) -> None:
        """Have a session ended if this process dies."""
        self._tell(f"add {session}")

    def add_last(self, session: int) -> None:
        """Have a session ended after all the others: Redis."""
        self._tell(f"last {session}")

    def remove(self, session: int) -> None:
        """A session is over: its number may soon belong to somebody else."""
        self._tell(f"remove {session}")

    def close(self) -> None:
        """Let the guard do its work, if any is left, and wait for it."""
        os.close(self._pipe)
        try:
            self._process.wait(2 * GRACE + 5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _tell(self, line: str) -> None:
        # One write of a short line to a pipe is atomic, so threads need no lock. A dead guard
        # must not take the house down: it only matters if the launcher is killed as well.
        with contextlib.suppress(OSError):
            os.write(self._pipe, f"{line}\n".encode())


def watch(pipe: BinaryIO, *, grace: float = GRACE) -> None:
    """Follow `add`, `last` and `remove` lines until the pipe closes, then end what is left.

    Args:
        pipe: the launcher's lines.
        grace: seconds between SIGTERM and SIGKILL.
    """
    first: set[int] = set()
    last: set[int] = set()
    for line in pipe:
        word, _, number = line.decode().partition(" ")
        if word == "remove":
            first.discard(int(number))
            last.discard(int(number))
        else:
            (last if word == "last" else first).add(int(number))
    end(first, grace=grace)
    end(last, grace=grace)


def end(leaders: set[int], *, grace: float) -> None:
    """SIGTERM to the sessions' leading groups, and SIGKILL to all that lives `grace` seconds later."""
    for leader in leaders:
        sessions.signal_group(leader, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while time.monotonic() < deadline and any(sessions.leading_group(leader) for leader in leaders):
        time.sleep(0.1)
    for leader in leaders:
        sessions.kill(leader)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watch(sys.stdin.buffer)
