"""The watch over freshness objectives: it looks now and then, keeps their states, and tells of changes."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

from redis import Redis
from redis.exceptions import RedisError

from longshore import freshness, keys
from longshore.alerts import Alert, Alerts
from longshore.freshness import Objective, State

logger = logging.getLogger("longshore.freshness")
INTERVAL = 10.0
"""Seconds between two looks."""


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
        for objective in list(freshness.objectives.values()):
            state = freshness.judge(objective, self._states.get(objective.name), self._now())
            if not state.told:
                state = self._tell(objective, state)
            self._states[objective.name] = state
        self._save()

    def _tell(self, objective: Objective, state: State) -> State:
        text = freshness.words(objective, state) + ("" if state.fresh else f" {objective.advice}")
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
