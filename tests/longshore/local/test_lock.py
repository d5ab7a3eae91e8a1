from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshore.errors import SettingsError
from longshore.local.lock import Lock, Locked

HOLD = (
    "import sys; from pathlib import Path; from longshore.local.lock import Lock\n"
    "lock = Lock(Path(sys.argv[1])); lock.take(); print(flush=True); sys.stdin.read()"
)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock of tmp_path until its stdin closes or it is killed."""
    command = [sys.executable, "-c", HOLD, tmp_path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process


def test_a_second_one_is_told_who_holds_it(tmp_path: Path, holder: subprocess.Popen[bytes]) -> None:
    with pytest.raises(Locked, match=rf"^Longshore already runs on .*\(pid {holder.pid}\); stop it[^\n]*$"):
        Lock(tmp_path).take()


def test_a_killed_holder_does_not_block(tmp_path: Path, holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    holder.wait()
    lock = Lock(tmp_path)
    lock.take(timeout=5)
    assert (tmp_path / "lock").read_text() == f"{os.getpid()}\n"
    lock.release()


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    first, second = Lock(tmp_path), Lock(tmp_path)
    first.take()
    first.release()
    second.take()
    second.release()


def test_what_a_killed_holder_left_running_keeps_it_and_is_reported(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys; from pathlib import Path; from longshore.local.lock import Lock\n"
        "lock = Lock(Path(sys.argv[1])); lock.take()\n"
        "print(subprocess.Popen(['sleep', '60'], pass_fds=[lock.fd], stdout=subprocess.DEVNULL).pid)"
    )
    command = [sys.executable, "-c", code, tmp_path]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said: list[str] = []
    try:
        with pytest.raises(Locked, match=r"still held by processes that pid .* started before it was killed"):
            Lock(tmp_path).take(timeout=0.3, say=said.append)
    finally:
        os.kill(int(done.stdout), 9)
    assert [line.partition(" pid")[0] for line in said] == ["waiting for what"]
    lock = Lock(tmp_path)
    lock.take(timeout=5)
    lock.release()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        SettingsError, match=r"^VAR_DIR=[^\n]*/file/var is not valid: it takes a folder [^\n]*$"
    ):
        Lock(tmp_path / "file" / "var").take()
