"""Celery, and what its beat is to send: the broker is the benchmark's Redis, all else as it comes."""

import os

from celery import Celery
from celery.schedules import crontab, schedule

from benchmarks.clock import wanted

MINUTE = 60


def _due(seconds: int) -> schedule:
    """Every minute is at the full minute, as in our schedules; other intervals count from beat's start."""
    return crontab() if seconds == MINUTE else schedule(seconds)


app = Celery("bench", broker=os.environ["REDIS_URL"])
app.conf.redbeat_redis_url = os.environ["REDIS_URL"]
app.conf.beat_schedule = {
    name: {"task": "bench.noop", "schedule": _due(seconds), "args": (name,)}
    for name, seconds in wanted.schedules()
}


@app.task(name="bench.noop")
def noop(name: str) -> None:
    """Do nothing."""
