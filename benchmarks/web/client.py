"""The two clients of the probes: a plain request, and an event stream that is held open on a bare socket."""

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

TIMEOUT_SECONDS = 5.0


def get(port: int, path: str, **headers: str) -> dict[str, object]:
    """The JSON answer of one GET on a new connection. Raises OSError or HTTPException if there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers=headers)
        answer: dict[str, object] = json.load(connection.getresponse())
        return answer
    finally:
        connection.close()


def seconds_to_answer(port: int, path: str = "/constant") -> float:
    """How long one GET takes; infinity if it fails or times out."""
    began = time.monotonic()
    try:
        get(port, path)
    except (OSError, http.client.HTTPException):
        return float("inf")
    return time.monotonic() - began


def open_stream(port: int, every: float = 0.5) -> socket.socket:
    """Ask for an event every `every` seconds and return at once, without waiting for the first."""
    stream = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS)
    stream.sendall(f"GET /events?every={every:g} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    return stream


def seconds_to_event(stream: socket.socket) -> float:
    """How long until an event arrives on `stream`; infinity if none does."""
    began, seen = time.monotonic(), b""
    try:
        while b"data:" not in seen:
            chunk = stream.recv(4096)
            if not chunk:
                return float("inf")
            seen += chunk
    except OSError:
        return float("inf")
    return time.monotonic() - began


@contextmanager
def open_streams(port: int, count: int, every: float = 0.5) -> Iterator[list[socket.socket]]:
    """Hold `count` event streams open, and close them afterwards."""
    with ExitStack() as stack:
        yield [stack.enter_context(open_stream(port, every)) for _ in range(count)]


@contextmanager
def half_sent_requests(port: int, count: int) -> Iterator[None]:
    """Hold `count` connections open on which only half a header was sent, as a slow client would."""
    with ExitStack() as stack:
        for _ in range(count):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS))
            slow.sendall(b"GET /constant HTTP/1.1\r\nHo")
        yield
