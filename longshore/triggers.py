"""When a job recurs: `every("5m")` and `cron("0 2 * * *")`, as declared beside the job.

This module knows when a trigger is due next. Who fires it is the clock's business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crontab import CronTab

from longshore.durations import Duration, seconds
from longshore.errors import ScheduleError


@dataclass(frozen=True)
class Trigger:
    """One recurrence of a job.

    Attributes:
        interval: whole seconds between two runs, or None for cron.
        cron_string: five cron fields in UTC, or None for an interval.
        name: the schedule's name; empty takes the job's.
        params: what the job is called with.
    """

    interval: int | None = None
    cron_string: str | None = None
    name: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    def next_run(self, after: datetime) -> datetime:
        """The first instant after `after` at which this trigger is due, in UTC."""
        if self.interval is not None:
            return after + timedelta(seconds=self.interval)
        due: datetime = CronTab(self.cron_string).next(now=after.astimezone(UTC), return_datetime=True)
        return due.replace(tzinfo=UTC) if due.tzinfo is None else due.astimezone(UTC)

    def describe(self) -> str:
        """The trigger in a few words, e.g. "every 300 s" or "cron 0 2 * * *"."""
        return f"every {self.interval} s" if self.interval is not None else f"cron {self.cron_string}"

    def definition(self, job: str) -> str:
        """A hash of all that this schedule means; two deploys that agree on it leave it untouched."""
        what = [job, self.interval, self.cron_string, self.name, dict(self.params)]
        return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:16]


def every(interval: Duration, *, name: str = "", **params: Any) -> Trigger:
    """Recur at a fixed interval, e.g. `every("5m")`.

    Args:
        interval: seconds, a timedelta or text such as "90s", "5m", "1h30m"; whole seconds, at least 1.
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: the interval is no duration, or under a second.
    """
    try:
        length = seconds(interval)
    except ValueError as error:
        raise ScheduleError(str(error)) from None
    if length < 1 or length != int(length):
        raise ScheduleError(f"every({interval!r}): an interval is a whole number of seconds, at least 1")
    return Trigger(interval=int(length), name=name, params=params)


def cron(expression: str, *, name: str = "", **params: Any) -> Trigger:
    """Recur by five cron fields in UTC: minute, hour, day of month, month, day of week.

    Args:
        expression: e.g. "0 2 * * *" for 02:00 UTC every day.
        name: the schedule's name; needed only where a job has several.
        params: what the job is called with.

    Raises:
        ScheduleError: the expression is no cron line, or never comes due.
    """
    try:
        due = CronTab(expression).next(now=datetime(2024, 1, 1, tzinfo=UTC), default_utc=True)
    except ValueError as error:
        raise ScheduleError(f"cron({expression!r}): {error}; right would be e.g. '0 2 * * *'") from None
    if due is None:
        raise ScheduleError(f"cron({expression!r}) never comes due")
    return Trigger(cron_string=expression, name=name, params=params)
