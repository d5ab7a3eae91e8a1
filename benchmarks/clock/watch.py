"""Watches Redis from outside, in the same way for all clocks: by MONITOR, with Redis's own time stamps."""

from __future__ import annotations

import re
import socket
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import urlsplit

from benchmarks.clock.wanted import NAME

CONNECT_SECONDS = 5.0
_LINE = re.compile(rb'\+(\d+\.\d+) \[(\d+) ([^\]]*)\] "(\w+)" ?(.*)', re.DOTALL)
_KEPT = frozenset({b"RPUSH", b"LPUSH", b"ZADD"})
_TEXT = re.compile(rb'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Call:
    """A command that Redis has run: when, in seconds since 1970, and with what."""

    at: float
    command: bytes
    arguments: bytes

    def texts(self) -> list[str]:
        """The arguments, where they are plain texts such as ids."""
        return [one.decode() for one in _TEXT.findall(self.arguments)]


class Watch:
    """A context manager: inside it all pushes to lists and all additions to sorted sets are kept.

    Args:
        url: of a Redis over TCP.
    """

    def __init__(self, url: str) -> None:
        self.calls: list[Call] = []
        self.sent: Counter[int] = Counter()
        """Commands that clients have sent, by database; not those that scripts have called."""
        place = urlsplit(url)
        self._socket = socket.create_connection((place.hostname, place.port), CONNECT_SECONDS)
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Watch:
        self._socket.sendall(b"MONITOR\r\n")
        self._socket.settimeout(None)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(CONNECT_SECONDS)
        self._socket.close()

    def _read(self) -> None:
        with self._socket.makefile("rb") as lines:
            for line in lines:
                if found := _LINE.match(line):
                    self._keep(*found.groups())

    def _keep(self, at: bytes, database: bytes, sender: bytes, command: bytes, arguments: bytes) -> None:
        if sender != b"lua":
            self.sent[int(database)] += 1
        if (name := command.upper()) in _KEPT:
            self.calls.append(Call(float(at), name, arguments))

    def pushes(self, queue: str) -> dict[str, list[float]]:
        """When something was pushed to a queue for each schedule of `wanted`, by its name."""
        found: dict[str, list[float]] = {}
        key = f'"{queue}" '.encode()
        for call in list(self.calls):
            if call.arguments.startswith(key) and (name := NAME.search(call.arguments.decode())):
                found.setdefault(name[0], []).append(call.at)
        return found
