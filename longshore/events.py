"""The end of an attempt, as one entry of a bounded Redis stream: history, metrics and alerts feed from it.

The entry is written by the very call that records the end, so that neither is ever there without the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from redis import Redis
from redis.client import Pipeline

from longshore import keys

Outcome = Literal["success", "failure", "retry", "stopped", "died", "put_back", "set_aside"]
"""How an attempt may end: `died` took its worker with it and runs again, `put_back` had to make way.

`set_aside` is no attempt: the clock could not fire an entry of rq-scheduler; a person should look at it."""


@dataclass(frozen=True)
class Event:
    """The end of one attempt.

    Attributes:
        task_id: the task.
        job: what it runs, as the catalog or the payload calls it.
        queue: its queue.
        outcome: how it ended.
        error: name of the exception's class, or empty.
        wait: seconds from its enqueueing to its start.
        run: seconds that it ran.
        worker: the worker's name.
        peak_mb: most memory that its horse had while it ran, in MB; 0 if unknown.
        at: when it ended; set when it is read.
    """

    task_id: str
    job: str
    queue: str
    outcome: Outcome
    error: str = ""
    wait: float = 0.0
    run: float = 0.0
    worker: str = ""
    peak_mb: float = 0.0
    at: datetime | None = None

    def fields(self) -> list[Any]:
        """Field, value, field, value… as the stream holds them."""
        return [
            "task", self.task_id, "job", self.job, "queue", self.queue, "outcome", self.outcome,
            "error", self.error, "wait", f"{self.wait:.6f}", "run", f"{self.run:.6f}",
            "worker", self.worker, "peak_mb", f"{self.peak_mb:.1f}",
        ]  # fmt: skip

    def add(self, pipe: Pipeline) -> None:
        """Write it in a transaction of somebody else's."""
        flat = iter(self.fields())
        pipe.xadd(keys.events(), dict(zip(flat, flat, strict=True)), maxlen=keys.EVENTS)


def read(connection: Redis, after: str = "-", count: int = 1_000) -> list[tuple[str, Event]]:
    """Entries with their ids, oldest first.

    Args:
        connection: Redis.
        after: id of the last entry that was read; "-" for the oldest there is.
        count: most entries.
    """
    raw: Any = connection.xrange(keys.events(), min=after if after == "-" else f"({after}", count=count)
    return [(entry.decode(), _event(entry.decode(), values)) for entry, values in raw]


def _event(entry: str, values: dict[bytes, bytes]) -> Event:
    text = {name.decode(): value.decode(errors="replace") for name, value in values.items()}
    return Event(
        task_id=text["task"],
        job=text["job"],
        queue=text["queue"],
        outcome=text["outcome"],  # type: ignore[arg-type]
        error=text["error"],
        wait=float(text["wait"]),
        run=float(text["run"]),
        worker=text["worker"],
        peak_mb=float(text["peak_mb"]),
        at=datetime.fromtimestamp(int(entry.partition("-")[0]) / 1000, UTC),
    )


def waited(enqueued_at: bytes | None, began: float) -> float:
    """Seconds from a task's enqueueing, as its hash has it, to its start; 0 if that is not known."""
    try:
        return max(began - datetime.fromisoformat((enqueued_at or b"").decode()).timestamp(), 0.0)
    except ValueError:
        return 0.0
