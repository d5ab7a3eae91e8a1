"""What a task must not leave to the next in the same horse: handlers, alarms, seeds, environment, processes.

`Surroundings` remembers how things were before the first task, and puts them back after each. It runs while
Redis works on the finished task, so it costs no time of its own; it is still kept to microseconds.
"""

from __future__ import annotations

import contextlib
import decimal
import faulthandler
import gc
import logging
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import Any

from rq.timeouts import UnixSignalDeathPenalty

from longshore.processes import children, flush, kill_group, megabytes
from longshore.reporter import capture

logger = logging.getLogger(__name__)
_SIGNALS = tuple(
    int(getattr(signal, name))
    for name in (
        "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1", "SIGUSR2",
        "SIGCHLD", "SIGPIPE", "SIGCONT", "SIGWINCH",
    )
    if hasattr(signal, name)
)  # fmt: skip
_c: Any = sys.modules["_signal"]
_getsignal = _c.getsignal
"""The function in C: the one in Python around it looks up an enum each time, 13 times a task."""
_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


class Alarm(UnixSignalDeathPenalty):
    """RQ's timeout by SIGALRM, whose handler stays from task to task: half the calls to the kernel."""

    current: Alarm | None = None

    def setup_death_penalty(self) -> None:
        """Raise in the job when its time is over."""
        Alarm.current = self
        if _getsignal(signal.SIGALRM) is not _ring:
            signal.signal(signal.SIGALRM, _ring)
        signal.alarm(self._timeout)

    def cancel_death_penalty(self) -> None:
        """The job is over."""
        signal.alarm(0)
        Alarm.current = None


def _ring(signum: int, frame: FrameType | None) -> None:
    if Alarm.current is not None:
        Alarm.current.handle_death_penalty(signum, frame)  # type: ignore[no-untyped-call]


class Surroundings:
    """The process as it was when the horse was ready for its first task."""

    def __init__(self) -> None:
        signal.signal(signal.SIGALRM, _ring)
        self._handlers = tuple(map(_getsignal, _SIGNALS))
        self._environ = dict(os.environ)
        self._raw = dict(_raw_environ())
        self._cwd = os.getcwd()
        self._umask = _umask()
        self._streams = (sys.stdin, sys.stdout, sys.stderr)
        self._depth, self._socket_timeout = sys.getrecursionlimit(), socket.getdefaulttimeout()
        self._decimal = decimal.getcontext().copy()
        self._disabled = logging.root.manager.disable
        self._blocked = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        self._threads = set(threading.enumerate())
        self._told: set[str] = set()

    def restore(self, task_id: str) -> None:
        """Put back what is listed here; module globals and what libraries hold is left as it is."""
        self._restore_signals()
        self._restore_environment()
        capture.install()
        self._restore_interpreter()
        sys.stdin, sys.stdout, sys.stderr = self._streams
        flush(sys.stdout, sys.stderr)
        reseed()
        self._report_threads(task_id)

    def expect(self, name: str, value: str) -> None:
        """Set an environment variable that is ours, not the task's."""
        self._environ[name] = value
        key, raw = name.encode(), value.encode()
        os.putenv(key, raw)  # as os.environ does, which takes twice the time
        self._raw[key] = _raw_environ()[key] = raw

    def is_alone(self, task_id: str) -> bool:
        """Whether no process that a task has started is left.

        If one is, the horse had better be replaced, as the whole process group goes with it.
        """
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        _reap()
        left = children()
        if left:
            shown = ", ".join(str(one) for one in left[:5])
            logger.warning("task %s has left %d processes (%s…): they are ended", task_id, len(left), shown)
            for one in left:  # with the group of one that has its own; the rest goes with the horse's
                kill_group(one)
        return not left

    def _restore_signals(self) -> None:
        if tuple(map(_getsignal, _SIGNALS)) != self._handlers:
            for one, handler in zip(_SIGNALS, self._handlers, strict=True):
                if _getsignal(one) != handler:
                    signal.signal(one, handler if handler is not None else signal.SIG_DFL)
        if signal.pthread_sigmask(signal.SIG_BLOCK, ()) != self._blocked:
            signal.pthread_sigmask(signal.SIG_SETMASK, self._blocked)
        for timer in _TIMERS:
            if signal.getitimer(timer) != (0.0, 0.0):
                signal.setitimer(timer, 0)

    def _restore_interpreter(self) -> None:
        """What a library may have switched; context variables end with the task by themselves."""
        if not gc.isenabled():
            gc.enable()
        if sys.getrecursionlimit() != self._depth:
            sys.setrecursionlimit(self._depth)
        if socket.getdefaulttimeout() != self._socket_timeout:
            socket.setdefaulttimeout(self._socket_timeout)
        if logging.root.manager.disable != self._disabled:
            logging.disable(self._disabled)
        decimal.setcontext(self._decimal.copy())
        faulthandler.cancel_dump_traceback_later()
        if sys.gettrace() is not None:
            sys.settrace(None)
        if sys.getprofile() is not None:
            sys.setprofile(None)

    def _restore_environment(self) -> None:
        if _raw_environ() != self._raw:
            os.environ.clear()
            os.environ.update(self._environ)
            time.tzset()
        try:
            moved = os.getcwd() != self._cwd
        except FileNotFoundError:  # the task has removed the folder that it had moved to
            moved = True
        if moved:
            os.chdir(self._cwd)
        os.umask(self._umask)

    def _report_threads(self, task_id: str) -> None:
        if threading.active_count() == len(self._threads):
            return
        alive = set(threading.enumerate())
        left, self._threads = alive - self._threads, alive
        names = {one.name for one in left if not one.name.startswith("longshore-")} - self._told
        if names:
            self._told |= names
            logger.warning("task %s has left threads running: %s", task_id, ", ".join(sorted(names)))


class Memory:
    """How much memory this process has had.

    The kernel keeps one high-water mark for the life of a process. After a task that has raised it, the
    mark is set back to what is in use, so that the next task is not blamed; only Linux can do that.
    """

    def __init__(self) -> None:
        self._mark = _high_water_mb()

    def peak_mb(self) -> float:
        """Most memory in use since the mark was last set back, in MB."""
        peak = _high_water_mb()
        if peak > self._mark + _GROWTH_MB:
            with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
                file.write("5")
            self._mark = _high_water_mb()
        return peak

    def exceeds(self, limit_mb: float) -> bool:
        """Whether more than this is in use now."""
        return _high_water_mb() > limit_mb and _in_use_mb() > limit_mb


_GROWTH_MB = 8
"""Growth of the mark by one task after which it is set back."""


def _high_water_mb() -> float:
    return megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _in_use_mb() -> float:
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1_048_576
    except OSError:
        return _high_water_mb()


def _reap() -> None:
    """Collect children that have ended and that nobody waits for any more."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return
        except ChildProcessError:
            return


def reseed() -> None:
    """Random numbers of one task must not follow from those of another, nor from a seed that it set."""
    random.seed(int.from_bytes(os.urandom(16), "little"))  # of bytes it takes a hash first
    numpy_random: Any = sys.modules.get("numpy.random")
    if numpy_random is not None:
        numpy_random.seed(int.from_bytes(os.urandom(4), "little"))


def _raw_environ() -> Any:
    """The dict behind os.environ: comparing it takes 0.3 µs, comparing os.environ itself 20."""
    return os.environ._data  # type: ignore[attr-defined]


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
