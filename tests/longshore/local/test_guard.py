from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshore.local import guard, sessions
from tests.support.waiting import wait_until


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process
        process.kill()


def test_what_was_added_is_ended_when_the_pipe_closes(sleeper: subprocess.Popen[bytes]) -> None:
    guard.watch(io.BytesIO(b"add %d\n" % sleeper.pid), grace=5)
    assert sleeper.wait(5) == -15


def test_what_was_removed_is_left_alone(sleeper: subprocess.Popen[bytes]) -> None:
    guard.watch(io.BytesIO(b"add %d\nremove %d\n" % (sleeper.pid, sleeper.pid)), grace=5)
    assert sleeper.poll() is None


def test_what_ignores_sigterm_is_killed() -> None:
    with subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo; while :; do sleep 1; done"],
        start_new_session=True,
        stdout=subprocess.PIPE,
    ) as stubborn:
        assert stubborn.stdout is not None
        stubborn.stdout.readline()
        guard.watch(io.BytesIO(b"last %d\n" % stubborn.pid), grace=0.2)
        assert stubborn.wait(5) == -9


def test_the_children_of_a_killed_launcher_are_ended(tmp_path: Path) -> None:
    code = (
        "import os, subprocess, sys; from longshore.local.guard import Guard\n"
        "guard = Guard()\n"
        "child = subprocess.Popen(['sh', '-c', 'true && sleep 60'], start_new_session=True)\n"
        "guard.add(child.pid); print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    # Not captured: the sleeping child would hold the pipe open.
    with open(tmp_path / "out", "wb") as out:
        subprocess.run([sys.executable, "-c", code], stdout=out, check=False)
    session = int((tmp_path / "out").read_text())
    wait_until(lambda: not sessions.members(session))


def test_a_clean_end_waits_for_the_guard_and_leaves_it_nothing_to_do(
    sleeper: subprocess.Popen[bytes],
) -> None:
    keeper = guard.Guard()
    keeper.add(sleeper.pid)
    keeper.remove(sleeper.pid)
    keeper.close()
    assert sleeper.poll() is None
    assert os.getsid(sleeper.pid) == sleeper.pid
