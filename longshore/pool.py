"""The worker pool's command, `python -m longshore.pool`, which worker.sh execs; and the pool that scales.

With a number as WORKER_CONCURRENCY the pool runs that many workers and holds no Redis connection. With
`auto` it looks each second at what waits in Redis and at its processes' memory, on one connection;
`longshore.load` reads both, and `longshore.scaling` decides.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError
from rq.logutils import setup_loghandlers
from rq.utils import import_attribute

from longshore import catalog, load, pooled, settings, worker_settings
from longshore.errors import LongshoreError
from longshore.scaling import MB, Backlog, Limits, Load, Scaler
from longshore.worker_pool import Pool, logger

WORKER_CLASS = "longshore.worker.LongshoreWorker"


class AutoPool(Pool):
    """A pool that runs as many workers as its scaler says.

    Args:
        queues: first is first.
        url: REDIS_URL.
        scaler: decides how many; it starts with its least.
        worker_class: which.
        options: as of `Pool`.
    """

    def __init__(
        self, queues: Sequence[str], url: str, scaler: Scaler, worker_class: Any, **options: Any
    ) -> None:
        super().__init__(queues, url, scaler.limits.least, worker_class, **options)
        self._scaler = scaler
        self._redis_away = False

    def scale(self) -> None:
        """Ask the scaler, and ask workers that are too many to retire: idle ones first, then large ones."""
        backlogs, states = self._look()
        memory = load.memory(data.pid for data in self.worker_dict.values())
        sizes = {data.name: memory[data.pid] for data in self.worker_dict.values()}
        decision = self._scaler.decide(self._load(backlogs, states, sizes), time.monotonic())
        if decision.workers != self.num_workers:
            logger.info(
                "running %d in place of %d workers: %s", decision.workers, self.num_workers, decision.reason
            )
        self.num_workers = decision.workers
        staying = self.staying()
        staying.sort(key=lambda data: (states.get(data.name) == "busy", -sizes[data.name]))
        for data in staying[: max(0, len(staying) - self.num_workers)]:
            self._leaving.add(data.name)
            self.stop_worker(data, pooled.RETIRE)

    def _look(self) -> tuple[tuple[Backlog, ...], dict[str, str]]:
        """What waits, and the workers' states; while Redis is away, all busy: then nothing changes."""
        names = [data.name for data in self.staying()]
        try:
            found = load.backlogs(self.connection, self._queue_names, names)
        except RedisError as error:
            if not self._redis_away:
                logger.warning("Redis does not answer (%s): the number of workers stays", error)
            self._redis_away = True
            return (), dict.fromkeys(names, "busy")
        self._redis_away = False
        return found

    def _load(self, backlogs: tuple[Backlog, ...], states: dict[str, str], sizes: dict[str, int]) -> Load:
        return Load(
            workers=self.num_workers,
            starting=max(0, self.num_workers - len(states)),
            busy=sum(state == "busy" for state in states.values()),
            queues=backlogs,
            memory=load.own_memory(os.getpid()) + sum(sizes.values()),
            leaving=sum(sizes[name] for name in self._leaving),
            largest=max(sizes.values(), default=0),
        )


def from_settings(now: settings.Settings, queues: Sequence[str]) -> Pool:
    """The pool that the settings describe."""
    worker_class = import_attribute(WORKER_CLASS)
    if now.worker_concurrency != "auto":
        return Pool(queues, now.redis_url, now.worker_concurrency, worker_class)  # type: ignore[arg-type]
    limits = Limits(
        least=now.worker_min,
        most=now.worker_max,
        memory=now.worker_memory_mb * MB or load.memory_limit(),
        target=now.worker_target_wait,
    )
    return AutoPool(queues, now.redis_url, Scaler(limits, time.monotonic()), worker_class)


def main() -> int:
    """Run the pool of the settings.

    Returns:
        0 after SIGTERM, 1 if no worker could be started, 2 if a setting or the catalog is wrong.
    """
    try:
        now = settings.current()
        queues = worker_settings.chosen_queues(now, worker_settings.declared_queues())
        catalog.load().preload(queues)  # before the fork: the workers share what it imports
        pool = from_settings(now, queues)
    except LongshoreError as error:
        print(f"worker: {error}", file=sys.stderr)
        return 2
    setup_loghandlers(now.log_level, name=logger.name)
    pool.start(logging_level=now.log_level)
    return int(pool.gave_up)


if __name__ == "__main__":
    sys.exit(main())
