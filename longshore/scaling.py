"""How many workers a pool should run: a pure decision, and the little that it remembers.

This module owns the rules. It reads no clock, no Redis and no /proc: `longshore.load` looks, and
`longshore.pool` starts and stops. The rules, first is first:

1. Memory above the limit: one worker less, down to one, also below the least.
2. Fewer than the least, e.g. after rule 1: more, as far as memory allows.
3. A task has waited longer than the target and all workers are busy: one more, or up to twice as many
   where the backlog gives each new one ten tasks. Never above the most, never beyond memory.
4. Nothing has waited that long, and nothing has changed, for a quiet period, and the work of that period
   would have kept the others at most 80 % busy: one less, if one is idle.

Why it does not flap: after growing it waits for the new workers to start and settle; it grows where work
waits and shrinks only where what is left could have done the same work with room to spare; what memory
took away comes back a quiet period later at the earliest, and only if the largest worker seen would fit.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

TARGET_WAIT = 5.0
"""Seconds that a task may wait before another worker is worth its memory. A new one takes about a second
to start, and a person who has pressed a button gives up after some ten."""

SETTLE = 5.0
"""Seconds after a change before more workers are added: the effect of the last ones must show first."""

QUIET = 60.0
"""Seconds without late tasks before a worker is stopped: a schedule of every minute keeps its workers."""

TASKS_PER_STEP = 10
"""Waiting tasks that each worker of a larger step must find."""

BUSY_SHARE = 0.8
"""How busy the workers that stay may be after one has gone."""

MEMORY_SHARE = 0.9
"""How much of the memory is planned with. The kernel kills at all of it."""

MB = 1_000_000


@dataclass(frozen=True)
class Limits:
    """What the pool may do.

    Attributes:
        least: workers that always run, memory permitting.
        most: workers that never are exceeded.
        memory: bytes that all processes of the pool may use together; 0: no limit.
        target: seconds that a task may wait.
        settle: seconds between two steps up.
        quiet: seconds before a step down.
    """

    least: int
    most: int
    memory: int = 0
    target: float = TARGET_WAIT
    settle: float = SETTLE
    quiet: float = QUIET

    @property
    def planned(self) -> float:
        """Bytes to plan with; infinite without a limit."""
        return self.memory * MEMORY_SHARE if self.memory else float("inf")


@dataclass(frozen=True)
class Backlog:
    """What waits in a queue: how many tasks, and for how many seconds the oldest."""

    queue: str
    length: int
    age: float


@dataclass(frozen=True)
class Load:
    """What the pool has seen at one moment.

    Attributes:
        workers: how many it means to run, without those that are leaving.
        starting: how many of these are not registered yet.
        busy: how many of these run a task.
        queues: what waits.
        memory: bytes of all its processes; 0: cannot be told here.
        leaving: bytes of workers that were asked to stop and still run.
        largest: bytes of the largest worker ever seen, which is what one more may grow to.
    """

    workers: int
    starting: int = 0
    busy: int = 0
    queues: tuple[Backlog, ...] = ()
    memory: int = 0
    leaving: int = 0
    largest: int = 0

    @property
    def oldest(self) -> Backlog:
        """The queue whose oldest task has waited longest."""
        return max(self.queues, key=lambda one: one.age, default=Backlog("", 0, 0.0))

    @property
    def waiting(self) -> int:
        """Tasks that wait in all queues."""
        return sum(one.length for one in self.queues)


@dataclass(frozen=True)
class Past:
    """What came before, in seconds.

    Attributes:
        since_change: since the number of workers changed.
        since_late: since a task had waited longer than the target.
        since_squeezed: since memory was above the limit.
        mean_busy: busy workers on average over the quiet period.
    """

    since_change: float
    since_late: float
    since_squeezed: float
    mean_busy: float


@dataclass(frozen=True)
class Decision:
    """How many workers to run, and why in plain words; no words: as before."""

    workers: int
    reason: str = ""


def decide(load: Load, past: Past, limits: Limits) -> Decision:
    """How many workers to run now. The rules stand at the top of this module."""
    for rule in (_squeezed, _too_few, _grown, _shrunk):
        decision = rule(load, past, limits)
        if decision is not None:
            return decision
    return Decision(load.workers)


def is_squeezed(load: Load, limits: Limits) -> bool:
    """Whether memory is above the limit, also when those that are leaving will have left."""
    return load.memory - load.leaving > limits.planned


def is_late(load: Load, limits: Limits) -> bool:
    """Whether a task has waited longer than the target."""
    return load.oldest.age > limits.target


def _squeezed(load: Load, past: Past, limits: Limits) -> Decision | None:
    if load.workers < 2 or not is_squeezed(load, limits):
        return None
    used, whole = load.memory // MB, limits.memory // MB
    return Decision(load.workers - 1, f"{used} of {whole} MB of memory are in use")


def _too_few(load: Load, past: Past, limits: Limits) -> Decision | None:
    more = min(limits.least - load.workers, _room(load, limits))
    if more < 1 or not _may_grow(load, past, limits):
        return None
    return Decision(load.workers + more, "memory is free again")


def _grown(load: Load, past: Past, limits: Limits) -> Decision | None:
    if not is_late(load, limits) or load.busy < load.workers or not _may_grow(load, past, limits):
        return None
    step = max(1, min(load.workers, load.waiting // TASKS_PER_STEP))
    more = min(step, limits.most - load.workers, _room(load, limits))
    if more < 1:
        return None
    age, queue = load.oldest.age, load.oldest.queue
    reason = f"{load.waiting} waiting, the oldest for {age:.0f} s in queue {queue}, and all workers busy"
    return Decision(load.workers + more, reason)


def _shrunk(load: Load, past: Past, limits: Limits) -> Decision | None:
    calm = min(past.since_late, past.since_change) >= limits.quiet and not is_late(load, limits)
    idle = load.workers - load.busy - load.starting
    left = load.workers - 1
    if not calm or idle < 1 or left < limits.least or past.mean_busy > BUSY_SHARE * left:
        return None
    reason = f"on average {past.mean_busy:.1f} busy in {limits.quiet:.0f} s, and nothing waited long"
    return Decision(left, reason)


def _may_grow(load: Load, past: Past, limits: Limits) -> bool:
    settled = past.since_change >= limits.settle and not load.starting
    return settled and past.since_squeezed >= limits.quiet


def _room(load: Load, limits: Limits) -> int:
    """How many more of the largest worker seen would fit."""
    if not load.largest or not limits.memory:
        return limits.most
    return max(0, int((limits.planned - load.memory) // load.largest))


class Scaler:
    """Decides again and again, and remembers what `Past` needs.

    Args:
        limits: what the pool may do.
        now: the time, in seconds of any steady clock.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self.limits = limits
        self._changed = now
        self._late = self._squeezed = float("-inf")
        self._busy: deque[tuple[float, int]] = deque()
        self._sum_of_busy = 0
        self._largest = 0

    def decide(self, load: Load, now: float) -> Decision:
        """How many workers to run, given what was seen at `now`."""
        self._largest = max(self._largest, load.largest)
        load = replace(load, largest=self._largest)
        self._note(load, now)
        decision = decide(load, self._past(now), self.limits)
        if decision.workers != load.workers:
            self._changed = now
        return decision

    def _note(self, load: Load, now: float) -> None:
        self._busy.append((now, load.busy))
        self._sum_of_busy += load.busy
        while self._busy[0][0] < now - self.limits.quiet:
            self._sum_of_busy -= self._busy.popleft()[1]
        if is_late(load, self.limits):
            self._late = now
        if is_squeezed(load, self.limits):
            self._squeezed = now

    def _past(self, now: float) -> Past:
        mean = self._sum_of_busy / len(self._busy)
        return Past(now - self._changed, now - self._late, now - self._squeezed, mean)
