"""A line to Redis with a gap at one chosen point: something happens there, or the line breaks.

Points are counted on one client: before each request, and in a pipeline or transaction after each of its
commands too, as a process may die, stop or lose its line when Redis has had some of them. Looking at the
scripts that Redis knows, and the handshake of a connection, are no points: they change nothing.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.connection import UnixDomainSocketConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.retry import Retry

_READS = frozenset(("EXISTS", "GET", "HEXISTS", "HGET", "HGETALL", "HMGET", "LRANGE", "WATCH", "ZSCORE"))
_NO_POINTS = frozenset(("HELLO", "CLIENT", "AUTH", "SELECT", "PING", "SCRIPT", "UNWATCH", "INFO"))


class Died(BaseException):
    """The process has ended here. Nothing catches it that catches errors."""


def die() -> None:
    """What happens at a point: the process dies."""
    raise Died


def lose() -> None:
    """What happens at a point: the line is cut, and the process goes on."""
    raise RedisConnectionError("the line was cut")


@dataclass(frozen=True)
class Point:
    """A point of a line.

    Attributes:
        number: how many there were before.
        what: what Redis has had of the request at hand, and what not yet.
        is_last: whether Redis has had the whole request; only its answer is under way.
        only_reads: whether the request changes nothing, so that it does not matter if it is lost.
    """

    number: int
    what: str
    is_last: bool
    only_reads: bool

    def __str__(self) -> str:
        return f"#{self.number} {self.what}"


@dataclass
class Line:
    """What happens where. Without a target, points are only written down.

    Attributes:
        target: the number of the point.
        happens: called there, once.
        points: those that were reached since it was armed.
        unsent: what had not been sent of the request at that point.
    """

    target: int = -1
    happens: Callable[[], None] = die
    is_armed: bool = False
    points: list[Point] = field(default_factory=list)
    unsent: bytes = b""

    def arm(self, target: int = -1, happens: Callable[[], None] = die) -> None:
        """Count from here on."""
        self.target, self.happens, self.is_armed = target, happens, True
        self.points.clear()
        self.unsent = b""

    def gap(self, names: list[str]) -> int | None:
        """After how many commands of this request it happens; None: in some other one."""
        if not self.is_armed or all(one in _NO_POINTS for one in names):
            return None
        start, reads = len(self.points), _READS.issuperset(names)
        for done in range(len(names) + 1):
            what = f"{' '.join(names[:done])} ^ {' '.join(names[done:])}"
            self.points.append(Point(start + done, what, done == len(names), reads))
        return self.target - start if start <= self.target <= start + len(names) else None

    def strike(self) -> None:
        """Let it happen; from here on nothing is counted."""
        self.is_armed = False
        self.happens()


class _Connection(UnixDomainSocketConnection):
    def __init__(self, *args: Any, line: Line, **options: Any) -> None:
        self.line = line
        self._answers: deque[Any] = deque()
        super().__init__(*args, **options)

    def send_packed_command(self, command: Any, check_health: bool = True) -> None:
        """Send it, with a gap where there is to be one."""
        items = [command] if isinstance(command, (str, bytes)) else list(command)
        parts = list(_commands(items)) if self.line.is_armed else []
        done = self.line.gap([name for name, _ in parts])
        if done is None:
            super().send_packed_command(items, check_health)
            return
        self._exchange(b"".join(raw for _, raw in parts[:done]), done)
        self.line.unsent = b"".join(raw for _, raw in parts[done:])
        try:
            self.line.strike()
        except BaseException:
            self.disconnect()
            raise
        if self.line.unsent:
            super().send_packed_command([self.line.unsent], check_health)

    def _exchange(self, request: bytes, count: int) -> None:
        """Have Redis do a part of a request, and keep the answers for who asks for them."""
        self._answers.clear()
        if count:
            super().send_packed_command([request])
        for _ in range(count):
            try:
                self._answers.append(super().read_response())
            except ResponseError as error:
                self._answers.append(error)

    def read_response(self, *args: Any, **options: Any) -> Any:
        """The next answer."""
        if not self._answers:
            return super().read_response(*args, **options)
        answer = self._answers.popleft()
        if isinstance(answer, ResponseError):
            raise answer
        return answer

    def disconnect(self, *args: Any, **options: Any) -> None:
        """Close it, and forget what was read ahead."""
        self._answers.clear()
        super().disconnect(*args, **options)


def client(url: str, line: Line) -> Redis:
    """A client whose requests go over this line; like the clock's, it never sends anything twice.

    Args:
        url: of a server with a unix socket.
        line: shared with the test.
    """
    return Redis.from_url(url, connection_class=_Connection, line=line, retry=Retry(NoBackoff(), 0))


def send_late(redis: Redis, line: Line) -> None:
    """Have Redis do what its client has given up: it had been on its way, and arrives now.

    Not of a transaction: Redis would know there which keys are watched.
    """
    names = [name for name, _ in _commands([line.unsent])]
    if not names or "MULTI" in names:
        return
    connection = redis.connection_pool.get_connection()
    try:
        connection.send_packed_command([line.unsent])
        for _ in names:
            with contextlib.suppress(ResponseError):
                connection.read_response()
    finally:
        redis.connection_pool.release(connection)


def _commands(items: Iterable[Any]) -> Iterable[tuple[str, bytes]]:
    """The commands of a request: name and bytes of each."""
    packed = b"".join(one.encode() if isinstance(one, str) else bytes(one) for one in items)
    start = at = 0
    while at < len(packed):
        words, at = _words(packed, at)
        yield words[0].decode().upper(), packed[start:at]
        start = at


def _words(packed: bytes, at: int) -> tuple[list[bytes], int]:
    """The words of the command that begins at `at`, and where it ends."""
    end = packed.index(b"\r\n", at)
    count, at, words = int(packed[at + 1 : end]), end + 2, []
    for _ in range(count):
        end = packed.index(b"\r\n", at)
        size = int(packed[at + 1 : end])
        words.append(packed[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
    return words, at
