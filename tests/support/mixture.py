"""A mixture of generic RQ jobs, one recipe for each thing that RQ offers, the same for the same seed.

This module owns the jobs and how they are enqueued. What a worker leaves behind is compared by
tests/support/differential.py.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from redis import Redis
from rq import Callback, Queue, Repeat, Retry, get_current_job
from rq.command import send_stop_job_command
from rq.group import Group
from rq.job import Dependency, Job
from rq.rate_limit import RateLimit
from rq.serializers import resolve_serializer
from rq.webhook import Webhook

QUEUES = ("mixed", "other")
CALLS = "called-back"
"""A list to which callbacks and repeated jobs write, so that the comparison sees which ran, in order."""
STOPPABLE = frozenset({"stopped"})
"""Recipes that a worker without a horse cannot run."""
_TTLS = (None, 0, -1, 600, 7_200)

# What the tasks run


def give(value: Any = None) -> Any:
    """Return what was given."""
    return value


async def give_later(value: int) -> int:
    """The same, as a coroutine."""
    return value


def table(rows: int) -> list[dict[str, Any]]:
    """A result of some kilobytes."""
    return [{"row": n, "text": "ü" * n} for n in range(rows)]


def unstorable() -> Any:
    """A result that no serializer takes."""
    return threading.Lock()


def fail(words: str = "boom") -> None:
    """Raise."""
    raise ValueError(words)


def leave() -> None:
    """End as a script does."""
    raise SystemExit(3)


def slow() -> None:
    """Last longer than the job's timeout."""
    time.sleep(30)


def again(times: int, interval: int = 0) -> Retry:
    """Ask for another run, always."""
    return Retry(max=times, interval=interval)


def again_until(number: int) -> int | Retry:
    """Ask for another run until there were so many."""
    done = _current().number_of_retries or 0
    return number if done >= number else Retry(max=number)


def mend(fails: int) -> str:
    """Fail so many times, by the retries left of 3, then succeed."""
    done = 3 - int(_current().retries_left or 0)
    if done < fails:
        raise KeyError(f"try {done}")
    return f"after {done}"


def note_down(word: str) -> str:
    """Write to the job's own meta, and to Redis."""
    job = _current()
    job.meta["seen"] = word
    job.save_meta()
    job.connection.rpush(CALLS, f"{job.id} ran")
    return word


def stop_myself() -> None:
    """Be stopped by the command that operators use."""
    job = _current()
    send_stop_job_command(job.connection, job.id, resolve_serializer(job.serializer))
    time.sleep(30)


class Adder:
    """Something with a method to run."""

    def __init__(self, base: int) -> None:
        self.base = base

    def add(self, more: int) -> int:
        """The sum."""
        return self.base + more


def _current() -> Job:
    job = get_current_job()
    assert job is not None
    return job


# Callbacks


def on_success(job: Job, connection: Redis, result: Any) -> None:
    """Note that it was called, and what with."""
    connection.rpush(CALLS, f"{job.id} success {result!r}")


def on_failure(job: Job, connection: Redis, kind: type[BaseException], error: BaseException, _: Any) -> None:
    """The same for a failure."""
    connection.rpush(CALLS, f"{job.id} failure {kind.__name__} {error}")


def on_stopped(job: Job, connection: Redis) -> None:
    """The same for a stop."""
    connection.rpush(CALLS, f"{job.id} stopped")


def broken(*_: Any) -> None:
    """A callback that fails."""
    raise RuntimeError("the callback is broken")


# How they are enqueued


@dataclass
class Mixture:
    """Enqueues recipes on one Redis.

    Args:
        connection: where to.
        rng: seeded; two mixtures with the same seed enqueue the same.
        serializer: the queues' serializer; with "json" the recipes that need pickle are left out.
        without: names of recipes to leave out.
    """

    connection: Redis
    rng: random.Random
    serializer: str = "pickle"
    without: frozenset[str] = frozenset()
    enqueued: list[str] = field(default_factory=list)

    def enqueue(self, count: int) -> list[str]:
        """Enqueue at least `count` tasks: each recipe once, then at random, plain successes most often.

        Returns:
            Their ids, in order.
        """
        left_out = self.without | (_NEED_PICKLE if self.serializer == "json" else frozenset())
        chosen = [recipe for name, recipe in RECIPES.items() if name not in left_out]
        rest = list(chosen)
        self.rng.shuffle(rest)
        while rest or len(self.enqueued) < count:
            recipe = rest.pop() if rest else self.rng.choice([*chosen, *[success] * 10])
            recipe(self)
        return self.enqueued

    @property
    def queue(self) -> Queue:
        """One of the queues."""
        return self._queue(self.rng.choice(QUEUES))

    def _queue(self, name: str) -> Queue:
        return Queue(name, connection=self.connection, serializer=resolve_serializer(self.serializer))

    def name(self) -> str:
        """The next id."""
        self.enqueued.append(f"task-{len(self.enqueued):05d}")
        return self.enqueued[-1]

    def put(self, func: Any, *args: Any, queue: Queue | None = None, **options: Any) -> Job:
        """Enqueue one job under the next id."""
        options.setdefault("description", f"{self.rng.choice(('first', 'second', 'third'))} ☃ kind")
        return (queue or self.queue).enqueue(func, *args, job_id=self.name(), **options)

    def ttl(self) -> int | None:
        """One of the result_ttl values: the default, none, for ever, and some."""
        return self.rng.choice(_TTLS)


def success(mix: Mixture) -> None:
    """Results of many types, with every result_ttl."""
    values: tuple[Any, ...] = (None, 0, 1.5, "ünï", [1, "two", None], {"a": {"b": []}}, True, "")
    mix.put(give, mix.rng.choice(values), result_ttl=mix.ttl())


def every_ttl(mix: Mixture) -> None:
    """Each result_ttl once."""
    for ttl in _TTLS:
        mix.put(give, "kept", result_ttl=ttl)
    mix.put(give, "kept", ttl=900, failure_ttl=800)


def failure(mix: Mixture) -> None:
    """Failures with every failure_ttl."""
    mix.put(fail, f"no {mix.rng.random()}", failure_ttl=mix.rng.choice((None, 300, -1)))


def big(mix: Mixture) -> None:
    """A large result, and a large argument."""
    mix.put(table, 40)
    mix.put(give, "x" * 20_000, description="")


def coroutine(mix: Mixture) -> None:
    """An async function."""
    mix.put(give_later, 3)


def by_name(mix: Mixture) -> None:
    """A function by its path, a builtin, and one that does not exist."""
    mix.put("tests.support.mixture.give", "by name")
    mix.put("tests.support.mixture.missing")
    mix.put("tests.support.no_such_module.f")


def method(mix: Mixture) -> None:
    """A method of a pickled object."""
    mix.put(Adder(2).add, 3)


def no_result_to_store(mix: Mixture) -> None:
    """A result that cannot be serialised."""
    mix.put(unstorable)


def exits(mix: Mixture) -> None:
    """SystemExit in a task."""
    mix.put(leave)


def too_slow(mix: Mixture) -> None:
    """A soft deadline, at most in a few tasks, as each takes its second."""
    if len(mix.enqueued) < 100:
        mix.put(slow, job_timeout=1)
    mix.put(give, "no deadline", job_timeout=-1)


def retry_now(mix: Mixture) -> None:
    """Retries at once that end well, and that do not."""
    mix.put(mend, mix.rng.randint(1, 3), retry=Retry(max=3))
    mix.put(fail, retry=Retry(max=2, enqueue_at_front=mix.rng.random() < 0.5))


def retry_later(mix: Mixture) -> None:
    """A retry that waits in `scheduled`."""
    mix.put(fail, retry=Retry(max=2, interval=[300, 600]))


def retry_returned(mix: Mixture) -> None:
    """A job that returns Retry: until it is content, too often, later."""
    mix.put(again_until, 2)
    mix.put(again, 1)
    mix.put(again, 2, 240)


def callbacks(mix: Mixture) -> None:
    """Callbacks that are called, that are not, and that fail."""
    both = {"on_success": Callback(on_success), "on_failure": Callback(on_failure, timeout=20)}
    mix.put(give, 5, result_ttl=mix.ttl(), **both)
    mix.put(fail, "called back", **both)
    mix.put(fail, "again", retry=Retry(max=1), **both)
    mix.put(give, 6, on_success=Callback(broken))
    mix.put(fail, "twice", on_failure=Callback(broken))
    mix.put(give, 7, on_success=Callback("tests.support.mixture.missing"))


def stopped(mix: Mixture) -> None:
    """A task that is stopped by command, with its callback."""
    if len(mix.enqueued) < 100:
        mix.put(stop_myself, on_stopped=Callback(on_stopped), retry=Retry(max=1))
        mix.put(stop_myself)


def dependents(mix: Mixture) -> None:
    """Children of parents that succeed, fail, keep no result; grandchildren; several parents."""
    good, bad = mix.put(give, 1), mix.put(fail)
    gone = mix.put(give, 2, result_ttl=0)
    child = mix.put(give, "child", depends_on=good)
    mix.put(give, "never", depends_on=bad)
    mix.put(give, "anyway", depends_on=Dependency([bad], allow_failure=True))
    mix.put(give, "of both", depends_on=Dependency([good, bad], allow_failure=True, enqueue_at_front=True))
    mix.put(give, "of the gone", depends_on=gone)
    mix.put(give, "grandchild", depends_on=[child, good], result_ttl=0)


def repeated(mix: Mixture) -> None:
    """Repeats at once, and later."""
    mix.put(note_down, "repeated", repeat=Repeat(times=2))
    mix.put(give, "repeated", repeat=Repeat(times=2, interval=[120, 240]))
    mix.put(give, "repeated", repeat=Repeat(times=1, interval=60), result_ttl=0)


def group(mix: Mixture) -> None:
    """A group, with and without results."""
    name = f"group-{len(mix.enqueued)}"
    data = [Queue.prepare_data(give, (n,), job_id=mix.name(), result_ttl=(None, 0)[n % 2]) for n in range(4)]
    data.append(Queue.prepare_data(fail, job_id=mix.name()))
    Group.create(mix.connection, name).enqueue_many(mix.queue, data)


def limited(mix: Mixture) -> None:
    """More tasks than a rate limit lets run at once; some fail, some are tried again."""
    limit = RateLimit(f"limit-{len(mix.enqueued)}", mix.rng.choice((1, 2)))
    for n in range(3):
        mix.put(give, n, rate_limit=limit, result_ttl=mix.ttl())
    mix.put(fail, rate_limit=limit)
    mix.put(fail, rate_limit=limit, retry=Retry(max=1))
    mix.put(fail, rate_limit=limit, retry=Retry(max=1, interval=90))


def marked(mix: Mixture) -> None:
    """Meta from outside and from inside."""
    mix.put(note_down, "seen", meta={"customer": 7, "tags": ["a"]})
    mix.put(fail, meta={"kept": True})


def in_front(mix: Mixture) -> None:
    """Tasks that jump the queue."""
    mix.put(note_down, "in front", at_front=True)


def hooked(mix: Mixture) -> None:
    """A webhook that nobody answers: port 9 is closed."""
    urls = [Webhook("http://127.0.0.1:9/", one, timeout=1) for one in ("finished", "failed")]
    mix.put(give, "hooked", webhooks=urls)
    mix.put(fail, webhooks=urls)


def planned(mix: Mixture) -> None:
    """A task for later, one that was cancelled, and one whose hash expired in the queue."""
    mix.queue.enqueue_in(timedelta(hours=1), give, 1, job_id=mix.name())
    mix.put(give, "cancelled").cancel()
    mix.connection.delete(mix.put(give, "expired").key)


def damaged(mix: Mixture) -> None:
    """Payloads that cannot be read."""
    mix.connection.hset(mix.put(give, 1).key, "data", b"no payload")
    mix.connection.hset(mix.put(give, 1, retry=Retry(max=1)).key, "data", b"")


RECIPES: dict[str, Callable[[Mixture], None]] = {
    one.__name__: one
    for one in (
        success, every_ttl, failure, big, coroutine, by_name, method, no_result_to_store, exits, too_slow,
        retry_now, retry_later, retry_returned, callbacks, stopped, dependents, repeated, group, limited,
        marked, in_front, hooked, planned, damaged,
    )
}  # fmt: skip
_NEED_PICKLE = frozenset({"method", "retry_returned"})
