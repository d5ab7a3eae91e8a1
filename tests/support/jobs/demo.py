"""One small job for each thing that a declaration can say."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import signal
import time
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from longshore import finishing, job, progress

log = logging.getLogger(__name__)


class Gone(Exception):
    """An error that is not worth another try."""


class Point(BaseModel):
    """A pair of numbers."""

    x: int
    y: int = 0


@job(access="public")
def add(a: int, b: Annotated[int, Field(ge=0, le=1000)] = 1) -> int:
    """Add two numbers.

    Longer words about adding.

    Args:
        a: The first number.
        b: The second number,
            on two lines.
    """
    return a + b


@job(queue="second", timeout="20s", result_ttl="1h")
def echo(value: dict[str, Any]) -> dict[str, Any]:
    """Return what was given."""
    return value


@job()
def place(point: Point, day: date) -> Point:
    """Take and return richer types than JSON has."""
    if not isinstance(point, Point) or not isinstance(day, date):
        raise TypeError("the parameters were not bound to their types")
    return Point(x=point.x + 1, y=day.year)


@job()
def fail(message: str = "boom") -> None:
    """Raise."""
    raise ValueError(message)


@job(retries=2, base=0, give_up_on=Gone)
def flaky(counter: str, fails: int, give_up: bool = False) -> int:
    """Fail some times, then return how often it ran; `counter` is a file that counts."""
    path = Path(counter)
    count = int(path.read_text() or "0") + 1 if path.exists() else 1
    path.write_text(str(count))
    if count <= fails:
        raise (Gone if give_up else ValueError)(f"failure {count}")
    return count


@job(retries=1, base="60s", backoff="fixed")
def later(counter: str) -> int:
    """As flaky, failing once, with a minute between the tries."""
    return flaky(counter, fails=1)


@job()
def steps(total: int, lines: int = 0) -> int:
    """Report progress `total` times and log `lines` lines."""
    for n in range(1, total + 1):
        progress(n, total, f"step {n}")
    for n in range(lines):
        log.info("line %d of %d", n + 1, lines)
    return total


@job()
def lies() -> dict[str, int]:
    """Return something else than its annotation promises."""
    return {"a": "not a number"}  # type: ignore[dict-item]


@job()
def nan() -> float:
    """Return what JSON does not have."""
    return float("nan")


@job()
def die(counter: str, times: int = 1, by: int = signal.SIGKILL) -> str:
    """Kill its own process on the first tries; with `by` 0 it leaves through os._exit."""
    path = Path(counter)
    count = int(path.read_text()) + 1 if path.exists() else 1
    path.write_text(str(count))
    if count <= times:
        faulthandler.disable()  # pytest's would print a trace for a crash that is meant
        os.kill(os.getpid(), by) if by else os._exit(3)
        signal.pause()
    return f"survived {times}"


@job(timeout=1)
def deaf() -> None:
    """Go on after the deadline in spite of its exception."""
    while True:
        with contextlib.suppress(Exception):
            signal.pause()


@job(timeout=1, retries=1, base=0)
def native() -> int:
    """Stay in C code, where no exception can be raised."""
    return sum(range(10**12))


@job(unique=True)
def once(key: str, extra: int = 0) -> str:
    """One unfinished task for the same parameters."""
    return key


@job(overlap=False)
def alone(name: str) -> str:
    """Never two at a time."""
    return name


@job(fallback="inline")
def anyway(a: int) -> int:
    """Runs in a child process when Redis is away."""
    return a * 2


@job(timeout=1)
def forever() -> None:
    """Run until the deadline."""
    while True:
        signal.pause()


@job()
def sleepy() -> None:
    """Report, then wait to be stopped."""
    progress(0, 10, "waiting")
    signal.pause()


@job(access="public", can_finish=True, timeout=60)
def patient() -> int:
    """Count until somebody asks for what there is."""
    count = 0
    while not finishing():
        count += 1
        progress(count, figures={"best": count, "phase": "counting", "bound": None})
        time.sleep(0.005)
    return count


@job()
def once_asleep(counter: str) -> str:
    """Write its pid and sleep; awake if that file is there already."""
    path = Path(counter)
    if path.exists():
        return "awake"
    path.write_text(str(os.getpid()))
    signal.pause()
    return "woken"


@job()
def brief() -> str:
    """Tell its pid, work for a moment, end."""
    progress(0, 1, str(os.getpid()))
    end = time.monotonic() + 1
    while time.monotonic() < end:
        progress(0, 1, str(os.getpid()))
    return "done"
