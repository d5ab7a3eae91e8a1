"""Sending one request: pooled connections, timeouts, a deadline that no slow server can stretch, a size cap.

Knows nothing of tries, budgets and keys. No exception that leaves here has one inside that holds the address.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from longshore.upstream.errors import TooLarge, Unreachable
from longshore.upstream.policy import Headers, Policy

_CHUNK = 65_536
_POOL = 4
"""Connections that are kept open to one host."""


@dataclass(frozen=True)
class Raw:
    """An answer as it came.

    Attributes:
        status: HTTP status.
        headers: its headers.
        body: its body, decompressed.
    """

    status: int
    headers: Headers
    body: bytes

    @functools.cached_property
    def json(self) -> Any:
        """The body as JSON, None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


def session() -> requests.Session:
    """This process's session. A forked child makes its own: two must not read from one connection."""
    return _session(os.getpid())


@functools.lru_cache(maxsize=1)
def _session(pid: int) -> requests.Session:
    made = requests.Session()
    adapter = HTTPAdapter(pool_connections=_POOL, pool_maxsize=_POOL, max_retries=0)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    made.headers["User-Agent"] = "longshore"
    return made


def send(
    policy: Policy, url: str, params: Mapping[str, Any], headers: Mapping[str, str], until: float
) -> Raw:
    """Send one GET and read the whole answer.

    Args:
        policy: limits.
        url: the address without its query.
        params: the query, with the key.
        headers: headers, with the key.
        until: when all must be over, on the monotonic clock.

    Raises:
        Unreachable: no connection, no whole answer, or not in time.
        TooLarge: the body is larger than the policy takes.
    """
    try:
        return _send(policy, url, params, headers, until)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        fault = _words(error)
    # Raised out here: inside the block it would carry the library's exception, which holds the address.
    raise Unreachable(f"{policy.name}: {fault}")


def _send(
    policy: Policy, url: str, params: Mapping[str, Any], headers: Mapping[str, str], until: float
) -> Raw:
    left = max(until - time.monotonic(), 0.05)
    response = session().get(
        url,
        params=params,
        headers={**policy.headers, **headers},
        timeout=(min(policy.connect_timeout, left), min(policy.read_timeout, left)),
        stream=True,
        allow_redirects=False,  # it would carry the key to another host
    )
    with response:
        return Raw(response.status_code, response.headers, _body(policy, response, until))


def _body(policy: Policy, response: requests.Response, until: float) -> bytes:
    found = bytearray()
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        found += chunk
        if len(found) > policy.max_bytes:
            raise TooLarge(f"{policy.name}: the answer is larger than {policy.max_bytes:,} bytes.")
        if time.monotonic() > until:
            raise requests.ReadTimeout
    return bytes(found)


def _words(error: Exception) -> str:
    """What happened, in words that hold no address."""
    if isinstance(error, requests.ConnectTimeout):
        return "no connection in time."
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return "no whole answer in time."
    if isinstance(error, requests.exceptions.SSLError):
        return "no secure connection: its certificate or protocol is not accepted."
    if isinstance(error, requests.ConnectionError) and not isinstance(
        error, requests.exceptions.ChunkedEncodingError
    ):
        return "no connection."
    return "the answer broke off, or cannot be decoded."
