"""The admin token that the banner shows, kept in VAR_DIR so that starts do not pile up tokens.

Asking the web process whether the kept one is still good costs a request; making one costs a process
that builds the whole application. In production no token is made or kept.
"""

from __future__ import annotations

import http.client
import os
from pathlib import Path

FILE = "admin_token"
"""Name of the file under VAR_DIR, readable by its owner only."""

ADMIN_ROUTE = "/api/tasks?limit=1"
"""A cheap route that answers 200 to admins and to nobody else."""


def kept(folder: Path) -> str | None:
    """The token of an earlier start, if there is one."""
    try:
        return (folder / FILE).read_text().strip() or None
    except OSError:
        return None


def keep(folder: Path, token: str) -> None:
    """Remember a token for the next start."""
    path = folder / FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token)


def is_good(host: str, port: int, token: str, *, timeout: float = 5.0) -> bool:
    """Whether the web process takes it for an admin's: it may have expired, or the database be another.

    Args:
        host: the address at which the web process is reached.
        port: where the web process of this machine listens.
        token: what to show it.
        timeout: seconds to wait for an answer.
    """
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", ADMIN_ROUTE, headers={"Authorization": f"Bearer {token}"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
