"""Sending one request: pooled connections, timeouts, a deadline that no slow server can stretch, redirects.

Knows nothing of tries, budgets and keys. No exception that leaves here has one inside that holds the address.
"""

from __future__ import annotations

import functools
import os
import time
import urllib.parse
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from longshore.upstream import bodies, redaction
from longshore.upstream.errors import Refused, Unreachable, UpstreamError
from longshore.upstream.policy import Headers, Policy
from longshore.upstream.wire import Adapter, Flight, flying

_POOL = 4
"""Connections that are kept open to one host."""
_HOSTS = 16
"""Hosts to which connections are kept open."""
_REDIRECTS = (301, 302, 303, 307, 308)
_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Raw:
    """An answer as it came, without keys that it may have repeated.

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
        return bodies.parse(self.body)


class _Session(requests.Session):
    """A session that keeps connections and nothing else: no cookies, no passwords of ~/.netrc."""

    def __init__(self) -> None:
        super().__init__()
        adapter = Adapter(pool_connections=_HOSTS, pool_maxsize=_POOL, max_retries=0)
        self.mount("https://", adapter)
        self.mount("http://", adapter)
        self.headers.update({"User-Agent": "longshore", "Accept-Encoding": "gzip"})
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self.auth = _as_it_is  # with any here, requests does not look into ~/.netrc

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: requests would read a redirect's whole body, however large, even if it is not followed."""
        return None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def session() -> requests.Session:
    """This process's session. A forked child makes its own: two must not read from one connection."""
    return _session(os.getpid())


@functools.lru_cache(maxsize=1)
def _session(pid: int) -> requests.Session:
    return _Session()


def send(
    policy: Policy, url: str, params: Mapping[str, Any], headers: Mapping[str, str], flight: Flight
) -> Raw:
    """Send one GET and read the whole answer.

    Args:
        policy: limits.
        url: the address without its query.
        params: the query, with the key's placeholder.
        headers: headers, with the key's placeholder.
        flight: the key, and when all must be over.

    Raises:
        Unreachable: no connection, no whole answer, or not in time.
        TooLarge: the body is larger than the policy takes.
        Unreadable: the body is packed in a way that was not asked for.
        Refused: it redirects to where nobody follows.
    """
    outcome = _outcome(policy, url, params, headers, flight)
    if isinstance(outcome, UpstreamError):
        raise outcome  # out here: inside the block it would carry the library's exception
    return outcome


def _outcome(
    policy: Policy, url: str, params: Mapping[str, Any], headers: Mapping[str, str], flight: Flight
) -> Raw | UpstreamError:
    try:
        return _follow(policy, url, params, headers, flight)
    except UpstreamError as error:
        return error
    except (requests.RequestException, HTTPError, OSError, ValueError, zlib.error) as error:
        return Unreachable(f"{policy.name}: {_words(error)}")


def _follow(
    policy: Policy, url: str, params: Mapping[str, Any], headers: Mapping[str, str], flight: Flight
) -> Raw:
    """Send it, and go where it redirects, as often as the policy says; to another host without the key."""
    target, query, home = url, dict(params), _origin(url)
    for _ in range(policy.redirects):
        raw = _send(policy, target, query, headers, flight)
        if raw.status not in _REDIRECTS or not raw.headers.get("Location"):
            return raw
        target = _next(policy, target, raw)
        query = {}
        if _origin(target) != home:
            headers = {name: value for name, value in headers.items() if name != policy.key_header}
            flight = replace(flight, placeholder="")
        elif flight.placeholder and policy.key_param:
            query[policy.key_param] = flight.placeholder
    return _send(policy, target, query, headers, flight)


def _next(policy: Policy, url: str, raw: Raw) -> str:
    """Where a redirect leads, without a key in it.

    Raises:
        Refused: to something else than HTTP, or out of TLS.
    """
    parts = urllib.parse.urlsplit(urllib.parse.urljoin(url, raw.headers["Location"]))
    if parts.scheme not in _PORTS or not parts.hostname:
        raise Refused(f"{policy.name}: it redirects to what is no HTTP address.", raw.status)
    if url.startswith("https:") and parts.scheme != "https":
        raise Refused(f"{policy.name}: it redirects from HTTPS to HTTP.", raw.status)
    pairs = urllib.parse.parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in pairs if name != policy.key_param]
    query = urllib.parse.urlencode(kept) if len(kept) < len(pairs) else parts.query
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urllib.parse.urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS.get(parts.scheme)


def _send(
    policy: Policy, url: str, params: Mapping[str, Any], headers: Mapping[str, str], flight: Flight
) -> Raw:
    left = max(flight.ends - time.monotonic(), 0.05)
    with (
        flying(flight),
        session().get(
            url,
            params=params,
            headers={**policy.headers, **headers},
            timeout=(min(policy.connect_timeout, left), min(policy.read_timeout, left)),
            stream=True,
            allow_redirects=False,  # it would carry the key to another host
        ) as response,
    ):
        moved = policy.redirects > 0 and response.status_code in _REDIRECTS
        body = b"" if moved else bodies.read(policy, response)
        clean = {name: redaction.clean(value) for name, value in response.headers.items()}
        return Raw(response.status_code, CaseInsensitiveDict(clean), redaction.clean_bytes(body))


def _words(error: Exception) -> str:
    """What happened, in words that hold no address."""
    if isinstance(error, requests.exceptions.InvalidProxyURL):
        return "the proxy that the environment names cannot be used: it takes the URL of an HTTP proxy."
    if isinstance(error, _NO_ADDRESS):
        return "its address is no URL that can be called."
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
