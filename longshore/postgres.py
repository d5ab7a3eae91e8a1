"""What ends the wait for a PostgreSQL that is slow, locked, or gone without a word."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit


def limits(url: str, *, connect: int, statement: float) -> dict[str, Any]:
    """Parameters of a connection, for libpq.

    Args:
        url: the database; `options` in it are kept, and win.
        connect: seconds to connect. Twice as long may what was sent stay without an acknowledgement.
        statement: seconds that a statement may take on the server.
    """
    asked = parse_qs(urlsplit(url).query).get("options", [])
    return {
        "connect_timeout": connect,
        "options": " ".join([f"-c statement_timeout={statement * 1_000:.0f}", *asked]),
        "tcp_user_timeout": 2_000 * connect,
        "keepalives_idle": connect,
        "keepalives_interval": 2,
        "keepalives_count": 3,
    }
