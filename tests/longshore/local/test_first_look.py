"""The refresh that the first start asks for."""

from __future__ import annotations

import socket

from longshore.local import first_look
from tests.support.raw_server import RawServer


def asked(answer: bytes) -> tuple[str, bytes]:
    """What came of a refresh, and what was sent."""
    with RawServer(lambda _: [answer]) as server:
        port = int(server.url.rpartition(":")[2])
        return first_look.refresh("127.0.0.1", port, "a-token"), server.requests[0]


def test_it_is_asked_for_as_an_admin() -> None:
    trouble, sent = asked(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}")
    assert trouble == ""
    assert sent.startswith(b"POST /api/refresh HTTP/1.1")
    assert b"Authorization: Bearer a-token" in sent


def test_why_it_could_not_be_started_is_told() -> None:
    trouble, _ = asked(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\n{}")
    assert trouble == "POST /api/refresh answered 503"
    assert asked(b"nonsense")[0]


def test_a_web_process_that_has_gone_is_told() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert "refused" in first_look.refresh("127.0.0.1", silent.getsockname()[1], "a-token")
