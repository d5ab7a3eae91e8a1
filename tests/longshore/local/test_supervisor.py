from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from longshore.local import sessions
from longshore.local.supervisor import Supervisor
from tests.support.waiting import wait_until


class Lines:
    """An output that keeps what it is given."""

    width = 0

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    def write(self, message: Any) -> None:
        data = message.data.decode() if isinstance(message.data, bytes) else message.data
        self.seen.append((message.name, data.rstrip("\n")))

    def of(self, name: str) -> list[str]:
        return [text for who, text in list(self.seen) if who == name]


class Sessions:
    """A watcher that remembers."""

    def __init__(self) -> None:
        self.now: set[int] = set()
        self.ever: set[int] = set()

    def add(self, session: int) -> None:
        self.now.add(session)
        self.ever.add(session)

    def remove(self, session: int) -> None:
        self.now.remove(session)


@pytest.fixture
def lines() -> Lines:
    return Lines()


@pytest.fixture
def watched() -> Sessions:
    return Sessions()


@contextmanager
def running(
    lines: Lines, watched: Sessions, commands: dict[str, str], stop_timeout: float = 5.0
) -> Iterator[Supervisor]:
    supervisor = Supervisor(lines, watched, stop_timeout=stop_timeout)
    for name, command in commands.items():
        supervisor.add(name, command, os.environ)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()
        thread.join(20)
    assert not thread.is_alive()
    assert [pid for session in watched.ever for pid in sessions.members(session)] == []
    assert watched.now == set()


def pids(lines: Lines, name: str) -> Callable[[], list[int]]:
    return lambda: [int(text) for text in lines.of(name) if text.isdigit()]


def script(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text("import os, signal, sys, time\n" + text)
    return f"{sys.executable} -u {path}"


def test_a_killed_process_is_started_again_and_the_others_run_on(lines: Lines, watched: Sessions) -> None:
    with running(lines, watched, {"web": "echo $$; exec sleep 60", "clock": "echo $$; exec sleep 60"}):
        first = wait_until(pids(lines, "web"))[0]
        wait_until(pids(lines, "clock"))
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(pids(lines, "web")()) == 2)
        assert f"web (pid {first}) was killed by SIGKILL; it starts again in 1 s" in lines.of("house")
        assert len(pids(lines, "clock")()) == 1


def test_an_exit_code_is_named(lines: Lines, watched: Sessions) -> None:
    with running(lines, watched, {"web": "exit 3"}):
        wait_until(lambda: any("ended with exit code 3" in line for line in lines.of("house")))


def test_a_killed_worker_takes_its_horse_along(lines: Lines, watched: Sessions, tmp_path: Path) -> None:
    worker = script(
        tmp_path,
        "worker.py",
        "if os.fork() == 0:\n    os.setpgrp()\n    print(os.getpid())\n    time.sleep(60)\ntime.sleep(60)",
    )
    with running(lines, watched, {"worker": f"echo parent $$; exec {worker}"}):
        horse = wait_until(pids(lines, "worker"))[0]
        (session,) = watched.now
        os.kill(session, signal.SIGKILL)
        wait_until(lambda: horse not in sessions.members(session))


def test_stopping_waits_for_what_ends_by_itself(lines: Lines, watched: Sessions, tmp_path: Path) -> None:
    polite = script(
        tmp_path,
        "polite.py",
        "def bye(*_):\n    print('goodbye')\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, bye)\nprint(os.getpid())\nwhile True:\n    time.sleep(1)",
    )
    # `true &&` keeps a shell in front, which dies of the SIGTERM before the process behind it does.
    with running(lines, watched, {"web": f"true && {polite}"}) as supervisor:
        wait_until(pids(lines, "web"))
        supervisor.stop()
    assert "goodbye" in lines.of("web")
    assert lines.of("house")[-1] == "web stopped"


def test_stopping_kills_what_does_not_end_horses_too(lines: Lines, watched: Sessions, tmp_path: Path) -> None:
    stubborn = script(
        tmp_path,
        "stubborn.py",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "if os.fork() == 0:\n    os.setpgrp()\n    print(os.getpid())\nwhile True:\n    time.sleep(1)",
    )
    with running(lines, watched, {"worker": stubborn}, stop_timeout=0.2):
        wait_until(pids(lines, "worker"))
    assert lines.of("house") == ["worker was still running: killed"]


def test_stopping_does_not_wait_for_a_horse_whose_worker_has_gone(
    lines: Lines, watched: Sessions, tmp_path: Path
) -> None:
    worker = script(
        tmp_path, "worker.py", "if os.fork() == 0:\n    os.setpgrp()\n    print(os.getpid())\ntime.sleep(600)"
    )
    with running(lines, watched, {"worker": worker}, stop_timeout=600):
        wait_until(pids(lines, "worker"))
    assert lines.of("house") == ["worker stopped"]


def test_hurry_does_not_wait(lines: Lines, watched: Sessions) -> None:
    with running(
        lines, watched, {"worker": "trap '' TERM; echo $$; while :; do sleep 1; done"}, stop_timeout=600
    ) as supervisor:
        wait_until(pids(lines, "worker"))
        supervisor.stop()
        supervisor.hurry()


def test_a_lost_terminal_stops_the_house(watched: Sessions) -> None:
    class Gone(Lines):
        def write(self, message: Any) -> None:
            raise BrokenPipeError

    supervisor = Supervisor(Gone(), watched)
    supervisor.add("web", "echo hello; exec sleep 60", os.environ)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    assert watched.ever
    assert not watched.now


def test_a_process_that_cannot_start_ends_the_house_with_its_last_lines(
    lines: Lines, watched: Sessions
) -> None:
    commands = {"web": "echo no such key; exit 3", "clock": "exec sleep 60"}
    with running(lines, watched, commands) as supervisor:
        wait_until(lambda: supervisor.stopping, 20)
    assert supervisor.collapse is not None
    assert supervisor.collapse.startswith("no such key\nweb cannot start")
    assert "exit code 3" in supervisor.collapse
    assert lines.of("web") == ["no such key"] * 3


def test_in_a_house_that_was_ready_what_fails_is_started_again(lines: Lines, watched: Sessions) -> None:
    with running(lines, watched, {"web": "echo again; exit 3"}) as supervisor:
        supervisor.settle()
        wait_until(lambda: len(lines.of("web")) == 4, 20)
    assert supervisor.collapse is None
