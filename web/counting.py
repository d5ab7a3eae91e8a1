"""Counting the requests of addresses, in this process first and in Redis for all processes together.

A question to Redis for each request would cost more than many answers do. So a process counts by itself, and
tells Redis whenever an address has made a few more requests: a twentieth of what it may. What it hears back
is the count of all processes, and when that ends. Until an address has made so many, only this process knows
of them: with several processes it may make up to a twentieth more in each.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from limits.storage import RedisStorage

SHARE = 20
"""Redis is told after each of so many parts of what an address may ask; if that is little, each time."""
MOST = 20_000
"""Addresses that a process counts; the one that came first is forgotten for one more."""
_SCRIPT = (Path(__file__).parent / "count.lua").read_text()


@dataclass(slots=True)
class _Count:
    """What is known of an address.

    Attributes:
        known: its requests in this window: those of all processes that Redis was told of, and those here.
        untold: those of them that Redis was not told of yet.
        until: when the window ends, as Unix time.
    """

    known: int
    untold: int
    until: float


class Counting(RedisStorage):
    """The storage behind the rate limit, as `limits` wants one.

    Args:
        uri: its scheme is `longshore`; which Redis, the pool says.
        allowed: requests that an address may make in a window.
        options: as `limits.storage.RedisStorage` takes them.
    """

    STORAGE_SCHEME = ["longshore"]  # noqa: RUF012 (the base class's own form)

    def __init__(self, uri: str, allowed: int = 1, **options: Any) -> None:
        super().__init__(uri, **options)
        self._step = max(allowed // SHARE, 1)
        self._script = self.storage.register_script(_SCRIPT)
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, _Count] = OrderedDict()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count requests of an address.

        Returns:
            Its requests in this window, as far as this process knows.

        Raises:
            redis.exceptions.RedisError: it was Redis's turn to be told, and that failed; nothing is lost.
        """
        now = time.time()
        with self._lock:
            one = self._count(key, expiry, now)
            one.known += amount
            one.untold += amount
            if one.untold < self._step:
                return one.known
            untold, one.untold = one.untold, 0
        try:
            total, left = self._script([self.prefixed_key(key)], [untold, expiry])
        except Exception:
            with self._lock:
                one.untold += untold
            raise
        with self._lock:
            one.known, one.until = int(total) + one.untold, now + int(left) / 1_000
            return one.known

    def get(self, key: str) -> int:
        """How many that are, without asking."""
        one = self._counts.get(key)
        return one.known if one is not None and time.time() < one.until else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, as Unix time."""
        one = self._counts.get(key)
        return one.until if one is not None else time.time()

    def _count(self, key: str, expiry: int, now: float) -> _Count:
        one = self._counts.get(key)
        if one is None or now >= one.until:
            one = self._counts[key] = _Count(0, 0, now + expiry)
            if len(self._counts) > MOST:
                self._counts.popitem(last=False)
        return one
