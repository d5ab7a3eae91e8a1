"""Who is still alive in a session: a process's children, horses and their children too.

Each process of the house is started as the leader of its own session. A horse leaves its worker's
process group but never its session, so the session is what has to be empty when we say "stopped".
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")


def members(session: int) -> list[int]:
    """The pids that live in a session; zombies do not count.

    Args:
        session: the pid of the process that leads it, dead or alive.
    """
    return [pid for pid, _group, its in _living() if its == session]


def leading_group(session: int) -> list[int]:
    """The pids in a session that are still in its leader's process group: all but horses."""
    return [pid for pid, group, _session in _living() if group == session]


def signal_group(leader: int, number: signal.Signals) -> None:
    """Send a signal to the process group that `leader` leads, if there is one left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def kill(session: int) -> list[int]:
    """SIGKILL to all that is left in a session.

    Returns:
        The pids that were there.
    """
    left = members(session)
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return left


def _living() -> Iterator[tuple[int, int, int]]:
    """Every living process, as pid, process group and session."""
    if (_PROC / "self" / "stat").exists():
        yield from _from_proc()
    else:
        yield from _from_ps()


def _from_proc() -> Iterator[tuple[int, int, int]]:
    for entry in os.listdir(_PROC):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):
            # The name in brackets may hold anything, so we read from the last bracket on.
            fields = (_PROC / entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if fields[0] not in "ZX":
                yield int(entry), int(fields[2]), int(fields[3])


def _from_ps() -> Iterator[tuple[int, int, int]]:
    """macOS has no /proc, and its ps shows no session ids."""
    listing = subprocess.run(["ps", "-A", "-o", "pid=,stat="], capture_output=True, text=True, check=True)
    for line in listing.stdout.splitlines():
        pid, _, state = line.strip().partition(" ")
        if not state.strip().startswith("Z"):
            with contextlib.suppress(OSError):
                yield int(pid), os.getpgid(int(pid)), os.getsid(int(pid))
