"""Processes and how they end, as the kernel tells it. Nothing of tasks here."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_NATIVE = (signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE)
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in a unit of ru_maxrss."""


@dataclass(frozen=True)
class Death:
    """How a horse ended.

    Attributes:
        signal: the signal that killed it, or None.
        code: its exit code, if no signal did.
        peak_mb: the most memory that it had, in MB, if known.
    """

    signal: int | None
    code: int | None = None
    peak_mb: float | None = None

    def describe(self) -> str:
        """The death and its likely cause, in plain words."""
        memory = f", having used {self.peak_mb:,.0f} MB" if self.peak_mb else ""
        if self.signal is None:
            return f"its process ended with exit code {self.code}{memory}: the job, or a library, called exit"
        name = signal.Signals(self.signal).name
        if self.signal in _NATIVE:
            return f"its process was killed by {name}{memory}: a crash in native code"
        if self.signal == signal.SIGKILL:
            return f"its process was killed by {name}{memory}: probably out of memory, or killed by hand"
        return f"its process was killed by {name}{memory}"


def death_of(status: int, rusage: Any) -> Death:
    """What os.wait4 says of a child that has ended."""
    by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    code = None if by else os.waitstatus_to_exitcode(status)
    return Death(by, code, megabytes(rusage.ru_maxrss) if rusage else None)


def megabytes(ru_maxrss: int) -> float:
    """The high-water mark of memory as getrusage gives it, in MB."""
    return ru_maxrss * _RSS_UNIT / 1_048_576


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent process ends; only Linux can.

    Args:
        parent: the parent's process id, read before the fork: if it has ended meanwhile, so do we.
    """
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def pidfd(pid: int) -> int | None:
    """A descriptor that becomes readable when a child ends; None where there are none (macOS)."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        return None


def kill_group(pid: int) -> None:
    """Kill a child and all that it has started; before its setpgrp() it leads no group."""
    for kill in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)


def children(of: int | None = None) -> list[int]:
    """Process ids of the children of a process, on Linux; elsewhere, none are seen."""
    parent = of or os.getpid()
    found: list[int] = []
    try:
        for thread in os.listdir(f"/proc/{parent}/task"):
            with open(f"/proc/{parent}/task/{thread}/children") as file:
                found += [int(one) for one in file.read().split()]
    except OSError:
        return []
    return found


def flush(*streams: Any) -> None:
    """Flush streams, as far as they are there and open."""
    for stream in streams:
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):  # None, or closed by a task: nothing is left to flush
            continue
