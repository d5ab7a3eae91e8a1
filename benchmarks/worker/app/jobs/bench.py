"""Jobs that do nothing: what is left is the worker. `benchmarks/worker/peers` has the same for the peers."""

from __future__ import annotations

import time

from longshore import job


@job()
def noop(number: int) -> int:
    """Return the number, so that there is a result to store."""
    return number


@job()
def now() -> float:
    """Return the instant at which the task runs."""
    return time.time()


@job(queue="second")
def now_second() -> float:
    """The same in the second queue."""
    return time.time()


@job(queue="third")
def now_third() -> float:
    """The same in the third queue."""
    return time.time()
