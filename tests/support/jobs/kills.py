"""Jobs for the kill switch: each writes its runs to a book outside Redis and tells the switch where it is."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path
from typing import Any

from rq import Retry, get_current_job
from rq.command import send_stop_job_command

from longshore import job
from tests.support import kill_switch


@job()
def well(name: str, book: str) -> str:
    """End well."""
    _begin(name, book)
    return _end(name, book)


@job()
def badly(name: str, book: str) -> None:
    """End badly."""
    _begin(name, book)
    _end(name, book)
    raise ValueError("it always fails")


@job(retries=1, base=0)
def twice_badly(name: str, book: str) -> None:
    """Use up a retry, and fail."""
    badly(name, book)


@job(retries=1, base=0)
def again(name: str, book: str) -> str:
    """Use up a retry, and end well."""
    current = get_current_job()
    assert current is not None
    if current.retries_left:
        badly(name, book)
    return well(name, book)


@job(retries=1, base="60s", backoff="fixed")
def later(name: str, book: str) -> None:
    """Fail, with a minute until the next try."""
    badly(name, book)


@job(overlap=False)
def alone(name: str, book: str) -> str:
    """Never two at a time."""
    return well(name, book)


@job()
def stops(name: str, book: str) -> str:
    """Have its worker told to stop in its first run, if it has a switch, and go on for ever."""
    if not _begin(name, book) and kill_switch.is_armed():
        os.kill(os.getppid(), signal.SIGTERM)
        signal.pause()
    return _end(name, book)


@job()
def dies(name: str, book: str) -> str:
    """Die in its first run."""
    if not _begin(name, book):
        os.kill(os.getpid(), signal.SIGKILL)
    return _end(name, book)


@job()
def lasts(name: str, book: str) -> str:
    """Last until its worker has sent a heartbeat."""
    _begin(name, book)
    kill_switch.wait_for_worker()
    return _end(name, book)


@job()
def is_stopped(name: str, book: str) -> str:
    """Have itself stopped in its first run, if it has a switch, and go on for ever."""
    current = get_current_job()
    if not _begin(name, book) and kill_switch.is_armed() and current is not None:
        with kill_switch.unseen():  # it may die in the middle of it
            send_stop_job_command(current.connection, current.id)
            signal.pause()
    return _end(name, book)


@job(timeout=1)
def overruns(name: str, book: str) -> str:
    """Go on after its deadline in its first run, if it has a switch."""
    if not _begin(name, book) and kill_switch.is_armed():
        while True:
            with contextlib.suppress(Exception):
                signal.pause()
    return _end(name, book)


@job()
def short(name: str, book: str, seconds: float) -> str:
    """Last a moment."""
    _begin(name, book)
    time.sleep(seconds)
    return _end(name, book)


def asks_again(name: str, book: str, interval: int) -> Retry:
    """Return that it wants another run, always; RQ grants one."""
    well(name, book)
    return Retry(max=1, interval=interval)


def note_end(task: Any, connection: Any, *result: Any) -> None:
    """A callback for success or failure."""
    kill_switch.reached("callback begins")
    _write(task.args[1], f"callback {task.args[0]}")
    kill_switch.reached("callback ends")


def _begin(name: str, book: str) -> int:
    """Note a run; how many there were before."""
    before = _count(book, f"begin {name}")
    _write(book, f"begin {name}")
    kill_switch.reached(kill_switch.BEGIN)
    return before


def _end(name: str, book: str) -> str:
    # In this order: a kill of the worker may fall between the two, and a run that is in the book must be one
    # that the switch knows to have ended.
    kill_switch.reached(kill_switch.END)
    _write(book, f"end {name}")
    return name


def _count(book: str, line: str) -> int:
    path = Path(book)
    return path.read_text().splitlines().count(line) if path.exists() else 0


def _write(book: str, line: str) -> None:
    with open(book, "a") as file:
        file.write(f"{line}\n")
