"""What the release check has found: counted while it walks, and as a table for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from longshore.release.words import clean

ROWS = 50
"""Rows of a table that is printed."""
KINDS = 1_000
"""Kinds of faults that are told apart; the rest is counted together, so that memory has a bound."""
OTHERS = f"other reasons than the {KINDS:,} that are told apart"
_HEADINGS = ("count", "where", "queue", "job", "e.g.", "why it would not run")


@dataclass(frozen=True)
class Row:
    """Entries that would not run for the same reason.

    Attributes:
        where: the kind of place: queued, started, scheduled (delayed retries, too), deferred, ready,
            rate limited, rq-scheduler; or schedule.
        queue: the queue that they are in or will come to.
        job: the job, or what the payload calls it.
        reason: why, in words that hold no value of a parameter.
        count: how many.
        example: the id of one of the tasks, or the name of the schedule.
    """

    where: str
    queue: str
    job: str
    reason: str
    count: int
    example: str


@dataclass(frozen=True)
class Report:
    """What was found.

    Attributes:
        checked: tasks that were checked.
        schedules: schedules that were checked.
        faults: what would not run on this code, most numerous first.
        pickled: tasks that a stock client has pickled.
        foreign: tasks of queues that the catalog does not have.
        gone: ids whose task was gone.
        seconds: how long it took.
    """

    checked: int
    schedules: int
    faults: list[Row]
    pickled: int
    foreign: int
    gone: int
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the release may go on."""
        return not self.faults

    @property
    def faulty(self) -> int:
        """How many would not run."""
        return sum(one.count for one in self.faults)

    def lines(self, rows: int = ROWS) -> Iterator[str]:
        """The report for a terminal; its last line is the result."""
        if self.faults:
            yield from _table(self.faults[:rows])
        if (more := len(self.faults) - rows) > 0:
            yield f"and {more:,} more kinds"
        if self.pickled:
            yield f"{self.pickled:,} not JSON: only a stock worker can run them; left alone"
        if self.foreign:
            yield f"{self.foreign:,} on queues that the catalog does not have; left alone"
        if self.gone:
            yield f"{self.gone:,} whose task is gone, which workers skip; left alone"
        yield self._result()

    def _result(self) -> str:
        looked = f"tasks: {self.checked:,}, schedules: {self.schedules:,}, {self.seconds:.1f} s"
        if self.ok:
            return f"all that waits runs on this code ({looked})"
        return f"{self.faulty:,} would not run on this code ({looked})"


class Tally:
    """Counts while the check walks."""

    def __init__(self) -> None:
        self.checked = self.schedules = self.pickled = self.foreign = self.gone = 0
        self._kinds: dict[tuple[str, str, str, str], Row] = {}

    def fault(self, one: Row) -> None:
        """Count what would not run; the first of its kind stays the example."""
        kind = (one.where, clean(one.queue), one.job, one.reason)
        if kind not in self._kinds and len(self._kinds) >= KINDS:
            kind = (one.where, "", "", OTHERS)
        there = self._kinds.get(kind)
        count, example = (there.count, there.example) if there else (0, clean(one.example))
        self._kinds[kind] = Row(*kind, count + one.count, example)

    def report(self, seconds: float) -> Report:
        """All of it, after so many seconds."""
        faults = sorted(self._kinds.values(), key=lambda one: (-one.count, one.where, one.queue, one.job))
        return Report(self.checked, self.schedules, faults, self.pickled, self.foreign, self.gone, seconds)


def _table(faults: list[Row]) -> Iterator[str]:
    cells = [(f"{one.count:,}", one.where, one.queue, one.job, one.example, one.reason) for one in faults]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *cells, strict=True)]
    for row in (_HEADINGS, *cells):
        first, *middle, last = row
        padded = [f"{text:<{width}}" for text, width in zip(middle, widths[1:-1], strict=True)]
        yield "  ".join((f"{first:>{widths[0]}}", *padded, last))
