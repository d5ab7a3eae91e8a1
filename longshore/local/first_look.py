"""What the first start does, so that the first page that a newcomer opens has something to show.

The schedule that reads the odds has its slots every few minutes. Where the sandbox stands in for the real
service, a refresh costs nobody a credit, so the first one need not wait for a slot.
"""

from __future__ import annotations

import http.client

REFRESH = "/api/refresh"
"""Route that starts a refresh of the odds; for admins."""


def refresh(host: str, port: int, token: str, *, timeout: float = 5.0) -> str:
    """Ask for the first refresh.

    Args:
        host: the address at which the web process is reached.
        port: where the web process of this machine listens.
        token: an admin's.
        timeout: seconds to wait for an answer.

    Returns:
        Why it could not be started; empty if it was.
    """
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request(
            "POST", REFRESH, headers={"Authorization": f"Bearer {token}", "Content-Length": "0"}
        )
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    finally:
        connection.close()
    return "" if status < 300 else f"POST {REFRESH} answered {status}"
