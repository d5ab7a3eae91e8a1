"""Jobs that say what becomes of them without a worker."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import Annotated

from pydantic import Field

from longshore import Inline, job
from longshore.dispatch import dispatch


@job(access="public", fallback=Inline(timeout="10s", at_most={"sports": 2, "limit": 10, "most": 5}))
def read(
    sports: list[str], limit: Annotated[int, Field(ge=1)] = 100, most: float | None = None
) -> list[object]:
    """Return what it was given."""
    return [sports, limit, most]


@job(fallback="refuse", access="public")
def strict(a: int = 1) -> int:
    """Is refused without a worker."""
    return a


@job(access="public")
def patient(a: int = 1) -> int:
    """Waits for a worker."""
    return a


@job(fallback="inline", access="public")
def fails(by: str = "error") -> int:
    """Fail, or end the process."""
    if by == "signal":
        os.kill(os.getpid(), 9)
    if by == "exit":
        os._exit(3)
    raise ValueError("no prices")


@job(fallback="inline")
def chatty(text: str) -> str:
    """Print, by Python and by a child, and return."""
    print(text)
    subprocess.run(["echo", text], check=True)
    return text


@job(fallback=Inline(timeout="10s"))
def leaves(book: str) -> int:
    """Leave a process behind that holds all that it inherited."""
    left = subprocess.Popen(["sleep", "600"])
    Path(book).write_text(str(left.pid))
    return left.pid


@job(fallback=Inline(timeout="1s"))
def overdue(book: str) -> None:
    """Never end, and have a child that does not either."""
    child = os.fork()
    if child:
        Path(book).write_text(f"{os.getpid()} {child}")
    while True:
        time.sleep(60)


@job(fallback=Inline(timeout="25s"))
def holds(book: str) -> int:
    """Note that it has begun, and end when `book`.go is there."""
    Path(book).write_text(str(os.getpid()))
    return _until_told(book)


@job(fallback=Inline(timeout="25s"), unique=True)
def alone(book: str) -> int:
    """As `holds`, at most one at a time for the same book."""
    Path(book).write_text(str(os.getpid()))
    return _until_told(book)


@job(fallback="inline")
def heavy(size: int) -> str:
    """Return a text of that size."""
    return "x" * size


@job(fallback="inline")
async def awaited(a: int) -> int:
    """Be a coroutine."""
    return a + 1


@job()
def dispatches(a: int) -> str:
    """Dispatch demo.add, and return the task's id."""
    return dispatch("demo.add", {"a": a}).task_id


def _until_told(book: str) -> int:
    while not Path(f"{book}.go").exists():
        time.sleep(0.02)
    return 1
