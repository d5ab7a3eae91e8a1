"""A TCP server that says byte by byte what a test wants: for what no HTTP server could be made to send."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import TracebackType


class RawServer:
    """A context manager; each connection is answered with the pieces, once for each request.

    Args:
        answer: gives the pieces for a request; they are sent one after the other.
        pause: seconds between two pieces.
        tls: speak TLS.
        keeps: leave a connection open for further requests.
    """

    def __init__(
        self,
        answer: Callable[[bytes], Iterable[bytes]],
        pause: float = 0.0,
        tls: ssl.SSLContext | None = None,
        keeps: bool = False,
    ) -> None:
        self._answer, self._pause, self._tls = answer, pause, tls
        self._keeps, self._open = keeps, set[socket.socket]()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self.requests: list[bytes] = []
        """What has come, up to the empty line."""
        self._accepted = 0

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def connections(self) -> int:
        """How many connections have been made to it."""
        return self._accepted

    def __enter__(self) -> RawServer:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        for one in (self._socket, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._socket.close()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            self._accepted += 1
            thread = threading.Thread(target=self._serve, args=(plain,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain: socket.socket) -> None:
        plain.settimeout(5)
        with suppress(OSError), plain:
            link = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            self._open.add(link)
            with link:
                while request := link.recv(65_536):
                    self.requests.append(request)
                    if not self._send(link, request) or not self._keeps:
                        return

    def _send(self, link: socket.socket, request: bytes) -> bool:
        """Send the answer; whether there is time for more."""
        for piece in self._answer(request):
            link.sendall(piece)
            if self._over.wait(self._pause):
                return False
        return True
