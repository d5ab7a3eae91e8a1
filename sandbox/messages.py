"""A request and an answer as the stand-ins see them: without sockets, so that they are plain functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What was asked.

    Attributes:
        method: GET, POST or DELETE.
        path: without the query; below an upstream, without that upstream's prefix.
        query: the first value of each parameter.
        body: what was sent.
        headers: by name in lower case.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """How an answer goes over the wire when a fault is wanted.

    Attributes:
        wait: seconds before its first byte.
        cut: whether the connection closes after half of the body that the headers promise.
        pause: seconds between two bytes of the body; 0: all at once.
        padding: bytes of white space within the body, in chunks and without a Content-Length.
    """

    wait: float = 0.0
    cut: bool = False
    pause: float = 0.0
    padding: int = 0


@dataclass(frozen=True)
class Answer:
    """What is answered.

    Attributes:
        status: HTTP's.
        body: all of it.
        content_type: its media type.
        headers: besides those that every answer has.
        delivery: how it goes over the wire.
    """

    status: int
    body: bytes
    content_type: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: Delivery = Delivery()


class Upstream(Protocol):
    """A service that is stood in for. `sandbox.registry` lists them."""

    name: str
    """As faults and documents call it, e.g. the_odds_api."""
    path: str
    """First part of its URLs here, e.g. the-odds-api."""
    example: str
    """A path to try, below its own."""

    def answer(self, request: Request, now: float) -> Answer:
        """What the service would answer.

        Args:
            request: its path begins after the upstream's own.
            now: seconds since 1970.
        """

    def refusal(self, fault: str, retry_after: float) -> Answer:
        """How the service words a fault.

        Args:
            fault: 429, 401, 500 or no_credits.
            retry_after: seconds, for 429.
        """


def as_json(payload: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    return Answer(status, body, headers=headers or {})


def as_text(text: str, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in plain text."""
    return Answer(status, text.encode(), TEXT, headers or {})
