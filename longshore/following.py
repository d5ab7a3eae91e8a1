"""A task's life as it happens: its view whenever it changed, and its log lines.

Following polls Redis a few times a second. It holds no subscription, so a hundred streams need no
more Redis connections than one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from redis import Redis

from longshore import logs, tasks

POLL = 0.25
"""Seconds between two looks."""


@dataclass(frozen=True)
class Event:
    """Something new: the task's view, log lines, or nothing (so that the caller can say it is alive)."""

    task: tasks.TaskView | None = None
    lines: tuple[logs.Line, ...] = ()


def follow(
    connection: Redis,
    task_id: str,
    *,
    after: str | None,
    wait: Callable[[float], object],
    limit: int,
) -> Iterator[Event]:
    """Yield what is new about a task until it is over, at most `limit` looks long.

    Args:
        connection: Redis.
        task_id: the task.
        after: position of the last log line already seen.
        wait: called with the seconds to wait between two looks.
        limit: most looks before the stream ends, so that no stream lives for ever.

    Raises:
        UnknownTask: there is none of that id, also when it expires meanwhile.
    """
    seen: tasks.TaskView | None = None
    for _ in range(limit):
        now = tasks.view(connection, task_id)
        lines = tuple(logs.read(connection, task_id, after))
        after = lines[-1].position if lines else after
        changed = _without_eta(now) != (seen and _without_eta(seen))
        yield Event(now if changed else None, lines)
        if now.ready:
            return
        seen = now
        wait(POLL)


def _without_eta(view: tasks.TaskView) -> tasks.TaskView:
    """The time left shrinks by itself: no news."""
    return replace(view, progress=view.progress and {**view.progress, "eta_seconds": None})
