"""Random histories of three clocks in one process, and what must hold at each step of each of them.

Time passes when the history says so. Clocks look in any order, stall or die in the middle of a look, lose the
lock and get it back; people edit; entries get lost; Redis is emptied while a clock leads. Whatever comes: no
slot has two records, none is left out, and records are in order.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq_scheduler import Scheduler

from longshore import cron, every, job, keys
from longshore.catalog import Catalog
from longshore.clock import Clock
from longshore.schedules.reader import Row
from tests.longshore.clock.conftest import House, Time
from tests.support.broken_line import Died, Line, client, die, lose

STEPS = 120
_FAR = 25
"""Points of a look at which something may happen; few looks have more."""
_STEADY = {"d1": 1, "d2": 5, "d3": 60, "d4": 2, "d5": 2}
"""Schedules whose timing nobody changes, and the seconds between their slots."""
_MADE = ("m1", "m2")
_TIMINGS: tuple[dict[str, Any], ...] = (
    *({"kind": "interval", "every": seconds} for seconds in (1, 2, 3)),
    {"kind": "cron", "expression": "* * * * *"},
)
_WEIGHTS = {
    "look": 30, "look_with_trouble": 15, "wait": 25, "sleep": 2, "die": 4, "lose_the_lock": 6, "edit": 5,
    "lose_an_entry": 2, "end_a_task": 6, "empty": 2,
}  # fmt: skip


def declared() -> Catalog:
    """A catalog with one job, on schedules of every kind of overlap."""
    made = Catalog()
    made.queues["default"] = "tests"

    def count(n: int = 1) -> int:
        return n

    count.__module__ = "jobs.shop"
    schedules = (
        every(1, name="d1"),
        every(5, name="d2").options(jitter="3s"),
        cron("* * * * *", name="d3"),
        every(2, name="d4").options(overlap="skip"),
        every(2, name="d5").options(overlap="replace"),
    )
    job(into=made, schedules=schedules)(count)
    made.check()
    return made


class History:
    """One history.

    Args:
        redis: an empty Redis.
        url: its address.
        catalog: as `declared` makes it.
        seed: decides all that happens.
        emptied: whether Redis is emptied; else entries get lost.
    """

    def __init__(self, redis: Redis, url: str, catalog: Catalog, seed: int, *, emptied: bool) -> None:
        self._redis, self._catalog, self._rng = redis, catalog, random.Random(seed)
        self._house = House(redis, Time())
        self._rows: dict[str, Row] = {}
        self._before: defaultdict[str, list[Any]] = defaultdict(list)
        self._url, self._made = url, 0
        self._stalled: Clock | None = None
        self._lines: dict[str, Line] = {}
        self._late: set[str] = set()
        self._clocks = [self._new() for _ in range(3)]
        left_out = "lose_an_entry" if emptied else "empty"
        self._weights = {name: weight for name, weight in _WEIGHTS.items() if name != left_out}
        self.told: list[str] = []

    def run(self) -> list[str]:
        """Let it happen; what is wrong, and the last steps that led there. Empty if all is well."""
        for clock in self._clocks:
            clock.tick()
        for _ in range(STEPS):
            self._step()
            if wrong := self._wrong():
                return [*wrong, *self.told[-15:]]
        return []

    def _step(self) -> None:
        name = self._rng.choices([*self._weights], [*self._weights.values()])[0]
        step: Callable[[], str] = getattr(self, f"_{name}")
        at = len(self.told)
        self.told.insert(at, f"{self._house.time.now:%H:%M:%S.%f} {name} {step()}")

    # What may happen; each says more of it

    def _look(self) -> str:
        clock = self._rng.choice([one for one in self._clocks if one is not self._stalled])
        self._tick(clock)
        return clock.name

    def _look_with_trouble(self) -> str:
        """It stalls in the middle while other things happen, or dies, or loses its line."""
        if self._stalled:
            return self._look()
        n = self._rng.randrange(3)
        clock, what = self._clocks[n], self._rng.choice((self._others, self._others, die, lose))
        self._lines[clock.name].arm(self._rng.randrange(_FAR), what)
        self._stalled = clock
        try:
            self._tick(clock)
        except (Died, RedisError):
            self._clocks[n] = self._new() if what is die else clock
        finally:
            self._lines[clock.name].is_armed, self._stalled = False, None
        return f"{clock.name} {what.__name__}"

    def _others(self) -> None:
        for _ in range(self._rng.randrange(1, 8)):
            self._step()

    def _tick(self, clock: Clock) -> None:
        if clock.name in self._late:
            self._late.discard(clock.name)
            clock._led_at -= keys.CLOCK_LOCK_TTL
        clock.tick()

    def _wait(self) -> str:
        self._house.time.pass_(seconds=self._rng.choice((0.1, 0.4, 0.5, 1, 1.5)))
        return ""

    def _sleep(self) -> str:
        self._house.time.pass_(seconds=self._rng.choice((5, 20, 40)))
        return ""

    def _die(self) -> str:
        n = self._rng.randrange(3)
        if self._clocks[n] is self._stalled:
            return "none"
        name, self._clocks[n] = self._clocks[n].name, self._new()
        return f"{name}, {self._clocks[n].name} is new"

    def _lose_the_lock(self) -> str:
        """Its time to live is over, as no clock has looked for so long."""
        self._redis.delete(Scheduler.scheduler_lock_key)
        self._late |= {one.name for one in self._clocks}
        return ""

    def _lose_an_entry(self) -> str:
        entries = self._redis.zrange(Scheduler.scheduled_jobs_key, 0, -1)
        if not entries:
            return "none"
        one = self._rng.choice(entries).decode()
        self._redis.zrem(Scheduler.scheduled_jobs_key, one)
        if self._rng.random() < 0.5:
            self._redis.delete(f"rq:job:{one}")
        return one

    def _end_a_task(self) -> str:
        queued = self._house.queued()
        if not queued:
            return "none"
        one = self._rng.choice(queued)
        self._redis.hset(f"rq:job:{one}", "status", "finished")
        return one

    def _empty(self) -> str:
        """While a clock leads, which looks on."""
        holder = (self._redis.get(Scheduler.scheduler_lock_key) or b"").decode()
        for clock in (one for one in self._clocks if one.name == holder and not self._stalled):
            self._tick(clock)
            for name in (*_STEADY, *_MADE):
                self._before[name] += self._house.slots(name)
            self._redis.flushall()
            clock.tick()
            clock.tick()
        return holder

    def _edit(self) -> str:
        name = self._rng.choice((*_MADE, "d1", "d2"))
        what = self._rng.choice(("timing", "note", "delete") if name in _MADE else ("note",)) or "note"
        what = self._rng.choice((what, "pause", "resume"))
        if what == "delete":
            self._rows.pop(name, None)
        else:
            self._rows[name] = self._changed(name, what)
        self._house.changed = list(self._rows.values())
        if self._rng.random() < 0.8:  # else the clock learns of it later
            self._redis.incr(keys.schedule_changes())
        return f"{name} {what}"

    def _changed(self, name: str, what: str) -> Row:
        row, now = self._rows.get(name), self._house.time.now
        spec = row.spec if row else None
        if name in _MADE and (spec is None or what == "timing"):
            spec = {"job": "shop.count", "trigger": self._rng.choice(_TIMINGS)}
        if spec and what == "note":
            spec = spec | {"note": f"{now}"}
        return Row(
            name=name, spec=spec, paused=what == "pause", paused_until=None, paused_by="ann",
            deleted=False, version=row.version + 1 if row else 1, created_by="ann",
            created_at=row.created_at if row else now, changed_by="ann", changed_at=now,
        )  # fmt: skip

    def _new(self) -> Clock:
        self._made += 1
        name, line = f"clock {self._made}", Line()
        self._lines[name] = line
        return self._house.clock(self._catalog, client(self._url, line), name=name)

    # What must hold

    def _wrong(self) -> list[str]:
        found = []
        for name in (*_STEADY, *_MADE):
            kept = self._house.slots(name)
            slots = [one.slot for one in self._before[name] + kept]
            found += [f"{name}: {slot} is there {n} times" for slot, n in Counter(slots).items() if n > 1]
            if slots != sorted(slots):
                found.append(f"{name}: its records are out of order")
            if name in _STEADY and slots and len(kept) < keys.SLOTS:
                step = timedelta(seconds=_STEADY[name])
                due = {slots[0] + step * n for n in range((slots[-1] - slots[0]) // step + 1)}
                found += [f"{name}: {slot} is left out" for slot in sorted(due - set(slots))]
        return found
