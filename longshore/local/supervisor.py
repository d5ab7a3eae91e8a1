"""Runs the processes of a Procfile, starts again what dies, and leaves nothing behind when it stops.

honcho reads the Procfile, starts the processes and prints their lines; this loop stands in place of
honcho's Manager, which cannot be bent to it: it takes all down when one process dies, kills after a
fixed 5 s, signals process groups (a horse leaves its worker's), and puts a Python process in front of
each child, which stays behind when the manager is killed.
"""

from __future__ import annotations

import queue
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from honcho.colour import get_colours
from honcho.printer import Message
from honcho.process import Popen, Process

from longshore.local import sessions
from longshore.local.members import Member
from longshore.local.printer import BLOCK

STOP_TIMEOUT = 25.0
"""Seconds between SIGTERM and SIGKILL when the house stops; Heroku gives 30."""

TICK = 0.05
"""Seconds between two looks at the processes."""

HOUSE = "house"
"""Name before the launcher's own lines."""


class Watcher(Protocol):
    """Who ends the sessions if this process is killed; see `longshore.local.guard.Guard`."""

    def add(self, session: int) -> None:
        """A session has begun."""

    def remove(self, session: int) -> None:
        """A session is over."""


class Output(Protocol):
    """Where lines go; see `longshore.local.printer.HousePrinter`."""

    width: int

    def write(self, message: Any) -> None:
        """Print one of honcho's messages, or a block."""


class Supervisor:
    """Starts members, follows them until `stop()`, and stops them.

    Args:
        output: prints the lines.
        watcher: is told of every session that begins and ends.
        stop_timeout: seconds between SIGTERM and SIGKILL.

    Attributes:
        collapse: why it gave up, if it did, with the last lines of the process that cannot start.
    """

    def __init__(self, output: Output, watcher: Watcher, *, stop_timeout: float = STOP_TIMEOUT) -> None:
        self._output = output
        self._watcher = watcher
        self._stop_timeout = stop_timeout
        self._colours = get_colours()
        self._lines: queue.Queue[Any] = queue.Queue()
        self._members: list[Member] = []
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._settled = threading.Event()
        self.collapse: str | None = None
        self._output.width = max(self._output.width, len(HOUSE))

    def add(self, name: str, command: str, env: Mapping[str, str]) -> None:
        """Have `run()` start a shell command under this name."""
        self._output.width = max(self._output.width, len(name))
        self._members.append(Member(name, command, env, next(self._colours)))

    def say(self, text: str) -> None:
        """Print the launcher's own words in the log. Any thread may call it."""
        self._lines.put(Message("line", text, datetime.now(), HOUSE, None))  # noqa: DTZ005 (a wall clock)

    def show(self, text: str) -> None:
        """Print a block of lines as they are, e.g. to be copied. Any thread may call it."""
        self._lines.put(Message(BLOCK, text, datetime.now(), HOUSE, None))  # noqa: DTZ005 (a wall clock)

    def stop(self) -> None:
        """Ask `run()` to stop everything. Safe in a signal handler."""
        self._stopping.set()

    def hurry(self) -> None:
        """Ask it not to wait for what still stops."""
        self._hurry.set()

    def settle(self) -> None:
        """The house is ready: from now on what fails is started again for as long as it takes."""
        self._settled.set()

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stopping.is_set()

    def run(self) -> None:
        """Start all members and watch them until `stop()`; return when no process of theirs is left."""
        try:
            for member in self._members:
                self._start(member)
            while not self.stopping:
                self._print_lines(TICK)
                for member in self._members:
                    self._look_at(member)
        finally:
            self._stop_all()

    def print_pending(self) -> None:
        """Print what was said and not printed yet."""
        self._print_lines(0)

    def _start(self, member: Member) -> None:
        process = Process(member.command, name=member.name, colour=member.colour, env=dict(member.env))
        # The hook through which honcho's own tests put their Popen. The guard must know of the
        # session before anything else can happen, and we need the Popen to see the leader's death:
        # honcho sees only the end of its output, which a surviving horse holds open.
        process._child_ctor = lambda command, **options: self._spawn(member, command, options)
        started = threading.Event()
        thread = threading.Thread(target=self._follow, args=(process, started), daemon=True)
        member.process, member.restart_at, member.started_at = None, None, time.monotonic()
        member.last_lines.clear()
        thread.start()
        started.wait()

    def _spawn(self, member: Member, command: str, options: dict[str, Any]) -> subprocess.Popen[bytes]:
        child: subprocess.Popen[bytes] = Popen(command, **options)
        self._watcher.add(child.pid)
        member.process = child
        return child

    def _follow(self, process: Any, started: threading.Event) -> None:
        """Run honcho's Process in this thread: it reads lines until the output closes."""
        events = _Events(self._lines, started)
        try:
            process.run(events)
        except OSError as error:  # no memory, no more processes: the next look starts it again
            self.say(f"{process.name} cannot be started: {error}")
        finally:
            started.set()

    def _look_at(self, member: Member) -> None:
        now = time.monotonic()
        if member.restart_at is not None:
            if now >= member.restart_at:
                self._start(member)
            return
        if member.process is not None and member.process.poll() is None:
            return
        ended = member.ending()
        member.note_end(now - member.started_at)
        self._clear(member)
        self._print_lines(TICK)
        if member.hopeless and not self._settled.is_set():
            self._give_up(member, ended)
            return
        delay = member.backoff.after(now - member.started_at)
        member.restart_at = now + delay
        self.say(f"{member.name} {ended}; it starts again in {delay:.0f} s")

    def _give_up(self, member: Member, ended: str) -> None:
        self.collapse = member.obituary(ended)
        self.stop()

    def _clear(self, member: Member) -> None:
        """Kill what a dead leader has left, e.g. a horse, and forget its session."""
        if member.process is None:
            return
        session = member.process.pid
        while sessions.kill(session):
            time.sleep(0.01)
        self._watcher.remove(session)
        member.process = None

    def _stop_all(self) -> None:
        left = list(self._members)
        for member in left:
            if member.process is not None:
                sessions.signal_group(member.process.pid, signal.SIGTERM)
        deadline = time.monotonic() + self._stop_timeout
        while left and time.monotonic() < deadline and not self._hurry.is_set():
            self._print_lines(TICK)
            left = [member for member in left if not self._gone(member)]
        for member in left:
            self.say(f"{member.name} was still running: killed")
            self._clear(member)
        self._print_lines(TICK)

    def _gone(self, member: Member) -> bool:
        if member.process is None:
            return True
        # A shell in front of a process dies of SIGTERM before that does. A horse whose worker has
        # gone was told nothing, and would keep us for nothing: `_clear` kills it.
        if member.process.poll() is None or sessions.leading_group(member.process.pid):
            return False
        self.say(f"{member.name} stopped")
        self._clear(member)
        return True

    def _print_lines(self, wait: float) -> None:
        """Print all lines that are there, and those of the next `wait` seconds if there are none."""
        try:
            message = self._lines.get(timeout=wait) if wait else self._lines.get_nowait()
            while True:
                self._print(message)
                message = self._lines.get_nowait()
        except queue.Empty:
            return

    def _print(self, message: Any) -> None:
        self._remember(message)
        try:
            self._output.write(message)
        except OSError:  # the terminal or the pipe that we print to has gone
            self._output = _Nowhere()
            self.stop()

    def _remember(self, message: Any) -> None:
        for member in self._members:
            if member.name == message.name and isinstance(message.data, bytes):
                member.last_lines.append(message.data.decode(errors="replace").rstrip())


class _Events:
    """The queue that honcho's Process reports to: lines go on, its start is noted, its end is ours to see."""

    def __init__(self, lines: queue.Queue[Any], started: threading.Event) -> None:
        self._lines = lines
        self._started = started

    def put(self, message: Any) -> None:
        if message.type == "line":
            self._lines.put(message)
        elif message.type == "start":
            self._started.set()


class _Nowhere:
    width = 0

    def write(self, message: Any) -> None:
        """Drop it."""
