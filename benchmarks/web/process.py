"""Starts a server or Redis in a process group of its own, looks at it from outside, and always ends it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.web.servers import Server

START_SECONDS = 20
STOP_SECONDS = 40
Process = subprocess.Popen[bytes]
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    """A port that was free a moment ago, on loopback."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, process: Process) -> None:
    """Return when `port` accepts a connection. Raises RuntimeError if it never does."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on port {port}: {process.args!r}")


def end_group(process: Process) -> None:
    """SIGKILL whatever is left of the group that `process` leads."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@contextmanager
def run(argv: list[str], port: int, **environ: str) -> Iterator[Process]:
    """Run `argv` until it listens on `port`, yield it, and end its whole group afterwards."""
    process = subprocess.Popen(
        argv,
        env=os.environ | environ,
        start_new_session=True,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for_port(port, process)
        yield process
    finally:
        end_group(process)


@contextmanager
def redis_server() -> Iterator[str]:
    """A Redis of our own on a free loopback port, without persistence. Yields its URL."""
    port = free_port()
    with TemporaryDirectory() as folder:
        argv = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
        with run(argv, port):
            yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def serving(server: Server, redis_url: str, *, drain: bool = False) -> Iterator[tuple[Process, int]]:
    """Run `server` on a free port. Yields its process and port."""
    port = free_port()
    with run(server.argv(port), port, REDIS_URL=redis_url, DRAIN="1" if drain else "0") as process:
        yield process, port


def seconds_to_stop(process: Process) -> float:
    """SIGTERM every process of the group, as Heroku does. Returns the seconds until its leader exits."""
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return float("inf")
    return time.monotonic() - began


def group_members(leader: int) -> list[int]:
    """The live processes of the group that `leader` leads."""
    numbers = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [number for number in numbers if _group(number) == leader]


def _group(number: int) -> int:
    try:
        return os.getpgid(number)
    except ProcessLookupError:
        return -1


def resident_mb(leader: int) -> float:
    """Resident memory of the whole group in MB. Pages that processes share count once for each."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in group_members(leader))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
