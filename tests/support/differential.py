"""What a worker left in Redis, made comparable: two runs of the same tasks must leave the same.

`dump` reads every key and masks what differs by nature: times, worker names, ids of executions and of
stream entries. What is masked is still checked for type and plausibility, and times are kept as seconds
since the job they belong to ended. `compare` says in words where two dumps differ. Keys under `longshore:`
are Longshore's own, and left out.
"""

from __future__ import annotations

import base64
import pickle
import re
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from redis import Redis
from rq import Retry

from longshore import keys

TOLERANCE = 3.0
"""Seconds by which times to live and scores may differ, as a task's end and its record lie apart."""
_TIMES = ("created_at", "enqueued_at", "started_at", "ended_at", "last_heartbeat", "birth", "death")
_EPOCHS = ("execution_started_at", "execution_ended_at")
_HEX = re.compile(r"^[0-9a-f]{32}$")
_WRITTEN = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")
_MEMORY = re.compile(r"having used \d+ MB")  # of two runs one may be a megabyte larger
_FRAME = re.compile(r'^  File "(?P<file>[^"]+)", line \d+, in (?P<name>\S+)$')


@dataclass(frozen=True)
class About:
    """Seconds, which are equal to other seconds that are close."""

    seconds: float
    since: str
    slack: float = TOLERANCE

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, About) or self.since != other.since:
            return False
        return abs(self.seconds - other.seconds) <= max(self.slack, other.slack)

    __hash__ = None  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s after {self.since}"


@dataclass(frozen=True)
class Key:
    """One key: its type, its value with the times masked, and when it expires (None: never)."""

    type: str
    value: Any
    expiry: About | None


Dump = dict[str, Key]


def dump(connection: Redis, since: float) -> Dump:
    """Everything in this Redis, comparable.

    Args:
        connection: with bytes as answers.
        since: when the run began (time.time()): no time that was written may lie before it.
    """
    return _Reader(connection, since).read()


def compare(first: Mapping[str, Key], second: Mapping[str, Key]) -> list[str]:
    """The differences, one a line, with what the first and the second have; empty if there is none."""
    return [
        f"{path}: {_shown(one)} | {_shown(other)}"
        for name in sorted(first.keys() | second.keys())
        for path, one, other in _differences(name, first.get(name), second.get(name))
    ]


class _Reader:
    def __init__(self, connection: Redis, since: float) -> None:
        self.connection, self.since, self.until = connection, since, time.time()
        raw: list[bytes] = [one for one in connection.keys("*") if not one.startswith(keys.PREFIX.encode())]
        self.keys = sorted(one.decode() for one in raw)
        names = [name for name in self.keys if re.fullmatch(r"rq:worker:[^:]+", name)]
        self.workers = {name.removeprefix("rq:worker:"): f"<worker {n}>" for n, name in enumerate(names)}
        self.ended = dict(self._ends())

    def read(self) -> Dump:
        found = ((self.masked(name), self._key(name)) for name in self.keys)
        return {name: key for name, key in found if key is not None}

    def masked(self, text: str) -> str:
        """The text with names of workers replaced."""
        for name, mask in self.workers.items():
            text = text.replace(name, mask)
        return text

    def _ends(self) -> Iterator[tuple[str, float]]:
        for name in self.keys:
            if re.fullmatch(r"rq:job:[^:]+", name):
                raw = self.connection.hget(name, "ended_at")
                if raw and _WRITTEN.match(raw):
                    yield name.removeprefix("rq:job:"), _epoch(raw.decode())

    def _key(self, name: str) -> Key | None:
        kind = self.connection.type(name).decode()
        if kind == "none":  # it expired this very moment
            return None
        return Key(kind, getattr(self, f"_{kind}")(name), self._expiry(name))

    def _expiry(self, name: str) -> About | None:
        left = self.connection.pttl(name)
        if left < 0:
            return None
        owner = re.match(r"rq:(?:job|results):+([^:]+)", name)
        return self._relative(time.time() + left / 1000, owner[1] if owner else "")

    def _relative(self, when: float, job_id: str) -> About:
        """A time since its job's end, or since the run's, for what belongs to no job that is still there."""
        if job_id in self.ended:
            return About(when - self.ended[job_id], "its job's end")
        # Which instant of the run it counts from is not known: any may be right.
        return About(when - self.until, "the run", self.until - self.since + TOLERANCE)

    def _string(self, name: str) -> str:
        return self.masked(self.connection.get(name).decode())

    def _list(self, name: str) -> list[str]:
        return [self.masked(one.decode()) for one in self.connection.lrange(name, 0, -1)]

    def _set(self, name: str) -> set[str]:
        return {self.masked(one.decode()) for one in self.connection.smembers(name)}

    def _zset(self, name: str) -> dict[str, Any]:
        return {
            member.decode(): self._relative(score, member.decode())
            if 1e9 < score < 1e11  # a time, and neither -1 nor infinity
            else f"score {score}"
            for member, score in self.connection.zrange(name, 0, -1, withscores=True)
        }

    def _stream(self, name: str) -> list[dict[str, Any]]:
        return [
            {"id": self._stream_id(entry), **self._fields(fields)}
            for entry, fields in self.connection.xrange(name)
        ]

    def _stream_id(self, entry: bytes) -> str:
        return self._time(int(entry.split(b"-")[0]) / 1000)

    def _hash(self, name: str) -> dict[str, Any]:
        fields = self._fields(self.connection.hgetall(name))
        if name.startswith("rq:job:"):
            fields["order of times"] = self._order(name)
        return fields

    def _order(self, name: str) -> bool:
        """Whether a job's times follow one another as they must."""
        raw = self.connection.hmget(name, "created_at", "enqueued_at", "started_at", "ended_at")
        times = [_epoch(one.decode()) for one in raw if one and _WRITTEN.match(one)]
        # A job that waits for another run has been enqueued again after it had started.
        status = self.connection.hget(name, "status")
        return times == sorted(times) or status in (b"queued", b"scheduled", b"rate_limited")

    def _fields(self, raw: Mapping[bytes, bytes]) -> dict[str, Any]:
        return {name.decode(): self._field(name.decode(), value) for name, value in raw.items()}

    def _field(self, name: str, value: bytes) -> Any:
        if name in _TIMES:
            return self._written_time(value.decode())
        if name in _EPOCHS:
            return self._time(float(value))
        if name in _DECODERS:
            return _DECODERS[name](value)
        text = value.decode()
        if name == "execution_id":
            return "<execution>" if _HEX.match(text) else text
        if name in ("pid", "ip_address", "total_working_time"):
            return _plausible(name, text)
        return self.masked(text)

    def _written_time(self, text: str) -> str:
        """A mask for each of the two forms in which RQ writes times; what is in neither stays as it is."""
        if not text:
            return ""
        try:
            return self._time(_epoch(text))
        except ValueError:
            return f"{self._time(float(text))} as a number" if re.fullmatch(r"\d+\.\d+", text) else text

    def _time(self, when: float) -> str:
        """A mask, if the time lies between the run's begin and now; RQ writes whole microseconds."""
        return "<time>" if self.since - 1 <= when <= self.until + 1 else f"at {when - self.since:.1f} s"


def _epoch(text: str) -> float:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC).timestamp()


def _plausible(name: str, text: str) -> str:
    right = {
        "pid": lambda: int(text) > 1,
        "ip_address": lambda: ":" in text,
        "total_working_time": lambda: 0 <= float(text) < 86_400,
    }
    return f"<{name}>" if right[name]() else text


def _data(value: bytes) -> Any:
    try:
        return zlib.decompress(value)
    except zlib.error:
        return value


def _object(value: bytes) -> Any:
    """What a field holds that the worker's serializer wrote."""
    try:
        found = pickle.loads(value)
        return vars(found) if isinstance(found, Retry) else found
    except (pickle.UnpicklingError, EOFError, LookupError, ValueError, AttributeError, TypeError):
        return value


def _return_value(value: bytes) -> Any:
    return _object(base64.b64decode(value))


def _trace(value: bytes) -> str:
    """A stored traceback, without the worker's own frames: only the task's and the error are its contents."""
    lines = zlib.decompress(base64.b64decode(value)).decode().splitlines()
    kept, ours = [], False
    for line in lines:
        frame = _FRAME.match(line)
        if frame:
            ours = "/tests/" in frame["file"]
            line = f"  File {frame['file'].rpartition('/')[2]}, in {frame['name']}"
        elif not line.startswith("    "):
            ours = True
        if ours:
            kept.append(line)
    return _MEMORY.sub("having used … MB", "\n".join(kept))


_DECODERS = {
    "data": _data,
    "meta": _object,
    "result": _object,
    "return_value": _return_value,
    "exc_string": _trace,
}


def _differences(path: str, one: Any, other: Any) -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ, down to the smallest part."""
    if isinstance(one, Key) and isinstance(other, Key):
        yield from _differences(f"{path} type", one.type, other.type)
        yield from _differences(f"{path} expiry", one.expiry, other.expiry)
        yield from _differences(path, one.value, other.value)
    elif isinstance(one, dict) and isinstance(other, dict):
        for name in [*one, *(name for name in other if name not in one)]:
            yield from _differences(f"{path} {name}", one.get(name, _ABSENT), other.get(name, _ABSENT))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for n, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differences(f"{path} [{n}]", left, right)
    elif one != other or type(one) is not type(other):
        yield path, one, other


class _Absent:
    def __repr__(self) -> str:
        return "(absent)"


_ABSENT = _Absent()


def _shown(value: Any) -> str:
    text = "(absent)" if value is None else str(value) if isinstance(value, About) else repr(value)
    return text if len(text) <= 300 else f"{text[:300]}…"
