"""A queue and its schedules over the next 24 hours: the numbers that forecast and warnings are made from.

Pure values. How they come about is the business of `forecast`, what is wrong with them that of `troubles`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

from longshore.catalog import Job
from longshore.measured import Measured
from longshore.schedules.arrivals import Instants, Window
from longshore.schedules.book import Schedule
from longshore.schedules.queueing import Kind, Waits

_GAPS = 1_500
"""Runs between which the shortest gap is looked for: a day of minutes."""


@dataclass(frozen=True)
class Part:
    """What one schedule brings to its queue.

    Attributes:
        schedule: the schedule.
        job: its job.
        took: what a task of it takes; None if none has been measured.
        instants: when it runs.
        runs: how often in the window; an estimate if it was too much to count.
        span: seconds of the window.
    """

    schedule: Schedule
    job: Job
    took: Measured | None
    instants: Instants
    runs: int
    span: int

    @property
    def seconds(self) -> float:
        """What a task takes on average; 0 if that is not known."""
        return self.took.mean if self.took else 0.0

    @property
    def overlap(self) -> str:
        """The policy that holds."""
        said = self.schedule.spec.overlap if self.schedule.spec else None
        return said or ("allow" if self.job.overlap else "skip")

    @property
    def is_alone(self) -> bool:
        """Whether it has one task at a time at most: a slot is dropped, or drops the task before it."""
        return self.overlap in ("skip", "replace")

    @property
    def work(self) -> float:
        """Seconds of a worker's time that it takes in the window."""
        return min(self.runs * self.seconds, self.span) if self.is_alone else self.runs * self.seconds

    @cached_property
    def gap(self) -> int | None:
        """The shortest time between two of its runs in the window, in seconds; None if there are not two."""
        return min((later - at for at, later in islice(pairwise(self.instants), _GAPS)), default=None)

    @property
    def kind(self) -> Kind:
        """How the simulation serves its tasks."""
        first = self.schedule.spec is not None and self.schedule.spec.priority == "high"
        return Kind(self.seconds, self.is_alone, first)


@dataclass(frozen=True)
class Outlook:
    """A queue in the window: what the warnings are made of.

    Attributes:
        queue: its name.
        parts: its schedules.
        ours: the place of the one that is asked about.
        listening: living workers that take the queue.
        window: the window.
        until: the end of what was simulated, in seconds since 1970.
        waits: what the simulation found.
    """

    queue: str
    parts: Sequence[Part]
    ours: int
    listening: int
    window: Window
    until: int
    waits: Waits

    @property
    def part(self) -> Part:
        """The schedule that is asked about."""
        return self.parts[self.ours]

    @property
    def workers(self) -> int:
        """What it is calculated with."""
        return max(self.listening, 1)

    @property
    def utilisation(self) -> float:
        """The share of the workers' time that is used."""
        return sum(part.work for part in self.parts) / (self.workers * self.window.seconds)

    @property
    def firm(self) -> float:
        """The share that no skipped slot can lessen."""
        firm = sum(part.work for part in self.parts if not part.is_alone)
        return firm / (self.workers * self.window.seconds)
