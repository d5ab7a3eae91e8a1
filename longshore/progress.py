"""`progress()`, `finishing()` and `stopping()`: what a job says and asks while it runs.

Outside a worker they do nothing. Inside, the worker has put a reporter in place that writes to Redis at a
bounded rate, and answers to the questions; this module knows neither Redis nor RQ.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

Figures = Mapping[str, float | str | None]


class Reporter(Protocol):
    """What receives the progress of the task that runs in this process."""

    @property
    def asked_to_finish(self) -> bool:
        """Whether somebody wants the task to end with what it has."""

    def progress(self, current: float, total: float | None, message: str, figures: Figures | None) -> None:
        """Take a report. Must not block and must not raise."""


_reporter: Reporter | None = None
"""One a process, not a context variable: solvers call back from threads of their own."""


def progress(
    current: float, total: float | None = None, message: str = "", *, figures: Figures | None = None
) -> None:
    """Report how far the running task is; cheap enough for an inner loop.

    Args:
        current: units done.
        total: units in all, if known; percent and time left come from it.
        message: what is being done, e.g. "Placing games…".
        figures: up to 20 figures of the job's own, by name, e.g. {"cost": 1807.2, "bound": 1630.2}.
    """
    if _reporter is not None:
        _reporter.progress(current, total, message, figures)


def finishing() -> bool:
    """Whether somebody asked the task to end with what it has; cheap enough for an inner loop.

    Only jobs declared with `can_finish=True` are asked. The question travels with the reports of
    `progress()`, so a job that makes none does not hear it. Outside a worker it is False.
    """
    return _reporter is not None and _reporter.asked_to_finish


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
