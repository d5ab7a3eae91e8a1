"""Starts workers and clients, looks at them from outside through /proc, and always ends them. Linux only."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from benchmarks.worker.systems import ROOT, System

TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 10.0


class WorkerError(RuntimeError):
    """A worker ended by itself, or a client could not do what it was asked. Ends in what was said."""


class Client:
    """The process of `client.py` for one system: `call` an operation of its `Rounds`."""

    def __init__(self, system: System, environ: dict[str, str]) -> None:
        self._name = system.name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.worker.client", system.client],
            cwd=system.folder,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._asks, self._answers = self._process.stdin, self._process.stdout

    def call(self, op: str, *args: Any) -> Any:
        """Have it done. Raises WorkerError with what went wrong."""
        print(json.dumps({"op": op, "args": args}), file=self._asks, flush=True)
        line = self._answers.readline()
        answer = json.loads(line) if line else {"error": f"{op}: the client has ended"}
        if "error" in answer:
            raise WorkerError(f"{self._name}: {answer['error']}")
        return answer["value"]

    def close(self) -> None:
        """End it."""
        self._asks.close()
        self._process.wait()
        self._answers.close()


@contextmanager
def client(system: System, redis_url: str) -> Iterator[Client]:
    """A client for this system while the block runs."""
    one = Client(system, environment(system, redis_url))
    try:
        yield one
    finally:
        one.close()


def environment(system: System, redis_url: str) -> dict[str, str]:
    """What every process of this system finds in its environment."""
    path = os.pathsep.join(dict.fromkeys((str(system.folder), str(ROOT))))
    urls = {"REDIS_URL": redis_url, "RQ_REDIS_URL": redis_url}
    return os.environ | {"PYTHONPATH": path} | urls | dict(system.environ)


@contextmanager
def workers(
    system: System, redis_url: str, number: int = 1, environ: dict[str, str] | None = None
) -> Iterator[list[int]]:
    """Run workers while the block runs; yields their pids. Raises WorkerError if one ended meanwhile."""
    with ExitStack() as stack:
        yield [stack.enter_context(_worker(system, redis_url, environ or {})) for _ in range(number)]


@contextmanager
def _worker(system: System, redis_url: str, environ: dict[str, str]) -> Iterator[int]:
    with TemporaryFile() as log:
        process = subprocess.Popen(
            system.argv,
            cwd=system.folder,
            env=environment(system, redis_url) | environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process.pid
        except WorkerError as error:
            log.seek(0)
            said = log.read().decode(errors="replace")[-2_000:]
            raise WorkerError(f"{error}\n{system.name} said:\n{said}") from None
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM the worker; SIGKILL what is left of its tree. Its children may lead groups of their own."""
    members = tree(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    for pid in members:
        with suppress(ProcessLookupError):
            if pid != process.pid or process.returncode is None:
                os.kill(pid, signal.SIGKILL)
    process.wait()


def tree(leader: int) -> list[int]:
    """The live processes of which `leader` is the first, it and all below it."""
    parents = dict(_parents())
    found = [leader] if leader in parents else []
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for path in Path("/proc").iterdir():
        if path.name.isdigit() and (fields := _stat(int(path.name))):
            yield int(path.name), int(fields[1])


def _stat(pid: int) -> list[str]:
    """Fields of /proc/<pid>/stat from the state on; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def cpu_seconds(*leaders: int) -> float:
    """CPU that these trees have used, with that of children that have ended and were waited for."""
    spent = 0
    for leader in leaders:
        for pid in tree(leader):
            spent += sum(map(int, _stat(pid)[11:15]))
    return spent / TICKS


def machine_cpu_seconds() -> float:
    """CPU that everything on the machine has used, on all cores."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _iowait, irq, softirq, _steal = fields
    return (user + nice + system + irq + softirq) / TICKS


def memory_mb(leader: int) -> tuple[float, float]:
    """PSS and RSS of a tree in MB. Shared pages count in part in PSS, in each process in RSS."""
    pss = rss = 0
    for pid in tree(leader):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, rest = line.partition(":")
            pss += int(rest.split()[0]) if name == "Pss" else 0
            rss += int(rest.split()[0]) if name == "Rss" else 0
    return pss * 1024 / 1e6, rss * 1024 / 1e6


def wait_until(question: Any, seconds: float, what: str) -> None:
    """Ask every 50 ms until the answer is yes. Raises WorkerError when it never is."""
    deadline = time.monotonic() + seconds
    while not question():
        if time.monotonic() > deadline:
            raise WorkerError(f"{what}: not within {seconds:g} s")
        time.sleep(0.05)
