"""The check itself: what is judged, what is only counted, and what is left out.

- A task on a queue of the catalog fails the release if it would not run: its job is gone, its parameters do
  not bind, or its hash is damaged.
- A pickled task is counted and fails nothing: no Longshore, old or new, can read it, so no release breaks it
  and none mends it. A stock worker may serve the same queue.
- Tasks of queues that the catalog does not have are other people's, and counted. But one that Longshore has
  made fails the release: its queue is gone from the code, and no worker would ever take it.
- Schedules are checked as such, so their entries in rq-scheduler are left out.
- Ids without a task are counted: workers skip them.
- What the clock has set aside is left out: it waits for a person, not for code.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from redis import Redis

from longshore.catalog import Catalog
from longshore.release.report import Report, Row, Tally
from longshore.release.schedules import KnownSchedule, known
from longshore.release.verdict import Judge, Verdict
from longshore.release.walk import SCHEDULER, Entry, Fields, entries
from longshore.serializer import Serializer
from longshore.task import RETRIES, SCHEDULE_ENTRY

SCHEDULE = "schedule"
NO_QUEUE = "the catalog has no queue of this name, so no worker takes it"


def check(connection: Redis, catalog: Catalog, schedules: Iterable[KnownSchedule] | None = None) -> Report:
    """Look at all that waits and at every schedule. 100,000 tasks take 3 to 6 s.

    Args:
        connection: a client with timeouts; nothing is written.
        catalog: the catalog of the code that is to be deployed, loaded.
        schedules: those to look at; all that are known unless given.

    Raises:
        redis.exceptions.RedisError: Redis does not answer.
    """
    began = time.monotonic()
    tally, judge = Tally(), Judge(connection, catalog)
    for entry in entries(connection, catalog):
        _look_at(entry, catalog, judge, tally)
    for one in known(catalog) if schedules is None else schedules:
        tally.schedules += 1
        verdict = judge.schedule(one)
        if verdict.fault:
            queue = catalog.get(verdict.job).queue if verdict.job in catalog else ""
            tally.fault(Row(SCHEDULE, queue, verdict.job, verdict.fault, 1, one.name))
    return tally.report(time.monotonic() - began)


def _look_at(entry: Entry, catalog: Catalog, judge: Judge, tally: Tally) -> None:
    if entry.fields is not None and entry.fields.data is None:
        tally.gone += 1
        return
    is_ours, waits_for_clock = entry.queue in catalog.queues, entry.place.where == SCHEDULER
    meta = _meta(entry.fields) if waits_for_clock or not is_ours else {}
    if waits_for_clock and meta and SCHEDULE_ENTRY in meta:
        return
    if not is_ours and meta and RETRIES in meta:
        _count(entry, Verdict(judge.task(entry.fields).job, NO_QUEUE), tally)
    elif not is_ours:
        tally.foreign += 1
    elif meta is None:  # the clock cannot read it either, and leaves it to a stock rqscheduler
        tally.pickled += 1
    else:
        _count(entry, judge.task(entry.fields), tally)


def _count(entry: Entry, verdict: Verdict, tally: Tally) -> None:
    if verdict.is_pickle:
        tally.pickled += 1
        return
    tally.checked += 1
    if verdict.fault:
        example = entry.task_id.decode(errors="replace")
        tally.fault(Row(entry.place.where, entry.queue, verdict.job, verdict.fault, 1, example))


def _meta(fields: Fields | None) -> dict[str, Any] | None:
    """A task's meta; None if it is not JSON."""
    try:
        meta = Serializer.loads((fields and fields.meta) or b"{}")
    except (ValueError, RecursionError):
        return None
    return meta if isinstance(meta, dict) else {}
