"""Freshness objectives: data that should be no older than so much, watched by their age.

A job that fails now and then does no harm while its data are fresh, and one that "succeeds" with nothing new
does. So what is watched is when good data last came, and not what became of tasks. The clock's process does
it, as it lives when no worker does. Telling people is in alerts.py.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from redis import Redis
from redis.exceptions import RedisError

from longshore import keys
from longshore.alerts import Alert, Alerts

logger = logging.getLogger("longshore.freshness")
INTERVAL = 10.0
"""Seconds between two looks."""


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


class Watch:
    """Looks at all objectives now and then, and tells when one changes. One of several at a time does.

    Args:
        connection: Redis, where states are kept; while it is away they are kept here.
        alerts: whom to tell.
        now: the time.
    """

    def __init__(
        self, connection: Redis, alerts: Alerts, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._connection, self._alerts, self._now = connection, alerts, now
        self._states: dict[str, State] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="longshore-freshness", daemon=True)

    def start(self) -> None:
        """Look every INTERVAL seconds, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; one that hangs in a call is left behind."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(INTERVAL):
            try:
                self.look()
            except Exception:  # an objective's own function may raise anything; the others go on next time
                logger.exception("freshness could not be judged")

    def look(self) -> None:
        """Judge every objective once, and tell what has changed, unless another process has just looked."""
        if not self._take_turn():
            return
        self._remember()
        for objective in list(objectives.values()):
            state = judge(objective, self._states.get(objective.name), self._now())
            if not state.told:
                state = self._tell(objective, state)
            self._states[objective.name] = state
        self._save()

    def _tell(self, objective: Objective, state: State) -> State:
        text = words(objective, state) + ("" if state.fresh else f" {objective.advice}")
        kind: Literal["firing", "resolved"] = "resolved" if state.fresh else "firing"
        told = self._alerts.tell(Alert(objective.name, kind, text, self._now()))
        return State(state.name, state.fresh, state.since, state.updated_at, state.age_seconds, told)

    def _take_turn(self) -> bool:
        try:
            return bool(self._connection.set(keys.freshness_turn(), 1, nx=True, px=int(INTERVAL * 900)))
        except RedisError:
            return True  # each on its own then: better told twice than not at all

    def _remember(self) -> None:
        try:
            self._states = {one.name: one for one in states(self._connection)}
        except RedisError:
            logger.debug("states of freshness are those of this process, as Redis is away")

    def _save(self) -> None:
        try:
            with self._connection.pipeline() as pipe:
                pipe.delete(keys.freshness())
                for state in self._states.values():
                    pipe.hset(keys.freshness(), state.name, _dumped(state))
                pipe.expire(keys.freshness(), keys.FRESHNESS_TTL)
                pipe.execute()
        except RedisError:
            logger.debug("states of freshness are not saved, as Redis is away")


def states(connection: Redis) -> list[State]:
    """How the objectives stood at the last look."""
    raw: Any = connection.hgetall(keys.freshness())
    found = [_loaded(name.decode(), value) for name, value in raw.items()]
    return sorted((one for one in found if one is not None), key=lambda one: one.name)


def _dumped(state: State) -> str:
    return json.dumps(
        {
            "fresh": state.fresh,
            "since": state.since.isoformat(),
            "updated_at": state.updated_at.isoformat() if state.updated_at else None,
            "age_seconds": state.age_seconds,
            "told": state.told,
        }
    )


def _loaded(name: str, raw: bytes) -> State | None:
    """A state, or None for what somebody else has written there."""
    try:
        read = json.loads(raw)
        updated = read["updated_at"]
        return State(
            name, bool(read["fresh"]), datetime.fromisoformat(read["since"]),
            datetime.fromisoformat(updated) if updated else None, read["age_seconds"], bool(read["told"]),
        )  # fmt: skip
    except (ValueError, TypeError, KeyError):
        return None
