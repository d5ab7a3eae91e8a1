"""Progress and log lines of the task that runs in this process, written to Redis at a bounded rate.

The job's thread only notes what is new; a thread of the reporter's own writes it, at most every
PROGRESS_INTERVAL seconds. So an inner loop may report as often as it likes, a slow Redis does not
slow the job, and the last report always arrives.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import RedisError
from rq.job import Job as RQJob

from longshore import keys
from longshore.progress import Figures
from longshore.serializer import Serializer

logger = logging.getLogger(__name__)
_SAVE_META = Path(__file__).with_name("save_meta.lua").read_text()
_OF_ONE_ATTEMPT = ("progress", "error")
"""Fields of the meta that the attempt before has left and that this one starts without."""

_LINE_OVERHEAD = 32
"""Bytes of a log line's time, level and stream entry beside its text, about."""
_MOST_FIGURES, _FIGURE = 20, 100
"""Most figures of a report, and most characters of a figure and of its name."""
_LAST_WRITE = 30
"""Seconds that the end of a task waits for its last report when Redis is away."""
_RETRY = 0.2
"""Seconds between two tries of the last report."""


class RedisReporter:
    """Receives `progress()` and the log records of one task; use it as a context manager.

    Args:
        connection: the worker's client.
        task_id: the task that runs.
        meta: its meta, which progress becomes a part of.
        wall: seconds since the epoch, for time stamps.
        interval: least seconds between two writes.
        later: leave the wait for the last write to a call of `finish`, outside of the task's timeout.
    """

    def __init__(
        self,
        connection: Redis,
        task_id: str,
        meta: dict[str, Any],
        wall: Callable[[], float] = time.time,
        interval: float = keys.PROGRESS_INTERVAL,
        later: bool = False,
    ) -> None:
        self._connection, self._task_id, self._meta = connection, task_id, meta
        self._wall, self._interval, self._later = wall, interval, later
        self._lock = threading.RLock()  # not held while others' code may log: that comes back to us
        self._meta_changed = False
        self._lines: deque[dict[str, str]] = deque(maxlen=keys.LOG_LINES)
        self._kept: deque[int] = deque()
        self._before: RedisReporter | None = None
        self._captures = False
        self._thread: threading.Thread | None = None
        self.writes = 0
        self.asked_to_finish = False

    def __enter__(self) -> RedisReporter:
        if self._meta:
            before = [self._meta.pop(name, None) for name in _OF_ONE_ATTEMPT]
            if any(before):
                self._meta_changed = True
                self._wake()
        self._captures = capture.install()
        self._before, capture.target = capture.target, self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        capture.target = self._before
        if self._captures:
            capture.uninstall()
        if self._thread is not None:
            self._stop.set()
            self._news.set()
            if not self._later:
                self.finish()

    @property
    def is_writing(self) -> bool:
        """Whether something is not written yet."""
        return self._thread is not None and self._thread.is_alive()

    def finish(self) -> None:
        """Wait until all is written; when Redis is away, for a while."""
        if self._thread is not None:
            self._thread.join(timeout=_LAST_WRITE)

    def progress(
        self, current: float, total: float | None, message: str, figures: Figures | None = None
    ) -> None:
        """Note how far the task is. Never blocks for long; what is no number or no text is shown as none."""
        current, total = _number(current) or 0, _number(total)
        report: dict[str, Any] = {
            "current": current,
            "total": total,
            "message": printable(message or "")[:500],
        }
        if figures:
            report["figures"] = _figures(figures)
        with self._lock:
            report["at"] = now = self._wall()
            report["first"] = self._meta.get("progress", {}).get("first", [now, current])
            self._meta["progress"] = report
            self._meta_changed = True
            self._wake()

    def set_meta(self, name: str, value: Any) -> None:
        """Note another field of the task's meta."""
        with self._lock:
            self._meta[name] = value
            self._meta_changed = True
            self._wake()

    def line(self, level: str, text: str) -> None:
        """Note a log line; a long one is cut."""
        cut = printable(text).encode()[: keys.LOG_LINE_BYTES].decode(errors="ignore")
        with self._lock:
            self._lines.append({"at": f"{self._wall():.3f}", "level": level, "text": cut})
            self._wake()

    def _wake(self) -> None:
        """Start the thread with the first report: most tasks never make one."""
        if self._thread is None:
            self._news, self._stop = threading.Event(), threading.Event()
            self._thread = threading.Thread(target=self._run, name="longshore-reporter", daemon=True)
            self._thread.start()
        self._news.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._news.wait()
            self._news.clear()
            self._write()
            self._stop.wait(self._interval)
        end = time.monotonic() + _LAST_WRITE
        while not self._write() and time.monotonic() < end:
            time.sleep(_RETRY)

    def _write(self) -> bool:
        """Write what is new; whether nothing is left to write."""
        with self._lock:
            changed = dict(self._meta) if self._meta_changed else None
            lines, self._meta_changed = list(self._lines), False
            self._lines.clear()
        meta = None if changed is None else self._dumped(changed)
        if meta is None and not lines:
            return True
        try:
            self._send(meta, lines)
            self.writes += 1
        except RedisError as error:  # reports are not worth failing the task for; the next write has them
            logger.debug("progress of task %s not written yet: %s", self._task_id, error)
            with self._lock:
                self._meta_changed = self._meta_changed or meta is not None
                self._lines.extendleft(reversed(lines))
            self._news.set()
            return False
        except Exception:  # a report that cannot be written must not take the next ones with it
            logger.exception("a report of task %s is dropped", self._task_id)
        return True

    def _dumped(self, meta: dict[str, Any]) -> bytes | None:
        try:
            return Serializer.dumps(meta)
        except Exception:  # whatever a value of the job's raises as it is looked at
            logger.exception("the progress of task %s cannot be JSON", self._task_id)
            return None

    def _send(self, meta: bytes | None, lines: list[dict[str, str]]) -> None:
        with self._connection.pipeline(transaction=False) as pipe:
            if meta is not None:
                save_meta = self._connection.register_script(_SAVE_META)
                save_meta(keys=[RQJob.key_for(self._task_id)], args=[meta], client=pipe)
            if lines:
                self._add_lines(pipe, lines)
            answers = pipe.execute()
        if meta is not None and answers[0]:
            self.asked_to_finish = True

    def _add_lines(self, pipe: Pipeline, lines: list[dict[str, str]]) -> None:
        key = keys.log(self._task_id)
        for one in lines:
            pipe.xadd(key, {"at": one["at"], "level": one["level"], "text": one["text"]})
            self._kept.append(len(one["text"].encode()) + _LINE_OVERHEAD)
        pipe.xtrim(key, maxlen=self._within_bounds(), approximate=False)
        pipe.expire(key, keys.LOG_TTL)

    def _within_bounds(self) -> int:
        """Forget the oldest lines until what is kept fits both bounds; how many are left."""
        while len(self._kept) > keys.LOG_LINES or sum(self._kept) > keys.LOG_BYTES:
            self._kept.popleft()
        return len(self._kept)


def _figures(given: Figures) -> dict[str, float | str | None]:
    """At most so many, each a number or a short text."""
    found: dict[str, float | str | None] = {}
    for name, value in list(given.items())[:_MOST_FIGURES]:
        found[printable(name)[:_FIGURE]] = (
            printable(value)[:_FIGURE] if isinstance(value, str) else _number(value)
        )
    return found


def printable(value: object) -> str:
    """Any value as text that can be stored: half a surrogate pair becomes a question mark."""
    return str(value).encode(errors="replace").decode()


def _number(value: Any) -> float | None:
    """A number that JSON has, also from a Decimal or from NumPy; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() else number


class _Capture(logging.Handler):
    """Hands log records to the reporter of the task that runs; the reporter's own and RQ's are left out."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.target: RedisReporter | None = None
        self._level = logging.NOTSET

    def install(self) -> bool:
        """See to it that records reach us: also a job that sets logging up anew must not cut us off.

        Returns:
            False if that was so already. A horse installs it once, as it is not free.
        """
        root = logging.getLogger()
        if self in root.handlers and root.level <= logging.INFO:
            return False
        self._level = root.level
        root.setLevel(min(root.level, logging.INFO))
        root.addHandler(self)
        return True

    def uninstall(self) -> None:
        """Leave the process's logging as it was."""
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)

    def emit(self, record: logging.LogRecord) -> None:
        target = self.target
        if target is None or record.name == __name__ or record.name.startswith("rq."):
            return
        try:
            text = self.format(record)
        except Exception as error:  # a bad format string in a job must not end the task
            text = f"{record.msg} (cannot be formatted: {error})"
        target.line(record.levelname, text)


capture = _Capture()
"""The one handler of this process."""
