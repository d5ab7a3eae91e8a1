"""The horse's one connection to Redis: checked before each use, and watched for news while nothing waits.

It knows nothing of tasks. redis-py's own connection does the talking; what is added is the wait for several
queues at once, and the care that jobs may do harm to what they did not open.
"""

from __future__ import annotations

import logging
import os
import select
import socket
import struct
from collections.abc import Callable, Sequence
from typing import Any

from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from longshore.connections import is_away

logger = logging.getLogger(__name__)
_NO_TRACKING_POLL = 0.05
"""Seconds between two looks at the queues on a server that has no CLIENT TRACKING."""


class Line:
    """One connection of a client's pool, taken and kept.

    Args:
        client: the worker's client.
        connected: told Redis's id of the connection whenever it is opened, 0 if Redis does not tell.
    """

    def __init__(self, client: Redis, connected: Callable[[int], None]) -> None:
        self._pool = client.connection_pool
        self._connection: Any = self._pool.get_connection()
        self._socket: tuple[int, int] | None = None
        self._tracking: bool | None = None
        self._connected = connected

    def ready(self) -> Any:
        """The connection, connected, and still the one that we opened."""
        if self._is_ours():
            return self._connection
        connection = self._connection
        connection.disconnect()
        connection.connect()
        sock = connection._sock
        _let_kernel_time_out(sock, connection.socket_timeout)
        found = os.fstat(sock.fileno())
        self._socket, self._tracking = (found.st_dev, found.st_ino), None
        self._connected(_id_of(connection))
        return connection

    def _is_ours(self) -> bool:
        """Whether it is open, and its descriptor is still the one that we opened.

        A job may close descriptors that are not its own, and the number may be that of its own file by now.
        """
        sock = self._connection._sock  # redis-py has no public name for it
        if sock is None or self._socket is None:
            return False
        try:
            found = os.fstat(sock.fileno())
            if (found.st_dev, found.st_ino) == self._socket:
                return True
        except (OSError, ValueError):
            logger.warning("a task has closed the worker's connection to Redis")
        sock.detach()
        return False

    def ask(self, *command: Any) -> Any:
        """Send a command, and read its answer."""
        connection = self.ready()
        connection.send_command(*command, check_health=False)
        return connection.read_response()

    def put(self, packed: bytes) -> None:
        """Send a command that is packed already; `answer` reads what comes of it."""
        self.ready().send_packed_command((packed,), check_health=False)

    def answer(self) -> Any:
        """The answer to what was put, as bytes.

        Raises:
            redis.ConnectionError: the connection is not the one that it was put into.
        """
        if not self._is_ours():
            raise RedisConnectionError("the connection was closed before the answer was read")
        return self._connection.read_response(disable_decoding=True)

    def drop(self) -> None:
        """Close it; the next use opens it again."""
        self._connection.disconnect()
        self._socket = None

    def close(self) -> None:
        """Give it back to its pool."""
        self._pool.release(self._connection)

    def wait(self, queues: Sequence[str], control: int, timeout: float) -> None:
        """Return when a queue may have a task, when `control` is readable, or after `timeout` seconds.

        Nothing is popped. Redis tells us when a key that we have looked at changes (CLIENT TRACKING), over
        the one connection for any number of queues. A server without it is asked every now and then.
        """
        if self._tracking is None:
            self._tracking = self._track()
        if not self._tracking:
            select.select([control], [], [], min(timeout, _NO_TRACKING_POLL))
        elif not self._any(queues):
            self._silence(control, timeout)

    def _track(self) -> bool:
        try:
            if self.ready().get_protocol() not in (3, "3"):
                return False
            self.ask("CLIENT", "TRACKING", "ON", "OPTIN")
        except ResponseError as error:
            if is_away(error):
                raise
            logger.info("no CLIENT TRACKING (%s): a look every %s s instead", error, _NO_TRACKING_POLL)
            return False
        return True

    def _any(self, queues: Sequence[str]) -> bool:
        connection = self.ready()
        if self._tracking is None:  # it is a new connection
            return True
        packed = connection.pack_commands([("CLIENT", "CACHING", "YES"), ("EXISTS", *queues)])
        connection.send_packed_command(packed, check_health=False)
        connection.read_response()
        return bool(connection.read_response())

    def _silence(self, control: int, timeout: float) -> None:
        connection = self._connection
        sock = connection._sock
        if not connection.can_read(0):
            select.select([sock, control], [], [], timeout)  # the next answer brings what Redis has told, too


def _id_of(connection: Any) -> int:
    try:
        connection.send_command("CLIENT", "ID", check_health=False)
        return int(connection.read_response())
    except ResponseError as error:
        if is_away(error):
            raise
        return 0  # a user who may not ask


def _let_kernel_time_out(sock: Any, seconds: float | None) -> None:
    """Python asks the kernel before each use of a socket with a timeout: two calls more a task."""
    if seconds and not hasattr(sock, "pending"):  # a TLS socket keeps its own
        limit = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            sock.setsockopt(socket.SOL_SOCKET, option, limit)
        sock.settimeout(None)
