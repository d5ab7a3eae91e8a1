"""How one upstream is to be called, and the words in which its answers are understood."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

Headers = Mapping[str, str]
"""Names in any case, as requests gives them."""


class Kind(Enum):
    """What an answer means for what is done next."""

    OK = "take it"
    RETRY = "the upstream's own trouble: ask again in a moment"
    SLOW_DOWN = "too many calls: wait, everybody"
    SPENT = "this key has no credits left: take the next one"
    BAD_KEY = "this key is not taken: take the next one"
    REFUSED = "the call is wrong: never ask again"


@dataclass(frozen=True)
class Verdict:
    """What an answer means.

    Attributes:
        kind: what to do.
        message: the upstream's words, for people.
        code: its own word for what is wrong.
        retry_after: seconds to wait; None for what Retry-After says, or else a guess.
        until: of SPENT and BAD_KEY, when the key may be tried again; None for a default.
    """

    kind: Kind
    message: str = ""
    code: str = ""
    retry_after: float | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Reply:
    """An answer, as it is shown to `Policy.classify`.

    Attributes:
        status: HTTP status.
        headers: its headers.
        json: the body, if it is JSON; else None.
    """

    status: int
    headers: Headers
    json: Any


@dataclass(frozen=True)
class Credits:
    """What an upstream says of a key's credits.

    Attributes:
        remaining: credits that are left; None if it did not say.
        used: credits that are used; None if it did not say.
        last: what the call has cost; None if it did not say.
    """

    remaining: int | None
    used: int | None = None
    last: int | None = None


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        json: the body, parsed; None if bytes were asked for.
        body: the body.
        status: HTTP status.
        headers: its headers.
        credits: what it says of the key's credits.
        source: "sandbox" if the stand-in on this machine has answered, else "live".
        not_modified: whether the upstream said that what we had is still right.
    """

    json: Any
    body: bytes
    status: int
    headers: Headers
    credits: Credits | None
    source: str
    not_modified: bool = False


def by_status(reply: Reply) -> Verdict:
    """The verdict for an upstream that means by a status what HTTP means by it (RFC 9110, RFC 6585)."""
    status = reply.status
    if status < 400:
        return Verdict(Kind.OK) if status < 300 or status == 304 else Verdict(Kind.REFUSED, "it redirects")
    if status == 429:
        return Verdict(Kind.SLOW_DOWN, "too many calls")
    if status == 403 and "html" in reply.headers.get("Content-Type", "").lower():
        return Verdict(Kind.RETRY, "it answers 403 with a page for people: blocked by its CDN, maybe")
    if status in (401, 403):
        return Verdict(Kind.BAD_KEY, f"it answers {status}")
    if status == 408 or status >= 500:
        return Verdict(Kind.RETRY, f"it answers {status}")
    return Verdict(Kind.REFUSED, f"it answers {status}")


@dataclass(frozen=True)
class Policy:
    """How one upstream is to be called. Sizes are in bytes, times in seconds.

    Attributes:
        name: for people and for keys in Redis, e.g. "The Odds API".
        base_url: what paths are added to.
        keys: keys, of which the first that works is used; none for an upstream without.
        key_param: name of the query parameter that holds the key.
        key_header: or of the header.
        headers: headers of every call.
        connect_timeout: to connect.
        read_timeout: between two pieces of an answer.
        deadline: for a call with all its tries and waits.
        redirects: redirects that are followed; to another host without the key.
        tries: most times that one call is sent, changes of key not counted.
        max_bytes: largest body, decompressed.
        rate: calls a second that all processes may make together.
        burst: calls that may come at once.
        conditional: whether it knows ETag or Last-Modified, so that what it sent before need not come again.
        classify: what an answer means.
        credits: what its headers say of credits.
    """

    name: str
    base_url: str
    keys: tuple[SecretStr, ...] = ()
    key_param: str | None = None
    key_header: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    connect_timeout: float = 5.0
    read_timeout: float = 15.0
    deadline: float = 60.0
    redirects: int = 0
    tries: int = 4
    max_bytes: int = 20_000_000
    rate: float = 5.0
    burst: int = 10
    conditional: bool = False
    classify: Callable[[Reply], Verdict] = by_status
    credits: Callable[[Headers], Credits | None] = lambda headers: None

    @property
    def needs_key(self) -> bool:
        """Whether calls carry a key."""
        return self.key_param is not None or self.key_header is not None

    @property
    def slug(self) -> str:
        """Name and host as keys in Redis hold them: what holds of the sandbox does not of the service."""
        host = urlsplit(self.base_url).netloc.rpartition("@")[2].lower()
        return f"{self.name.lower().replace(' ', '_')}@{host}"
