"""A stored payload by itself, without its task: what it would run, and whether it binds."""

from __future__ import annotations

import contextlib
import zlib

from redis import Redis

from longshore.errors import UnknownJob
from longshore.task import Task


def check(connection: Redis, data: bytes) -> None:
    """Whether a stored payload, compressed or not, is one that this house can run.

    Raises:
        NotJson: it is not JSON, so it is for a stock worker to judge.
        UnknownJob: the catalog has no such job.
        InvalidParameters: its parameters do not bind.
    """
    one = _of_payload(connection, data)
    declared = one.declared
    declared.parameters.check(one.given(declared))


def name_in(connection: Redis, data: bytes) -> str:
    """The catalog's name of what a stored payload runs, or what the payload calls it.

    Raises:
        NotJson: it is not JSON.
    """
    try:
        return _of_payload(connection, data).declared.name
    except UnknownJob as error:
        return error.name


def _of_payload(connection: Redis, data: bytes) -> Task:
    """A task with a payload and nothing else; the connection is not used, but RQ asks for one."""
    with contextlib.suppress(zlib.error):  # RQ also stores payloads that are not compressed
        data = zlib.decompress(data)
    one = Task("payload", connection)
    one._data = data
    return one
