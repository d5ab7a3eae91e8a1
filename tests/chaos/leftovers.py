"""What may stay in Redis when every task has ended, and what must not: anything that is not on the list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from redis import Redis

from longshore import keys

_FOREVER = re.compile(r"rq:queues|rq:workers(:.+)?|rq:(finished|failed):.+")
"""Tasks that have failed are judged one by one, elsewhere."""
_WITH_TTL = re.compile(r"rq:job:[^:]+|rq:results:.+|rq:worker:[^:]+|rq:clean_registries:.+|rq:clean_groups")


def leftovers(connection: Redis) -> list[str]:
    """Keys that should not be there, or not for ever, and registered workers that are gone; in words."""
    found = [
        complaint
        for key in sorted(connection.keys("*"))
        if (complaint := _complaint(connection, key.decode(errors="replace")))
    ]
    return found + _gone_workers(connection)


@dataclass(frozen=True)
class State:
    """What Redis says of a task: RQ's status, the retries that it has left, how many results are kept."""

    status: str | None
    retries_left: int | None
    results: int


def states(connection: Redis, task_ids: Iterable[str]) -> list[State]:
    """The state of each task, in one round trip."""
    with connection.pipeline(transaction=False) as pipe:
        for task_id in task_ids:
            pipe.hmget(f"rq:job:{task_id}", "status", "retries_left")
            pipe.xlen(f"rq:results:{task_id}")
        answers = iter(pipe.execute())
    return [
        State(status and status.decode(), left and int(left), results)
        for (status, left), results in zip(answers, answers, strict=True)
    ]


def describe(connection: Redis, task_id: str) -> str:
    """Everything that Redis has about one task, for a report."""
    task = {name: value[:300] for name, value in connection.hgetall(f"rq:job:{task_id}").items()}
    task.pop(b"data", None)
    places = [key.decode() for key in connection.keys("*") if _holds(connection, key, task_id)]
    return f"task {task_id}: {task}\n  in: {places or 'no list, set or registry'}"


def _complaint(connection: Redis, key: str) -> str:
    if key.startswith(keys.PREFIX) or _FOREVER.fullmatch(key):
        return ""
    if not _WITH_TTL.fullmatch(key):
        return f"{key}: {_content(connection, key)}"
    return f"{key}: has no time to live" if connection.ttl(key) == -1 else ""


def _gone_workers(connection: Redis) -> list[str]:
    return [
        f"{registry.decode()}: holds {name.decode()}, which is gone"
        for registry in connection.keys("rq:workers*")
        for name in connection.smembers(registry)
        if not connection.exists(name)
    ]


def _content(connection: Redis, key: str) -> Any:
    read = {
        "list": lambda: connection.lrange(key, 0, 5),
        "set": lambda: connection.srandmember(key, 5),
        "zset": lambda: connection.zrange(key, 0, 5, withscores=True),
        "hash": lambda: connection.hgetall(key),
        "string": lambda: connection.get(key),
    }
    kind = connection.type(key).decode()
    return f"{kind} {read[kind]()}" if kind in read else kind


def _holds(connection: Redis, key: bytes, task_id: str) -> bool:
    if task_id.encode() in key:
        return True
    read = {
        b"list": lambda: connection.lrange(key, 0, -1),
        b"set": lambda: connection.smembers(key),
        b"zset": lambda: connection.zrange(key, 0, -1),
    }.get(connection.type(key))
    return read is not None and any(task_id.encode() in one for one in read())
