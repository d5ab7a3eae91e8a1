"""`progress()`: what a job calls to say how far it is.

Outside a worker it does nothing. Inside, the worker has put a reporter in place that writes to
Redis at a bounded rate; this module knows neither Redis nor RQ.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Reporter(Protocol):
    """What receives the progress of the task that runs in this process."""

    def progress(self, current: float, total: float | None, message: str) -> None:
        """Take a report. Must not block and must not raise."""


_reporter: Reporter | None = None
"""One a process, not a context variable: solvers call back from threads of their own."""


def progress(current: float, total: float | None = None, message: str = "") -> None:
    """Report how far the running task is; cheap enough for an inner loop.

    Args:
        current: units done.
        total: units in all, if known; percent and time left come from it.
        message: what is being done, e.g. "Placing games…".
    """
    if _reporter is not None:
        _reporter.progress(current, total, message)


@contextmanager
def reporting_to(reporter: Reporter) -> Iterator[None]:
    """Send this process's progress to `reporter` for the length of a `with` block."""
    global _reporter
    before, _reporter = _reporter, reporter
    try:
        yield
    finally:
        _reporter = before
