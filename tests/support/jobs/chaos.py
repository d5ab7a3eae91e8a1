"""Jobs whose runs can be counted from outside Redis: each writes its beginning and its end to a file."""

from __future__ import annotations

import os
import time

from longshore import job


@job(timeout="60s")
def brief(number: int, book: str, seconds: float) -> int:
    """Last a moment; a task whose worker dies may not be tried again for it."""
    return _run(number, book, seconds)


@job(queue="second", timeout="60s", retries=3, base=0)
def patient(number: int, book: str, seconds: float) -> int:
    """The same on the second queue, with retries, of which a death must take none."""
    return _run(number, book, seconds)


@job(timeout="60s", retries=2, base=0)
def shaky(number: int, book: str, seconds: float) -> int:
    """Fail once, then end well: one retry is used up."""
    if _is_first(number, book):
        _write(book, "begin", number)
        time.sleep(seconds)
        _write(book, "fail", number)
        raise ValueError("the first run fails")
    return _run(number, book, seconds)


def _run(number: int, book: str, seconds: float) -> int:
    _write(book, "begin", number)
    time.sleep(seconds)
    _write(book, "end", number)
    return number


def _is_first(number: int, book: str) -> bool:
    """Whether no run of this task has failed yet; a run that was killed has not."""
    with open(book, "rb") as lines:
        return f"fail {number} ".encode() not in lines.read()


def _write(book: str, what: str, number: int) -> None:
    """Append one line in one write, which no other process can cut in two and no death of ours undoes."""
    line = f"{what} {number} {os.getpid()} {_born()} {os.getppid()} {time.monotonic():.6f}\n"
    descriptor = os.open(book, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(descriptor, line.encode())
    finally:
        os.close(descriptor)


def _born() -> str:
    """When this process started, in clock ticks: pids are used again, even within minutes."""
    with open("/proc/self/stat") as stat:
        return stat.read().rpartition(")")[2].split()[19]
