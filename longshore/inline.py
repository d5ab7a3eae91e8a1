"""Running a job here and now, with neither a queue nor a worker.

`call` runs it in this process: `flask jobs run`. `run` runs it in a child of this process, within the limits
that its declaration gives it; `fallback` decides when. What a child does is in `main`.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
import os
import select
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from longshore import limited, processes
from longshore.catalog import Job, catalog, load
from longshore.errors import NotAccepted
from longshore.serializer import Serializer

AT_ONCE = 2
"""Most inline runs of one process at a time: each is a process of its own, and holds a request's thread."""
LARGEST = 8_000_000
"""Most bytes of a result that a child hands over."""
_MESSAGE = 2_000
"""Most characters of an error's message."""


@dataclass(frozen=True)
class Ran:
    """What became of a job that ran here.

    Attributes:
        job: its name.
        result: what it returned, as JSON; None if it failed.
        error: `type` and `message` of what it failed with; None if it did not.
        limited: the parameters that were cut, each with what was `asked` and what is `used`.
        task_id: the task in Redis that holds this as well; None if there is none.
    """

    job: str
    result: Any = None
    error: dict[str, str] | None = None
    limited: dict[str, dict[str, Any]] = field(default_factory=dict)
    task_id: str | None = None

    def answer(self) -> dict[str, Any]:
        """The answer to whoever asked for it to be run: with `result` or with `error`."""
        end = {"error": self.error} if self.error else {"result": self.result}
        status = "FAILURE" if self.error else "SUCCESS"
        return {"mode": "sync", "job": self.job, "status": status, **end, "limited": self.limited}


def call(job: Job, params: Mapping[str, Any]) -> Any:
    """Run the function in this process and return its result as JSON would hold it.

    Raises:
        InvalidParameters: names each field at fault.
        Exception: whatever the job raises.
    """
    result = job.func(**job.parameters.bind(params))
    if inspect.iscoroutine(result):
        result = asyncio.run(result)
    return job.returns.dump_python(result, mode="json", warnings="error")


def run(job: Job, params: Mapping[str, Any], limits: limited.Inline | None = None) -> Ran:
    """Run the job in a child process, which is killed at its deadline; a thread could not be stopped.

    Args:
        job: what to run.
        params: its parameters; checked here, so that bad ones are the caller's error.
        limits: how long, and what of the parameters; by default the job's own limits.

    Raises:
        InvalidParameters: names each field at fault.
        NotAccepted: as many as may run here do so, or this very one of a unique job does.
    """
    within = limits or job.inline or limited.Inline()
    checked = job.parameters.check(params)
    payload, cut = limited.cut(job.parameters, checked, within)
    alone = (job.name, job.parameters.digest(checked)) if job.unique else None
    with _room.taken(job.name, alone):
        result, error = _in_child(job, Serializer.dumps(payload), min(within.seconds, job.timeout))
    return Ran(job.name, result, error, cut)


class _Room:
    """Counts the inline runs of this process, and knows those that must be alone."""

    def __init__(self) -> None:
        self._lock, self._count = threading.Lock(), 0
        self._alone: set[tuple[str, str]] = set()

    @contextmanager
    def taken(self, name: str, alone: tuple[str, str] | None) -> Iterator[None]:
        with self._lock:
            if alone in self._alone:
                raise NotAccepted(f"{name} runs here already with these parameters, and it is unique.")
            if self._count >= AT_ONCE:
                raise NotAccepted(f"{name} may run here now, but {AT_ONCE} jobs do so already: that is all.")
            self._count += 1
            self._alone |= {alone} if alone else set()
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                self._alone -= {alone} if alone else set()


_room = _Room()
Outcome = tuple[Any, dict[str, str] | None]
"""A result, or an error in its place."""


def _in_child(job: Job, payload: bytes, timeout: float) -> Outcome:
    """Files carry parameters and answer: nobody waits for the end of a pipe that a grandchild holds open."""
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as told:
        asked.write(payload)
        asked.seek(0)
        command = [sys.executable, "-m", "longshore.inline", job.func.__module__, job.name, str(os.getpid())]
        process = subprocess.Popen(command, stdin=asked, stdout=told, start_new_session=True)
        try:
            ended = _ends(process, timeout)
        finally:
            if process.returncode is None:  # its group is its own until it is waited for
                processes.kill_group(process.pid)
            process.wait()
        if not ended:
            return _failure(
                "Deadline", f"It took longer than {timeout:g} s, all that an inline run may take."
            )
        told.seek(0)
        return _read(told.read(), process.returncode)


def _ends(process: subprocess.Popen[bytes], timeout: float) -> bool:
    """Whether a child ends in time. It stays a zombie, so that its id remains its own."""
    descriptor = processes.pidfd(process.pid)
    if descriptor is None:
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True
    try:
        waiting = select.poll()
        waiting.register(descriptor, select.POLLIN)
        return bool(waiting.poll(timeout * 1_000))
    finally:
        os.close(descriptor)


def _read(told: bytes, code: int) -> Outcome:
    if not told:
        death = processes.Death(-code) if code < 0 else processes.Death(None, code)
        return _failure("ProcessDied", f"It left no result: {death.describe()}.")
    answer = Serializer.loads(told)
    return answer["result"], answer["error"]


def _failure(kind: str, message: str) -> Outcome:
    return None, {"type": kind, "message": message[:_MESSAGE].encode(errors="replace").decode()}


def outcome(job: Job, params: Mapping[str, Any]) -> Outcome:
    """As `call`, with whatever the job raises as the error."""
    try:
        result = call(job, params)
        if len(Serializer.dumps(result)) > LARGEST:
            return _failure("ResultTooLarge", f"An inline run returns at most {LARGEST:,} bytes.")
    except Exception as error:  # whatever it is, it is the job's answer
        return _failure(type(error).__name__, str(error))
    return result, None


def main(module: str, name: str, parent: str) -> None:
    """The child: parameters on standard input, the answer on standard output, which nothing else may use.

    What the job prints goes where the web process logs.
    """
    processes.die_with_parent(int(parent))
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    answers = os.dup(1)
    os.dup2(2, 1)
    _load(module)
    result, error = outcome(catalog.get(name), Serializer.loads(sys.stdin.buffer.read()))
    with os.fdopen(answers, "wb") as file:
        file.write(Serializer.dumps({"result": result, "error": error}))


def _load(module: str) -> None:
    """The job's module, and those beside it: a job may dispatch others."""
    parts = module.split(".")
    if "jobs" in parts:
        load(".".join(parts[: parts.index("jobs") + 1]))
    importlib.import_module(module)


if __name__ == "__main__":
    main(*sys.argv[1:])
