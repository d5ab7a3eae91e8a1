"""Whether a task's hash, or a schedule, binds to the code of this process, and in what words it does not.

The words hold no value of a parameter: they are shown in the logs of a release. Verdicts are remembered, as
most payloads are alike, up to a bound.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from redis import Redis
from rq.exceptions import DeserializationError

from longshore.catalog import Catalog, Job
from longshore.errors import InvalidParameters, UnknownJob
from longshore.release.schedules import KnownSchedule
from longshore.release.walk import Fields
from longshore.release.words import Words, clean
from longshore.task import ClaimedTask, Task

REMEMBERED = 10_000
"""Payloads whose verdict is remembered."""
REMEMBERED_BYTES = 1_000
"""Largest payload of these: 10 MB in all."""
REMEMBERED_FIELDS = 1_000
"""Combinations of the other fields whose verdict is remembered."""

NO_JOB = "the catalog has no job of this name"
NO_HASH = "its key holds no hash"
NO_CALL = "its payload is damaged: it is no call in JSON"
_PICKLE = b"\x80"
"""How every pickle begins that RQ has ever made. JSON cannot begin so."""

_TIME = rb"(\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?Z)?"
_NUMBERS = rb"(\[\d+(\.\d+)?(, ?\d+(\.\d+)?)*\])?"
_OWN = slice(Fields._fields.index("created_at"), Fields._fields.index("status"))
"""The fields that differ from task to task; those behind them are alike in the tasks of a job."""
_is_sound = re.compile(rb"%b %b \d{0,9} %b" % (_TIME, _TIME, _NUMBERS)).fullmatch
"""Passes only what RQ can read in these fields; asking RQ takes 50 µs a task."""


class Verdict(NamedTuple):
    """What was found.

    Attributes:
        job: the job, or what the payload calls it; empty if that cannot be read.
        fault: why it would not run; empty if it would.
        is_pickle: it was made by a stock client that pickles, and cannot be read at all.
    """

    job: str
    fault: str = ""
    is_pickle: bool = False


class Judge:
    """Judges by one catalog. It reads no more than it is given.

    Args:
        connection: a client, which tasks are made with; it is not asked anything.
        catalog: the jobs of the code that is to be deployed.
    """

    def __init__(self, connection: Redis, catalog: Catalog) -> None:
        self._connection, self._catalog = connection, catalog
        self._words = Words()
        self._remembered_call = functools.lru_cache(REMEMBERED)(self._call)
        self._remembered_rest = functools.lru_cache(REMEMBERED_FIELDS)(self._rest)

    def task(self, fields: Fields | None) -> Verdict:
        """Whether a task with these fields would run; None stands for what is no hash."""
        if fields is None or fields.data is None:
            return Verdict("", NO_HASH)
        is_small = len(fields.data) <= REMEMBERED_BYTES
        call = self._remembered_call(fields.data) if is_small else self._call(fields.data)
        if call.fault or call.is_pickle:
            return call
        return Verdict(call.job, self._beside_the_call(fields))

    def schedule(self, one: KnownSchedule) -> Verdict:
        """Whether the runs of a schedule would. Our words go first, as its fault may quote a parameter."""
        params = one.params
        if params is None:
            return Verdict(clean(one.job), clean(one.fault))
        try:
            job = self._catalog.resolve(one.job)
        except UnknownJob:
            return Verdict(clean(one.job), NO_JOB)
        return Verdict(job.name, self._bind(job, lambda: params) or clean(one.fault))

    def _call(self, data: bytes) -> Verdict:
        claimed = ClaimedTask("", self._connection, {b"data": data})
        try:
            name = claimed.func_name
        except DeserializationError:
            is_pickle = claimed.data.startswith(_PICKLE)
            return Verdict("", "" if is_pickle else NO_CALL, is_pickle)
        if not isinstance(name, str):
            return Verdict("", NO_CALL)
        try:
            job = self._catalog.resolve(name)
        except UnknownJob:
            return Verdict(clean(name), NO_JOB)
        return Verdict(job.name, self._bind(job, lambda: claimed.given(job)))

    def _bind(self, job: Job, given: Callable[[], Mapping[str, Any]]) -> str:
        try:
            job.parameters.check(given())
        except InvalidParameters as error:
            return self._words.of(job, error)
        except Exception as error:  # a validator of the job's own may raise anything, as it would in a worker
            return f"checking its parameters raises {type(error).__name__}"
        return ""

    def _beside_the_call(self, values: tuple[bytes | None, ...]) -> str:
        own, shared = values[_OWN], values[_OWN.stop :]
        is_sound = _is_sound(b" ".join([one or b"" for one in own]))
        return self._remembered_rest(shared) if is_sound else self._rest(own + shared)

    def _rest(self, values: tuple[bytes | None, ...]) -> str:
        """Whether RQ can read these values of the last fields, and the callbacks are there."""
        names = Fields._fields[-len(values) :]
        raw = {name.encode(): value for name, value in zip(names, values, strict=True) if value is not None}
        task = Task("release-check", self._connection)
        task.restore(raw | {b"data": b""})
        if task.damage:
            return f"its hash is damaged ({task.damage.partition(':')[0]})"
        try:
            _ = task.success_callback, task.failure_callback, task.stopped_callback
        except UnknownJob as error:
            return clean(f"there is no callback {error.name}")
        return ""
