"""The benchmark's own Redis: started, emptied between rounds, and asked what it has done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from redis import Redis

from benchmarks.web.process import free_port
from longshore.local.redis_server import RedisServer

SCRIPT_CALLS = frozenset({b"EVALSHA", b"EVAL", b"FCALL"})


@dataclass(frozen=True)
class Counters:
    """What Redis has counted since it started.

    Attributes:
        commands: commands executed, those that scripts call among them.
        reads: reads of a socket that brought something: about one for each round trip.
        bytes_in: received.
        bytes_out: sent.
    """

    commands: int
    reads: int
    bytes_in: int
    bytes_out: int

    def __sub__(self, earlier: Counters) -> Counters:
        return Counters(
            self.commands - earlier.commands,
            self.reads - earlier.reads,
            self.bytes_in - earlier.bytes_in,
            self.bytes_out - earlier.bytes_out,
        )


class Server:
    """A running server, and a client of ours for it."""

    def __init__(self, server: RedisServer) -> None:
        self.url, self.pid = server.url, server.pid
        self.redis: Redis = Redis.from_url(self.url)

    def listen_on(self, port: int) -> None:
        """Be reached over loopback from now on, as most are in production."""
        self.redis.config_set("bind", "127.0.0.1")
        self.redis.config_set("port", port)
        self.redis.close()
        self.url = f"redis://127.0.0.1:{port}/0"
        self.redis = Redis.from_url(self.url)

    def clear(self) -> None:
        """Forget everything that the round before has left."""
        self.redis.flushall()

    def counters(self) -> Counters:
        """What it has counted until now."""
        stats: dict[str, Any] = self.redis.info("stats")
        return Counters(
            int(stats["total_commands_processed"]),
            int(stats["total_reads_processed"]),
            int(stats["total_net_input_bytes"]),
            int(stats["total_net_output_bytes"]),
        )

    def commands(self) -> dict[str, int]:
        """Calls of each command since `reset`."""
        stats: dict[str, Any] = self.redis.info("commandstats")
        return {name.removeprefix("cmdstat_"): int(one["calls"]) for name, one in stats.items()}

    def log_all_times(self, entries: int) -> None:
        """Have the slow log keep the time of each command, and the count of commands begin anew."""
        self.redis.config_set("slowlog-max-len", entries)
        self.redis.config_set("slowlog-log-slower-than", 0)
        self.redis.slowlog_reset()
        self.redis.config_resetstat()

    def script_times(self) -> list[int]:
        """Microseconds of each call of a script that the slow log holds; logging stops."""
        self.redis.config_set("slowlog-log-slower-than", -1)
        entries: list[dict[str, Any]] = self.redis.slowlog_get(-1)
        self.redis.slowlog_reset()
        return [
            int(one["duration"])
            for one in entries
            if bytes(one["command"]).split(b" ", 1)[0].upper() in SCRIPT_CALLS
        ]

    def version(self) -> str:
        """Its name and version."""
        info: dict[str, Any] = self.redis.info("server")
        return (
            f"Valkey {info['valkey_version']}"
            if "valkey_version" in info
            else f"Redis {info['redis_version']}"
        )


@contextmanager
def running(*, tcp: bool = False) -> Iterator[Server]:
    """A server in a folder of its own, which keeps nothing; reached by its unix socket, or over loopback."""
    with TemporaryDirectory(prefix="bench-") as folder, RedisServer(Path(folder), durable=False) as server:
        one = Server(server)
        try:
            if tcp:
                one.listen_on(free_port())
            yield one
        finally:
            one.redis.close()
