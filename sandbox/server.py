"""HTTP on the loopback address, by the standard library's threaded server: it starts and stops at once.

It also does what a well-behaved server would not: stall, trickle, cut a body off, send 50 MB.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sandbox.messages import Answer, Request, as_text
from sandbox.site import Site

ADDRESS = "127.0.0.1"
"""The only address it listens on: what it can be made to do is for this machine alone."""
MARK = "x-longshore-sandbox"
"""Header of every answer."""
NAMES = ("127.0.0.1", "localhost")
"""What a Host header may say, so that no page in a browser gets here under a name of its own."""
MOST_BODY = 65_536
"""Bytes of a request's body."""
MOST_CALLS = 64
"""Connections that are served at a time; further ones wait."""
IDLE = 60.0
"""Seconds that a kept connection may be silent."""
CHUNK = 65_536


class Server(ThreadingHTTPServer):
    """Listens as soon as it is made.

    Args:
        port: where; 0: a free one.
        site: who answers.
        now: seconds since 1970.

    Raises:
        OSError: the port cannot be had.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, site: Site, *, now: Callable[[], float] = time.time) -> None:
        self.site = site
        self.now = now
        self._free = threading.BoundedSemaphore(MOST_CALLS)
        super().__init__((ADDRESS, port), _Handler)

    def server_bind(self) -> None:
        """Bind, without the name look-up of HTTPServer, which takes seconds on some machines."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = ADDRESS, self.server_address[1]

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{ADDRESS}:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread, once one may be had."""
        self._free.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """What that thread does."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say what went wrong in one line; that a client went away is its own affair."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"sandbox: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


@contextmanager
def running(site: Site, *, port: int = 0, now: Callable[[], float] = time.time) -> Iterator[Server]:
    """A server in a thread of this process, for tests."""
    with Server(port, site, now=now) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "sandbox"
    sys_version = ""
    timeout = IDLE
    disable_nagle_algorithm = True
    wbufsize = -1  # headers and body leave together

    def do_GET(self) -> None:
        """Any method is the site's to judge."""
        self._serve()

    do_POST = do_DELETE = do_PUT = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: keys are in the query."""

    def end_headers(self) -> None:
        """Mark every answer, errors of the protocol too."""
        self.send_header(MARK, "1")
        super().end_headers()

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            why = f"A body has at most {MOST_BODY} bytes and says how many.\n"
            self._send(as_text(why, 413, {"connection": "close"}))
            self._linger()
            return
        if self.headers.get("host", ADDRESS).partition(":")[0] not in NAMES:
            answer = as_text(f"The sandbox is reached as {' or '.join(NAMES)}.\n", 421)
        else:
            answer = self._answer(body)
        self._send(answer)

    def _read_body(self) -> bytes | None:
        """The request's body; None if there is no reading it."""
        given = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not given.isdigit() or int(given) > MOST_BODY:
            return None
        return self.rfile.read(int(given))

    def _linger(self) -> None:
        """Read on for a moment: a client whose connection is reset would not see why."""
        self.wfile.flush()
        self.connection.settimeout(1)
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            for _ in range(MOST_CALLS):
                if not self.rfile.read1(CHUNK):
                    break

    def _answer(self, body: bytes) -> Answer:
        parts = urlsplit(self.path)
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="replace"):
            query.setdefault(name, value)
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, parts.path, query, body, headers)
        try:
            return self.server.site.respond(request, self.server.now())
        except Exception as error:  # a fault of ours must not look like one of the network
            print(f"sandbox: {parts.path}: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            return as_text(f"The sandbox failed: {type(error).__name__}: {error}\n", 500)

    def _send(self, answer: Answer) -> None:
        how = answer.delivery
        if how.wait:
            time.sleep(how.wait)
        self.send_response(answer.status)
        self.send_header("content-type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if how.padding:
            self.send_header("transfer-encoding", "chunked")
        else:
            self.send_header("content-length", str(len(answer.body)))
        self.end_headers()
        self._send_body(answer)

    def _send_body(self, answer: Answer) -> None:
        how = answer.delivery
        if how.cut:
            self.wfile.write(answer.body[: len(answer.body) // 2])
            self.close_connection = True
        elif how.padding:
            self._send_padded(answer.body, how.padding)
        elif how.pause:
            self._trickle(answer.body, how.pause)
        else:
            self.wfile.write(answer.body)

    def _send_padded(self, body: bytes, padding: int) -> None:
        """White space before the last byte, which JSON takes no notice of."""
        for part in (body[:-1], *[b" " * CHUNK] * -(-padding // CHUNK), body[-1:]):
            if part:  # an empty chunk would be the end
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _trickle(self, body: bytes, pause: float) -> None:
        """A few bytes at a time, no oftener than a hundred times a second."""
        size = max(1, round(0.01 / pause))
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            time.sleep(pause * size)
