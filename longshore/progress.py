"""`progress()` and `stopping()`: what a job calls to say how far it is, and to ask whether to make way.

Outside a worker both do nothing. Inside, the worker has put a reporter in place that writes to Redis at a
bounded rate, and an answer to the question; this module knows neither Redis nor RQ.
"""

from __future__ import annotations

from collections.abc import Callable
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


class reporting_to:
    """Send this process's progress to a reporter for the length of a `with` block."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter, self._before = reporter, _reporter

    def __enter__(self) -> None:
        global _reporter
        self._before, _reporter = _reporter, self._reporter

    def __exit__(self, *_: object) -> None:
        global _reporter
        _reporter = self._before


_asked: Callable[[], bool] | None = None


def stopping() -> bool:
    """Whether the worker was told to stop, e.g. for a deploy; cheap enough for an inner loop.

    A long job that asks has about 15 seconds to end early with a result, or to raise `PutBack`, which puts
    its task back to the head of its queue. One that does not ask is put back after that time. Outside a
    worker it is False.
    """
    return _asked is not None and _asked()


def ask_whether_stopping(answer: Callable[[], bool]) -> None:
    """Have `answer` asked by `stopping()` in this process."""
    global _asked
    _asked = answer
