"""One house a VAR_DIR: an exclusive lock on the folder's `lock` file.

The kernel frees the lock with the last process that holds it, so a stale file never blocks. The
guard and Redis inherit it: while they clean up after a killed launcher, nothing else touches the data.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

from longshore.errors import LongshoreError, SettingsError

LEFTOVERS_TIMEOUT = 30.0
"""Seconds that a start waits for the leftovers of a killed launcher to be gone."""


class Locked(LongshoreError):
    """Another house runs on this VAR_DIR. The text names the process that holds it."""


class Lock:
    """The lock of one VAR_DIR, held from `take()` to `release()` or the end of the process.

    Args:
        folder: VAR_DIR; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fd = -1

    def take(
        self, *, timeout: float = LEFTOVERS_TIMEOUT, say: Callable[[str], None] = lambda _line: None
    ) -> None:
        """Take the lock, or say who has it.

        Args:
            timeout: seconds to wait if the launcher that took it is dead, while its guard cleans up.
            say: is told once that it waits, and why.

        Raises:
            Locked: a living launcher holds it, or leftovers of a dead one still do after `timeout`.
            SettingsError: the folder cannot be made or written to.
        """
        self._open()
        deadline = time.monotonic() + timeout
        waits = False
        while not self._try():
            holder = self._holder()
            if holder is None or _lives(holder) or time.monotonic() > deadline:
                self._give_up(holder)
            if not waits:
                say(f"waiting for what pid {holder}, which was killed, has left running in {self.folder}")
                waits = True
            time.sleep(0.1)
        os.ftruncate(self.fd, 0)
        os.pwrite(self.fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let go. Children that inherited the descriptor keep the lock until they end."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1

    def _open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.fd = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise SettingsError(
                f"VAR_DIR={self.folder} is not valid: it takes a folder that can be made and written to"
                f" ({error.strerror})"
            ) from None

    def _try(self) -> bool:
        try:
            fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _holder(self) -> int | None:
        text = os.pread(self.fd, 20, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else None

    def _give_up(self, holder: int | None) -> None:
        self.release()
        if holder is None or _lives(holder):
            who = f"pid {holder}" if holder else "another process"
            raise Locked(f"Longshore already runs on {self.folder} ({who}); stop it, or set another VAR_DIR")
        raise Locked(
            f"{self.folder} is still held by processes that pid {holder} started before it was killed;"
            f" find them with: fuser {self.folder / 'lock'}"
        )


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
