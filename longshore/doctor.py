"""What is wrong, and what to do: one line for each thing that tasks need in order to run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from longshore import connections, fallback, fleet, freshness, migrations, presence, settings, watch
from longshore.catalog import Catalog
from longshore.schedules import aside

CROWDED = 0.9
"""Share of Redis's memory or connections above which the doctor complains."""
_BESIDE = ("redis ", "freshness ")
"""How the names of checks begin whose failing does not keep tasks from running."""


@dataclass(frozen=True)
class Check:
    """One finding.

    Attributes:
        name: what was looked at.
        ok: whether it is as it should be.
        detail: what was found.
        advice: what to do; empty if nothing.
    """

    name: str
    ok: bool
    detail: str
    advice: str = ""


def examine(connection: Redis, catalog: Catalog, now: datetime | None = None) -> list[Check]:
    """All checks; those that need Redis are left out when Redis is away, as the first one says so."""
    checks = [_redis(connection)]
    if checks[0].ok:
        checks += [*_resources(connection), *_workers(connection, catalog), _clock(connection, now)]
        checks += [_set_aside(connection), *_fresh(connection)]
    return [*checks, sql()]


def ready(connection: Redis, catalog: Catalog) -> list[Check]:
    """What `/ready` asks: Redis, SQL, a worker for every queue, a living clock."""
    return [one for one in examine(connection, catalog) if not one.name.startswith(_BESIDE)]


def _redis(connection: Redis) -> Check:
    where = connections.place(settings.current().redis_url)
    try:
        info: Any = connection.info("server")
    except RedisError as error:
        hint = "start Redis, or set REDIS_URL to where it is"
        return Check("redis", False, f"{where} does not answer: {error}", hint)
    return Check("redis", True, f"{where} answers, version {info['redis_version']}")


def _resources(connection: Redis) -> Iterator[Check]:
    memory: Any = connection.info("memory")
    clients: Any = connection.info("clients")
    yield _headroom(
        "redis memory", int(memory["used_memory"]), int(memory.get("maxmemory", 0)), 1_000_000, "MB",
        "shorten result_ttl, or take a larger Redis: when it is full, nothing can be enqueued",
    )  # fmt: skip
    yield _headroom(
        "redis connections", int(clients["connected_clients"]), int(clients.get("maxclients", 0)), 1, "open",
        "lower REDIS_POOL_SIZE or WORKER_CONCURRENCY, or take a larger Redis",
    )  # fmt: skip
    policy = memory.get("maxmemory_policy", "noeviction")
    safe = policy == "noeviction" or not int(memory.get("maxmemory", 0))
    yield Check(
        "redis eviction", safe, f"maxmemory-policy is {policy}",
        "" if safe else "set it to noeviction: Redis may throw queued tasks away",
    )  # fmt: skip


def _headroom(name: str, used: int, limit: int, unit: int, word: str, advice: str) -> Check:
    shown = f"{used / unit:,.0f} {word} used" + (f" of {limit / unit:,.0f}" if limit else ", no limit set")
    ok = not limit or used < CROWDED * limit
    return Check(name, ok, shown, "" if ok else advice)


def _workers(connection: Redis, catalog: Catalog) -> Iterator[Check]:
    living = [one for one in fleet.workers(connection) if one.alive]
    for queue in catalog.queues:
        count = sum(queue in one.queues for one in living)
        said = f"{count} worker listens" if count == 1 else f"{count} workers listen"
        if count:
            yield Check(f"queue {queue}", True, said)
        else:
            then = fallback.consequences(catalog, queue)
            yield Check(f"queue {queue}", False, f"{said}: {then}", presence.nobody(queue))


def _clock(connection: Redis, now: datetime | None) -> Check:
    state = fleet.clock(connection)
    if state is None:
        return Check(
            "clock", False, "no clock is alive: schedules and delayed retries wait", "python scheduler.py"
        )
    age = ((now or datetime.now(UTC)) - datetime.fromisoformat(state["beat"])).total_seconds()
    return Check(
        "clock", True, f"process {state['pid']} on {state['host']}, last beat {max(age, 0):.0f} s ago"
    )


def _set_aside(connection: Redis) -> Check:
    count = aside.count(connection)
    if not count:
        return Check("redis entries", True, "none is set aside")
    newest = aside.read(connection)[0]
    said = f"{count} set aside, the newest {newest.entry_id} ({newest.job}): {newest.reason[:200]}"
    return Check("redis entries", False, said, "GET /api/set-aside lists them; put them back or discard them")


def _fresh(connection: Redis) -> Iterator[Check]:
    """Data that are older than they should be, as the clock last saw them."""
    for state in watch.states(connection):
        objective = freshness.objectives.get(state.name)
        if objective is not None:
            said = "as fresh as they should be" if state.fresh else freshness.words(objective, state)
            yield Check(f"freshness {state.name}", state.fresh, said, "" if state.fresh else objective.advice)


def sql() -> Check:
    """Whether the database answers and has the newest schema."""
    where = connections.place(settings.current().sql_url)
    try:
        missing = migrations.pending()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).split("\n", 1)[0]
        return Check(
            "sql", False, f"{where} does not answer: {reason}", "check DATABASE_URL and that it runs"
        )
    if missing:
        return Check("sql", False, f"{where} lacks {len(missing)} migration(s)", "flask db upgrade")
    return Check("sql", True, f"{where} answers and is up to date")
