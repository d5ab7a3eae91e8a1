"""Schedules as lists of the console show them: which ones, their next runs, and what the last slot brought.

SQL or Redis may be away: then what is left is shown, and what is missing is said.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from longshore import fleet
from longshore.catalog import Catalog
from longshore.connections import is_away
from longshore.schedules import aside, book, upcoming
from longshore.schedules.aside import SetAside
from longshore.schedules.book import Schedule
from longshore.schedules.ledger import SlotRecord
from longshore.schedules.upcoming import Live

logger = logging.getLogger(__name__)
WHICH: dict[str, Callable[[Schedule, datetime], bool]] = {
    "faulty": lambda one, _now: bool(one.fault) and not one.deleted,
    "paused": lambda one, now: one.is_paused(now) and not one.deleted,
    "changed": lambda one, _now: one.origin == "overridden" and not one.deleted,
    "made": lambda one, _now: one.origin == "made",
    "deleted": lambda one, _now: one.deleted,
}
"""What a list may be narrowed to; a schedule may be several of them."""


@dataclass(frozen=True)
class Shelf:
    """All schedules, as far as they can be read.

    Attributes:
        schedules: by name, those that are deleted included.
        sql_away: whether only what the code declares could be read.
    """

    schedules: Mapping[str, Schedule]
    sql_away: bool = False


@dataclass(frozen=True)
class Row:
    """A schedule in a list.

    Attributes:
        schedule: the schedule.
        next_run: when it runs next; None: never, as far as can be seen.
        last: what became of its newest slot.
    """

    schedule: Schedule
    next_run: datetime | None
    last: SlotRecord | None


@dataclass(frozen=True)
class Known:
    """What Redis knows.

    Attributes:
        live: of the schedules that were asked for.
        clock: whether a clock is alive.
        aside: entries that were set aside, the newest first.
        away: whether Redis could not be asked; the rest is empty then.
    """

    live: Live
    clock: bool = True
    aside: Sequence[SetAside] = ()
    away: bool = False


def shelf(catalog: Catalog) -> Shelf:
    """All schedules; without SQL those that the code declares."""
    try:
        return Shelf(book.every(catalog))
    except SQLAlchemyError as error:
        logger.warning("schedules are shown without SQL: %s", str(error).split("\n", 1)[0])
        return Shelf(book.combine(catalog, []), sql_away=True)


def known(connection: Redis, schedules: Sequence[Schedule]) -> Known:
    """Ask Redis about these schedules, the clock and what is set aside."""
    try:
        live = upcoming.look(connection, schedules)
        return Known(live, fleet.clock(connection) is not None, aside.read(connection))
    except RedisError as error:
        if not is_away(error):
            raise
        logger.info("schedules are shown without Redis: %s", error)
        return Known(Live(), away=True)


def rows(schedules: Iterable[Schedule], live: Live, now: datetime) -> list[Row]:
    """These schedules with their next runs and last slots."""
    return [
        Row(one, upcoming.next_run(one, now, live.due.get(one.name)), live.last.get(one.name))
        for one in schedules
    ]


def chosen(schedules: Iterable[Schedule], *, find: str, which: str, now: datetime) -> list[Schedule]:
    """Those that a person looks for, by name.

    Args:
        schedules: all of them.
        find: a part of the name or of the job's; empty for any.
        which: a key of WHICH; another word for all.
        now: the time.
    """
    wanted = find.casefold()
    return [
        one
        for one in sorted(schedules, key=lambda each: each.name)
        if (wanted in one.name.casefold() or wanted in one.job.casefold())
        and (which not in WHICH or WHICH[which](one, now))
    ]


def counts(schedules: Iterable[Schedule], now: datetime) -> dict[str, int]:
    """How many there are of each of WHICH."""
    found = list(schedules)
    return {word: sum(is_one(one, now) for one in found) for word, is_one in WHICH.items()}
