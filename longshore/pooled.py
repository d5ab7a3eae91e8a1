# super() of RQ's untyped methods:
# mypy: disallow-untyped-calls=False
"""A worker process of a pool: what it does from the fork to its end.

The pool never sends a worker SIGTERM or SIGINT. Heroku and Ctrl-C send those to every process at once, and
a worker reads a second one as "put my task back now". The pool has two signals of its own:

- `STOP`: stop as on a first SIGTERM; nothing, if it has come already.
- `RETIRE`: finish the task, however long it takes, then stop. A SIGTERM after it is a first one.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType

from redis.exceptions import AuthenticationError, RedisError
from rq.worker import BaseWorker, Worker

from longshore.connections import WorkerRedis, is_away

RETIRE = signal.SIGUSR1
STOP = signal.SIGUSR2
_TO_STOP = (signal.SIGTERM, signal.SIGINT, RETIRE, STOP)
SIGNALS = (*_TO_STOP, signal.SIGCHLD)
"""What pool and worker handle. Blocked during a fork, so that none meets the other's handler."""

REDIS_TROUBLE = os.EX_TEMPFAIL
"""Exit code of a worker that could not start because of Redis."""


class Pooled(Worker):
    """Mixed in before a worker class: the pool's two signals."""

    _retiring = False

    def _install_signal_handlers(self) -> None:
        super()._install_signal_handlers()
        signal.signal(RETIRE, self.retire)
        signal.signal(STOP, self.stop)

    def setup_work_horse_signals(self) -> None:
        """The horse runs jobs: they find these signals as any process does."""
        super().setup_work_horse_signals()
        for one in (RETIRE, STOP):
            signal.signal(one, signal.SIG_DFL)

    def retire(self, signum: int, frame: FrameType | None) -> None:
        """Stop after the running task, with no grace that could end it; at once if there is none."""
        if self._shutdown_requested_date is not None:
            return
        self.stop_grace = threading.TIMEOUT_MAX
        self._retiring = True
        self.request_stop(signum, frame)
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, self.stop)

    def stop(self, signum: int, frame: FrameType | None) -> None:
        """Stop as on a first SIGTERM, unless it has been."""
        if self._shutdown_requested_date is None or self._retiring:
            self._retiring = False
            vars(self).pop("stop_grace", None)  # back to the class's
            self.request_stop(signum, frame)


def pooled(worker_class: type[BaseWorker]) -> type[Pooled]:
    """A worker class with the pool's signals, under its own name."""
    return type(worker_class.__name__, (Pooled, worker_class), {})


def run(
    worker_class: type[BaseWorker], queues: Sequence[str], url: str, *, name: str, burst: bool, level: str
) -> None:
    """Be a worker until told to stop.

    Args:
        worker_class: e.g. `LongshoreWorker`.
        queues: first is first.
        url: REDIS_URL; the client is this process's own.
        name: the worker's name in Redis.
        burst: whether to end when the queues are empty.
        level: least level logged.

    Raises:
        SystemExit: it could not start; REDIS_TROUBLE if another try may help.
    """
    try:
        worker = pooled(worker_class)(list(queues), name=name, connection=WorkerRedis.from_url(url))
        worker.work(burst=burst, logging_level=level)
    except AuthenticationError as error:
        sys.exit(f"worker: Redis refuses the user or password of REDIS_URL: {error}")
    except RedisError as error:
        if not is_away(error):
            sys.exit(f"worker: Redis refuses: {error}")
        print(f"worker: Redis does not answer as it should: {error}", file=sys.stderr)
        sys.exit(REDIS_TROUBLE)


def leave_the_pool() -> None:
    """Right after the fork, signals blocked: drop the pool's handlers, so that a signal ends this process."""
    signal.set_wakeup_fd(-1)
    for one in SIGNALS:
        signal.signal(one, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
