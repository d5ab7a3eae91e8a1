"""Whether a TCP port can be listened on, asked before anything is started."""

from __future__ import annotations

import errno
import socket

from longshore.errors import LongshoreError

NEAR = 50
"""Ports that are tried after one that is taken."""


class PortTaken(LongshoreError):
    """Nobody else may listen on the port. The text says how to choose another."""


def check_free(port: int) -> None:
    """Check that this machine lets us listen on a port.

    Raises:
        PortTaken: another process does, or the port needs rights that we do not have.
    """
    error = _obstacle(port)
    if error is not None:
        raise PortTaken(_explain(port, error))


def is_free(port: int) -> bool:
    """Whether this machine lets us listen on a port."""
    return _obstacle(port) is None


def next_free(port: int) -> int:
    """The first port after one on which we may listen.

    Raises:
        PortTaken: none of the next NEAR is free.
    """
    last = min(port + NEAR, 65535)
    for one in range(port + 1, last + 1):
        if is_free(one):
            return one
    raise PortTaken(f"No port from {port + 1} to {last} is free; set PORT to a number after which one is")


def _obstacle(port: int) -> OSError | None:
    """What keeps us from listening on a port."""
    # Both, since on macOS a listener on one of them does not stop the other.
    for address in ("0.0.0.0", "127.0.0.1"):  # noqa: S104 (asked, not served)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                return error
    return None


def _explain(port: int, error: OSError) -> str:
    why = "is taken by another process" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
    return f"Port {port} {why}; choose another: PORT={port + 1 if port < 65535 else 8000} ./start.sh"
