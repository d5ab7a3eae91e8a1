"""What a pool's scaling decides from: backlogs and workers' states in Redis, memory in /proc and the cgroup.

This module only reads: Redis in two round trips, memory from files that Linux keeps. Elsewhere memory
reads as 0, which is "cannot be told".
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from redis import Redis
from rq import Queue
from rq.utils import as_text
from rq.worker import BaseWorker

from longshore.scaling import Backlog
from longshore.task import Task

PROC = Path("/proc")
CGROUPS = Path("/sys/fs/cgroup")
NO_LIMIT = 2**60
"""cgroup v1 says this much, or more, where it means no limit."""


def backlogs(
    connection: Redis, queues: Sequence[str], workers: Sequence[str], now: datetime | None = None
) -> tuple[tuple[Backlog, ...], dict[str, str]]:
    """What waits in each queue, and the state of each worker that is registered.

    Args:
        connection: any client.
        queues: names of queues.
        workers: names of workers.
        now: the time.

    Returns:
        Backlogs in the order of `queues`, and states by worker.
    """
    with connection.pipeline(transaction=False) as pipe:
        for queue in queues:
            pipe.llen(Queue.redis_queue_namespace_prefix + queue)
            pipe.lindex(Queue.redis_queue_namespace_prefix + queue, 0)
        for worker in workers:
            pipe.hget(BaseWorker.redis_worker_namespace_prefix + worker, "state")
        answers: list[Any] = pipe.execute()
    split = 2 * len(queues)
    ages = _ages(connection, answers[1:split:2], now or datetime.now(UTC))
    found = tuple(map(Backlog, queues, answers[0:split:2], ages))
    states = {name: as_text(raw) for name, raw in zip(workers, answers[split:], strict=True) if raw}
    return found, states


def _ages(connection: Redis, heads: Sequence[bytes | None], now: datetime) -> list[float]:
    """Seconds since each of the tasks was enqueued; 0 for one that is not there."""
    if not any(heads):
        return [0.0] * len(heads)
    with connection.pipeline(transaction=False) as pipe:
        for head in heads:
            pipe.hget(Task.key_for(as_text(head or b"")), "enqueued_at")
        return [_age(raw, now) for raw in pipe.execute()]


def _age(raw: bytes | None, now: datetime) -> float:
    try:
        since = datetime.fromisoformat(as_text(raw or b"").replace("Z", "+00:00"))
        return max((now - since).total_seconds(), 0.0)
    except (ValueError, TypeError):  # no such task, or somebody else's idea of a time
        return 0.0


def memory(pids: Iterable[int]) -> dict[int, int]:
    """Bytes of each process with all below it, as PSS: a page shared by n processes is 1/n of one in each."""
    below = _children()
    return {pid: sum(map(own_memory, _tree(pid, below))) for pid in pids}


def _tree(pid: int, below: Mapping[int, Sequence[int]]) -> Iterator[int]:
    yield pid
    for child in below.get(pid, ()):
        yield from _tree(child, below)


def _children() -> dict[int, list[int]]:
    """All processes by their parent. /proc/<pid>/task/<tid>/children is shorter; not every kernel has it."""
    found: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        fields = _read(folder / "stat").rpartition(")")[2].split()  # a process's name may hold anything
        if fields:
            found.setdefault(int(fields[1]), []).append(int(folder.name))
    return found


def own_memory(pid: int) -> int:
    """Bytes of a process alone; 0 if it has ended."""
    kinds = (("smaps_rollup", "Pss:"), ("status", "VmRSS:"))
    for file, name in kinds:
        for line in _read(PROC / str(pid) / file).splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


def memory_limit() -> int:
    """Bytes that this machine, container or dyno has: the least of its cgroups' limits and of its RAM."""
    return min([*_cgroup_limits(), *_ram()], default=0)


def _cgroup_limits() -> Iterator[int]:
    """The limits of this process's cgroup and of those around it, in version 2 and in version 1."""
    for line in _read(PROC / "self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _limits(CGROUPS, path, "memory.max")
        elif "memory" in controllers.split(","):
            yield from _limits(CGROUPS / "memory", path, "memory.limit_in_bytes")


def _limits(root: Path, path: str, name: str) -> Iterator[int]:
    """The limits from `path` up to `root`; in a container `path` may be the host's, and not be there."""
    inner = root / path.lstrip("/")
    for folder in _up_to(inner, root):
        text = _read(folder / name).strip()
        if text.isdigit() and int(text) < NO_LIMIT:
            yield int(text)


def _up_to(inner: Path, root: Path) -> Iterable[Path]:
    return [one for one in (inner, *inner.parents) if one.is_relative_to(root)]


def _ram() -> Iterator[int]:
    if "SC_PHYS_PAGES" in os.sysconf_names:
        yield os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _read(file: Path) -> str:
    """A file of the kernel's, or nothing: processes end while one looks."""
    try:
        return file.read_text()
    except OSError:
        return ""
