# super() of RQ's untyped methods:
# mypy: disallow-untyped-calls=False
"""Several workers under one parent: RQ's WorkerPool with what it lacks.

Its workers are built as `rq worker` builds them, and forked from a parent that has loaded the catalog, so
that they share its memory. When they die at their start there is no hot loop; a stop leaves running tasks
their grace and ends in time; and workers die with their pool. When to try again is decided in
`longshore.restarts`; `longshore.pooled` is the worker's side; `longshore.pool` is the command, and the pool
that scales itself.

This pool itself asks Redis nothing, except whether it is back when its workers could not start without it.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

from redis.exceptions import RedisError
from rq.worker import BaseWorker
from rq.worker_pool import ForkProcess, WorkerData, WorkerPool

from longshore import pooled
from longshore.connections import web_client
from longshore.processes import die_with_parent
from longshore.restarts import Restarts

INTERVAL = 1.0
"""Seconds between two looks at the workers and, with `auto`, at the load."""

STOP_LIMIT = 23.0
"""Seconds after SIGTERM that workers which still run are killed. They should need 15; Heroku kills at 30."""

REDIS_TIMEOUT = 1.0
"""Seconds that a look waits for Redis."""

logger = logging.getLogger("longshore.pool")


class Pool(WorkerPool):
    """Runs a number of workers until SIGTERM or SIGINT.

    Args:
        queues: first is first.
        url: REDIS_URL.
        num_workers: how many.
        worker_class: which; its constructor takes queues, name and connection.
        restarts: decides when to start again what died.
        interval: seconds between two looks.
        stop_limit: seconds after SIGTERM that workers which still run are killed.
    """

    def __init__(
        self,
        queues: Sequence[str],
        url: str,
        num_workers: int,
        worker_class: type[BaseWorker],
        *,
        restarts: Restarts | None = None,
        interval: float = INTERVAL,
        stop_limit: float = STOP_LIMIT,
    ) -> None:
        client = web_client(url, pool_size=1, timeout=REDIS_TIMEOUT)
        super().__init__(queues, client, num_workers, worker_class)
        self._url, self._restarts = url, restarts or Restarts()
        self._interval, self._stop_limit = interval, stop_limit
        self._level = "INFO"
        self._asked: list[float] = []
        self._told = 0
        self._born: dict[str, float] = {}
        self._leaving: set[str] = set()
        self._redis_lost = False
        self._wake = (-1, -1)

    def start(self, burst: bool = False, logging_level: str = "INFO") -> None:
        """Run workers until told to stop, or until there is no hope: see `gave_up`.

        Args:
            burst: end when the queues are empty.
            logging_level: least level logged.
        """
        self._burst, self._level = burst, logging_level
        self.status = self.Status.STARTED
        self._install_signal_handlers()
        gc.collect()
        gc.freeze()  # a collection in a worker would write to every page that it shares with the others
        logger.info("pool with pid %d starts %d workers", os.getpid(), self.num_workers)
        try:
            if not self._asked:
                self._start_missing()
            while self.tick():
                self._wait()
        finally:
            for data in self.worker_dict.values():  # only after an error of our own: never leave orphans
                self.stop_worker(data, signal.SIGKILL)
        logger.info("pool with pid %d has ended", os.getpid())

    @property
    def gave_up(self) -> bool:
        """Whether no worker can be started."""
        return self._restarts.hopeless and not self.worker_dict

    def tick(self) -> bool:
        """Look at the workers once, and start, stop or scale.

        Returns:
            Whether to go on.
        """
        self.reap_workers()
        if self.status == self.Status.STOPPED:
            self._press_on()
        elif self.gave_up:
            logger.error(
                "giving up: every worker ends right after its start, for the reason that it gave above"
            )
            return False
        elif not self._burst:
            self.scale()
            self._start_missing()
        return bool(self.worker_dict) or not (self._burst or self.status == self.Status.STOPPED)

    # Starting

    def get_worker_process(self, name: str, *_args: Any, **_options: Any) -> BaseProcess:
        """The process of a worker, not yet started."""
        return ForkProcess(target=self._be_worker, args=(name, os.getpid()), name=f"worker {name}")

    def start_worker(self, *_args: Any, **_options: Any) -> None:
        """Fork a worker. It inherits no connection, and no signal reaches it under the pool's handlers."""
        self.connection.connection_pool.disconnect()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, pooled.SIGNALS)
        try:
            super().start_worker(burst=self._burst, logging_level=self._level)
            self._born[next(reversed(self.worker_dict))] = time.monotonic()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def staying(self) -> list[WorkerData]:
        """The workers that were not asked to leave."""
        return [data for name, data in self.worker_dict.items() if name not in self._leaving]

    def scale(self) -> None:
        """Set `num_workers` anew. This pool's is fixed."""

    def _start_missing(self) -> None:
        if self._restarts.allowed(time.monotonic()) and self._redis_is_back():
            for _ in range(self.num_workers - len(self.staying())):
                self.start_worker()

    def _redis_is_back(self) -> bool:
        """Whether it is worth starting workers, when the last could not for want of Redis."""
        if self._redis_lost:
            try:
                self._redis_lost = not self.connection.ping()
            except RedisError:
                return False
        return True

    def _be_worker(self, name: str, pool: int) -> None:
        """The life of a forked worker."""
        pooled.leave_the_pool()
        for end in self._wake:
            os.close(end)
        die_with_parent(pool)
        pooled.run(
            self.worker_class, self._queue_names, self._url, name=name, burst=self._burst, level=self._level
        )

    # Deaths

    def reap_workers(self) -> None:
        """Take note of workers that have ended. RQ's waits 0.1 s for each that has not."""
        now = time.monotonic()
        for data in list(self.worker_dict.values()):
            if data.process.is_alive():
                self._restarts.lives(self._born[data.name], now)
            else:
                self.handle_dead_worker(data)

    def handle_dead_worker(self, worker_data: WorkerData) -> None:
        """Forget a worker that has ended; when nobody had asked it to, say so and count it."""
        name, code = worker_data.name, worker_data.process.exitcode
        del self.worker_dict[name]
        born, now = self._born.pop(name), time.monotonic()
        asked = name in self._leaving or self._asked or self._burst
        self._leaving.discard(name)
        if not asked:
            how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
            logger.warning(
                "worker %s, pid %d, ended after %.0f s: %s", name, worker_data.pid, now - born, how
            )
            self._redis_lost |= code == pooled.REDIS_TROUBLE
            self._restarts.died(born, now, redis=code == pooled.REDIS_TROUBLE)

    # Stopping

    def request_stop(self, signum: int | None = None, frame: FrameType | None = None) -> None:
        """Note that the pool is to stop; the next tick, which is now, does it."""
        self.status = self.Status.STOPPED
        self._asked.append(time.monotonic())

    def stop_worker(self, worker_data: WorkerData, sig: signal.Signals = pooled.STOP) -> None:
        """Send a worker a signal; it may be gone."""
        if worker_data.process.is_alive():
            os.kill(worker_data.pid, sig)

    def _press_on(self) -> None:
        """Tell the workers to stop, once; a second signal to the pool is one to them; in the end, kill."""
        first, last = self._asked[0], self._asked[-1]
        sig: signal.Signals | None = None
        if time.monotonic() - first >= self._stop_limit:
            logger.warning("killing %d workers that do not end", len(self.worker_dict))
            sig = signal.SIGKILL
        elif self._told == 0:
            logger.info("told to stop; so are %d workers", len(self.worker_dict))
            sig = pooled.STOP
        elif self._told == 1 and last - first >= 1:
            sig = signal.SIGTERM
        if sig is not None:
            self._told += 1
            for data in self.worker_dict.values():
                self.stop_worker(data, sig)

    # Waiting

    def _install_signal_handlers(self) -> None:
        """The end of a worker, SIGTERM and SIGINT each end the wait for the next tick."""
        self._wake = os.pipe()
        for end in self._wake:
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._wake[1], warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        super()._install_signal_handlers()

    def _wait(self) -> None:
        if select.select([self._wake[0]], [], [], self._interval)[0]:
            os.read(self._wake[0], 4096)
