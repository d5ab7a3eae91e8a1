"""Scenarios for a clock that dies, stalls or loses its line at any point of a look, and what must be then.

A scenario runs again and again on one Redis, each time with something happening at another point. Time
stands still meanwhile, so what is left can be compared with an undisturbed run, key for key. Which clock
leads may differ.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from longshore import job, keys
from longshore.catalog import Catalog
from longshore.clock import Clock
from tests.longshore.clock.conftest import House, Time
from tests.support.broken_line import Died, Line, Point, client, die, lose, send_late

LOOKS = 2
_OF_THE_LEADER = (Scheduler.scheduler_lock_key, keys.clock())
_TIMES = frozenset((b"created_at", b"enqueued_at", b"ended_at", b"retry_intervals"))
"""Fields that RQ fills with the machine's time, or with chance."""
_DUE = re.compile(rf"{Scheduler.scheduled_jobs_key}|rq:scheduled:\w+")
State = dict[str, Any]
Nothing = Callable[[], None]


def nothing() -> None:
    """Happens."""


@dataclass(frozen=True)
class Scenario:
    """What a clock has to do in the looks in question.

    Attributes:
        schedules: what the code declares on `shop.count`.
        job: options of that job.
        begin: what happens before; a clock has looked then, at noon.
        seconds: that pass until the looks.
        change: what happens right before them.
        meanwhile: what people do while the clock stalls.
        names: schedules whose slots are to be decided once, also if Redis is emptied.
    """

    schedules: tuple[Any, ...] = ()
    job: dict[str, Any] = field(default_factory=dict)
    begin: Callable[[House, Clock], None] = lambda house, clock: None
    seconds: float = 1.0
    change: Callable[[House], None] = lambda house: None
    meanwhile: Callable[[House], None] = lambda house: None
    names: tuple[str, ...] = ("shop.count",)

    def catalog(self) -> Catalog:
        """What the code declares."""
        made = Catalog()
        made.queues["default"] = "tests"

        def count(n: int = 1) -> int:
            return n

        count.__module__ = "jobs.shop"
        job(into=made, schedules=self.schedules, **self.job)(count)
        made.check()
        return made


@dataclass
class Outcome:
    """What a run has left.

    Attributes:
        state: everything in Redis.
        slots: how often each slot was decided, by schedule and seconds since noon; over all emptyings.
        points: what was reached.
        meddled: what the clock has changed that woke up when another one led.
    """

    state: State
    slots: Counter[tuple[str, float]]
    points: list[Point]
    meddled: list[str]


class Stage:
    """Runs a scenario on one Redis, again and again.

    Args:
        redis: a client of the test's own.
        url: of the same server, for the clock whose line breaks.
        scenario: what to do.
    """

    def __init__(self, redis: Redis, url: str, scenario: Scenario) -> None:
        self.redis, self.scenario = redis, scenario
        self.line = Line()
        self._broken = client(url, self.line)
        self.catalog = scenario.catalog()
        self.house = House(redis, Time())
        self._before: Counter[tuple[str, float]] = Counter()
        self._left: State | None = None
        self._meddled: list[str] = []

    def undisturbed(self) -> Outcome:
        """A run in which nothing happens. It is the second one: the first teaches Redis the scripts."""
        self.run()
        return self.run()

    def run(self, target: int = -1, happens: Nothing = nothing, then: Nothing = nothing) -> Outcome:
        """One run, with something happening at a point.

        Args:
            target: the point's number.
            happens: what happens.
            then: what happens when the clock that has lost an answer has looked again.
        """
        self._then = then
        self.redis.flushall()
        self._before.clear()
        self._left, self._meddled = None, []
        self.house = house = House(self.redis, Time())
        first = house.clock(self.catalog, self._broken, name="first")
        first.tick()
        self.scenario.begin(house, first)
        house.time.pass_(seconds=self.scenario.seconds)
        self.scenario.change(house)
        self.redis.incr(keys.schedule_changes())
        self.line.arm(target, happens)
        alive = self._look(first)
        self.line.is_armed = False
        if alive:
            first.tick()
        self.take_over("second")
        house.time.pass_(seconds=keys.RECONCILE_INTERVAL)
        self.take_over("third")
        slots = self._before + self.decided()
        return Outcome(self._state(), slots, list(self.line.points), self._meddled)

    def _look(self, clock: Clock) -> bool:
        """Some looks, in which it may die; whether it lives on."""
        for _ in range(LOOKS):
            try:
                clock.tick()
            except Died:
                return False
            except RedisError:  # its `run` goes on, too
                clock.tick()
                self._then()
            if self._left is not None:
                self._meddled, self._left = differences(self._left, self._state()), None
        return True

    def stall(self) -> None:
        """Another clock takes over, and does what is to be done."""
        self.take_over("other")
        self._left = self._state()

    def stall_and_edit(self) -> None:
        """The same, with schedules of which the clock that stalls does not know."""
        self.scenario.meanwhile(self.house)
        self.redis.incr(keys.schedule_changes())
        self.stall()

    def take_over(self, name: str) -> None:
        """The lock runs out, and another clock leads."""
        self.redis.delete(Scheduler.scheduler_lock_key)
        other = self.house.clock(self.catalog, name=name)
        other.tick()  # holds what is to be held
        other.tick()  # and fires it

    def arrive(self) -> None:
        """What the clock has given up reaches Redis."""
        send_late(self.redis, self.line)

    def empty(self) -> None:
        """Redis loses everything; what was decided until then is remembered."""
        self._before += self.decided()
        self.redis.flushall()

    def decided(self) -> Counter[tuple[str, float]]:
        """How often each slot has a record."""
        noon = Time().now
        return Counter(
            (name, (one.slot - noon) / timedelta(seconds=1))
            for name in self.scenario.names
            for one in self.house.slots(name)
        )

    def _state(self) -> State:
        names = [one for one in self.redis.keys("*") if one.decode() not in _OF_THE_LEADER]
        with self.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.type(name)
                pipe.ttl(name)
            found = iter(pipe.execute())
        kinds = [(kind.decode(), life >= 0) for kind, life in zip(found, found, strict=True)]
        return {
            name.decode(): (kind, expires, self._value(name.decode(), kind))
            for name, (kind, expires) in zip(names, kinds, strict=True)
        }

    def _value(self, name: str, kind: str) -> Any:
        if kind == "hash":
            return {key: value for key, value in self.redis.hgetall(name).items() if key not in _TIMES}
        if kind == "zset":
            scored = self.redis.zrange(name, 0, -1, withscores=True)
            return dict(scored) if _DUE.fullmatch(name) else {one for one, _ in scored}
        if kind == "stream":
            return [fields for _, fields in self.redis.xrange(name)]
        read: dict[str, Callable[[], Any]] = {
            "string": lambda: self.redis.get(name),
            "list": lambda: self._ordered(name, self.redis.lrange(name, 0, -1)),
            "set": lambda: self.redis.smembers(name),
        }
        return read[kind]()

    def _ordered(self, name: str, found: list[bytes]) -> list[bytes]:
        """Of a queue only the order within a schedule counts: others may have come between."""
        if not name.startswith("rq:queue:"):
            return found
        return sorted(found, key=lambda one: one.rpartition(b"-")[0] or one)


def differences(right: State, found: State) -> list[str]:
    """Keys in which two states differ, with what each has."""
    return [
        f"{name}: {right.get(name, '(absent)')} | {found.get(name, '(absent)')}"
        for name in sorted(right.keys() | found.keys())
        if right.get(name) != found.get(name)
    ]


def check(
    stage: Stage,
    right: Outcome,
    happens: Nothing,
    wrong: Callable[[Outcome, Outcome], list[str]],
    then: Nothing = nothing,
) -> None:
    """Let something happen at each point, and see what is wrong afterwards.

    That all of a request was done and nothing of the next one sent makes one point, unless an answer is lost.
    A request that only reads leaves nothing behind if its sender dies, or has it lost.

    Raises:
        AssertionError: names the points at which something went wrong, and what.
    """
    found = []
    for point in right.points:
        if (point.is_last and happens is not lose) or (point.only_reads and happens in (die, lose)):
            continue
        outcome = stage.run(point.number, happens, then)
        assert len(outcome.points) > point.number, f"{point} was not reached"
        found += [f"{point}\n    {fault[:600]}" for fault in wrong(right, outcome)]
    assert not found, f"{len(found)} differences:\n" + "\n".join(found)


def all_the_same(right: Outcome, found: Outcome) -> list[str]:
    """What is not as if nothing had happened."""
    return [*differences(right.state, found.state), *same_slots(right, found)]


def same_slots(right: Outcome, found: Outcome) -> list[str]:
    """Slots that were decided more often than if nothing had happened, or more rarely."""
    if right.slots == found.slots:
        return []
    more, fewer = found.slots - right.slots, right.slots - found.slots
    return [f"slots: decided too often {dict(more)}, too rarely {dict(fewer)}"]


def nothing_meddled(_: Outcome, found: Outcome) -> list[str]:
    """What a clock has changed that woke up when another one led."""
    return [f"meddled with {one}" for one in found.meddled]
