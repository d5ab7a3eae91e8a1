"""One chaos run: enqueue, kill for a while, wait, and say what became of every task."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from redis import Redis

from longshore import catalog
from longshore.connections import patient_client
from longshore.dispatch import Dispatcher
from longshore.keys import BATCH_LIMIT
from longshore.local.redis_server import RedisServer
from longshore.recovery import MAX_DEATHS
from tests.chaos.evidence import Evidence, Outage, Recovery
from tests.chaos.leftovers import State, describe, leftovers, states
from tests.chaos.processes import Workers

Restart = Literal["none", "term", "kill"]
PAUSES = (0.3, 1.0)
"""Least and most seconds between two kills."""
DRAIN = 120.0
"""Seconds after the killing in which everything must have ended and been cleaned up."""
RECOVERY = 60.0
"""Seconds after a kill, or after Redis was back, in which the task must have begun again."""
LOST_WRITES = 2.0
"""Seconds of writes that a killed Redis may lose with appendfsync everysec: a write waits at most so long."""
_RETRIES = {"chaos.brief": None, "chaos.patient": 3, "chaos.shaky": 2}


@dataclass(frozen=True)
class Plan:
    """What to do.

    Attributes:
        tasks: how many.
        seconds: how long to kill.
        seed: for the choice of victims and pauses.
        restart: what happens to Redis in the middle: nothing, SIGTERM or SIGKILL, and a start on its files.
        fsync: Redis's appendfsync.
        duration: seconds that a task lasts.
        worker_class: as `rq worker --worker-class` takes it.
        workers: how many.
    """

    tasks: int = 5_000
    seconds: float = 60.0
    seed: int = 1
    restart: Restart = "none"
    fsync: str = "everysec"
    duration: float = 0.02
    worker_class: str = "tests.chaos.workers.Longshore"
    workers: int = 2

    @classmethod
    def from_environment(cls, **given: object) -> Plan:
        """The plan of CHAOS_TASKS, CHAOS_SECONDS and CHAOS_SEED, and else the defaults."""
        read = {"tasks": int, "seconds": float, "seed": int}
        found = {
            name: kind(os.environ[f"CHAOS_{name.upper()}"])
            for name, kind in read.items()
            if f"CHAOS_{name.upper()}" in os.environ
        }
        return cls(**(found | given))  # type: ignore[arg-type]


@dataclass
class Report:
    """What came out.

    Attributes:
        plan: what was done.
        kills: kills by who got them and where they fell.
        completions: ends of tasks, more than tasks if some ran twice.
        doubles: tasks' additional ends by what explains them.
        slowest: the longest recoveries.
        drained: seconds from the last kill until every task had ended and everything was clean; None: never.
        outages: seconds that Redis was away.
        faults: everything that breaks a promise, in words; empty if all is well.
        notes: what is worth knowing and breaks none.
    """

    plan: Plan
    kills: Counter[str] = field(default_factory=Counter)
    completions: int = 0
    doubles: Counter[str] = field(default_factory=Counter)
    slowest: list[Recovery] = field(default_factory=list)
    drained: float | None = None
    outages: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        plan = self.plan
        lines = [
            f"{plan.tasks} tasks of {plan.duration * 1000:.0f} ms, {plan.workers} workers, a SIGKILL every"
            f" {PAUSES[0]} to {PAUSES[1]} s for {plan.seconds:g} s, seed {plan.seed},"
            f" Redis restart: {plan.restart}, appendfsync {plan.fsync}, {plan.worker_class}",
            f"kills {self.kills.total()}: "
            + ", ".join(f"{where} {n}" for where, n in sorted(self.kills.items())),
            f"completions {self.completions}; ran twice: {dict(self.doubles) or 'none'}",
            "slowest recoveries: " + (", ".join(map(str, self.slowest)) or "none"),
            f"drained and clean after {self.drained:.1f} s" if self.drained is not None else "never drained",
            *(f"Redis was away for {seconds:.2f} s" for seconds in self.outages),
            *(f"note: {one}" for one in self.notes),
            *(f"FAULT: {one}" for one in self.faults),
            f"{len(self.faults)} faults",
        ]
        return "\n".join(lines)


def run(plan: Plan, folder: Path) -> Report:
    """Carry out a plan.

    Args:
        plan: what to do.
        folder: for Redis's files, the workers' logs and the tasks' book.
    """
    book = folder / "book"
    book.touch()
    with RedisServer(folder / "redis") as server, patient_client(server.url) as redis:
        redis.config_set("appendfsync", plan.fsync)
        experiment = _Experiment(plan, server, redis, book)
        with Workers(plan.workers, server.url, plan.worker_class, folder).running() as workers:
            experiment.enqueue()
            experiment.kill(workers)
            report = Report(plan, drained=experiment.wait_until_clean(workers))
        return experiment.judge(report, workers)


class _Experiment:
    def __init__(self, plan: Plan, server: RedisServer, redis: Redis, book: Path) -> None:
        self.plan, self.server, self.redis, self.book = plan, server, redis, book
        self.rng = random.Random(plan.seed)
        self.ids: dict[int, str] = {}
        self.jobs: dict[int, str] = {}
        self.outages: list[Outage] = []
        self.left: list[str] = []

    def enqueue(self) -> None:
        """All the tasks: on two queues, half of them with retries, one in twenty fails once."""
        dispatcher, numbers = Dispatcher(self.redis, rng=self.rng), range(self.plan.tasks)
        for name, those in (
            ("chaos.brief", [n for n in numbers if n % 2 and n % 20 != 1]),
            ("chaos.patient", [n for n in numbers if n % 2 == 0]),
            ("chaos.shaky", [n for n in numbers if n % 20 == 1]),
        ):
            for start in range(0, len(those), BATCH_LIMIT):
                batch = those[start : start + BATCH_LIMIT]
                params = [{"number": n, "book": str(self.book), "seconds": self.plan.duration} for n in batch]
                made = dispatcher.dispatch_many(catalog.catalog.get(name), params)
                self.ids |= {n: one.task_id for n, one in zip(batch, made, strict=True)}
                self.jobs |= dict.fromkeys(batch, name)

    def kill(self, workers: Workers) -> None:
        """Kill from when the first task has begun, and restart Redis in the middle."""
        self._tend(workers, until=lambda: self.book.stat().st_size > 0, timeout=60)
        began = time.monotonic()
        restart_at = began + self.plan.seconds / 2 if self.plan.restart != "none" else float("inf")
        while time.monotonic() < began + self.plan.seconds:
            self._tend_for(workers, self.rng.uniform(*PAUSES))
            workers.kill_one(self.rng)
            if time.monotonic() > restart_at:
                restart_at = float("inf")
                self._restart_redis()

    def wait_until_clean(self, workers: Workers) -> float | None:
        """Seconds until every task has ended and nothing is left behind, or None after DRAIN."""
        began = time.monotonic()
        while time.monotonic() < began + DRAIN:
            self._tend_for(workers, 0.25)
            if not self._unfinished():
                self.left = leftovers(self.redis)
                if not self.left:
                    return time.monotonic() - began
        self.left = leftovers(self.redis)
        return None

    def judge(self, report: Report, workers: Workers) -> Report:
        """Compare what Redis says, what the tasks wrote and who was killed."""
        evidence = Evidence.read(self.book, workers.kills, self.outages)
        report.kills, report.completions = evidence.where(), evidence.completions
        recoveries = evidence.recoveries()
        report.slowest = recoveries[:5]
        report.outages = [one.ended - one.began for one in self.outages]
        for number, state in zip(self.ids, states(self.redis, self.ids.values()), strict=True):
            self._judge_task(report, evidence, number, state)
        self._judge_doubles(report, evidence)
        # What was clean must be so after the workers' own end, too; but then nobody strikes workers off the
        # lists whose hashes expire, 90 s after they were killed.
        left = self.left or [one for one in leftovers(self.redis) if "rq:workers" not in one]
        report.faults += [f"left behind: {one}" for one in left[:20]]
        report.faults += [f"a worker ended by itself: {one}" for one in workers.exits]
        report.faults += [f"recovery took {one}" for one in recoveries if one.ready > RECOVERY]
        return report

    def _judge_task(self, report: Report, evidence: Evidence, number: int, state: State) -> None:
        cut_off = evidence.cut_off(number)
        killed = sum(kill is not None for _, kill in cut_off)
        if state.status == "failed" and killed >= MAX_DEATHS:
            report.notes.append(f"task {number} failed by design: {killed} kills fell into its runs")
        elif state.status != "finished":
            found = describe(self.redis, self.ids[number])
            report.faults.append(f"task {number} is lost or stuck, {killed} kills fell into it: {found}")
        elif not evidence.ends(number) or not state.results:
            ends = len(evidence.ends(number))
            report.faults.append(f"task {number} is finished, with {state.results} results and {ends} ends")
        if len(cut_off) > killed:
            report.faults.append(
                f"task {number} was cut off {len(cut_off) - killed} times by no kill of ours"
            )
        self._judge_retries(report, evidence, number, state.retries_left)

    def _judge_retries(self, report: Report, evidence: Evidence, number: int, left: int | None) -> None:
        allowed = _RETRIES[self.jobs[number]]
        used = None if allowed is None or left is None else allowed - left
        raised = evidence.fails(number)
        if (used is None) != (allowed is None) or (used or 0) > raised:
            report.faults.append(f"task {number} used {used} of {allowed} retries but raised {raised} times")

    def _judge_doubles(self, report: Report, evidence: Evidence) -> None:
        for line, excuse in evidence.doubles():
            report.doubles[excuse or "no kill explains it"] += 1
            if not excuse:
                lines = evidence.of_task[line.number]
                state = describe(self.redis, self.ids[line.number])
                report.faults.append(f"task {line.number} ran twice and no kill explains it: {lines} {state}")

    def _unfinished(self) -> bool:
        done = {"finished", "failed"}
        return any(state.status not in done for state in states(self.redis, self.ids.values()))

    def _tend_for(self, workers: Workers, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._tend(workers, until=lambda: time.monotonic() >= end)

    def _tend(self, workers: Workers, until: Callable[[], bool], timeout: float = float("inf")) -> None:
        end = time.monotonic() + timeout
        while not until():
            workers.tend()
            if time.monotonic() > end:
                raise AssertionError(f"no task has begun within {timeout} s; see the workers' logs")
            time.sleep(0.005)

    def _restart_redis(self) -> None:
        began = time.monotonic()
        if self.plan.restart == "kill":
            os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()
        self.server.start()
        lost = LOST_WRITES if self.plan.restart == "kill" and self.plan.fsync != "always" else 0.0
        self.outages.append(Outage(began, time.monotonic(), lost))
        self.redis.config_set("appendfsync", self.plan.fsync)
