"""How many workers a pool runs: the rules one by one, and what holds under any load."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longshore.scaling import MB, Backlog, Decision, Limits, Load, Past, Scaler, decide

LIMITS = Limits(least=1, most=8)
LONG_AGO = Past(since_change=1e6, since_late=1e6, since_squeezed=1e6, mean_busy=0.0)
LATE = (Backlog("slow", 3, 7.0),)


def past(**changes: float) -> Past:
    """A past in which nothing has happened for long, but for `changes`."""
    return Past(**(vars(LONG_AGO) | changes))


def test_late_tasks_and_busy_workers_bring_one_more() -> None:
    decision = decide(Load(2, busy=2, queues=LATE), LONG_AGO, LIMITS)
    reason = "3 waiting, the oldest for 7 s in queue slow, and all workers busy"
    assert decision == Decision(3, reason)


@pytest.mark.parametrize(
    ("load", "before"),
    [
        (Load(2, busy=2, queues=(Backlog("slow", 3, 4.9),)), LONG_AGO),
        (Load(2, busy=1, queues=LATE), LONG_AGO),
        (Load(2, starting=1, busy=2, queues=LATE), LONG_AGO),
        (Load(2, busy=2, queues=LATE), past(since_change=4.9)),
        (Load(2, busy=2, queues=LATE), past(since_squeezed=59)),
        (Load(8, busy=8, queues=LATE), LONG_AGO),
    ],
    ids=[
        "within the target",
        "one is idle",
        "one is starting",
        "just changed",
        "memory was short",
        "the most",
    ],
)
def test_no_more_workers(load: Load, before: Past) -> None:
    assert decide(load, before, LIMITS) == Decision(load.workers)


@pytest.mark.parametrize(("waiting", "workers"), [(1, 3), (19, 3), (20, 4), (10_000, 4)])
def test_a_large_backlog_doubles_the_workers_at_most(waiting: int, workers: int) -> None:
    load = Load(2, busy=2, queues=(Backlog("slow", waiting, 9.0),))
    assert decide(load, LONG_AGO, LIMITS).workers == workers


@pytest.mark.parametrize(("largest", "workers"), [(100, 6), (140, 5), (300, 4), (301, 3), (0, 6)])
def test_growth_stops_where_the_largest_worker_seen_would_not_fit(largest: int, workers: int) -> None:
    limits = Limits(least=1, most=8, memory=1000 * MB)
    load = Load(3, busy=3, queues=(Backlog("slow", 100, 9.0),), memory=600 * MB, largest=largest * MB)
    assert decide(load, LONG_AGO, limits).workers == workers


def test_a_quiet_period_takes_one_worker() -> None:
    decision = decide(Load(4, busy=1), past(mean_busy=1.5), LIMITS)
    assert decision == Decision(3, "on average 1.5 busy in 60 s, and nothing waited long")


@pytest.mark.parametrize(
    ("load", "before"),
    [
        (Load(4, busy=1), past(since_late=59)),
        (Load(4, busy=1), past(since_change=59)),
        (Load(4, busy=1), past(mean_busy=2.5)),
        (Load(4, busy=4), LONG_AGO),
        (Load(4, busy=3, starting=1), LONG_AGO),
        (Load(4, busy=1, queues=LATE), LONG_AGO),
        (Load(1), LONG_AGO),
    ],
    ids=["late lately", "just changed", "others would be busy", "none idle", "starting", "late now", "least"],
)
def test_no_fewer_workers(load: Load, before: Past) -> None:
    assert decide(load, before, LIMITS) == Decision(load.workers)


def test_memory_above_the_limit_takes_a_worker_at_once_even_when_tasks_are_late() -> None:
    load = Load(4, busy=4, queues=LATE, memory=950 * MB)
    decision = decide(load, past(since_change=0), Limits(least=4, most=8, memory=1000 * MB))
    assert decision == Decision(3, "950 of 1000 MB of memory are in use")


def test_memory_that_a_leaving_worker_will_free_takes_no_second_one() -> None:
    load = Load(3, busy=3, memory=950 * MB, leaving=200 * MB)
    assert decide(load, LONG_AGO, Limits(least=1, most=8, memory=1000 * MB)).workers == 3


def test_memory_never_takes_the_last_worker() -> None:
    limits = Limits(least=1, most=8, memory=1000 * MB)
    assert decide(Load(1, busy=1, memory=2000 * MB), LONG_AGO, limits).workers == 1


def test_what_memory_took_below_the_least_comes_back_when_it_fits_again() -> None:
    limits = Limits(least=3, most=8, memory=1000 * MB)
    tight, free = (Load(1, memory=used * MB, largest=200 * MB) for used in (800, 300))
    assert decide(tight, LONG_AGO, limits).workers == 1
    assert decide(free, past(since_squeezed=59), limits).workers == 1
    assert decide(free, LONG_AGO, limits) == Decision(3, "memory is free again")


def test_the_largest_worker_ever_seen_is_remembered() -> None:
    scaler = Scaler(Limits(least=1, most=8, memory=1000 * MB), now=0)
    scaler.decide(Load(1, busy=1, memory=700 * MB, largest=650 * MB), 100)
    late = Load(1, busy=1, queues=LATE, memory=300 * MB, largest=250 * MB)
    assert scaler.decide(late, 200).workers == 1
    assert Scaler(scaler.limits, now=0).decide(late, 200).workers == 2


@dataclass
class House:
    """A make-believe pool, second by second: one task of `length` seconds each `every` seconds.

    A worker takes two seconds to start; an idle one holds `idle_mb`, a busy one `busy_mb`.
    """

    scaler: Scaler
    every: float
    length: int
    idle_mb: int = 0
    busy_mb: int = 0
    now: float = 0.0
    workers: int = 1
    born: list[float] = field(default_factory=list)
    running: list[float] = field(default_factory=list)
    waiting: list[float] = field(default_factory=list)
    owed: float = 0.0

    def second(self) -> tuple[Load, Decision]:
        """Let a second pass; what was seen in it, and what was decided."""
        self.now += 1
        self.owed += 1 / self.every
        while self.owed >= 1:
            self.waiting.append(self.now)
            self.owed -= 1
        self.running = [end for end in self.running if end > self.now]
        ready = self.workers - len(self.born) + sum(at + 2 <= self.now for at in self.born)
        self.born = [at for at in self.born if at + 2 > self.now]
        while self.waiting and len(self.running) < ready:
            self.running.append(self.now + self.length)
            self.waiting.pop(0)
        load = self.seen()
        decision = self.scaler.decide(load, self.now)
        self.born += [self.now] * max(0, decision.workers - self.workers)
        self.workers = decision.workers
        return load, decision

    def seen(self) -> Load:
        """What the pool sees."""
        age = self.now - self.waiting[0] if self.waiting else 0.0
        busy = len(self.running)
        memory = (self.workers * self.idle_mb + busy * (self.busy_mb - self.idle_mb)) * MB
        largest = (self.busy_mb if busy else self.idle_mb) * MB
        backlog = (Backlog("slow", len(self.waiting), age),)
        return Load(self.workers, len(self.born), min(busy, self.workers), backlog, memory, 0, largest)


@st.composite
def houses(draw: st.DrawFn, *, memory: bool = False) -> House:
    """Any steady load on any limits."""
    least = draw(st.integers(1, 4))
    most = draw(st.integers(least, 12))
    room = draw(st.integers(100, 2000)) * MB if memory else 0
    idle = draw(st.integers(5, 40))
    return House(
        Scaler(Limits(least=least, most=most, memory=room), now=0),
        every=draw(st.floats(0.2, 300)),
        length=draw(st.integers(1, 400)),
        idle_mb=idle if memory else 0,
        busy_mb=draw(st.integers(idle, 200)) if memory else 0,
        workers=least,
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(houses())
def test_under_a_steady_load_the_number_settles(house: House) -> None:
    for _ in range(4000):  # the backlog of the first minutes must drain, and each step down takes one
        house.second()
    assert len({house.second()[1].workers for _ in range(1000)}) == 1


@settings(max_examples=30, deadline=None, derandomize=True)
@given(houses(memory=True), st.lists(st.tuples(st.floats(0.2, 300), st.integers(1, 120)), max_size=6))
def test_whatever_the_load_the_number_stays_within_bounds_and_gives_its_reasons(
    house: House, changes: list[tuple[float, int]]
) -> None:
    limits = house.scaler.limits
    for every, length in [(house.every, house.length), *changes]:
        house.every, house.length = every, length
        for _ in range(300):
            before = house.workers
            load, decision = house.second()
            grown = decision.workers - before
            assert 1 <= decision.workers <= limits.most
            assert bool(decision.reason) == (grown != 0)
            assert grown >= -1
            assert grown <= 0 or load.memory + grown * load.largest <= limits.planned
            assert grown >= 0 or load.oldest.age <= limits.target or load.memory > limits.planned
            assert grown >= 0 or decision.workers >= limits.least or load.memory > limits.planned


@settings(max_examples=30, deadline=None, derandomize=True)
@given(houses())
def test_a_load_that_the_most_can_carry_ends_with_no_late_tasks(house: House) -> None:
    house.every = max(house.every, house.length / (0.8 * house.scaler.limits.most))
    for _ in range(4000):
        house.second()
    ages = [house.second()[0].oldest.age for _ in range(500)]
    assert max(ages) <= house.scaler.limits.target
