"""What a horse is at, in memory that it shares with its worker, and the lock at the boundary of two tasks.

The horse writes where it stands; the worker reads it, and may kill the horse only while it holds the lock
and the horse is in the very task that is meant. So a stop, a deadline or a put-back can never hit the next
task, at any speed. No Redis here, and nothing blocks for long.
"""

from __future__ import annotations

import mmap
import multiprocessing
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

_TEXT = 1024
_LAYOUT = struct.Struct(f"<BBddqqqHH32s{_TEXT}s")
_PHASE = struct.Struct("<BBdd")
_STOP = struct.Struct("<B")
_STOP_AT = _LAYOUT.size
_HELD = struct.Struct("<B32s")
_HELD_AT = _STOP_AT + _STOP.size
_NONE, _IS_HELD, _TAKEN_BACK = range(3)
_CONNECTION = struct.Struct("<q")
_CONNECTION_AT = _HELD_AT + _HELD.size
_PATIENCE = 0.5
"""Seconds to wait for the lock: a horse holds it for a microsecond, or has been killed with it in hand."""


class Phase(IntEnum):
    """Where a horse stands."""

    STARTING = 0
    IDLE = 1
    RUNNING = 2
    ENDING = 3
    """The job's function is over; what it has done is being recorded."""
    BETWEEN = 4
    """The call that records one task and claims the next is under way."""
    SUSPENDED = 5


class Farewell(IntEnum):
    """Why a horse has left by itself."""

    NONE = 0
    """It did not say: a task, or something outside, has ended it."""
    DONE = 1
    """Nothing is left to do: its queues are empty in burst mode, it was idle too long, or told to stop."""
    REPLACE = 2
    """It has run enough tasks, grown too large, or a task has left processes behind."""


@dataclass(frozen=True)
class Standing:
    """What a worker sees of its horse.

    Attributes:
        phase: where it stands.
        farewell: why it has left, if it has.
        started: when its task began, on the monotonic clock.
        deadline: when its task must be over, on the monotonic clock; 0 for never.
        claimed: tasks that it has begun so far.
        queue: index of the queue that its task came from, among the worker's queues as they were listed.
        timeout: the task's timeout in seconds, -1 or 0 for none.
        task_id: its task, or the last one.
        execution_id: RQ's id of this run of it.
    """

    phase: Phase
    farewell: Farewell
    started: float
    deadline: float
    claimed: int
    queue: int
    timeout: int
    execution_id: str
    task_id: str

    @property
    def has_task(self) -> bool:
        """Whether a task is in its hands, running or being recorded."""
        return self.phase in (Phase.RUNNING, Phase.ENDING)


class Boundary:
    """The shared page of one horse; make a new one for each, before the fork."""

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._lock = multiprocessing.get_context("fork").Lock()
        self.claimed = 0
        self._last = ("", "", 0, 0)

    # The horse

    def run(
        self, task_id: str, execution_id: str, queue: int, started: float, timeout: int, held: str = ""
    ) -> None:
        """A task begins. Another one may be held meanwhile: `held` is the execution id of its claim."""
        self.claimed += 1
        self._last = (task_id, execution_id, queue, timeout)
        self._put(Phase.RUNNING, started, started + timeout if timeout > 0 else 0.0, held=held)

    def recording(self, task_id: str, execution_id: str, queue: int) -> None:
        """A task is over, this one or an earlier one, and is being recorded."""
        self._last = (task_id, execution_id, queue, self._last[3])
        self.ending(0.0)

    def ending(self, deadline: float) -> None:
        """The function is over; callbacks may run until `deadline`, 0 for no limit."""
        self._put(Phase.ENDING, 0.0, deadline)

    def rest(self, phase: Phase) -> None:
        """No task is in hand."""
        with self._lock:
            _PHASE.pack_into(self._page, 0, phase, Farewell.NONE, 0.0, 0.0)

    def leave(self, farewell: Farewell) -> None:
        """Say why the horse leaves."""
        self._put(Phase.IDLE, 0.0, 0.0, farewell)

    def connected(self, connection: int) -> None:
        """The horse talks to Redis over the connection that has this id there."""
        _CONNECTION.pack_into(self._page, _CONNECTION_AT, connection)

    def _put(
        self,
        phase: Phase,
        started: float,
        deadline: float,
        farewell: Farewell = Farewell.NONE,
        held: str | None = None,
    ) -> None:
        task_id, execution_id, queue, timeout = self._last
        name = task_id.encode()
        with self._lock:
            _LAYOUT.pack_into(
                self._page, 0, phase, farewell, started, deadline, self.claimed, queue, timeout,
                len(name), len(execution_id), execution_id.encode(), name[:_TEXT],
            )  # fmt: skip
            if held is not None:
                _HELD.pack_into(self._page, _HELD_AT, _IS_HELD if held else _NONE, held.encode())

    def begin_held(self) -> bool:
        """What is held is to begin next; False if the worker has taken it back."""
        with self._lock:
            taken = self._page[_HELD_AT] == _TAKEN_BACK
            self._page[_HELD_AT] = _NONE
        return not taken

    @property
    def stopping(self) -> bool:
        """Whether the worker was told to stop."""
        return self._page[_STOP_AT] == 1

    # The worker

    def read(self) -> Standing:
        """What the horse is at."""
        phase, farewell, started, deadline, claimed, queue, timeout, length, width, execution, name = (
            _LAYOUT.unpack_from(self._page, 0)
        )
        return Standing(
            Phase(phase), Farewell(farewell), started, deadline, claimed, queue, timeout,
            execution[:width].decode(), name[:length].decode(errors="replace"),
        )  # fmt: skip

    @property
    def connection(self) -> int:
        """Redis's id of the horse's connection, 0 if it is not known."""
        return int(_CONNECTION.unpack_from(self._page, _CONNECTION_AT)[0])

    @property
    def held_id(self) -> str:
        """Execution id of what is held, or was until it was taken back; empty for nothing."""
        state, execution = _HELD.unpack_from(self._page, _HELD_AT)
        return "" if state == _NONE else execution.decode()

    def take_back(self, before: float) -> str:
        """Take back what is held, if the task in hand began before a time on the monotonic clock.

        Returns:
            The execution id of what was taken, empty for nothing.
        """
        if self._page[_HELD_AT] != _IS_HELD:
            return ""
        with self.held() as at:
            if self._page[_HELD_AT] != _IS_HELD or not at.has_task or at.started > before:
                return ""
            self._page[_HELD_AT] = _TAKEN_BACK
            return self.held_id

    @contextmanager
    def held(self) -> Iterator[Standing]:
        """Keep the horse from passing from one task to the next, and see which it is in."""
        locked = self._lock.acquire(timeout=_PATIENCE)
        try:
            yield self.read()
        finally:
            if locked:
                self._lock.release()

    def stop(self) -> None:
        """Tell the horse to claim nothing more."""
        _STOP.pack_into(self._page, _STOP_AT, 1)
