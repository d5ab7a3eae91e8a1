"""What one process knows of the newest snapshot: a decoded copy that many threads read.

Redis is asked now and then whether there is a newer one, by one thread; the others go on with the copy. When
Redis is away, or what is there cannot be read, the copy comes from SQL or stays as it is, and says so.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Generic, Literal, TypeVar

from redis import Redis
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import SQLAlchemyError

from longshore.connections import is_away
from longshore.snapshots import in_redis, in_sql
from longshore.snapshots.form import Head, Snapshot, UnreadableSnapshot

logger = logging.getLogger(__name__)
LOOK = 0.5
"""Seconds between two looks into Redis."""
LOOK_IN_SQL = 2.0
"""Seconds between two looks into SQL, while that is where newer ones may be."""
FIRST_LOOK = 1.0
"""Most seconds that a reader waits for another one's first look."""
Place = Literal["redis", "sql", "process", "none"]
T = TypeVar("T")


@dataclass(frozen=True)
class Copy(Generic[T]):
    """What a process has of a snapshot.

    Attributes:
        head: its head; None if there is no snapshot.
        value: what it was decoded to.
        place: where the newest is, as far as is known: "redis"; "sql" or "process" if Redis is away or has
            lost it; "none" if there is none.
        why: why it is not in Redis, in words.
    """

    head: Head | None = None
    value: T | None = None
    place: Place = "none"
    why: str = ""

    @property
    def fallback(self) -> bool:
        """Whether it is shown for want of what should be in Redis."""
        return self.place in ("sql", "process")


class Held(Generic[T]):
    """A process's copy of the newest snapshot of one name.

    Args:
        connection: Redis.
        name: which snapshot.
        parts: the parts that are decoded.
        decode: makes of them what is held. It raises UnreadableSnapshot if that cannot be done.
        patience: the age from which on SQL is asked for a newer one, too: Redis may have been full.
        now: seconds on the monotonic clock, injected for tests.
    """

    def __init__(
        self,
        connection: Redis,
        name: str,
        parts: Sequence[str],
        decode: Callable[[Snapshot], T],
        *,
        patience: timedelta,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection, self._name, self._parts = connection, name, list(parts)
        self._decode, self._patience, self._now = decode, patience, now
        self._lock = threading.Lock()
        self._copy: Copy[T] = Copy()
        self._looked = False
        self._until = self._sql_until = 0.0
        self._bad: dict[Place, tuple[str, str]] = {}
        self._told = ""

    def get(self) -> Copy[T]:
        """The newest copy. One thread at a time looks for a newer one; only for the first look others wait.

        Raises:
            redis.exceptions.TimeoutError: the first look takes too long.
        """
        if self._now() < self._until:
            return self._copy
        if self._lock.acquire(timeout=0 if self._looked else FIRST_LOOK):
            try:
                if self._now() >= self._until:
                    self._copy = self._look()
                    self._looked = True
                    self._until = self._now() + LOOK
            finally:
                self._lock.release()
        elif not self._looked:
            raise RedisTimeoutError(f"snapshot {self._name} is still being looked for")
        return self._copy

    def part(self, part: str) -> Snapshot | None:
        """One part that is not held, of the newest snapshot; None if there is no snapshot.

        Its head says of which one: it may be newer than the copy.

        Raises:
            UnreadableSnapshot: it can be read neither from Redis nor from SQL.
            sqlalchemy.exc.SQLAlchemyError: Redis is away, and SQL, too.
        """
        if self.get().place == "redis":
            try:
                found = in_redis.read(self._connection, self._name, [part])
                if found is not None:
                    return found
            except UnreadableSnapshot as error:
                self._tell(str(error))
            except RedisError as error:
                self._tell(f"snapshot {self._name}: part {part} is read from SQL: {error}")
        return in_sql.read(self._name, [part])

    def forget(self) -> None:
        """Look again at the next question: something was published or cleared."""
        self._until = self._sql_until = 0.0

    def _look(self) -> Copy[T]:
        try:
            head = in_redis.head(self._connection, self._name)
            if head is None:
                return self._fallen_back("Redis has none", cleared=True)
            if not self._is_behind(head):
                return self._loaded(head, in_redis.read, "redis")
            why = "Redis has an older one"
        except UnreadableSnapshot as error:
            why = str(error)
            self._tell(why)
        except RedisError as error:
            why = "Redis is away" if is_away(error) else f"Redis refuses: {error}"
            self._tell(why)
        return self._fallen_back(why)

    def _is_behind(self, head: Head) -> bool:
        """Whether SQL has a newer one than Redis. While the one in Redis is not old, SQL is not asked."""
        known = self._copy.head
        if self._copy.place == "sql" and known is not None and known.at > head.at:
            return True
        if datetime.now(UTC) - head.at < self._patience or self._now() < self._sql_until:
            return False
        self._sql_until = self._now() + LOOK_IN_SQL
        try:
            stored = in_sql.head(self._name)
        except (UnreadableSnapshot, SQLAlchemyError) as error:
            self._tell(str(error))
            return False
        return stored is not None and stored.at > head.at

    def _fallen_back(self, why: str, *, cleared: bool = False) -> Copy[T]:
        """The copy when Redis does not have it: the newer one of SQL's and this process's.

        Args:
            why: why not, in words.
            cleared: whether there is none at all if SQL has none, either.
        """
        if self._copy.fallback and self._now() < self._sql_until:
            return replace(self._copy, why=why)
        self._sql_until = self._now() + LOOK_IN_SQL
        try:
            head, known = in_sql.head(self._name), self._copy.head
            if head is None and cleared:
                return Copy()
            if head is None or (known is not None and known.at > head.at):
                return self._own(why)
            return replace(self._loaded(head, _sql, "sql"), why=why)
        except (UnreadableSnapshot, SQLAlchemyError) as error:
            self._tell(str(error))
            return self._own(why)

    def _own(self, why: str) -> Copy[T]:
        """What this process has."""
        return replace(self._copy, place="process" if self._copy.head else "none", why=why)

    def _loaded(self, head: Head, read: _Read, place: Place) -> Copy[T]:
        """The snapshot of that head, decoded, unless it is the one that is held.

        Raises:
            UnreadableSnapshot: it cannot be; that is found out once.
        """
        if self._copy.head is not None and self._copy.head.version == head.version:
            return replace(self._copy, place=place, why="")
        bad, why = self._bad.get(place, ("", ""))
        if head.version == bad:
            raise UnreadableSnapshot(why)
        try:
            found = read(self._connection, self._name, self._parts)
            if found is None:
                raise UnreadableSnapshot(f"snapshot {self._name} has gone while it was read")
            return Copy(found.head, self._decode(found), place)
        except UnreadableSnapshot as error:
            self._bad[place] = head.version, str(error)
            raise

    def _tell(self, error: str) -> None:
        """Say what is wrong once, and not at each look."""
        if error != self._told:
            self._told = error
            logger.warning("%s", error)


_Read = Callable[[Redis, str, Sequence[str]], Snapshot | None]


def _sql(_connection: Redis, name: str, parts: Sequence[str]) -> Snapshot | None:
    return in_sql.read(name, parts)
