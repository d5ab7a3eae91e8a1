"""Waits for GET /ready to answer 200, and says what is missing if that takes long."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

PATIENCE = 20.0
"""Seconds after which a person is told what is not ready; told again as often."""

INTERVAL = 0.1
"""Seconds between two questions."""


@dataclass(frozen=True)
class Answer:
    """What /ready said.

    Attributes:
        ready: it answered 200.
        why: what is missing, in words; empty when ready.
    """

    ready: bool
    why: str


def wait_until_ready(
    ask: Callable[[], Answer],
    say: Callable[[str], None],
    stopped: Callable[[], bool],
    *,
    patience: float = PATIENCE,
    interval: float = INTERVAL,
) -> bool:
    """Ask until the answer is yes.

    Args:
        ask: e.g. `lambda: ask_ready("127.0.0.1", 8000)`.
        say: is told what is missing every `patience` seconds.
        stopped: whether to give up.
        patience: seconds.
        interval: seconds between two questions.

    Returns:
        False if it gave up.
    """
    hint_at = time.monotonic() + patience
    while not stopped():
        answer = ask()
        if answer.ready:
            return True
        if time.monotonic() >= hint_at:
            say(f"not ready yet: {answer.why}")
            hint_at = time.monotonic() + patience
        time.sleep(interval)
    return False


def ask_ready(host: str, port: int, *, timeout: float = 5.0) -> Answer:
    """Ask the web process of this machine once.

    Args:
        host: the address at which it is reached.
        port: where it listens.
        timeout: seconds to wait for an answer.
    """
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.request("GET", "/ready")
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return Answer(False, f"the web process does not answer on port {port} ({error}); see its lines above")
    finally:
        connection.close()
    if response.status == 200:
        return Answer(True, "")
    return Answer(False, f"/ready answered {response.status}: {failing(body)}")


def failing(body: bytes) -> str:
    """The checks of a /ready answer that fail, or the answer itself if it is of another shape."""
    text = body.decode("utf-8", "replace")
    try:
        checks: Any = json.loads(text)["checks"]
        items = checks.items() if isinstance(checks, dict) else ((one.get("name"), one) for one in checks)
        bad = [_one(name, check) for name, check in items if not _passes(check)]
    except (ValueError, KeyError, TypeError, AttributeError):
        return text[:300]
    return "; ".join(bad) or text[:300]


def _passes(check: Any) -> bool:
    return bool(check.get("ok")) if isinstance(check, dict) else check in (True, "ok")


def _one(name: Any, check: Any) -> str:
    if not isinstance(check, dict):
        return f"{name}: {check}"
    words = [str(check[key]) for key in ("detail", "message", "error", "advice", "do") if check.get(key)]
    return f"{name}: {', '.join(words) or 'fails'}"
