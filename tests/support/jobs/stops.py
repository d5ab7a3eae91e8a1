"""Jobs that are stopped, overrun their time or meet a Redis that is away; each notes its runs in a file.

A line of the file is `what pid time`, the time on the monotonic clock, which all processes share.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from longshore import PutBack, job, progress, stopping

_LONG = 60


@job(timeout="60s")
def nap(book: str, seconds: float) -> str:
    """Sleep, in one go or till the file `<book>.go` is there when that is sooner."""
    return _nap(book, seconds)


@job(timeout="60s", retries=1, base=0)
def stumble(book: str, seconds: float) -> str:
    """Sleep and fail; sleep again and end well."""
    if "fail" not in _read(book):
        _nap(book, seconds)
        note(book, "fail")
        raise ValueError("the first run fails")
    return _nap(book, 0)


@job(timeout="60s")
def chatter(book: str, seconds: float) -> str:
    """Sleep and report progress all the time."""
    return _nap(book, seconds, report=True)


@job(timeout=4)
def chatter_in_time(book: str, seconds: float) -> str:
    """The same with a timeout, which is for the job, not for a Redis that is away when it has ended."""
    return _nap(book, seconds, report=True)


@job(timeout="60s")
def told_to_go(book: str, report: bool = False) -> str:
    """Run until the file `<book>.go` is there."""
    return _nap(book, _LONG, report=report)


@job(timeout="60s", retries=1, base=0)
def told_to_fail(book: str) -> str:
    """Run until the file `<book>.go` is there, then fail; end well the next time."""
    if "fail" not in _read(book):
        _nap(book, _LONG)
        note(book, "fail")
        raise ValueError("the first run fails")
    return _nap(book, 0)


@job(timeout=1)
def hurried(kind: str, book: str) -> str:
    """Do one of the things that take too long, with a second's time."""
    return _do(kind, book)


@job(timeout="60s", retries=2, base=0)
def unhurried(kind: str, book: str) -> str:
    """The same with a minute's time, and retries which a stop must not use up."""
    return _do(kind, book)


@job(timeout="60s")
def tick(book: str) -> str:
    """Note that it ran."""
    note(book, "tick")
    return "ticked"


@job(timeout="60s", result_ttl=60)
def count(number: int, book: str) -> int:
    """Note its number."""
    note(book, f"n{number}")
    return number


def note(book: str, what: str) -> None:
    """Append one line, in one write."""
    line = f"{what} {os.getpid()} {time.monotonic():.6f}\n"
    descriptor = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def _read(book: str) -> str:
    path = Path(book)
    return path.read_text() if path.exists() else ""


def _nap(book: str, seconds: float, *, report: bool = False) -> str:
    note(book, "begin")
    end, go, n = time.monotonic() + seconds, Path(f"{book}.go"), 0
    while time.monotonic() < end and not go.exists():
        if report:
            n += 1
            progress(n, None, "on its way")
        time.sleep(0.01)
    note(book, "end")
    return "rested"


# Things that take too long


def _do(kind: str, book: str) -> str:
    note(book, "begin")
    KINDS[kind](book)
    note(book, "end")
    return kind


def _sleep(_book: str) -> None:
    time.sleep(_LONG)


def _spin(_book: str) -> NoReturn:
    while True:
        pass


def _suppress(_book: str) -> NoReturn:
    while True:
        with contextlib.suppress(Exception):
            time.sleep(_LONG)


def _suppress_all(_book: str) -> NoReturn:
    while True:
        with contextlib.suppress(BaseException):
            time.sleep(_LONG)


def _native(_book: str) -> None:
    sum(range(10**12))


def _solve(book: str) -> None:
    """A market split: six sums over fifty bits, which take CP-SAT far longer than anybody waits."""
    from ortools.sat.python import cp_model

    rng, model = random.Random(3), cp_model.CpModel()
    bits = [model.new_bool_var(f"{n}") for n in range(50)]
    for _ in range(6):
        weights = [rng.randrange(100) for _ in bits]
        model.add(sum(weight * bit for weight, bit in zip(weights, bits, strict=True)) == sum(weights) // 2)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = _LONG
    solver.parameters.num_workers = 1
    note(book, "solving")
    solver.solve(model)


def _read_pipe(_book: str) -> None:
    reader, _writer = os.pipe()
    os.read(reader, 1)


def _lock(_book: str) -> None:
    lock = threading.Lock()
    lock.acquire()
    lock.acquire()


def _child(book: str) -> None:
    """A command that is waited for, and whose failure is the task's."""
    process = subprocess.Popen(["sleep", str(_LONG)])
    note(book, f"child:{process.pid}")
    code = process.wait()
    if code:
        raise subprocess.CalledProcessError(code, "sleep")


def _command(book: str) -> None:
    """As most people run one."""
    note(book, "child:0")
    subprocess.run(["sleep", str(_LONG)], check=True)


def _stubborn_child(book: str) -> None:
    process = multiprocessing.get_context("fork").Process(target=_ignore_and_sleep, args=(book,))
    process.start()
    process.join()


def _ignore_and_sleep(book: str) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    note(book, f"child:{os.getpid()}")
    while True:
        time.sleep(_LONG)


def _end_early(_book: str) -> None:
    while not stopping():
        time.sleep(0.01)


def _make_way(_book: str) -> None:
    while not stopping():
        time.sleep(0.01)
    raise PutBack("later")


KINDS: dict[str, Callable[[str], None]] = {
    "sleep": _sleep,
    "spin": _spin,
    "suppress": _suppress,
    "suppress_all": _suppress_all,
    "native": _native,
    "solver": _solve,
    "read": _read_pipe,
    "lock": _lock,
    "child": _child,
    "command": _command,
    "stubborn_child": _stubborn_child,
    "end_early": _end_early,
    "make_way": _make_way,
}
"""What a task may be at when its time is over."""
