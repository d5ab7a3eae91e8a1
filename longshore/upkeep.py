"""What keeps Redis from filling with what nobody can use any more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from redis import Redis
from rq.registry import CanceledJobRegistry
from rq.utils import as_text

from longshore import catalog, settings
from longshore.connections import patient_client
from longshore.task import Task

_CHUNK = 500


def sweep(connection: Redis | None = None) -> tuple[int, int]:
    """Take ids whose task has expired out of the registries of canceled tasks.

    RQ cleans its other registries by their scores; canceled tasks it keeps for ever, while their
    hashes have a TTL from us.

    Returns:
        How many queues were looked at, and how many ids were removed.
    """
    connection = connection or patient_client(settings.current().redis_url)
    names = list(catalog.catalog.queues)
    registries = [CanceledJobRegistry.key_template.format(name) for name in names]
    return len(names), sum(_sweep(connection, key) for key in registries)


def _sweep(connection: Redis, key: str) -> int:
    removed = 0
    for ids in _chunks(connection, key):
        with connection.pipeline(transaction=False) as pipe:
            for one in ids:
                pipe.exists(Task.key_for(one))
            gone = [one for one, there in zip(ids, pipe.execute(), strict=True) if not there]
        if gone:
            removed += int(connection.zrem(key, *gone))
    return removed


def _chunks(connection: Redis, key: str) -> Iterator[list[str]]:
    ids: list[str] = []
    entries: Any = connection.zscan_iter(key)
    for member, _ in entries:
        ids.append(as_text(member))
        if len(ids) == _CHUNK:
            yield ids
            ids = []
    if ids:
        yield ids
