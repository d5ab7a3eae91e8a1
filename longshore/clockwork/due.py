"""Firing the schedules that are due in a look: read their pending slots, decide, carry it out, note it.

One that cannot be decided or fired is put off for a while, and the rest go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from redis import Redis
from redis.exceptions import RedisError, ResponseError
from rq_scheduler import Scheduler

from longshore.clockwork import decide
from longshore.clockwork.asker import Asker
from longshore.clockwork.fire import Fired, Firing
from longshore.clockwork.foreign import AGAIN
from longshore.clockwork.hold import Holder
from longshore.connections import is_away
from longshore.instants import moment
from longshore.schedules import entries
from longshore.schedules.book import Schedule
from longshore.task import Task

logger = logging.getLogger("longshore.clock")
MOVES = 1_000
"""Most moves of one look, give or take a schedule's: the lock has to be renewed in time."""
DECIDING = 0.5
"""Seconds that one look decides, for the same reason: after hours without a clock there are many slots."""
_UNDECIDED = ("moved", "lost", "error")


@dataclass(frozen=True)
class State:
    """What Redis has of a schedule that is due.

    Attributes:
        pending: its pending slot; None if somebody has written over it.
        revision: of its entry.
        last: its last task; empty for none.
    """

    pending: datetime | None
    revision: str
    last: str


@dataclass(frozen=True)
class Result:
    """What came of a look.

    Attributes:
        soonest: when one of these schedules is due again, in seconds since 1970; None if that is not known.
        more: whether there was more to do than one look may.
        stale: whether Redis holds other schedules than this clock has read.
        decided: until when all slots are decided.
    """

    soonest: float | None
    more: bool
    stale: bool
    decided: datetime


class Due:
    """Fires schedules that are due, for the clock that leads.

    Args:
        connection: the clock's.
        firing: carries moves out.
        holder: remembers pending slots.
        asker: asks the functions of `when`.
    """

    def __init__(self, connection: Redis, firing: Firing, holder: Holder, asker: Asker) -> None:
        self._connection, self._firing, self._holder, self._asker = connection, firing, holder, asker

    def fire(self, due: list[Schedule], now: datetime) -> Result:
        """Fire what is due of these schedules, the longest due first."""
        states = {one.name: state for one, state in zip(due, self._states(due), strict=True)}
        many: list[tuple[Schedule, list[decide.Move]]] = []
        count = looked = 0
        began = time.monotonic()
        for schedule in due:
            if count >= MOVES or time.monotonic() - began > DECIDING:
                break
            looked += 1
            if moves := self._decided(schedule, states[schedule.name], now):
                many.append((schedule, moves))
                count += len(moves)
        fired = self._firing.fire(many, now, {name: state.last for name, state in states.items()})
        for one in fired:
            self._noted(one, now)
        return Result(
            soonest=min(filter(None, map(_due_again, fired)), default=None),
            more=looked < len(due),
            stale=any(_is_stale(one, states[one.name]) for one in due),
            decided=_decided_until(due, states, fired, now),
        )

    def _states(self, due: list[Schedule]) -> list[State]:
        with self._connection.pipeline(transaction=False) as pipe:
            for schedule in due:
                pipe.hmget(Task.key_for(entries.entry_id(schedule.name)), "slot", "revision", "last_task")
            return [_state(one) for one in pipe.execute(raise_on_error=False)]

    def _decided(self, schedule: Schedule, state: State, now: datetime) -> list[decide.Move]:
        """The moves of a schedule; none of one that was edited or lost: the next look puts it right."""
        try:
            if state.pending is None or _is_stale(schedule, state):
                return []
            if entries.due_at(schedule, state.pending) > now.timestamp():
                self._holder.set_score(schedule, state.pending)
                return []
            moves = decide.moves(schedule, state.pending, now, self._asker)
            if any(move.fire for move in moves):
                self._firing.plan(schedule)
            return moves
        except RedisError:
            raise
        except Exception:
            logger.exception("schedule %s cannot be decided; trying again soon", schedule.name)
            self._put_off(schedule, now)
            return []

    def _put_off(self, schedule: Schedule, now: datetime) -> None:
        again = {entries.entry_id(schedule.name): now.timestamp() + AGAIN}
        self._connection.zadd(Scheduler.scheduled_jobs_key, again, xx=True)

    def _noted(self, one: Fired, now: datetime) -> None:
        if one.outcome == "error":
            self._put_off(one.schedule, now)
        elif one.outcome not in _UNDECIDED:
            self._holder.remember(one.schedule, one.move.following)
        if one.outcome == "skipped":
            logger.info("schedule %s: slot skipped, task %s has not ended", one.schedule.name, one.blocker)


def _state(raw: Any) -> State:
    """What Redis has.

    Raises:
        redis.exceptions.RedisError: Redis is away.
    """
    if isinstance(raw, Exception):
        if not isinstance(raw, ResponseError) or is_away(raw):
            raise raw
        return State(None, "", "")
    slot, revision, last = ((one or b"").decode(errors="replace") for one in raw)
    return State(moment(slot), revision, last)


def _is_stale(schedule: Schedule, state: State) -> bool:
    return state.pending is None or state.revision != schedule.revision


def _due_again(one: Fired) -> float | None:
    following = one.move.following
    return entries.due_at(one.schedule, following) if following else None


def _decided_until(
    due: list[Schedule], states: Mapping[str, State], fired: list[Fired], now: datetime
) -> datetime:
    """Just before the first slot that was due and is not decided; now, if there is none."""
    ahead = {name: state.pending for name, state in states.items()}
    ahead |= {one.schedule.name: one.move.following for one in fired if one.outcome not in _UNDECIDED}
    left = [
        slot for one in due
        if (slot := ahead[one.name]) is not None and entries.due_at(one, slot) <= now.timestamp()
    ]  # fmt: skip
    return min([now, *(slot - timedelta(seconds=1) for slot in left)])
