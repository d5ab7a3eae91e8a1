"""Every Redis key that Longshore itself writes, and every default with its unit.

RQ's keys (`rq:…`) and rq-scheduler's (`rq:scheduler:…`) are theirs; we go through their classes.
Each key of ours has a TTL or a bound, stated beside it.
"""

from __future__ import annotations

from typing import Final

PREFIX: Final = "longshore:"

TIMEOUT: Final = 300
"""Seconds that a task may run, unless its job says otherwise."""

RESULT_TTL: Final = 86_400
"""Seconds that a finished task and its result are kept, unless its job says otherwise."""

FAILURE_TTL: Final = 7 * 86_400
"""Seconds that a failed task is kept. RQ's own default is a year, which fills a small Redis."""

IDEMPOTENCY_TTL: Final = 86_400
"""Seconds that an Idempotency-Key returns the first task."""

UNIQUE_TTL: Final = 30 * 86_400
"""Seconds that a unique job's parameters are remembered at most; its task's end frees them earlier."""

BATCH_LIMIT: Final = 1_000
"""Most tasks that one batch may enqueue."""

PROGRESS_INTERVAL: Final = 0.1
"""Seconds between two writes of one task's progress, however often it reports."""

LOG_LINES: Final = 500
"""Most log lines kept of one task."""

LOG_BYTES: Final = 65_536
"""Most bytes of log kept of one task."""

LOG_LINE_BYTES: Final = 2_000
"""Longest log line kept; the rest of it is cut."""

LOG_TTL: Final = FAILURE_TTL
"""Seconds that a task's log lives after its last line."""

EVENTS: Final = 10_000
"""Ends of attempts that the stream of events holds, about."""

CLOCK_TTL: Final = 10
"""Seconds after its last beat that a clock counts as dead."""

CLOCK_LOCK_TTL: Final = 3.0
"""Seconds that rq-scheduler's lock lives when the clock that holds it dies; it is renewed at each look."""

RECONCILE_INTERVAL: Final = 5
"""Seconds between two comparisons of the schedules in SQL and in the code with what Redis holds."""

SCHEDULES: Final = 10_000
"""Most schedules that are made or changed at run time."""

SLOTS: Final = 200
"""Slots of a schedule whose records are kept."""

SLOTS_TTL: Final = 7 * 86_400
"""Seconds that the records of a schedule are kept when it is gone."""

ASIDE: Final = 1_000
"""Most entries that are set aside as they cannot be fired; one more is tried again each minute."""

FRESHNESS_TTL: Final = 7 * 86_400
"""Seconds that the states of freshness objectives are kept when nobody watches them any more."""

ALERTS: Final = 100
"""Alerts that are kept."""

ALERTS_TTL: Final = 30 * 86_400
"""Seconds that alerts are kept after the last one."""


def freshness() -> str:
    """Hash of objective name to its state as JSON; as many fields as objectives; TTL FRESHNESS_TTL."""
    return f"{PREFIX}freshness"


def freshness_turn() -> str:
    """String that says that a process has just looked at the objectives; TTL 9 s."""
    return f"{PREFIX}freshness:turn"


def alerts() -> str:
    """List of alerts as JSON, newest first; at most ALERTS; TTL ALERTS_TTL."""
    return f"{PREFIX}alerts"


UPSTREAM_TTL: Final = 35 * 86_400
"""Seconds that anything is remembered of an upstream: credits are renewed once a month."""

CONDITIONAL_TTL: Final = 86_400
"""Seconds that an upstream's answer is kept to ask whether it is still right."""

CONDITIONAL_ANSWERS: Final = 64
"""Answers of one upstream that are kept for that; the oldest go first."""

CONDITIONAL_BYTES: Final = 150_000
"""Largest answer, compressed, that is kept for that."""

SNAPSHOT_BYTES: Final = 6_000_000
"""Largest snapshot, compressed. A small Redis has 25 MB, and while one replaces another there are two."""

SNAPSHOT_PARTS: Final = 5_000
"""Most parts of a snapshot."""

SNAPSHOT_PART_BYTES: Final = 50_000_000
"""Largest part of a snapshot, unpacked."""

SNAPSHOT_TTL: Final = 30 * 86_400
"""Seconds that a snapshot is kept when no newer one comes."""

SNAPSHOT_INCOMING_TTL: Final = 60
"""Seconds that a snapshot may take to be written; one whose writer has died is gone after that."""


def requests(address: str) -> str:
    """Counter of an address's requests to public routes; TTL the window of PUBLIC_RATE_LIMIT."""
    return f"{PREFIX}requests:{address}"


def snapshot(name: str) -> str:
    """Hash of a snapshot's head and its compressed parts; at most SNAPSHOT_BYTES; TTL SNAPSHOT_TTL."""
    return f"{PREFIX}snapshot:{name}"


def snapshot_incoming(name: str, version: str) -> str:
    """The same hash while it is written; TTL SNAPSHOT_INCOMING_TTL, until it takes the other's place."""
    return f"{PREFIX}snapshot:{name}:{version}"


def upstream(name: str, what: str) -> str:
    """What all processes share about an upstream; a handful of keys for each.

    `budget`: hash of a token bucket, TTL 1 h. `circuit`: string, TTL 1 h; `failures`: counter, TTL 60 s;
    `probe`: string, TTL 60 s. `aside:<digest of a key>`: string, TTL as long as the key is set aside;
    `credits:<digest>`: JSON, TTL UPSTREAM_TTL. `answer:<digest of an address>`: hash, TTL CONDITIONAL_TTL;
    `answers`: sorted set of these by age, at most CONDITIONAL_ANSWERS, TTL CONDITIONAL_TTL.
    """
    return f"{PREFIX}upstream:{name}:{what}"


def idempotency(job: str, digest: str) -> str:
    """String `task_id:parameters digest` of an Idempotency-Key; TTL IDEMPOTENCY_TTL."""
    return f"{PREFIX}idempotency:{job}:{digest}"


def unique(job: str, digest: str) -> str:
    """String `task_id` of a unique job's newest task with these parameters; TTL UNIQUE_TTL."""
    return f"{PREFIX}unique:{job}:{digest}"


def log(task_id: str) -> str:
    """Stream of a task's log lines; at most LOG_LINES and LOG_BYTES; TTL LOG_TTL."""
    return f"{PREFIX}log:{task_id}"


def events() -> str:
    """Stream of the ends of attempts, one entry each; about EVENTS entries, so no TTL."""
    return f"{PREFIX}events"


def repeated(execution_id: str) -> str:
    """String that says that a claim was sent again as its answer was lost; TTL 600 s. step.lua writes it."""
    return f"{PREFIX}repeated:{execution_id}"


def clock() -> str:
    """Hash with the living clock's name, host, pid and beat; TTL CLOCK_TTL."""
    return f"{PREFIX}clock"


def schedules() -> str:
    """Hash of schedule name to its revision: those that the clock has put into rq-scheduler.

    Bounded by the number of schedules; no TTL, as schedules have none.
    """
    return f"{PREFIX}schedules"


def finished() -> str:
    """Hash of schedule name to its revision: those that are never due again. Bounded as `schedules`."""
    return f"{PREFIX}schedules:finished"


def schedule_changes() -> str:
    """Counter of changes in SQL, which makes the clock look there at once. One number; no TTL."""
    return f"{PREFIX}schedules:changes"


def clock_mark() -> str:
    """String that says that a clock has been here since Redis was empty. No TTL: that it is gone says
    something.
    """
    return f"{PREFIX}clock:mark"


def slots(schedule: str) -> str:
    """List of a schedule's slot records, newest first; at most SLOTS; SLOTS_TTL once the schedule is gone."""
    return f"{PREFIX}slots:{schedule}"


def aside() -> str:
    """Hash of entry id to why it cannot be fired, as JSON; at most ASIDE fields, so no TTL."""
    return f"{PREFIX}aside"
