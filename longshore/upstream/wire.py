"""The connection itself: keys are put in as a request is written, and every read ends by the call's deadline.

What requests and urllib3 hold, log and put into exceptions is the address with a placeholder: they never see
a key, so no trace can hold one, whoever raises it. Nor can a server keep a call by sending a byte now and
then, not even in its headers: before each read the socket gets what is left of the time.
"""

from __future__ import annotations

import http.client
import io
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidProxyURL
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError


@dataclass(frozen=True)
class Flight:
    """One request on its way.

    Attributes:
        ends: when all of it must be over, on the monotonic clock.
        placeholder: what stands for the key in address and headers; empty for none.
        key: the key.
    """

    ends: float
    placeholder: str = ""
    key: SecretStr = field(default=SecretStr(""))


_flight: ContextVar[Flight | None] = ContextVar("flight", default=None)


@contextmanager
def flying(flight: Flight) -> Iterator[None]:
    """Requests that this thread sends meanwhile are this one."""
    token = _flight.set(flight)
    try:
        yield
    finally:
        _flight.reset(token)


def _revealed(text: str, encode: Callable[[str], str]) -> str:
    flight = _flight.get()
    if flight is None or not flight.placeholder or flight.placeholder not in text:
        return text
    return text.replace(flight.placeholder, encode(flight.key.get_secret_value()))


class _TimedStream(io.RawIOBase):
    """What a socket sends, each read within the socket's own timeout and the flight's end."""

    def __init__(self, sock: socket.socket, ends: float | None) -> None:
        self._sock, self._ends, self._longest = sock, ends, sock.gettimeout()
        self._file = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self._ends is not None:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out: the call's deadline has passed")
            self._sock.settimeout(left if self._longest is None else min(left, self._longest))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer that is read through a timed stream."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        flight, plain = _flight.get(), self.fp
        self.fp = io.BufferedReader(_TimedStream(sock, flight.ends if flight else None))
        plain.close()


class _Connection(HTTPConnection):
    debuglevel = 0  # http.client prints what it sends, whoever sets this on its class
    response_class = _TimedResponse

    def putrequest(
        self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False
    ) -> None:
        revealed = _revealed(url, lambda key: urllib.parse.quote(key, safe=""))
        super().putrequest(method, revealed, skip_host, skip_accept_encoding)

    def putheader(self, header: str, *values: str) -> None:  # type: ignore[override]
        super().putheader(header, *(_revealed(one, str) if isinstance(one, str) else one for one in values))

    def _new_conn(self) -> socket.socket:
        """Connect in a thread: looking up a name has no timeout, and a name may have many addresses."""
        outcome: Future[socket.socket] = Future()
        connect = super()._new_conn

        def work() -> None:
            try:
                outcome.set_result(connect())
            except BaseException as error:  # raised again below, where it is waited for
                outcome.set_exception(error)

        threading.Thread(target=work, name="connecting", daemon=True).start()
        try:
            return outcome.result(self.timeout)
        except BaseException as error:
            outcome.add_done_callback(_close)
            if isinstance(error, TimeoutError) and not outcome.done():
                raise ConnectTimeoutError(self, "no connection in time") from None
            raise


def _close(outcome: Future[socket.socket]) -> None:
    if outcome.exception() is None:
        outcome.result().close()


class _TLSConnection(_Connection, HTTPSConnection):
    """The same, over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


_POOLS = {"http": _Pool, "https": _TLSPool}


class Adapter(HTTPAdapter):
    """requests' adapter, on connections of this module, through proxies too."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        if proxy.lower().startswith("socks"):
            raise InvalidProxyURL("SOCKS proxies are not supported; set HTTPS_PROXY to an HTTP proxy")
        manager = super().proxy_manager_for(proxy, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager
