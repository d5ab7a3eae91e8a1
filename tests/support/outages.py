"""A Redis that goes away in every way that one can, and what has to be well afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis

from longshore import control, fleet, tasks
from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.local.redis_server import RedisServer
from longshore.tasks import Status
from tests.chaos.leftovers import leftovers
from tests.support.live_worker import LiveWorker, working
from tests.support.redis_proxy import RedisProxy
from tests.support.waiting import wait_until


@dataclass
class House:
    """A Redis with a proxy before it, and a folder for what tasks write."""

    server: RedisServer
    proxy: RedisProxy
    redis: Redis
    folder: Path

    @property
    def book(self) -> Path:
        """Where tasks note their runs."""
        return self.folder / "book"

    def start(self, name: str, **params: Any) -> str:
        """Dispatch one of the jobs for stops; the task's id."""
        job = catalog.get(f"stops.{name}")
        return Dispatcher(self.redis).dispatch(job, {"book": str(self.book), **params}).task_id

    def runs(self) -> Counter[str]:
        """What the tasks have noted."""
        text = self.book.read_text() if self.book.exists() else ""
        return Counter(line.split()[0] for line in text.splitlines())

    def status(self, task_id: str) -> Status | None:
        """A task's status, as far as Redis knows it."""
        if not self.redis.exists(f"rq:job:{task_id}"):
            return None
        return tasks.view(self.redis, task_id).status

    def ends(self, task_id: str, timeout: float = 10.0) -> Status | None:
        """Wait for a task's end; how it ended."""
        with suppress(AssertionError):
            wait_until(lambda: self.status(task_id) in tasks.READY, timeout)
        return self.status(task_id)

    def working(self, **options: Any) -> AbstractContextManager[LiveWorker]:
        """A worker behind the proxy, when it is ready for a task."""
        return working(self.proxy.url, self.folder, **{"ready": self.redis, **options})

    def go(self) -> None:
        """Let the task that waits for it end."""
        Path(f"{self.book}.go").touch()

    def stop_going(self) -> None:
        """Let the next one wait again."""
        Path(f"{self.book}.go").unlink(missing_ok=True)


@contextmanager
def house_in(folder: Path) -> Iterator[House]:
    """A house of one's own, whose Redis keeps its data on disk."""
    server = RedisServer(folder / "redis")
    with server, RedisProxy(server.socket) as proxy, Redis.from_url(server.url) as redis:
        yield House(server, proxy, redis, folder)


def assert_well(house: House, worker: LiveWorker, horse: int) -> None:
    """The same processes go on, registered and obedient, and nothing is left of what was."""
    assert worker.is_alive, worker.said()[-2_000:]
    assert worker.horse == horse, worker.said()[-2_000:]
    wait_until(lambda: [one.name for one in fleet.workers(house.redis)] == [worker.name])
    wait_until(lambda: leftovers(house.redis) == [])
    assert_obeys(house, worker)
    wait_until(lambda: leftovers(house.redis) == [])


def assert_obeys(house: House, worker: LiveWorker) -> None:
    """A task can be stopped by a command, and the next one runs."""
    house.stop_going()
    begun, channel = house.runs()["begin"], f"rq:pubsub:{worker.name}"
    stopped = house.start("nap", seconds=60)
    wait_until(lambda: house.runs()["begin"] > begun)
    wait_until(lambda: house.redis.pubsub_numsub(channel)[0][1] == 1)
    assert control.cancel(house.redis, stopped) == "stopping"
    assert house.ends(stopped) is Status.CANCELED
    assert house.ends(house.start("tick")) is Status.SUCCESS


# Outages


@contextmanager
def hung(house: House) -> Iterator[None]:
    """The server does not answer, and keeps its connections."""
    os.kill(house.server.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(house.server.pid, signal.SIGCONT)


@contextmanager
def restarted(house: House) -> Iterator[None]:
    """The server ends and comes back with its data."""
    house.server.stop()
    yield
    house.server.start()


@contextmanager
def emptied(house: House) -> Iterator[None]:
    """The server ends and comes back without its data."""
    house.server.stop()
    yield
    shutil.rmtree(house.server.data / "appendonlydir")
    house.server.start()


@contextmanager
def refused(house: House) -> Iterator[None]:
    """Nobody listens at Redis's address."""
    house.proxy.refuse()
    yield
    house.proxy.accept()


@contextmanager
def read_only(house: House) -> Iterator[None]:
    """The server is a replica, as after a failover; its primary does not exist."""
    house.redis.replicaof("127.0.0.1", "1")
    yield
    house.redis.replicaof("NO", "ONE")


@contextmanager
def full(house: House) -> Iterator[None]:
    """The server takes no writes that need memory."""
    house.redis.config_set("maxmemory", 1)
    yield
    house.redis.config_set("maxmemory", 0)


@contextmanager
def slow(house: House) -> Iterator[None]:
    """Every answer takes 300 ms longer."""
    house.proxy.delay = 0.3
    yield
    house.proxy.delay = 0.0


Outage = Callable[[House], AbstractContextManager[None]]
OUTAGES = [hung, restarted, emptied, refused, read_only, full, slow]


def last(seconds: float) -> None:
    """Let an outage last so long; nothing is waited for."""
    time.sleep(seconds)


@contextmanager
def loads_slowly(server: RedisServer) -> Iterator[None]:
    """Have it spend 100 µs on each command that it loads."""
    made = server._config
    server._config = lambda: made() + "\nkey-load-delay 100\n"  # type: ignore[method-assign]
    yield
    server._config = made  # type: ignore[method-assign]
