"""Lua scripts, one file each beside the Python that calls them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from redis import Redis

if TYPE_CHECKING:
    from redis.commands.core import Script


@functools.cache
def source(name: str) -> str:
    """The text of a script, e.g. `beat.lua` or `clockwork/fire.lua`."""
    return (Path(__file__).parent / name).read_text()


def script(connection: Redis, name: str) -> Script:
    """The script, ready to be called on a connection."""
    return connection.register_script(source(name))
