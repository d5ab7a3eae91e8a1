"""A job that is fired and never run: no worker is there. `benchmarks/clock/peers` has the same for Celery."""

from __future__ import annotations

from benchmarks.clock import wanted
from longshore import every, job


@job(schedules=[every(seconds, name=name) for name, seconds in wanted.schedules()])
def noop() -> None:
    """Do nothing."""
