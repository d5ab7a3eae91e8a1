"""Tasks that arrive in a queue and the workers that take them: how long they wait. Pure arithmetic.

Each task takes what its kind takes on average, workers are alike, and the queue is empty at the start: a
model that shows where work piles up, not what will happen to the second.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import inf

Arrival = tuple[float, int]
"""When, in seconds since 1970, and of which kind: its place in the list of kinds."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How tasks of a kind are served.

    Attributes:
        seconds: what each takes.
        alone: whether none arrives while the last one has not ended.
        first: whether they go to the head of the queue.
    """

    seconds: float
    alone: bool = False
    first: bool = False


@dataclass
class Waits:
    """What became of them.

    Attributes:
        longest: the longest wait in seconds.
        at: when the task arrived that waited so long; None if none waited.
        waiting: how many waited then, itself included.
        by: the longest wait of each kind.
        skipped: of each kind, those that did not arrive as the last one had not ended.
    """

    longest: float = 0.0
    at: float | None = None
    waiting: int = 0
    by: list[float] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)


def simulate(arrivals: Iterable[Arrival], kinds: Sequence[Kind], workers: int) -> Waits:
    """Let them arrive, in order of time, and be served by some workers until all are done."""
    line = _Line(kinds, workers)
    for at, kind in arrivals:
        if line.queue:
            line.serve(at)
        line.arrive(at, kind)
    line.serve(inf)
    return line.waits


class _Line:
    """The queue, and when each worker is free again."""

    def __init__(self, kinds: Sequence[Kind], workers: int) -> None:
        self._kinds = [(kind.seconds, kind.alone, kind.first) for kind in kinds]
        self._free = [-inf] * workers
        self._ends = [-inf] * len(kinds)
        self.queue: deque[tuple[float, int, int]] = deque()
        self.waits = Waits(by=[0.0] * len(kinds), skipped=[0] * len(kinds))

    def serve(self, until: float) -> None:
        """Let workers take what waits, as they become free."""
        queue, free, waits = self.queue, self._free, self.waits
        while queue and (begin := free[0]) <= until:
            at, kind, waiting = queue.popleft()
            self._ends[kind] = begin + self._kinds[kind][0]
            heapq.heapreplace(free, self._ends[kind])
            if (wait := begin - at) > waits.by[kind]:
                waits.by[kind] = wait
                if wait > waits.longest:
                    waits.longest, waits.at, waits.waiting = wait, at, waiting

    def arrive(self, at: float, kind: int) -> None:
        """A task is due; what could be served before that has been."""
        seconds, alone, first = self._kinds[kind]
        if alone and self._ends[kind] > at:
            self.waits.skipped[kind] += 1
        elif self._free[0] <= at:
            self._ends[kind] = at + seconds
            heapq.heapreplace(self._free, at + seconds)
        else:
            (self.queue.appendleft if first else self.queue.append)((at, kind, len(self.queue) + 1))
            self._ends[kind] = inf


@dataclass
class Meeting:
    """Runs of another kind that begin while one of ours runs.

    Attributes:
        kind: the other one.
        at: the first of our runs that it meets.
        count: how many of ours it meets.
    """

    kind: int
    at: float
    count: int = 0


def meetings(arrivals: Iterable[Arrival], ours: int, seconds: float) -> list[Meeting]:
    """Which kinds arrive within so many seconds of our arrivals, the most frequent first.

    Args:
        arrivals: in order of time.
        ours: the kind that is asked about.
        seconds: what a run of ours takes.
    """
    found: dict[int, Meeting] = {}
    since, met, instant, here = -inf, set[int](), -inf, list[int]()
    for at, kind in arrivals:
        if at != instant:
            instant, here = at, []
        if kind == ours:
            since, met = at, set()
        else:
            here.append(kind)
        for other in here if at == since else here[-1:] if at < since + seconds else ():
            if other not in met:
                met.add(other)
                found.setdefault(other, Meeting(other, since)).count += 1
    return sorted(found.values(), key=lambda one: (-one.count, one.kind))
