"""What processes share about an upstream: in Redis if it is there, else each keeps its own.

Best effort by intent. A lost state costs a call that need not have been made, and never an answer. What is in
Redis may be anybody's: what cannot be read counts as not there.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis import Redis

logger = logging.getLogger(__name__)
_KEPT = 1_000
"""Entries that a process keeps of its own; the oldest go first."""
_UPSTREAMS = 64
"""Upstreams of which a process remembers anything."""


@dataclass
class Bucket:
    """What budget.lua keeps, for one process.

    Attributes:
        tokens: calls that may go out at once; below 0, those that wait.
        at: when that was so.
        slow: share of the policy's rate.
        closed: until when nobody calls.
        slowed: when the rate was last halved.
    """

    tokens: float
    at: float
    slow: float = 1.0
    closed: float = 0.0
    slowed: float = 0.0


@dataclass
class Memory:
    """What one process knows by itself of one upstream, for as long as Redis is away.

    Attributes:
        texts: by key, each with its end.
        bucket: its own budget, once it needed one.
        lock: held while either is changed.
    """

    texts: dict[str, tuple[str, float]] = field(default_factory=dict)
    bucket: Bucket | None = None
    lock: Any = field(default_factory=threading.RLock)


_memories: dict[str, Memory] = {}
os.register_at_fork(after_in_child=_memories.clear)  # a lock may have been held by a thread that is not there


def memory(name: str) -> Memory:
    """This process's memory of an upstream, the same each time."""
    while len(_memories) >= _UPSTREAMS and name not in _memories:
        _memories.pop(next(iter(_memories)), None)
    return _memories.setdefault(name, Memory())


class State:
    """Short texts by key, each with its end.

    Args:
        redis: where they are shared; None for this process alone.
        now: seconds since the epoch.
        memory: what this process keeps of its own; None for a new one.
    """

    def __init__(
        self, redis: Redis | None, now: Callable[[], float] = time.time, memory: Memory | None = None
    ) -> None:
        self.redis, self.now, self.memory = redis, now, memory or Memory()

    def attempt(self, action: Callable[[Redis], Any], otherwise: Callable[[], Any]) -> Any:
        """Do something in Redis; if it is away or not set, do it here."""
        if self.redis is not None:
            from redis.exceptions import RedisError

            try:
                return action(self.redis)
            except RedisError as error:
                logger.debug("what is known of an upstream is not shared just now: %s", error)
        return otherwise()

    def get(self, key: str) -> str | None:
        """The text, or None."""
        raw = self.attempt(lambda redis: redis.get(key), lambda: self._own_text(key))
        return raw.decode(errors="replace") if isinstance(raw, bytes) else raw

    def read(self, key: str) -> dict[str, Any]:
        """The text as a JSON object; empty if there is none."""
        try:
            found = json.loads(self.get(key) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def set(self, key: str, text: str, seconds: float, *, only_new: bool = False) -> bool:
        """Keep a text for so many seconds; here too, for when Redis goes away.

        Args:
            key: its key.
            text: the text.
            seconds: how long.
            only_new: leave one alone that is there.

        Returns:
            Whether it was written.
        """
        millis = max(int(seconds * 1000), 1)
        shared = self.attempt(lambda redis: bool(redis.set(key, text, px=millis, nx=only_new)), lambda: None)
        if shared is None:
            return self._own_set(key, text, seconds, only_new)
        return bool(shared) and self._own_set(key, text, seconds, only_new=False)

    def count(self, key: str, seconds: float) -> int:
        """Add one to a counter that begins anew after so many seconds; what it is then."""

        def shared(redis: Redis) -> int:
            with redis.pipeline() as pipe:
                pipe.incr(key)
                pipe.expire(key, int(seconds), nx=True)
                return int(pipe.execute()[0])

        def own() -> int:
            with self.memory.lock:
                counted = int(self._own_text(key) or 0) + 1
                end = self.memory.texts[key][1] if counted > 1 else self.now() + seconds
                self.memory.texts[key] = (str(counted), end)
                return counted

        return int(self.attempt(shared, own))

    def drop(self, *keys: str) -> None:
        """Forget."""
        for key in keys:
            self.memory.texts.pop(key, None)
        self.attempt(lambda redis: redis.delete(*keys), lambda: None)

    def _own_text(self, key: str) -> str | None:
        text, end = self.memory.texts.get(key, (None, 0.0))
        return text if end > self.now() else None

    def _own_set(self, key: str, text: str, seconds: float, only_new: bool) -> bool:
        with self.memory.lock:
            texts = self.memory.texts
            if only_new and self._own_text(key) is not None:
                return False
            while len(texts) >= _KEPT and key not in texts:
                del texts[next(iter(texts))]
            texts[key] = (text, self.now() + seconds)
        return True
