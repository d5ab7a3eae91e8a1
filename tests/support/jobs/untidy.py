"""Jobs that leave a mess in their process, one kind each, and one that looks how clean it is.

`mess` makes one, by name, and leaves; `look` tells how the process is.
"""

from __future__ import annotations

import asyncio
import contextvars
import decimal
import faulthandler
import gc
import io
import locale
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
from rq import get_current_job

from longshore import job, progress

log = logging.getLogger(__name__)
_colour: contextvars.ContextVar[str] = contextvars.ContextVar("_colour", default="none")
_kept: list[Any] = []
"""Keeps what a mess has opened from being closed by the garbage collector."""
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGUSR1", "SIGCHLD", "SIGPIPE")

# Looking


@job()
def look() -> dict[str, Any]:
    """How this process is: what a mess may have changed."""
    return {
        "pid": os.getpid(),
        "handlers": {name: _named(signal.getsignal(getattr(signal, name))) for name in _SIGNALS},
        "blocked": sorted(int(one) for one in signal.pthread_sigmask(signal.SIG_BLOCK, [])),
        "timers": [signal.getitimer(one)[0] for one in (signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)],
        "alarm over 200 s": signal.getitimer(signal.ITIMER_REAL)[0] > 200,
        "alarm repeats": signal.getitimer(signal.ITIMER_REAL)[1] > 0,
        "environ": {name: value for name, value in os.environ.items() if name != "RQ_JOB_ID"},
        "cwd": _cwd(),
        "umask": _umask(),
        "streams": [_named(type(one)) for one in (sys.stdin, sys.stdout, sys.stderr)],
        "stdout closed": getattr(sys.stdout, "closed", True),
        "root level": logging.getLogger().level,
        "disabled": logging.root.manager.disable,
        "decimal": [decimal.getcontext().prec, decimal.getcontext().rounding],
        "locale": locale.setlocale(locale.LC_ALL),
        "path": list(sys.path),
        "warnings": len(warnings.filters),
        "recursion": sys.getrecursionlimit(),
        "modules": "colorsys" in sys.modules,
        "contextvar": _colour.get(),
        "loop": _has_loop(),
        "gc": gc.isenabled(),
        "excepthooks": [_named(threading.excepthook), _named(sys.excepthook)],
        "trace": [_named(sys.gettrace()), _named(sys.getprofile())],
        "socket timeout": socket.getdefaulttimeout(),
        "switch interval": sys.getswitchinterval(),
        "tz": list(time.tzname),
        "leads": os.getpgrp() == os.getpid(),
        "temp": tempfile.tempdir,
    }


def _named(thing: Any) -> str:
    return str(getattr(thing, "__qualname__", None) or thing)


def _cwd() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        return repr(error)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _has_loop() -> bool:
    policy = asyncio.get_event_loop_policy()
    return getattr(getattr(policy, "_local", None), "_loop", None) is not None


@job()
def numbers() -> list[float]:
    """Random numbers from both generators."""
    return [random.random(), float(numpy.random.random())]


@job()
def whoami() -> int:
    """The process that runs tasks."""
    return os.getpid()


@job()
def write_a_line(text: str) -> int:
    """Log a line, tell the process."""
    log.info("%s", text)
    return os.getpid()


@job()
def busy(seconds: float) -> int:
    """Work for a while in Python; the process."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass
    return os.getpid()


@job(timeout=1)
def overdue() -> None:
    """Go on past the deadline, and end by its exception."""
    while True:
        time.sleep(0.1)


@job()
def usage() -> dict[str, int]:
    """How many descriptors this process and its worker have."""
    return {str(pid): len(os.listdir(f"/proc/{pid}/fd")) for pid in (os.getpid(), os.getppid())}


@job()
def identity(note: str = "") -> dict[str, Any]:
    """What a job may ask about its task."""
    current = get_current_job()
    assert current is not None
    if note:
        current.meta["note"] = note
        current.save_meta()
        progress(1, 2, "half")
    return {
        "id": current.id,
        "environ": [os.environ.get("RQ_JOB_ID"), os.environ.get("RQ_WORKER_ID")],
        "origin": current.origin,
        "meta": dict(current.meta),
        "func_name": current.func_name,
        "enqueued": current.enqueued_at is not None,
        "started": current.started_at is not None,
        "worker": current.worker_name,
        "is_started": current.is_started,
    }


# Messes that a process can have


def _handlers() -> None:
    for name in _SIGNALS:
        signal.signal(getattr(signal, name), _hide if name != "SIGCHLD" else signal.SIG_IGN)


def _hide(*_: object) -> None:
    """A handler that does nothing."""


def _alarms() -> None:
    for one in (signal.ITIMER_VIRTUAL, signal.ITIMER_PROF, signal.ITIMER_REAL):
        signal.setitimer(one, 0.3, 0.3)


def _environ() -> None:
    os.environ["HOME"] = "/nowhere"
    os.environ["UNTIDY"] = "yes"
    del os.environ["PATH"]
    os.environ["RQ_JOB_ID"] = os.environ["RQ_WORKER_ID"] = "another"


def _empty_environ() -> None:
    os.environ.clear()


def _removed_folder() -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)


def _replace_stdout() -> None:
    sys.stdout = sys.stderr = io.StringIO()


def _close_stdout() -> None:
    sys.stdout.close()


def _no_stdout() -> None:
    sys.stdout = None  # type: ignore[assignment]


def _own_logging() -> None:
    logging.basicConfig(force=True, level=logging.CRITICAL, stream=io.StringIO())


def _no_handlers() -> None:
    for handler in list(logging.getLogger().handlers):
        logging.getLogger().removeHandler(handler)


def _no_logging() -> None:
    logging.disable(logging.CRITICAL)


def _threads() -> None:
    for one in (threading.Event(), threading.Event()):
        threading.Thread(target=one.wait, name="left-over", daemon=True).start()
        _kept.append(one)


def _decimals() -> None:
    decimal.getcontext().prec = 3
    decimal.getcontext().rounding = decimal.ROUND_DOWN


def _paths() -> None:
    sys.path.insert(0, "/nowhere")


def _recursion() -> None:
    sys.setrecursionlimit(120)


def _modules() -> None:
    sys.modules.pop("colorsys", None)


def _loop() -> None:
    asyncio.set_event_loop(asyncio.new_event_loop())


def _hooks() -> None:
    threading.excepthook = sys.excepthook = _hide  # type: ignore[assignment]


def _tracing() -> None:
    sys.setprofile(_hide)


def _time_zone() -> None:
    os.environ["TZ"] = "Pacific/Auckland"
    time.tzset()


def _redis_socket() -> None:
    """Close the horse's connection to Redis, as a job that closes what it does not know."""
    for fd in _redis_sockets():
        os.close(fd)


def _redis_sockets() -> list[int]:
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            with socket.socket(fileno=os.dup(int(name))) as one:
                if one.family in (socket.AF_UNIX, socket.AF_INET) and one.getpeername():
                    found.append(int(name))
        except OSError:
            continue
    return found


def _child() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _kept.append(subprocess.Popen(["sleep", "60"]))


def _own_session() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _kept.append(subprocess.Popen(["sleep", "60"], start_new_session=True))


MESSES: dict[str, Callable[[], object]] = {
    "handlers": _handlers,
    "alarms": _alarms,
    "alarm off": lambda: signal.alarm(0),
    "blocked signals": lambda: signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM, signal.SIGTERM]),
    "environ": _environ,
    "empty environ": _empty_environ,
    "chdir": lambda: os.chdir("/"),
    "removed folder": _removed_folder,
    "umask": lambda: os.umask(0o777),
    "replaced stdout": _replace_stdout,
    "closed stdout": _close_stdout,
    "no stdout": _no_stdout,
    "own logging": _own_logging,
    "no handlers": _no_handlers,
    "no logging": _no_logging,
    "threads": _threads,
    "decimals": _decimals,
    "locale": lambda: locale.setlocale(locale.LC_ALL, "C.UTF-8"),
    "paths": _paths,
    "warnings": lambda: warnings.simplefilter("error"),
    "recursion": _recursion,
    "modules": _modules,
    "contextvar": lambda: _colour.set("red"),
    "loop": _loop,
    "gc": gc.disable,
    "hooks": _hooks,
    "tracing": _tracing,
    "socket timeout": lambda: socket.setdefaulttimeout(0.001),
    "switch interval": lambda: sys.setswitchinterval(1.0),
    "time zone": _time_zone,
    "temp": lambda: setattr(tempfile, "tempdir", "/nowhere"),
    "dump later": lambda: faulthandler.dump_traceback_later(1, exit=True),
    "all descriptors": lambda: os.closerange(3, 256),
    "redis socket": _redis_socket,
    "child": _child,
    "child in its own session": _own_session,
}


@job()
def mess(what: str) -> int:
    """Make a mess, and end well; the process that did it."""
    MESSES[what]()
    return os.getpid()


@job()
def seed() -> list[float]:
    """Seed both generators as a job may for its own sake; the numbers after it."""
    random.seed(1)
    numpy.random.seed(1)
    return [random.random(), float(numpy.random.random())]


@job()
def steal_descriptor(path: str) -> list[int]:
    """Close the connection to Redis and open a file, which gets the same number."""
    sockets = _redis_sockets()
    for fd in sockets:
        os.close(fd)
    _kept.append([open(path, "w") for _ in sockets])  # noqa: SIM115  it stays open on purpose
    return sockets


@job()
def steal_descriptor_for_a_server(path: str) -> list[int]:
    """As `steal_descriptor`, but another connection gets the number, and must hear nothing either."""
    sockets = _redis_sockets()
    for fd in sockets:
        os.close(fd)
    for _ in sockets:
        one = socket.socket(socket.AF_UNIX)
        one.connect(path)
        _kept.append(one)
    return sockets


# Messes that end the task in another way


class Strange(BaseException):
    """An exception that `except Exception` does not see."""


_WAYS: dict[str, Callable[[], object]] = {
    "sys.exit(0)": lambda: sys.exit(0),
    "sys.exit(3)": lambda: sys.exit(3),
    "KeyboardInterrupt": lambda: _throw(KeyboardInterrupt()),
    "SystemExit": lambda: _throw(SystemExit()),
    "GeneratorExit": lambda: _throw(GeneratorExit()),
    "BaseException": lambda: _throw(Strange("odd")),
    "StopIteration": lambda: _throw(StopIteration()),
}


def _throw(error: BaseException) -> None:
    raise error


@job()
def leave(how: str) -> None:
    """End in a way that would end a process."""
    _WAYS[how]()


@job()
def fork_and_return(folder: str, fails: bool = False) -> int:
    """Fork and let the child return from the job's function, too; each leaves its pid in a file."""
    asked = os.getpid()
    child = os.fork()
    Path(folder, str(os.getpid())).write_text("")
    if fails and os.getpid() != asked:
        raise ValueError("from the child")
    if child:
        os.waitpid(child, 0)
    return os.getpid()


@job(timeout=1)
def cancel_deadline(how: str) -> str:
    """Take away its own deadline, and go on past it."""
    if how == "alarm(0)":
        signal.alarm(0)
    elif how == "block":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    elif how == "ignore":
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
    else:
        signal.alarm(60)
    while True:
        time.sleep(60)


@job(timeout=30)
def shorten_deadline() -> str:
    """Use the alarm for its own ends, as libraries do, without a handler of its own."""
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    end = time.monotonic() + 20
    while time.monotonic() < end:
        time.sleep(0.5)
    return "never rung"


# Memory


@job()
def leak(mb: int) -> int:
    """Keep memory for ever; the process."""
    _kept.append(b"x" * (mb * 1_048_576))
    return os.getpid()


@job()
def peak(mb: int) -> int:
    """Use memory for a moment; the process."""
    block = numpy.ones(mb * 131_072)
    del block
    return os.getpid()
