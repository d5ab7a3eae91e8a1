"""A TCP proxy in front of a real redis-server, which breaks what passes through it, on request.

It counts connections, cuts them, refuses or hangs, delays answers, and spoils the exchange of the n-th
command that holds some bytes. It reads no more of Redis's protocol than that: one command at a time on a
connection, as redis-py sends them, one answer for each.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Any

_CHUNK = 1 << 20
_PUSH = b">"
"""How a message begins that Redis sends without being asked; it is the answer to nothing."""


class Harm(Enum):
    """What becomes of a command and its answer."""

    BEFORE = "the connection is cut before Redis has seen the command"
    AFTER = "Redis has done it, then the connection is cut"
    HALF = "the connection is cut in the middle of the answer"
    SILENCE = "Redis has done it, and its answer never comes"
    LATE = "the command is held up, and reaches Redis when its sender has given up"
    REFUSAL = "another answer comes back, and Redis never sees the command"


@dataclass
class Fault:
    """One command to be spoiled.

    Attributes:
        harm: how.
        words: bytes that the command holds, all of them.
        left: commands with these bytes that pass unharmed before.
        seconds: how long a late command is held up.
        answer: what a refusal says, in Redis's protocol.
        struck: set when it has happened.
    """

    harm: Harm
    words: tuple[bytes, ...]
    left: int = 0
    seconds: float = 0.0
    answer: bytes = b""
    struck: threading.Event = field(default_factory=threading.Event)

    def meets(self, command: bytes) -> bool:
        """Whether this command is the one; counts it if it is one before."""
        if self.struck.is_set() or not all(word in command for word in self.words):
            return False
        self.left -= 1
        return self.left < 0


class RedisProxy:
    """A context manager: inside it, Redis answers at `url` as well, for better or worse.

    Args:
        upstream: the socket of the server. It may be gone: then connections are accepted and closed.
    """

    def __init__(self, upstream: Path) -> None:
        self._upstream = str(upstream)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="redis-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._links: set[_Link] = set()
        self._faults: list[Fault] = []
        self._flows = asyncio.Event()
        self._flows.set()
        self.port = 0
        self.delay = 0.0
        """Seconds that every answer takes longer."""
        self.accepted: list[float] = []
        """When each connection was accepted, on the monotonic clock."""

    @property
    def url(self) -> str:
        """REDIS_URL of the proxy."""
        return f"redis://127.0.0.1:{self.port}/0"

    def __enter__(self) -> RedisProxy:
        self._thread.start()
        self.accept()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def accept(self) -> None:
        """Listen; after `refuse`, on the same port."""
        self._call(self._listen())

    def refuse(self) -> None:
        """Cut all connections, and refuse new ones as a machine without a Redis does."""
        self._call(self._stop_listening())
        self.cut()

    def cut(self) -> None:
        """Cut all connections; new ones are accepted."""
        self._call(self._cut())

    def hang(self) -> None:
        """Let nothing pass, and keep every connection open."""
        self._loop.call_soon_threadsafe(self._flows.clear)

    def flow(self) -> None:
        """Let everything pass again, also what has waited."""
        self._loop.call_soon_threadsafe(self._flows.set)

    def spoil(self, harm: Harm, *words: bytes, after: int = 0, **options: Any) -> Fault:
        """Spoil the next command that holds all these bytes, or a later one.

        Args:
            harm: how.
            words: the bytes.
            after: such commands that pass unharmed before.
            options: `seconds`, `answer`.
        """
        fault = Fault(harm, words, after, **options)
        self._faults.append(fault)
        return fault

    def accepted_since(self, moment: float) -> int:
        """Connections accepted after a moment of the monotonic clock."""
        return sum(at > moment for at in self.accepted)

    # In the loop

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await asyncio.sleep(0)

    async def _cut(self) -> None:
        for link in list(self._links):
            link.cut()
        while self._links:
            await asyncio.sleep(0.001)

    async def _close(self) -> None:
        self._flows.set()
        await self._stop_listening()
        await self._cut()
        late = asyncio.all_tasks() - {asyncio.current_task()}
        for task in late:  # connections that were on their way
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await asyncio.sleep(0)  # in which aborted transports close

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted.append(time.monotonic())
        try:
            await self._flows.wait()
            above = await asyncio.open_unix_connection(self._upstream, limit=_CHUNK)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
            return
        link = _Link(self, (reader, writer), above)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)

    def fault_for(self, command: bytes) -> Fault | None:
        """The fault that this command meets, if any."""
        return next((one for one in self._faults if one.meets(command)), None)

    async def flowing(self) -> None:
        """Wait while the proxy hangs."""
        await self._flows.wait()


_Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _Link:
    """One client's connection and ours to Redis."""

    def __init__(self, proxy: RedisProxy, below: _Stream, above: _Stream) -> None:
        self._proxy, self._below, self._above = proxy, below, above
        self._fault: Fault | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Pass on what comes until one side has gone."""
        self._tasks = [asyncio.ensure_future(self._commands()), asyncio.ensure_future(self._answers())]
        try:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            for _, writer in (self._below, self._above):
                with contextlib.suppress(RuntimeError):
                    writer.transport.abort()

    def cut(self) -> None:
        """End it now."""
        for task in self._tasks:
            task.cancel()

    async def _commands(self) -> None:
        while command := await _read(self._below[0]):
            await self._proxy.flowing()
            fault = self._proxy.fault_for(command)
            if fault is None or fault.harm in (Harm.AFTER, Harm.HALF, Harm.SILENCE):
                self._fault = fault
                self._above[1].write(command)
            elif not await self._spoil(fault, command):
                return

    async def _spoil(self, fault: Fault, command: bytes) -> bool:
        """Deal with a command that is not to reach Redis as it should; whether the connection lives on."""
        fault.struck.set()
        if fault.harm is Harm.REFUSAL:
            self._below[1].write(fault.answer)
            return True
        if fault.harm is Harm.LATE:
            await _read(self._below[0])  # until the client has gone
            await asyncio.sleep(fault.seconds)
            self._above[1].write(command)
            await asyncio.sleep(0.2)  # for Redis to read it before the connection goes
        return False

    async def _answers(self) -> None:
        while answer := await _read(self._above[0]):
            await self._proxy.flowing()
            if self._proxy.delay:
                await asyncio.sleep(self._proxy.delay)
            fault = self._fault
            if fault is None or answer.startswith(_PUSH):
                self._below[1].write(answer)
                continue
            self._fault = None
            fault.struck.set()
            if fault.harm is Harm.HALF:
                self._below[1].write(answer[: len(answer) // 2])
                await self._below[1].drain()
            if fault.harm is not Harm.SILENCE:
                return


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(_CHUNK)
    except OSError:
        return b""
