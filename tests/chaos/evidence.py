"""What the tasks' own lines and the log of kills prove: which runs ended, which were cut off, and by whom.

Nothing here asks Redis or a worker: this is the view from outside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.chaos.processes import Kill

CLOSE = 0.5
"""Seconds between a line and a kill that may have to do with each other. A record takes milliseconds."""


@dataclass(frozen=True)
class Line:
    """What a run wrote: `what` is begin, end or fail; `born` tells processes with the same pid apart."""

    what: str
    number: int
    pid: int
    born: int
    worker: int
    at: float

    @classmethod
    def parse(cls, text: str) -> Line:
        """A line of the book."""
        what, number, pid, born, worker, at = text.split()
        return cls(what, int(number), int(pid), int(born), int(worker), float(at))

    @property
    def process(self) -> tuple[int, int]:
        """Which process wrote it."""
        return self.pid, self.born


@dataclass(frozen=True)
class Outage:
    """When Redis was away; `lost` is how many seconds of writes before it may be lost with it."""

    began: float
    ended: float
    lost: float = 0.0


@dataclass(frozen=True)
class Recovery:
    """How long a task that a kill cut off waited for its next run.

    Attributes:
        seconds: since the kill.
        ready: since the kill, or since Redis was back if it went away meanwhile: it has to hear of the
            living workers again before any task can count as abandoned.
        killed: "worker" or "horse".
        number: the task.
    """

    seconds: float
    ready: float
    killed: str
    number: int

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.killed} killed, task {self.number})"


@dataclass(frozen=True)
class Evidence:
    """Lines and kills, in order of time."""

    lines: Sequence[Line]
    kills: Sequence[Kill]
    outages: Sequence[Outage] = ()

    @classmethod
    def read(cls, book: Path, kills: Sequence[Kill], outages: Sequence[Outage] = ()) -> Evidence:
        """The evidence of a run that is over."""
        lines = [Line.parse(text) for text in book.read_text().splitlines()]
        return cls(sorted(lines, key=lambda line: line.at), kills, outages)

    @cached_property
    def of_task(self) -> dict[int, list[Line]]:
        """Lines by task."""
        return _by(self.lines, "number")

    @cached_property
    def of_process(self) -> dict[tuple[int, int], list[Line]]:
        """Lines by the process that wrote them."""
        return _by(self.lines, "process")

    @cached_property
    def _deaths(self) -> dict[int, list[Kill]]:
        return {pid: [one for one in self.kills if one.pid == pid] for pid in {one.pid for one in self.kills}}

    @property
    def completions(self) -> int:
        """Ends of all tasks."""
        return sum(line.what == "end" for line in self.lines)

    def ends(self, number: int) -> list[Line]:
        """A task's ends."""
        return [line for line in self.of_task.get(number, ()) if line.what == "end"]

    def fails(self, number: int) -> int:
        """How often a task raised."""
        return sum(line.what == "fail" for line in self.of_task.get(number, ()))

    def cut_off(self, number: int) -> list[tuple[Line, Kill | None]]:
        """A task's beginnings without an end, each with the kill that explains it, if one does."""
        return [
            (line, self.killer(line))
            for line in self.of_task.get(number, ())
            if line.what == "begin" and self._last_of(line) is line
        ]

    def killer(self, line: Line) -> Kill | None:
        """The kill that ended a process right after it had written this line; of its worker, or of itself.

        A horse whose worker was killed may live on for a moment, so the kill may come first, too.
        """
        if self._last_of(line) is not line:
            return None
        kills = self._deaths.get(line.pid, []) + [
            one for pid in self._workers(line) for one in self._deaths.get(pid, [])
        ]
        close = [one for one in kills if abs(one.at - line.at) <= self._reach(line)]
        return min(close, key=lambda one: abs(one.at - line.at), default=None)

    def doubles(self) -> list[tuple[Line, str]]:
        """Ends after which the task ended once more, with what explains that: an empty text if nothing."""
        return [(line, self._excuse(line)) for number in self.of_task for line in self.ends(number)[:-1]]

    def recoveries(self) -> list[Recovery]:
        """For each run that a kill cut off and that was followed by another, the wait; the longest first."""
        found = []
        for number, lines in self.of_task.items():
            for line, kill in self.cut_off(number):
                later = [one.at for one in lines if one.what == "begin" and one.at > line.at]
                if kill and later:
                    found.append(self._recovery(kill, min(later), number))
        return sorted(found, key=lambda one: one.seconds, reverse=True)

    def _recovery(self, kill: Kill, begun: float, number: int) -> Recovery:
        ready = max([kill.at, *(one.ended for one in self.outages if kill.at < one.ended < begun)])
        return Recovery(begun - kill.at, begun - ready, kill.kind, number)

    def where(self) -> Counter[str]:
        """Where the kills fell, by who got them: in a task, after one, or elsewhere."""
        return Counter(f"{kill.kind} {self._place(kill)}" for kill in self.kills)

    def _place(self, kill: Kill) -> str:
        near = [
            line
            for line in self.lines
            if kill.pid in (line.pid, line.worker) and kill.at - CLOSE <= line.at <= kill.at
        ]
        if not near:
            return "idle or starting"
        return {"begin": "in a task", "end": "after a task", "fail": "after a task"}[near[-1].what]

    def _excuse(self, line: Line) -> str:
        if self.killer(line):
            return "killed between its end and its record"
        for one in self.outages:
            if one.lost and one.began - one.lost <= line.at <= one.ended:
                return "Redis was killed, and its last writes were lost"
        return ""

    def _reach(self, line: Line) -> float:
        """How far a kill may be from the line: a worker that cannot reach Redis keeps the record for long."""
        during = [one for one in self.outages if one.began - CLOSE <= line.at <= one.ended + CLOSE]
        return max([CLOSE, *(one.ended + CLOSE - line.at for one in during)])

    def _workers(self, line: Line) -> set[int]:
        return {one.worker for one in self.of_process[line.process]}

    def _last_of(self, line: Line) -> Line:
        return self.of_process[line.process][-1]


def _by(lines: Iterable[Line], name: str) -> dict[Any, list[Line]]:
    found: dict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        found[getattr(line, name)].append(line)
    return dict(found)
