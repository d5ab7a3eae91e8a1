"""A sandbox at a fixed time, asked without a network; tests of the server open sockets themselves."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from sandbox.messages import Answer, Request
from sandbox.registry import Options, upstreams
from sandbox.site import Site

NOW = 1_795_909_200.0
"""Saturday 28 November 2026, 23:40 UTC: games of several sports are being played."""
HOUR = 3600.0


@dataclass
class Sandbox:
    """A site and what time it is there."""

    site: Site
    now: float = NOW

    def answer(self, url: str, method: str = "GET", body: bytes = b"") -> Answer:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return self.site.respond(Request(method, parts.path, query, body), self.now)

    def ask(self, path: str, **query: Any) -> Answer:
        """A call of The Odds API, with a key."""
        given = {"apiKey": "any", **query}
        text = "&".join(f"{name}={value}" for name, value in given.items() if value is not None)
        return self.answer(f"/the-odds-api/v4{path}?{text}")

    def get(self, path: str, **query: Any) -> Any:
        """What such a call brings."""
        answer = self.ask(path, **query)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def refused(self, path: str, **query: Any) -> tuple[int, str]:
        """With which status and error code such a call is refused."""
        answer = self.ask(path, **query)
        payload = json.loads(answer.body)
        assert set(payload) == {"message", "error_code", "details_url"}
        return answer.status, payload["error_code"]

    def fault(self, **fault: Any) -> Answer:
        body = json.dumps({"upstream": "the_odds_api", **fault}).encode()
        return self.answer("/faults", "POST", body)


@pytest.fixture
def make_sandbox() -> Callable[..., Sandbox]:
    """Makes a sandbox with other options, at another time."""

    def make(now: float = NOW, **options: Any) -> Sandbox:
        return Sandbox(Site(upstreams(Options(**options)), "Made up."), now)

    return make


@pytest.fixture
def sandbox(make_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return make_sandbox()
