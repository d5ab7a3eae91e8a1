"""What processes share about an upstream: in Redis if it is there, else each keeps its own.

Best effort by intent. A lost state costs a call that need not have been made, and never an answer.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
_KEPT = 1_000
"""Entries that a process keeps of its own; the oldest go first."""


class State:
    """Short texts by key, each with its end.

    Args:
        redis: where they are shared; None for this process alone.
        now: seconds since the epoch.
    """

    def __init__(self, redis: Redis | None, now: Callable[[], float] = time.time) -> None:
        self.redis, self.now = redis, now
        self._own: dict[str, tuple[str, float]] = {}

    def attempt(self, action: Callable[[Redis], Any], otherwise: Callable[[], Any]) -> Any:
        """Do something in Redis; if it is away or not set, do it here."""
        if self.redis is not None:
            try:
                return action(self.redis)
            except RedisError as error:
                logger.debug("what is known of an upstream is not shared just now: %s", error)
        return otherwise()

    def get(self, key: str) -> str | None:
        """The text, or None."""
        raw = self.attempt(lambda redis: redis.get(key), lambda: self._own_text(key))
        return raw.decode() if isinstance(raw, bytes) else raw

    def set(self, key: str, text: str, seconds: float, *, only_new: bool = False) -> bool:
        """Keep a text for so many seconds.

        Args:
            key: its key.
            text: the text.
            seconds: how long.
            only_new: leave one alone that is there.

        Returns:
            Whether it was written.
        """
        millis = max(int(seconds * 1000), 1)
        return bool(
            self.attempt(
                lambda redis: redis.set(key, text, px=millis, nx=only_new),
                lambda: self._own_set(key, text, seconds, only_new),
            )
        )

    def count(self, key: str, seconds: float) -> int:
        """Add one to a counter that begins anew after so many seconds; what it is then."""

        def shared(redis: Redis) -> int:
            with redis.pipeline() as pipe:
                pipe.incr(key)
                pipe.expire(key, int(seconds), nx=True)
                return int(pipe.execute()[0])

        def own() -> int:
            counted = int(self._own_text(key) or 0) + 1
            end = self._own[key][1] if counted > 1 else self.now() + seconds
            self._own[key] = (str(counted), end)
            return counted

        return int(self.attempt(shared, own))

    def drop(self, *keys: str) -> None:
        """Forget."""
        for key in keys:
            self._own.pop(key, None)
        self.attempt(lambda redis: redis.delete(*keys), lambda: None)

    def _own_text(self, key: str) -> str | None:
        text, end = self._own.get(key, (None, 0.0))
        return text if end > self.now() else None

    def _own_set(self, key: str, text: str, seconds: float, only_new: bool) -> bool:
        if only_new and self._own_text(key) is not None:
            return False
        while len(self._own) >= _KEPT:
            del self._own[next(iter(self._own))]
        self._own[key] = (text, self.now() + seconds)
        return True
