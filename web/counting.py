"""Counting the requests of addresses, in this process first and in Redis for all processes together.

A question to Redis for each request would cost more than many answers do. So a process counts by itself, and
tells Redis whenever an address has made a few more requests: a twentieth of what it may. What it hears back
is the count of all processes, and when that ends. Until an address has made so many, only this process knows
of them: with several processes it may make up to a twentieth more in each. While Redis is away each process
counts for itself.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from longshore import keys

logger = logging.getLogger(__name__)
SHARE = 20
"""Redis is told after each of so many parts of what an address may ask; if that is little, each time."""
MOST = 20_000
"""Addresses that a process counts; the one that came first is forgotten for one more."""
PAUSE = 1.0
"""Seconds that a Redis is left alone that could not be told."""
_SCRIPT = (Path(__file__).parent / "count.lua").read_text()


@dataclass(slots=True)
class Count:
    """What is known of an address.

    Attributes:
        known: its requests in this window: those of all processes that Redis was told of, and those here.
        untold: those of them that Redis was not told of yet.
        until: when the window ends, as Unix time.
    """

    known: int
    untold: int
    until: float


class Counting:
    """Counts the requests of addresses in windows of fixed length, for all threads of a process.

    Args:
        connection: Redis. It should give up soon.
        allowed: requests that an address may make in a window.
        seconds: how long a window is; it begins with an address's first request.
        now: Unix time, injected for tests.
    """

    def __init__(
        self, connection: Redis, allowed: int, seconds: int, now: Callable[[], float] = time.time
    ) -> None:
        self.allowed, self._seconds, self._now = allowed, seconds, now
        self._step = max(allowed // SHARE, 1)
        self._script = connection.register_script(_SCRIPT)
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, Count] = OrderedDict()
        self._silent_until = 0.0

    def count(self, address: str) -> Count:
        """Count one more request of an address; what is known of it then."""
        now = self._now()
        with self._lock:
            one = self._of(address, now)
            one.known += 1
            one.untold += 1
            if one.untold < self._step or now < self._silent_until:
                return one
            untold, one.untold = one.untold, 0
        self._tell(address, one, untold, now)
        return one

    def _of(self, address: str, now: float) -> Count:
        one = self._counts.get(address)
        if one is None or now >= one.until:
            one = self._counts[address] = Count(0, 0, now + self._seconds)
            if len(self._counts) > MOST:
                self._counts.popitem(last=False)
        return one

    def _tell(self, address: str, one: Count, untold: int, now: float) -> None:
        try:
            answer: Any = self._script([keys.requests(address)], [untold, self._seconds])
        except RedisError as error:
            logger.info("requests are counted in this process only: %s", error)
            with self._lock:
                one.untold += untold
                self._silent_until = now + PAUSE
            return
        total, left = answer
        with self._lock:
            one.known, one.until = int(total) + one.untold, now + int(left) / 1_000
