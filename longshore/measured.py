"""How long the tasks of each job have run lately, read from the stream of events.

Only attempts that came to an end of their own count: one that had to make way, or died with its worker, says
little about the job. Nothing is stored here.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis import Redis

from longshore import keys
from longshore.catalog import Catalog
from longshore.errors import UnknownJob

PAGE = 1_000
"""Events that one request reads: about 1 ms of Redis's time."""
_ENDED = frozenset({b"success", b"failure", b"retry", b"stopped"})


@dataclass(frozen=True)
class Measured:
    """What the last attempts of a job took.

    Attributes:
        runs: how many were measured.
        mean: their mean in seconds.
        p95: seconds within which 95 of 100 ended.
    """

    runs: int
    mean: float
    p95: float


def read(connection: Redis, catalog: Catalog, most: int = keys.EVENTS) -> dict[str, Measured]:
    """What each job of the catalog takes; those that have not run lately are missing.

    Args:
        connection: Redis.
        catalog: the jobs that there are; an import path in an event is understood as its job.
        most: events that are read, from the newest on.
    """
    seen: dict[bytes, list[float]] = defaultdict(list)
    for values in _newest(connection, most):
        if values[b"outcome"] in _ENDED:
            seen[values[b"job"]].append(float(values[b"run"]))
    by_job: dict[str, list[float]] = defaultdict(list)
    for raw, runs in seen.items():
        try:
            by_job[catalog.resolve(raw.decode(errors="replace")).name] += runs
        except UnknownJob:
            continue  # a job of the past, or of a stock RQ client
    return {name: measure(runs) for name, runs in by_job.items()}


def measure(runs: Sequence[float]) -> Measured:
    """Mean and 95th percentile (nearest rank) of at least one run, in seconds."""
    ranked = sorted(runs)
    return Measured(len(ranked), math.fsum(ranked) / len(ranked), ranked[math.ceil(0.95 * len(ranked)) - 1])


def _newest(connection: Redis, most: int) -> Iterator[dict[bytes, bytes]]:
    last = "+"
    while most > 0:
        page: Any = connection.xrevrange(keys.events(), max=last, count=min(PAGE, most))
        yield from (values for _, values in page)
        if len(page) < PAGE:
            return
        last, most = f"({page[-1][0].decode()}", most - len(page)
