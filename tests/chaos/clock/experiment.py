"""One chaos run of clocks: make schedules, kill and stop for a while, and say what became of every slot."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from redis import Redis
from rq_scheduler import Scheduler

from longshore import keys
from longshore.connections import patient_client
from longshore.local.redis_server import RedisServer
from longshore.schedules import ledger
from tests.chaos.clock import making
from tests.chaos.clock.evidence import Chapter, Due, Evidence, Slot
from tests.chaos.clock.processes import Clocks, Harm
from tests.chaos.processes import ROOT

SETTLING = 40.0
"""Seconds after the last harm in which all slots must have been decided."""
TAKEOVER = 5.0
"""Seconds after a harm to the leader in which another clock must fire, if one is up."""
CALM = 4.0
"""Seconds around an emptying in which nothing happens to the clock that leads."""
LAG = 3.0
"""Seconds before an emptying whose slots may fire again if nobody is left who remembers: SQL knows of what
was decided a second later, and is asked when Redis has been empty for a second.
"""
LONGEST = 150.0
"""Most seconds of a run: the ledger keeps 200 slots, of 1 s each."""


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes:
        seconds: how long to kill and stop.
        seed: for the choice of victims, kinds and lengths.
        schedules: how many; every other is of 2 s, the rest of 1 s.
        clocks: how many.
        every: seconds between two harms.
        longest: most seconds that a clock is stopped.
        flushes: how often Redis is emptied meanwhile.
        spared: whether nothing happens to the clock that leads while Redis is emptied. If not, slots of the
            last LAG may fire again.
    """

    seconds: float = 120.0
    seed: int = 1
    schedules: int = 300
    clocks: int = 3
    every: float = 2.0
    longest: float = 30.0
    flushes: int = 0
    spared: bool = True

    @classmethod
    def from_environment(cls, **given: Any) -> Plan:
        """The plan of CHAOS_SECONDS and CHAOS_SEED, and else what is given, and else the defaults."""
        read: dict[str, Callable[[str], Any]] = {"seconds": float, "seed": int}
        found = {
            name: kind(os.environ[f"CHAOS_{name.upper()}"])
            for name, kind in read.items()
            if f"CHAOS_{name.upper()}" in os.environ
        }
        return cls(**(given | found))


@dataclass
class Report:
    """What came out.

    Attributes:
        plan: what was done.
        evidence: what became of the slots.
        harms: what was done to the clocks.
        takeovers: seconds from a harm to the leader until a slot fired again, where another clock was up.
        faults: everything that breaks a promise, in words; empty if all is well.
    """

    plan: Plan
    evidence: Evidence
    harms: list[Harm]
    takeovers: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        plan, found = self.plan, self.evidence
        kinds = Counter(one.kind for one in self.harms)
        led = sum(one.led for one in self.harms)
        late = ", ".join(f"p{part * 100:g} {found.quantile(part):.3f} s" for part in (0.5, 0.99))
        lines = [
            f"{plan.schedules} schedules of 1 and 2 s, {plan.clocks} clocks, a SIGKILL or a SIGSTOP of up to"
            f" {plan.longest:g} s each {plan.every:g} s for {plan.seconds:g} s, seed {plan.seed},"
            f" {plan.flushes} times FLUSHALL",
            f"slots {len(found.expected)}, missed {len(found.missed)}, doubled {len(found.doubled)},"
            f" ledger and tasks disagree on {len(found.disagreements)}",
            f"kills {kinds['kill']}, stops {kinds['stop']}; {led} of them of the clock that led",
            f"lateness {late}, max {found.lateness[-1]:.3f} s",
            f"longest takeover {max(self.takeovers, default=0.0):.2f} s of {len(self.takeovers)}",
            *(f"FAULT: {one}" for one in self.faults),
            f"{len(self.faults)} faults",
        ]
        return "\n".join(lines)


def run(plan: Plan, folder: Path) -> Report:
    """Carry out a plan.

    Args:
        plan: what to do.
        folder: for Redis's files, the database and the clocks' logs.
    """
    if plan.seconds > LONGEST:
        raise ValueError(f"at most {LONGEST:g} s: the ledger keeps {keys.SLOTS} slots of a schedule")
    with RedisServer(folder / "redis") as server, patient_client(server.url) as redis:
        environment = {"REDIS_URL": server.url, "DATABASE_URL": f"sqlite:///{folder}/clock.db"}
        environment |= {"VAR_DIR": str(folder), "ENVIRONMENT": "development"}
        experiment = _Experiment(plan, redis, make(plan.schedules, environment))
        with Clocks(plan.clocks, environment, folder).running() as clocks:
            experiment.harm(clocks)
            evidence = experiment.settle(clocks)
            clocks.stop()
            evidence.chapters.append(experiment.read())
        return judge(Report(plan, evidence, clocks.harms), clocks, experiment.lost_tasks())


def make(count: int, environment: Mapping[str, str]) -> dict[str, Due]:
    """Make schedules in SQL, in a process of its own."""
    command = [sys.executable, "-m", making.__name__, str(count)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise AssertionError(done.stderr)
    made = json.loads(done.stdout)
    return {making.name(n): Due(making.every(n), made[making.name(n)]) for n in range(count)}


@dataclass
class _Emptying:
    """When Redis is to be emptied, and how far that has come.

    Attributes:
        begins: from when the clock that leads is spared.
        leader: that clock's process id; 0 before and after.
        comes: when Redis is emptied.
        is_done: whether it was.
    """

    begins: float
    leader: int = 0
    comes: float = 0.0
    is_done: bool = False


class _Experiment:
    def __init__(self, plan: Plan, redis: Redis, due: dict[str, Due]) -> None:
        self.plan, self.redis, self.due = plan, redis, due
        self.rng = random.Random(plan.seed)
        self.queue = f"rq:queue:{making.QUEUE}"
        self.chapters: list[Chapter] = []

    def harm(self, clocks: Clocks) -> None:
        """Kill and stop from when the first slot has fired, and empty Redis at even intervals."""
        self._tend(clocks, until=lambda: self.redis.llen(self.queue) > 0, timeout=60)
        began = time.monotonic()
        step = self.plan.seconds / (self.plan.flushes + 1)
        emptyings = [_Emptying(began + step * (n + 1) - CALM) for n in range(self.plan.flushes)]
        harms = began + self.plan.every
        while (now := time.monotonic()) < began + self.plan.seconds:
            clocks.tend()
            for one in emptyings:
                self._empty(one, clocks, now)
            if now >= harms:
                harms += self.plan.every
                spared = sum(one.leader for one in emptyings) if self.plan.spared else 0
                clocks.harm_one(self.rng, self.plan.longest, self._leader(), spared)
            time.sleep(0.005)

    def settle(self, clocks: Clocks) -> Evidence:
        """Wake all, and wait until everything that is due by now is decided."""
        clocks.wake()
        end = time.time()
        self._tend(clocks, until=lambda: self._oldest() > end, timeout=SETTLING)
        return Evidence(self.due, end, self.chapters)

    def read(self, *then: str) -> Chapter:
        """What Redis holds, and in the same transaction perhaps a last command."""
        with self.redis.pipeline() as pipe:
            pipe.time()
            pipe.lrange(self.queue, 0, -1)
            for name in self.due:
                pipe.lrange(keys.slots(name), 0, -1)
            if then:
                pipe.execute_command(*then)
            (seconds, micros), queued, *lists = pipe.execute()
        records = {
            name: [ledger._read(name, one) for one in raw] for name, raw in zip(self.due, lists, strict=False)
        }
        return Chapter(seconds + micros / 1e6, records, [one.decode() for one in queued])

    def lost_tasks(self) -> list[str]:
        """Ids in the queue that have no task."""
        ids = [one.decode() for one in self.redis.lrange(self.queue, 0, -1)]
        with self.redis.pipeline(transaction=False) as pipe:
            for one in ids:
                pipe.hget(f"rq:job:{one}", "data")
            found = pipe.execute()
        return [one for one, data in zip(ids, found, strict=True) if not data]

    def _empty(self, one: _Emptying, clocks: Clocks, now: float) -> None:
        """Spare the clock that leads for a while, empty Redis, and spare it for a while more."""
        if not one.leader:
            if now >= one.begins and clocks.is_up(leader := self._leader()):
                one.leader, one.comes = leader, now + CALM
        elif now >= one.comes + CALM:
            one.leader, one.begins = 0, float("inf")
        elif now >= one.comes and not one.is_done:
            one.is_done = True
            self.chapters.append(self.read("FLUSHALL"))

    def _leader(self) -> int:
        raw: Any = self.redis.hget(keys.clock(), "pid")
        return int(raw or 0)

    def _oldest(self) -> float:
        """When the first entry is due; 0 if there are fewer entries than schedules."""
        if self.redis.zcard(Scheduler.scheduled_jobs_key) < len(self.due):
            return 0.0
        ((_, score),) = self.redis.zrange(Scheduler.scheduled_jobs_key, 0, 0, withscores=True)
        return float(score)

    def _tend(self, clocks: Clocks, until: Callable[[], bool], timeout: float) -> None:
        """Look after the clocks until something is true, or the time is over."""
        end = time.monotonic() + timeout
        while not until() and time.monotonic() < end:
            clocks.tend()
            time.sleep(0.02)


def judge(report: Report, clocks: Clocks, lost: list[str]) -> Report:
    """Name all that breaks a promise."""
    found = report.evidence
    report.takeovers = takeovers(clocks, found.moments)
    lag = 0.0 if report.plan.spared else LAG
    for words, slots in (
        ("missed", found.missed),
        ("doubled", [one for one in found.doubled if found.lost_with_redis(one) > lag]),
        ("not the same in ledger and queue", found.disagreements),
        ("on record as not fired", found.not_fired),
    ):
        if slots:
            report.faults.append(f"{len(slots)} slots {words}: {_shown(found, slots)}")
    report.faults += [f"ended by itself: {one}" for one in clocks.exits]
    report.faults += [f"{len(lost)} ids in the queue have no task: {lost[:5]}"] if lost else []
    report.faults += [f"a takeover took {one:.1f} s" for one in report.takeovers if one > TAKEOVER]
    return report


def takeovers(clocks: Clocks, moments: list[float]) -> list[float]:
    """Seconds from each harm to a clock that led until a slot fired again, where another clock was up."""
    found = []
    for harm in (one for one in clocks.harms if one.led):
        at = bisect_right(moments, harm.at)
        again = moments[at] if at < len(moments) else float("inf")
        if any(one.since <= harm.at and one.until >= min(again, harm.at + TAKEOVER) for one in clocks.ups):
            found.append(again - harm.at)
    return found


def _shown(found: Evidence, slots: list[Slot]) -> str:
    """The first few, with what each chapter has of them."""
    told = [
        f"{name} {slot} (ledger {[one.fired[name, slot] for one in found.chapters]},"
        f" queue {[one.queued[name, slot] for one in found.chapters]})"
        for name, slot in slots[:8]
    ]
    return ", ".join(told)
