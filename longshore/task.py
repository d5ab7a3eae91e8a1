"""A task: one run of a job, as an `rq.job.Job` that only runs what the catalog knows.

RQ keeps its keys, states and registries. This class decides which function a payload means, checks
its parameters again, and turns the result into JSON; it holds no pickle and imports nothing that a
payload names.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import sys
import zlib
from collections.abc import Callable
from typing import Any

from pydantic_core import PydanticSerializationError
from redis import Redis
from rq.exceptions import DeserializationError, NoSuchJobError
from rq.executions import Execution
from rq.job import UNEVALUATED, JobStatus
from rq.job import Job as RQJob

from longshore import catalog
from longshore.errors import InvalidParameters, LongshoreError, UnknownJob
from longshore.progress import reporting_to
from longshore.reporter import RedisReporter, printable
from longshore.serializer import Serializer

ERROR = "error"
RETRIES = "retries"
SCHEDULE = "schedule"
SLOT = "slot"
SCHEDULE_ENTRY = "definition"
"""Fields of a task's meta: its last error, the retries that it started with, the schedule that fired it and
the slot;
and, of a schedule's entry in rq-scheduler, the hash of its definition."""

FINISH = "finish"
"""Field of a task's hash: somebody wants it to end with what it has."""
DEATHS = "deaths"
"""Field of a task's hash, beside RQ's: how many workers have died under it."""


UNREADABLE = (ValueError, TypeError, KeyError, RecursionError, zlib.error)
"""What RQ raises for hashes and results that are not what it writes itself."""


class NotJson(LongshoreError):
    """The payload or the result is not what JSON can hold."""


class DamagedTask(LongshoreError):
    """A field of the task in Redis is not what RQ writes there."""


class Task(RQJob):
    """One run of a job. Whatever serializer it is given, it uses JSON."""

    reports_later = False
    """Whether somebody calls its reporter's `finish` after its timeout."""

    def __init__(
        self, id: str | None = None, connection: Redis | None = None, serializer: Any = None
    ) -> None:
        super().__init__(id, connection, Serializer())
        self._gave_up = False
        self.damage: str | None = None
        self.deaths = 0
        self.dumped = b""
        self.reporter: RedisReporter | None = None

    def restore(self, raw_data: Any) -> Any:
        """Take over a hash from Redis. What is damaged in it fails this task when it runs, and nothing else.

        Raises:
            NoSuchJobError: it has no payload, so it is no task.
        """
        try:
            super().restore(raw_data)
        except NoSuchJobError:
            raise
        except Exception as error:  # RQ asserts, parses and decodes each field as it was written by itself
            self.damage = f"{type(error).__name__}: {error}"
            super().restore(_rescued(raw_data))
        self.meta = _sound(self.meta)
        deaths = raw_data.get(DEATHS.encode(), b"0")
        self.deaths = int(deaths) if deaths.isdigit() else 0

    def _deserialize_data(self) -> None:
        try:
            super()._deserialize_data()
        except DeserializationError as error:
            raise DeserializationError(
                f"The payload of task {self.id} is not JSON ({error.__cause__}). It was probably put there "
                "by a client that uses pickle; enqueue it with serializer='json'."
            ) from None

    @property
    def is_meta_unreadable(self) -> bool:
        """Whether the meta in Redis is not JSON, as that of a stock client which pickles."""
        return self._unreadable_meta is not None

    @property
    def declared(self) -> catalog.Job:
        """The job that this task runs.

        Raises:
            UnknownJob: the catalog has none of that name.
            NotJson: its payload cannot be read.
        """
        try:
            name = str(self.func_name)
        except DeserializationError as error:
            raise NotJson(str(error)) from None
        return catalog.catalog.resolve(name)

    @property
    def func(self) -> Any:
        """The plain function, from the catalog; nothing is imported."""
        return self.declared.func

    @property
    def success_callback(self) -> Any:
        """The callback that the task names, if it is a function of jobs/ that is loaded already."""
        return _loaded_function(self._success_callback_name)

    @property
    def failure_callback(self) -> Any:
        """As `success_callback`."""
        return _loaded_function(self._failure_callback_name)

    @property
    def stopped_callback(self) -> Any:
        """As `success_callback`."""
        return _loaded_function(self._stopped_callback_name)

    @property
    def should_retry(self) -> bool:
        """RQ's count of tries left, unless the error is one that the job gives up on."""
        return bool(super().should_retry) and not self._gave_up

    def get_executions(self) -> list[Execution]:
        """Its runs on record. RQ reads each of them, and raises ValueError for one that ends meanwhile."""
        return [
            Execution(one, self.id, self.connection) for one in self.execution_registry.get_execution_ids()
        ]

    def perform(self) -> Any:
        """Run the job with progress and log lines going to Redis; remember the error for the API."""
        reporter = RedisReporter(self.connection, self.id, self.meta, later=self.reports_later)
        self.reporter = reporter
        with reporter, reporting_to(reporter):
            try:
                return super().perform()
            except BaseException as error:
                said = printable(error)[:2_000]
                reporter.set_meta(ERROR, {"type": type(error).__name__, "message": said})
                self._gave_up = not self._may_retry(error)
                raise

    def _may_retry(self, error: BaseException) -> bool:
        if isinstance(error, (UnknownJob, InvalidParameters, NotJson, DamagedTask, DeserializationError)):
            return False
        return self.declared.retry.allows(error)

    def _execute(self) -> Any:
        if self.damage:
            raise DamagedTask(f"Its hash in Redis is damaged: {self.damage}")
        declared = self.declared
        result = declared.func(**declared.parameters.bind(self.given(declared)))
        if inspect.iscoroutine(result):
            result = asyncio.run(result)
        return self._as_json(declared, result)

    def given(self, declared: catalog.Job) -> dict[str, Any]:
        """The parameters by name; only stock clients pass them by position."""
        if not self.args and isinstance(self.kwargs, dict):
            return self.kwargs
        try:
            return dict(inspect.signature(declared.func).bind_partial(*self.args, **self.kwargs).arguments)
        except TypeError as error:
            raise InvalidParameters(
                declared.name, [{"field": "(call)", "message": str(error), "type": "call"}]
            ) from None

    def _as_json(self, declared: catalog.Job, result: Any) -> Any:
        try:
            value = declared.returns.dump_python(result, mode="json", warnings="error")
            self.dumped = Serializer.dumps(value)
        except (PydanticSerializationError, ValueError, TypeError) as error:
            raise NotJson(f"{declared.name} returned what its annotation does not promise: {error}") from None
        return value


class ClaimedTask(Task):
    """A task in a horse, of which only the call is known, until somebody looks at more.

    Most jobs look at nothing else, and reading the whole takes longer than running a small one. The first
    look at any other attribute reads the hash, and makes it a plain `Task`.
    """

    reports_later = True

    def __init__(self, task_id: str, connection: Redis, raw: dict[bytes, bytes]) -> None:
        data = raw[b"data"]
        with contextlib.suppress(zlib.error):  # RQ also stores payloads that are not compressed
            data = zlib.decompress(data)
        self.__dict__.update(
            _raw=raw, _id=task_id, connection=connection, serializer=_SERIALIZER, _data=data,
            _func_name=UNEVALUATED, _instance=UNEVALUATED, _args=UNEVALUATED, _kwargs=UNEVALUATED,
            _gave_up=False, damage=None, dumped=b"", meta={}, _result=None, reporter=None,
        )  # fmt: skip
        if b"meta" in raw:
            try:
                self.__dict__["meta"] = _sound(Serializer.loads(raw[b"meta"]))
            except (ValueError, RecursionError):
                self._read()

    def __getattr__(self, name: str) -> Any:
        self._read()
        return getattr(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in _OF_A_CALL:
            self._read()
        object.__setattr__(self, name, value)

    def _read(self) -> None:
        """Become a plain Task. What the claim has brought stands in for a hash that is gone meanwhile."""
        known = self.__dict__
        raw, task_id, connection, meta = known["_raw"], known["_id"], known["connection"], known["meta"]
        kept = {name: known[name] for name in ("_gave_up", "dumped", "_result", "reporter")}
        whole: Any = connection.hgetall(Task.key_for(task_id))
        known.clear()
        object.__setattr__(self, "__class__", Task)
        Task.__init__(self, task_id, connection)
        self.restore(raw | whole)
        known.update(kept)
        if meta:  # the reporter writes into this very dict
            self.meta = meta


_SERIALIZER = Serializer()
_OF_A_CALL = frozenset(
    ("_func_name", "_instance", "_args", "_kwargs", "_result", "_gave_up", "dumped", "reporter")
)


def _rescued(raw: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """The fields without which a task cannot be failed properly, if they are sound."""
    kept: dict[bytes, bytes] = {name: raw[name] for name in (b"data", b"description", b"meta") if name in raw}
    for name in (b"origin", b"description"):
        if name in raw:
            kept[name] = raw[name].decode(errors="replace").encode()
    states = [state.value.encode() for state in JobStatus]
    kept[b"status"] = raw.get(b"status", b"") if raw.get(b"status") in states else b"queued"
    return kept


def _sound(meta: Any) -> dict[str, Any]:
    """The meta without fields of ours that are not of the type that we write."""
    if not isinstance(meta, dict):
        return {}
    return {name: value for name, value in meta.items() if name not in _META or _META[name](value)}


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_progress(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("message"), str):
        return False
    numbers = [value.get("current"), value.get("at"), *(value.get("first") or [None])]
    figures = value.get("figures", {})
    return (
        isinstance(figures, dict) and len(numbers) == 4 and all(isinstance(n, (int, float)) for n in numbers)
    )


_META: dict[str, Callable[[Any], bool]] = {
    ERROR: lambda value: isinstance(value, dict) and {"type", "message"} <= value.keys(),
    RETRIES: _is_count,
    SCHEDULE: lambda value: isinstance(value, str),
    SLOT: lambda value: isinstance(value, str),
    "progress": _is_progress,
}


def _loaded_function(path: str | None) -> Any:
    """The function at `path`, only if its module is part of jobs/ and was loaded by the catalog."""
    if not path:
        return None
    module, _, name = path.rpartition(".")
    found = getattr(sys.modules.get(module), name, None) if "jobs" in module.split(".") else None
    if not inspect.isfunction(found):
        raise UnknownJob(path)
    return found


def last_line(exc_string: str | None) -> tuple[str, str]:
    """Type and message from the last line of a stored traceback."""
    line = (exc_string or "").strip().rsplit("\n", 1)[-1]
    kind, separator, message = line.partition(": ")
    if not separator or " " in kind:
        return "WorkerLost", line
    return kind.rsplit(".", 1)[-1], message
