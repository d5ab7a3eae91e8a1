"""The state of the house in one line: workers, clock, and how many tasks wait, run and have failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from redis import Redis

from longshore import fleet, listing
from longshore.catalog import Catalog

TALLIES: dict[str, tuple[str, ...]] = {
    "running": ("started",),
    "waiting": ("queued", "rate_limited", "scheduled", "later", "deferred"),
    "failed": ("failed",),
    "finished": ("finished",),
    "canceled": ("canceled",),
}
"""The places of tasks, put together under the words that a person looks for."""


@dataclass(frozen=True)
class House:
    """How the house is now.

    Attributes:
        tally: how many tasks are running, waiting and so on.
        workers: how many workers are alive.
        unserved: queues that no living worker listens to.
        clock: when the clock's last beat was; None if no clock is alive.
        suspended: whether all workers have been told to pause.
    """

    tally: dict[str, int]
    workers: int
    unserved: list[str]
    clock: datetime | None
    suspended: bool


def look(connection: Redis, catalog: Catalog, now: datetime | None = None) -> House:
    """Look at the house; a handful of round trips to Redis, however many tasks there are."""
    queues = fleet.queues(connection, catalog, now)
    return House(
        tally=tally(connection, catalog),
        workers=sum(one.alive for one in fleet.workers(connection)),
        unserved=[one["name"] for one in queues if not one["workers"]],
        clock=last_beat(fleet.clock(connection)),
        suspended=any(one["suspended"] for one in queues),
    )


def tally(connection: Redis, catalog: Catalog, queue: str | None = None) -> dict[str, int]:
    """How many tasks there are under each word of TALLIES, of one queue or of all."""
    places = listing.places(catalog, queue)
    counted = zip((place.state for place in places), listing.counts(connection, places), strict=True)
    return add_up(counted)


def add_up(counted: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Sum counts by state into counts by the words of TALLIES."""
    word_of = {state: word for word, states in TALLIES.items() for state in states}
    sums = dict.fromkeys(TALLIES, 0)
    for state, count in counted:
        sums[word_of[state]] += count
    return sums


def last_beat(clock: Mapping[str, Any] | None) -> datetime | None:
    """When the clock's last beat was; None if there is no clock."""
    return datetime.fromisoformat(clock["beat"]) if clock else None
