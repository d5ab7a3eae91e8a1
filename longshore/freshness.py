"""Freshness objectives: data that should be no older than so much, watched by their age.

A job that fails now and then does no harm while its data are fresh, and one that "succeeds" with nothing new
does. So what is watched is when good data last came, and not what became of tasks. The clock's process does
it, as it lives when no worker does: watch.py. Here is what is watched and how it is judged; no Redis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Objective:
    """Data that should never be older than so much.

    Attributes:
        name: short, e.g. "odds".
        what: for people, at the beginning of a sentence, e.g. "Odds".
        max_age: the age that is still right.
        updated_at: when good data last came; None if never.
        advice: what to do when they are too old.
    """

    name: str
    what: str
    max_age: timedelta
    updated_at: Callable[[], datetime | None]
    advice: str


@dataclass(frozen=True)
class State:
    """How an objective stands.

    Attributes:
        name: the objective's.
        fresh: whether it is met.
        since: since when that is so.
        updated_at: when good data last came; None if never.
        age_seconds: their age; None if there never were any.
        told: whether people have been told of it.
    """

    name: str
    fresh: bool
    since: datetime
    updated_at: datetime | None
    age_seconds: float | None
    told: bool = True


objectives: dict[str, Objective] = {}
"""All that are declared, by name."""


def declare(objective: Objective) -> Objective:
    """Have an objective watched."""
    objectives[objective.name] = objective
    return objective


def judge(objective: Objective, before: State | None, now: datetime) -> State:
    """How an objective stands now.

    Args:
        objective: the objective.
        before: how it stood at the last look. Data that never came are too old when they have been waited for
            as long as that.
        now: the time.
    """
    updated = objective.updated_at()
    fresh = _is_fresh(objective, before, updated, now)
    age = (now - updated).total_seconds() if updated is not None else None
    if before is not None and before.fresh is fresh:
        return State(objective.name, fresh, before.since, updated, age, before.told)
    # A first look that finds all well is no news.
    return State(objective.name, fresh, now, updated, age, told=before is None and fresh)


def _is_fresh(objective: Objective, before: State | None, updated: datetime | None, now: datetime) -> bool:
    if updated is not None:
        return now - updated <= objective.max_age
    return before is None or (before.fresh and now - before.since <= objective.max_age)


def words(objective: Objective, state: State) -> str:
    """A state in one sentence."""
    limit = _length(objective.max_age.total_seconds())
    if state.fresh:
        return f"{objective.what} are fresh again: they should be no older than {limit}."
    if state.age_seconds is None:
        return f"{objective.what} have never come, and should be no older than {limit}."
    age = _length(state.age_seconds)
    return f"{objective.what} are {age} old, and should be no older than {limit}."


def _length(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
