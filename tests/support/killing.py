"""Scenarios for the kill switch: run one, kill in it, let a rescuer end it, and tell what is different then.

A scenario runs in worker processes of its own, on one Redis, again and again. What it leaves is compared key
for key and field for field; which process died, and how often, may only show in the worker's own hash and in
the deaths.
"""

from __future__ import annotations

import gc
import logging
import math
import os
import random
import re
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue
from rq.job import Dependency, Job

from longshore import claims, held, supervision
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.task import DEATHS
from longshore.worker import LongshoreWorker, QuickWorker
from tests.support.differential import Dump, Key, compare, dump
from tests.support.jobs import kills
from tests.support.kill_switch import BEGIN, KillSwitch, Point, Victim

Enqueue = Callable[[Redis, str, Sequence[str]], None]
LEFT_BY_RUNS = re.compile(
    r"rq:(wip|execution|executions|ready|deferred|rl:.*:allowed|worker:.*:executions|.*intermediate)"
)


"""Keys that must not be there when nothing runs and nothing waits."""


class Hasty:
    """Has no time: none for a task that is to stop, and none for a thread that sleeps on."""

    stop_grace = 0.0

    def unsubscribe(self) -> None:
        """RQ may wait a second for its thread, which often has not seen yet that it is to end."""
        self.pubsub_thread.stop()  # type: ignore[attr-defined]
        super().unsubscribe()  # type: ignore[misc]


class Catalog(Hasty, LongshoreWorker):
    """The worker for jobs of the catalog."""


class Generic(Hasty, QuickWorker):
    """The worker for any RQ job."""


@dataclass(frozen=True)
class Scenario:
    """One or two tasks of a kind.

    Attributes:
        enqueue: puts them into Redis; is given the path of their book and the queues.
        least: points that there are at least in the horses.
        worker_class: who runs them.
        options: for the worker.
        limits: for its `work`.
        abandoned: whether the tasks come from a worker that has died in their middle.
        either: whether it may also end as it does in a worker without a switch, as a kill undoes a request.
        only: points that matter; all if None.
        ahead: whether every task claims the next one ahead, from the first on.
    """

    enqueue: Enqueue
    least: int = 0
    worker_class: type[QuickWorker] = Catalog
    options: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    abandoned: bool = False
    either: bool = False
    only: Callable[[Point], bool] | None = None
    ahead: bool = False


def tasks_of(job: str, count: int = 2) -> Enqueue:
    """Tasks of a job of the catalog, dealt to the queues in turn."""

    def enqueue(redis: Redis, book: str, queues: Sequence[str]) -> None:
        dispatcher = Dispatcher(redis, rng=random.Random(1))
        declared = catalog.get(f"kills.{job}")
        for number in range(count):
            made = dispatcher.new_task(declared, {"name": f"t{number}", "book": book}, task_id=f"t{number}")
            made.origin = queues[number % len(queues)]
            with redis.pipeline() as pipe:
                dispatcher.push(pipe, made)
                pipe.execute()

    return enqueue


def stock(
    function: Callable[..., Any] = kills.well,
    *more_args: Any,
    count: int = 1,
    allowed_to_fail: bool = False,
    **options: Any,
) -> Enqueue:
    """Tasks as stock RQ enqueues them, dealt to the queues in turn, each after the one before it."""

    def enqueue(redis: Redis, book: str, queues: Sequence[str]) -> None:
        first: Job | None = None
        for number in range(count):
            queue = Queue(queues[number % len(queues)], connection=redis)
            name = f"t{number}"
            more = {"depends_on": Dependency(first, allow_failure=allowed_to_fail)} if first else {}
            first = queue.enqueue(function, args=(name, book, *more_args), job_id=name, **options, **more)

    return enqueue


@dataclass
class Outcome:
    """What a run has left, made comparable."""

    dump: Dump
    events: Counter[str]
    counts: Counter[str]
    runs: Counter[str]


class Stage:
    """Runs a scenario on one Redis, again and again."""

    def __init__(
        self, redis: Redis, redis_url: str, folder: Path, scenario: Scenario, queues: Sequence[str]
    ) -> None:
        self.redis, self.url, self.folder = redis, redis_url, folder
        self.scenario, self.queues = scenario, queues
        self.book = folder / "book"

    def rehearse(self) -> tuple[list[Point], list[Outcome]]:
        """Nobody is killed: the points that there are, and the right ends."""
        self.perform(None)  # Redis has loaded all scripts after this
        switch, outcome = self.perform(None)
        if not self.scenario.either:
            return switch.points(), [outcome]
        return switch.points(), [outcome, self.undisturbed()]

    def undisturbed(self) -> Outcome:
        """What a worker without a switch leaves."""
        began = self.prepare()
        self.run("rescuer", None)
        return self.outcome(began)

    def perform(self, target: Point | None, victim: Victim = "both") -> tuple[KillSwitch, Outcome]:
        """Run it with a kill at `target`, and let a rescuer end what is left."""
        began = self.prepare()
        switch = KillSwitch(self.folder, self.url, target, victim)
        self.run("victim", switch)
        if target is not None and victim != "horse":
            self.let_heartbeats_run_out()
        self.run("rescuer", None)
        return switch, self.outcome(began)

    def prepare(self) -> float:
        """Put the tasks into an empty Redis; when that began."""
        began = time.time()
        self.redis.flushall()
        self.book.unlink(missing_ok=True)
        self.scenario.enqueue(self.redis, str(self.book), self.queues)
        if self.scenario.abandoned:
            self.run("abandoner", KillSwitch(self.folder, self.url, Point("horse", -1, BEGIN)))
            self.let_heartbeats_run_out()
        return began

    def run(self, name: str, switch: KillSwitch | None) -> None:
        """Let a worker work in a process of its own until it ends; its horse has ended then, too."""
        pid = os.fork()
        if pid == 0:
            self._become_worker(name, switch)
        status = os.waitpid(pid, 0)[1]
        if switch is not None and switch.has_fired and os.WIFSIGNALED(status):
            try:
                os.waitpid(switch.horse, 0) if switch.horse else None
            except ChildProcessError:
                return  # its worker had waited for it
        elif status:
            raise AssertionError(f"the {name} worker ended with wait status {status}")

    def _become_worker(self, name: str, switch: KillSwitch | None) -> None:
        code = 1
        try:
            gc.freeze()  # a worker collects garbage as it starts: not ours, thousands of times
            logging.disable()
            supervision._WATCH, supervision.HARD_DEADLINE = 0.01, 0.1
            claims.STREAK, claims.SHORT = (0, math.inf) if self.scenario.ahead else (math.inf, 0)
            held.HELD_FOR = math.inf
            connection = Redis.from_url(self.url)
            worker = self.scenario.worker_class(
                list(self.queues), connection=connection, name=name, **self.scenario.options
            )
            if switch is not None:
                switch.arm()
            limits = self.scenario.limits if switch is not None else {}
            worker.work(burst=True, logging_level="CRITICAL", **limits)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)

    def let_heartbeats_run_out(self) -> None:
        """What 60 seconds do: no heartbeat has come, and the lease of a dead cleaner has ended."""
        for pattern in ("rq:execution:*", "rq:clean_registries:*"):
            for key in self.redis.keys(pattern):
                assert self.redis.ttl(key) > 0, key
                self.redis.delete(key)

    def outcome(self, began: float) -> Outcome:
        """What there is in Redis now, without what dead workers may leave for a while."""
        raw: Any = self.redis.xrange("longshore:events")
        events = Counter(f"{fields[b'task'].decode()} {fields[b'outcome'].decode()}" for _, fields in raw)
        counts: Counter[str] = Counter()
        for key in self.redis.keys("rq:worker:*"):
            assert self.redis.ttl(key) > 0, f"{key!r} never expires"
            if not key.endswith(b":executions"):
                for name in ("successful_job_count", "failed_job_count"):
                    counts[name] += int(self.redis.hget(key, name) or 0)
        book = Counter(self.book.read_text().splitlines()) if self.book.exists() else Counter()
        return Outcome(
            _of_tasks(dump(self.redis, began)),
            Counter({k: n for k, n in events.items() if not k.endswith((" died", " put_back"))}),
            +counts,
            book,
        )


def _of_tasks(found: Dump) -> Dump:
    """A dump without the workers themselves and without what says which of them it was."""
    return {
        name: replace(key, value=_without_worker(key))
        for name, key in found.items()
        if not _is_of_workers(name) and not _is_limit(name)
    }


def _is_of_workers(name: str) -> bool:
    is_hash = name.startswith("rq:worker:") and not name.endswith(":executions")
    return is_hash or name.startswith(("rq:workers", "rq:clean_registries:"))


def _is_limit(name: str) -> bool:
    """Whether this says what a rate limit is. RQ forgets it at a later clean-up, if nobody waits or runs."""
    return name == "rq:rl-keys" or re.fullmatch(r"rq:rl:[^:]+", name) is not None


def _without_worker(key: Key) -> Any:
    gone = ("worker_name", DEATHS)
    if key.type == "hash":
        return {name: value for name, value in key.value.items() if name not in gone}
    if key.type == "stream":
        return [{name: value for name, value in one.items() if name not in gone} for one in key.value]
    return key.value


def differences(right: Outcome, found: Outcome, switch: KillSwitch | None) -> list[str]:
    """What a kill has changed and should not have; empty if nothing."""
    wrong = compare(right.dump, found.dump)
    wrong += [f"left behind: {name}" for name in found.dump if LEFT_BY_RUNS.match(name)]
    for title, one, other in (("events", right.events, found.events), ("counts", right.counts, found.counts)):
        if one != other:
            wrong.append(f"{title}: {dict(one)} | {dict(other)}")
    more = Counter({line: found.runs[line] - right.runs[line] for line in found.runs | right.runs})
    ends = {line: n for line, n in more.items() if line.startswith("end ") and n}
    allowed = 1 if switch is not None and switch.cut_between_end_and_record() else 0
    if any(n < 0 for n in ends.values()) or sum(ends.values()) > allowed:
        wrong.append(f"completed runs more than without the kill: {ends}, allowed {allowed}")
    if sum(n for line, n in more.items() if line.startswith("begin ")) > (switch is not None):
        wrong.append(f"runs begun more than without the kill: {dict(more)}")
    return wrong
