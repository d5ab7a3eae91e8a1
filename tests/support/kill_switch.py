"""A kill switch: SIGKILL for horse, worker or both at one chosen point of a worker's life.

Points are counted in the worker, in its horses, and in the threads of horses that report progress and errors:
before and after each call to Redis (one command, one transaction or one script is one call), and where a job
of jobs/kills.py calls `reached`. A worker that runs with a switch that has no target only writes down the
points that there are. It must be forked for it, as the switch patches redis-py in its process.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NoReturn

from redis import Redis
from redis.connection import AbstractConnection

from longshore import steps

Role = Literal["horse", "reporter", "worker"]
Victim = Literal["horse", "worker", "both"]
BEGIN, END, STEP = "task begins", "task ends", "step"
SLOW = f"after {STEP} that left the record to RQ"
_KILL = "KILL"
_HANDSHAKE = frozenset(("HELLO", "CLIENT", "AUTH", "SELECT", "PING"))
"""Commands of a connection's own: they change nothing that a death could leave half done."""
_COUNTS = struct.Struct("<I")
_FIRED, _PID = 0, 4
_REACHED: dict[Role, int] = {"horse": 8, "reporter": 12, "worker": 16}
"""Where on the shared page: whether it has fired, the horse's pid, points reached by each role."""
_PATIENCE = 10.0


@dataclass(frozen=True)
class Point:
    """A point in a process's life.

    Attributes:
        role: which process; "reporter" for the horse's threads.
        number: how many points this role had reached before.
        what: what happens there, e.g. "before step".
        has_horse: whether a horse was alive.
    """

    role: Role
    number: int
    what: str
    has_horse: bool = True

    def __str__(self) -> str:
        return f"{self.role} #{self.number} {self.what}"


class KillSwitch:
    """Made in the test; armed in the worker process that was forked from it.

    Args:
        folder: for its notes.
        redis_url: to see how things stand at the moment of death.
        target: where to kill; None to write down the points only.
        victim: whom.
    """

    def __init__(
        self, folder: Path, redis_url: str, target: Point | None = None, victim: Victim = "both"
    ) -> None:
        self._log, self._snapshot = folder / "points", folder / "snapshot.json"
        self._redis_url, self._target, self._victim = redis_url, target, victim
        self._page = mmap.mmap(-1, mmap.PAGESIZE)
        self._worker, self._main = 0, 0
        self._quiet = False
        for path in (self._log, self._snapshot):
            path.unlink(missing_ok=True)

    # In the worker and its horses

    def arm(self) -> None:
        """Watch this process, and those that it forks."""
        global _armed
        _armed, self._worker, self._main = self, os.getpid(), threading.get_ident()
        send, read = AbstractConnection.send_packed_command, AbstractConnection.read_response
        switch = self

        def sending(connection: Any, command: Any, *args: Any, **options: Any) -> None:
            items = [command] if isinstance(command, (str, bytes)) else list(command)
            names = [] if switch._is_deaf() else list(_commands(items))
            if not names or (len(names) == 1 and names[0] in _HANDSHAKE):
                send(connection, items, *args, **options)
                return
            what = " ".join(names)
            switch.reached(f"before {what}")
            send(connection, items, *args, **options)
            connection.kill_switch = (len(names), what)

        def reading(connection: Any, *args: Any, **options: Any) -> Any:
            answer: Any = None
            try:
                answer = read(connection, *args, **options)
                return answer
            finally:
                left, what = getattr(connection, "kill_switch", (0, ""))
                if left and not switch._is_deaf() and not options.get("push_request"):
                    connection.kill_switch = (left - 1, what)
                    if left == 1:
                        switch.reached(f"after {what}{_outcome(what, answer)}")

        AbstractConnection.send_packed_command = sending
        AbstractConnection.read_response = reading

    def _is_deaf(self) -> bool:
        """The worker's thread that listens for commands is not counted: it reads when it is spoken to."""
        return self._quiet or (os.getpid() == self._worker and threading.get_ident() != self._main)

    def reached(self, what: str) -> None:
        """Count a point, and kill if it is the one."""
        role = self._role()
        if role == "horse":
            self._put(_PID, os.getpid())
        number = self._get(_REACHED[role])
        self._put(_REACHED[role], number + 1)
        has_horse = role != "worker" or self._lives(self._get(_PID))
        self._note(f"{role}\t{number}\t{int(has_horse)}\t{what}")
        if self._is_target(role, number, what) and not self._get(_FIRED):
            self._put(_FIRED, 1)
            self._look_around()
            self._note(_KILL)
            self._kill(role)

    def _role(self) -> Role:
        if os.getpid() == self._worker:
            return "worker"
        return "horse" if threading.current_thread() is threading.main_thread() else "reporter"

    def _is_target(self, role: Role, number: int, what: str) -> bool:
        target = self._target
        if target is None or target.role != role:
            return False
        return target.what == what if target.number < 0 else target.number == number

    def _kill(self, role: Role) -> None:
        horse = self._get(_PID) if role == "worker" else 0
        if horse and self._victim != "worker" and self._lives(horse):
            os.kill(horse, signal.SIGKILL)
            os.waitid(os.P_PID, horse, os.WEXITED | os.WNOWAIT)
        if self._victim != "horse":
            os.kill(self._worker, signal.SIGKILL)
        if role != "worker":
            self._die()

    def _die(self) -> NoReturn:
        if self._victim != "worker":
            os.kill(os.getpid(), signal.SIGKILL)
        threading.Event().wait(_PATIENCE)  # the kernel ends a horse whose worker is gone
        os._exit(97)

    def _look_around(self) -> None:
        with self.unseen(), Redis.from_url(self._redis_url) as redis:
            names = [name.decode() for name in redis.keys("rq:job:*") if name.count(b":") == 2]
            states = {name: (redis.hget(name, "status") or b"").decode() for name in names}
        self._snapshot.write_text(json.dumps(states))

    @contextmanager
    def unseen(self) -> Iterator[None]:
        """Calls to Redis in here are no points."""
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False

    def wait_for_worker(self) -> None:
        """In a job: go on until the worker process has reached two more points."""
        seen, end = self._get(_REACHED["worker"]), time.monotonic() + _PATIENCE
        while self._get(_REACHED["worker"]) < seen + 2 and time.monotonic() < end:
            time.sleep(0.01)

    def _lives(self, pid: int) -> bool:
        if not pid:
            return False
        try:
            return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
        except ChildProcessError:
            return False

    def _get(self, place: int) -> int:
        return int(_COUNTS.unpack_from(self._page, place)[0])

    def _put(self, place: int, value: int) -> None:
        _COUNTS.pack_into(self._page, place, value)

    def _note(self, line: str) -> None:
        descriptor = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)

    # In the test

    @property
    def horse(self) -> int:
        """Process id of the last horse, 0 if there was none."""
        return self._get(_PID)

    @property
    def has_fired(self) -> bool:
        """Whether the point was reached."""
        return bool(self._get(_FIRED))

    def points(self) -> list[Point]:
        """What was reached, in order, up to the kill if there was one."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        if _KILL in lines:
            lines = lines[: lines.index(_KILL)]
        split = [line.split("\t") for line in lines]
        return [Point(role, int(number), what, has == "1") for role, number, has, what in split]  # type: ignore[arg-type]

    def last(self, role: Role) -> Point:
        """The last point that this role came to."""
        return [one for one in self.points() if one.role == role][-1]

    def cut_between_end_and_record(self) -> bool:
        """Whether the kill fell after a function's end and before Redis knew: only then may it run again."""
        if self._target is not None and self._target.role == "reporter":
            return True  # the task goes on meanwhile
        # "scheduled" is what RQ writes for a delayed retry before the transaction that schedules it.
        if not {"started", "scheduled"} & set(json.loads(self._snapshot.read_text()).values()):
            return False
        ended = under_way = left_to_rq = False
        for point in (one for one in self.points() if one.role == "horse"):
            if point.what == END:
                ended = True
            elif point.what == f"before {STEP}":
                under_way, ended, left_to_rq = ended, False, False
            elif point.what == SLOW:
                under_way, left_to_rq = False, under_way
            elif point.what.startswith(f"after {STEP}"):
                under_way = False
        return ended or under_way or left_to_rq

    def close(self) -> None:
        """Give the page back."""
        self._page.close()


_armed: KillSwitch | None = None


def reached(what: str) -> None:
    """Called by jobs; nothing happens in a process without a switch."""
    if _armed is not None:
        _armed.reached(what)


def is_armed() -> bool:
    """Whether this process has a switch."""
    return _armed is not None


@contextmanager
def unseen() -> Iterator[None]:
    """Calls to Redis in here are no points."""
    with _armed.unseen() if _armed is not None else nullcontext():
        yield


def wait_for_worker() -> None:
    """Called by a job that is to last until its worker has sent a heartbeat."""
    if _armed is not None:
        _armed.wait_for_worker()


def _outcome(what: str, answer: Any) -> str:
    """Whether a step has recorded nothing, as RQ's own code has to."""
    left_to_rq = what == STEP and isinstance(answer, list) and answer[0] == b"slow"
    return " that left the record to RQ" if left_to_rq else ""


def _commands(items: Iterable[Any]) -> Iterable[str]:
    """Names of the commands in a request; our one script has a name of its own."""
    packed = b"".join(one.encode() if isinstance(one, str) else bytes(one) for one in items)
    at = 0
    while at < len(packed):
        end = packed.index(b"\r\n", at)
        count, at = int(packed[at + 1 : end]), end + 2
        words = []
        for _ in range(count):
            end = packed.index(b"\r\n", at)
            size = int(packed[at + 1 : end])
            words.append(packed[end + 2 : end + 2 + size])
            at = end + 2 + size + 2
        yield STEP if len(words) > 1 and words[1] == steps._SHA.encode() else words[0].decode().upper()
