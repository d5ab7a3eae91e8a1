"""An HTTP server on loopback that answers as a test says: rightly, late, cut off, or far too much."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit


@dataclass
class Plan:
    """One answer.

    Attributes:
        status: HTTP status.
        body: the body.
        headers: headers beside Content-Length.
        length: the Content-Length that is claimed; None for the right one.
        before: called before anything is sent.
        drip: seconds between two bytes of the body; 0 sends it at once.
        parts: the body sent so many times over, without a Content-Length.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None
    before: Callable[[], object] = lambda: None
    drip: float = 0.0
    parts: int = 1


@dataclass(frozen=True)
class Call:
    """A call that came.

    Attributes:
        path: without the query.
        query: its parameters, the first value of each.
        headers: its headers.
    """

    path: str
    query: dict[str, str]
    headers: dict[str, str]


class MisbehavingServer:
    """A context manager; answers as planned, in turn, and the last plan again and again."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._plans: deque[Plan] = deque([Plan()])
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def plan(self, *plans: Plan) -> None:
        """Answer so from now on."""
        self._plans = deque(plans)

    def stall(self) -> None:
        """Wait until the server is closed; for `Plan.before`."""
        self._over.wait()

    def __enter__(self) -> MisbehavingServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(address.query).items()}
                server.calls.append(Call(address.path, query, dict(self.headers)))
                plan = server._plans.popleft() if len(server._plans) > 1 else server._plans[0]
                plan.before()
                try:
                    self._send(plan)
                except OSError:
                    self.close_connection = True  # the client has seen enough

            def _send(self, plan: Plan) -> None:
                self.send_response(plan.status)
                for name, value in plan.headers.items():
                    self.send_header(name, value)
                if plan.parts == 1:
                    length = len(plan.body) if plan.length is None else plan.length
                    self.send_header("Content-Length", str(length))
                    self.close_connection = length != len(plan.body)
                else:
                    self.close_connection = True
                self.end_headers()
                for _ in range(plan.parts):
                    self._write(plan)

            def _write(self, plan: Plan) -> None:
                if not plan.drip:
                    self.wfile.write(plan.body)
                    return
                for byte in plan.body:
                    self.wfile.write(bytes([byte]))
                    if server._over.wait(plan.drip):
                        return

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
