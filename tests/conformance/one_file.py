"""Runs one file of RQ's tests, or a part of one, in a pytest of its own, with a Redis of its own.

Owns these two processes and whatever the tests start. What the outcomes mean is judged elsewhere.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from redis import Redis
from redis.exceptions import ResponseError

from longshore.local.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[2]
INSIDE = Path(__file__).resolve().parent / "inside"
QUIET = 120.0
"""Seconds in which no test begins or ends, then the running one is killed. Stock's longest takes 66."""
FOREIGN = ("RQ_", "REDIS_", "PYTEST_", "LONGSHORE_", "CONFORMANCE_", "PYTHONWARNINGS", "PYTHONPATH")
"""Variables of the caller that RQ, its tests or pytest would read."""


@dataclass(frozen=True)
class Outcome:
    """What one test did: `passed`, `failed` or `skipped`, and why in a line."""

    test: str
    outcome: str
    cause: str = ""


@dataclass(frozen=True)
class Part:
    """A file of RQ's tests, or one class of it, or a file without that class."""

    file: str
    only: str = ""
    without: str = ""

    def __str__(self) -> str:
        return self.file + (f"::{self.only}" if self.only else "")

    @property
    def arguments(self) -> list[str]:
        """What pytest is told."""
        return [
            f"tests/{self}",
            *(["--deselect", f"tests/{self.file}::{self.without}"] if self.without else []),
        ]


@dataclass
class FileRun:
    """What the tests of one part did."""

    part: Part
    outcomes: list[Outcome] = field(default_factory=list)
    left_behind: int = 0
    """Processes of the tests that still ran when pytest had ended or was killed; they are killed, too."""
    seconds: float = 0.0

    def count(self, outcome: str) -> int:
        """How many tests did that."""
        return sum(one.outcome == outcome for one in self.outcomes)


@dataclass(frozen=True)
class Setup:
    """What all parts have in common: the folders, and the classes under test as `module:Class` or `stock`."""

    suite: Path
    packages: Path
    logs: Path
    worker: str
    scheduler: str = "stock"
    stop: threading.Event = field(default_factory=threading.Event)
    """Set to end all runs soon."""


def run(setup: Setup, part: Part) -> FileRun:
    """Run one part, and go on behind a test that hangs or takes pytest down.

    Args:
        setup: what all parts have in common.
        part: what to run.
    """
    begun, result = time.monotonic(), FileRun(part)
    targets = part.arguments
    log = setup.logs / f"{str(part).replace('::', '.')}.log"
    log.write_bytes(b"")
    while targets and not setup.stop.is_set():
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder, _redis(Path(folder)) as port:
            report = Path(folder) / "report"
            report.touch()
            ended = _pytest(setup, targets, report, port, log, result)
            outcomes, rest = _read(report, ended)
        result.outcomes += outcomes
        targets = rest
    result.seconds = time.monotonic() - begun
    return result


def _pytest(setup: Setup, targets: list[str], report: Path, port: int, log: Path, result: FileRun) -> str:
    """Run pytest once; how it ended, in words."""
    mark = f"CONFORMANCE_RUN={uuid.uuid4().hex}"
    command = [sys.executable, "-I", str(INSIDE / "conformance_reaper.py")]
    command += [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir", ".", "-q"]
    command += ["-p", "conformance_plugin", "-p", "no:cacheprovider", "--tb=short", "--no-summary", *targets]
    with open(log, "ab") as output:
        process = subprocess.Popen(
            command,
            cwd=setup.suite,
            env=_environment(setup, report, port, mark),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who then end it
        )
        try:
            return _wait(setup, process, report)
        finally:
            result.left_behind += _kill_all(process, mark.encode())


def _environment(setup: Setup, report: Path, port: int, mark: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
    name, _, value = mark.partition("=")
    return kept | {
        name: value,
        "CONFORMANCE_REDIS_PORT": str(port),
        "CONFORMANCE_REPORT": str(report),
        "CONFORMANCE_SCHEDULER": setup.scheduler,
        "CONFORMANCE_WORKER": setup.worker,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",  # for `rqworker`
        # RQ's tests first: both they and ours are a package `tests`.
        "PYTHONPATH": os.pathsep.join(map(str, (setup.suite, INSIDE, ROOT, setup.packages))),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "RUN_SLOW_TESTS_TOO": "1",
    }


def _wait(setup: Setup, process: subprocess.Popen[bytes], report: Path) -> str:
    heard, size = time.monotonic(), 0
    while not setup.stop.is_set():
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(0.5)
            return f"it ended pytest with exit code {code}"
        if (grown := report.stat().st_size) != size:
            heard, size = time.monotonic(), grown
        elif time.monotonic() - heard > QUIET:
            return f"it was killed: no end after {QUIET:g} s"
    return "the run was stopped"


def _kill_all(process: subprocess.Popen[bytes], mark: bytes) -> int:
    """Kill all that descends from a run; how many processes there were.

    Horses and their children have sessions and groups of their own, but all inherit the mark.
    """
    if process.poll() is None:
        process.kill()
    process.wait()
    marked = [int(one.parent.name) for one in Path("/proc").glob("[0-9]*/environ") if _holds(one, mark)]
    for pid in marked:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(marked)


def _holds(environ: Path, mark: bytes) -> bool:
    try:
        return mark in environ.read_bytes().split(b"\0")
    except OSError:  # not ours, or gone
        return False


def _read(report: Path, ended: str) -> tuple[list[Outcome], list[str]]:
    """The outcomes in a report, and the tests that are still to run.

    A test that was begun and did not end has failed. So has a file of which nothing was collected.
    """
    lines = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    done = [Outcome(**line) for line in lines if "test" in line]
    collected: list[str] = next((line["collected"] for line in lines if "collected" in line), [])
    if not done and not collected:
        return [Outcome("(no test)", "failed", f"nothing was collected; {ended}")], []
    rest = collected[len(done) :] if collected else []
    if rest and any(line.get("started") == rest[0] for line in lines):
        return [*done, Outcome(rest[0], "failed", ended)], rest[1:]
    if rest:
        return [*done, Outcome(rest[0], "failed", f"it never began; {ended}")], rest[1:]
    return done, []


@contextmanager
def _redis(folder: Path) -> Iterator[int]:
    """A Redis of our own; its TCP port. RQ's tests look at addresses, which a unix socket has not."""
    with RedisServer(folder / "redis", durable=False) as server, Redis.from_url(server.url) as client:
        client.config_set("bind", "127.0.0.1")
        for _ in range(20):
            port = _free_port()
            with suppress(ResponseError):  # somebody was faster
                client.config_set("port", port)
                break
        yield port


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
