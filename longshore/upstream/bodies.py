"""Reading a body: never more of it than is taken, packed or unpacked, and never half of it for the whole.

Only gzip is asked for, and it is unpacked here: a small body can unpack to gigabytes.
"""

from __future__ import annotations

import json
import zlib
from typing import Any, Protocol

import requests

from longshore.upstream.errors import TooLarge, Unreadable
from longshore.upstream.policy import Policy

_CHUNK = 65_536


class BrokenOff(OSError):
    """The body has no end."""


class _Unpacker(Protocol):
    def feed(self, chunk: bytes, room: int) -> bytes:
        """What the chunk unpacks to, of that at most one byte more than there is room for."""

    def end(self) -> None:
        """Raise BrokenOff unless it is at an end."""


class _Plain:
    def feed(self, chunk: bytes, room: int) -> bytes:
        return chunk

    def end(self) -> None:
        """The Content-Length or the last chunk has said that it is."""


class _Gzip:
    """One gzip member after the other (RFC 1952, section 2.2)."""

    def __init__(self) -> None:
        self._member, self._begun = zlib.decompressobj(wbits=31), False

    def feed(self, chunk: bytes, room: int) -> bytes:
        found = bytearray()
        self._begun = self._begun or bool(chunk)
        while chunk and len(found) <= room:
            if self._member.eof:
                self._member = zlib.decompressobj(wbits=31)
            found += self._member.decompress(chunk, room + 1 - len(found))
            chunk = self._member.unused_data if self._member.eof else self._member.unconsumed_tail
        return bytes(found)

    def end(self) -> None:
        if self._begun and not self._member.eof:
            raise BrokenOff


def read(policy: Policy, response: requests.Response) -> bytes:
    """The whole body.

    Raises:
        TooLarge: it is larger than the policy takes.
        Unreadable: it is packed in a way that was not asked for.
        BrokenOff, zlib.error, urllib3's and the socket's errors: it did not come whole, or not in time.
    """
    unpacker = _unpacker(policy, response.headers.get("Content-Encoding", ""))
    found = bytearray()
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length[:20]) > policy.max_bytes:
        raise _too_large(policy)
    for chunk in response.raw.stream(_CHUNK, decode_content=False):
        found += unpacker.feed(chunk, policy.max_bytes - len(found))
        if len(found) > policy.max_bytes:
            raise _too_large(policy)
    unpacker.end()
    return bytes(found)


def parse(body: bytes) -> Any:
    """The body as JSON, None if it is none. NaN and Infinity are none (RFC 8259, section 6)."""
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unpacker(policy: Policy, coding: str) -> _Unpacker:
    coding = coding.strip().lower()
    if coding in ("", "identity"):
        return _Plain()
    if coding in ("gzip", "x-gzip"):
        return _Gzip()
    raise Unreadable(f"{policy.name}: the answer is packed as {coding[:40]!r}, which was not asked for.")


def _too_large(policy: Policy) -> TooLarge:
    return TooLarge(f"{policy.name}: the answer is larger than {policy.max_bytes:,} bytes.")
