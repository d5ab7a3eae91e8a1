"""Many tasks at once, and what a task notes when it is in its middle."""

from __future__ import annotations

from pathlib import Path

from redis import Redis

from longshore.catalog import catalog
from longshore.dispatch import Dispatcher
from longshore.task import Task


def begun_mark(kind: str) -> str:
    """What a task of this kind notes when it is in its middle."""
    if kind in ("child", "command", "stubborn_child"):
        return "child:"
    return "solving" if kind == "solver" else "begin"


def many(dispatcher: Dispatcher, book: Path, number: int) -> list[str]:
    """Many tiny tasks; their ids."""
    job = catalog.get("stops.count")
    return [
        one.task_id
        for first in range(0, number, 1_000)
        for one in dispatcher.dispatch_many(
            job, [{"number": n, "book": str(book)} for n in range(first, min(first + 1_000, number))]
        )
    ]


def states(redis: Redis, ids: list[str]) -> list[str]:
    """RQ's status of each task."""
    with redis.pipeline(transaction=False) as pipe:
        for one in ids:
            pipe.hget(Task.key_for(one), "status")
        return [state.decode() for state in pipe.execute()]
