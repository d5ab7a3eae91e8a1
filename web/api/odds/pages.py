"""Rendered pages: bytes with their ETag, kept for as long as their edition is the newest."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MOST_BYTES = 16_000_000
"""Bytes of pages that one process keeps; those that were asked for longest ago go first."""
MOST_ADDRESSES = 2_000
"""Addresses whose page is known without reading their query."""
LONGEST_ADDRESS = 300
"""Longest query that is remembered so, in characters."""


@dataclass(frozen=True)
class Page:
    """An answer that is ready to be sent.

    Attributes:
        body: its bytes.
        etag: with its quotes.
        media: its Content-Type.
        headers: further headers.
    """

    body: bytes
    etag: str
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    def answers(self, if_none_match: str) -> bool:
        """Whether a client that sends this If-None-Match has it already."""
        return self.etag in if_none_match or if_none_match.strip() == "*"


@dataclass(frozen=True)
class Rendered:
    """What a view has made of a page."""

    body: bytes
    media: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Pages:
    """The pages of the newest edition, for all threads of a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tag = ""
        self._size = 0
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._addresses: dict[tuple[str, str], str] = {}

    def at(self, tag: str, path: str, query: str) -> Page | None:
        """The page of an address, if this very one was asked for before.

        Args:
            tag: the edition's.
            path: the path.
            query: the query as it was sent.
        """
        if tag != self._tag:
            return None
        key = self._addresses.get((path, query))
        return self._pages.get(key) if key is not None else None

    def page(self, tag: str, address: tuple[str, str], key: str, render: Callable[[], Rendered]) -> Page:
        """The page that is known by a key; it is rendered if nobody has asked for it yet.

        Args:
            tag: the edition's.
            address: path and query as they were sent; they are remembered, too.
            key: the same for all addresses that mean the same page.
            render: makes it.
        """
        found = self._pages.get(key) if tag == self._tag else None
        if found is None:
            made = render()
            found = Page(made.body, etag(tag, key), made.media, made.headers)
        self._keep(tag, address, key, found)
        return found

    def _keep(self, tag: str, address: tuple[str, str], key: str, page: Page) -> None:
        with self._lock:
            if tag != self._tag:
                self._pages.clear()
                self._addresses.clear()
                self._tag, self._size = tag, 0
            if key not in self._pages:
                self._size += len(page.body)
            self._pages[key] = page
            self._pages.move_to_end(key)
            while self._size > MOST_BYTES:
                _, dropped = self._pages.popitem(last=False)
                self._size -= len(dropped.body)
            if len(self._addresses) >= MOST_ADDRESSES:
                self._addresses.clear()
            if len(address[1]) <= LONGEST_ADDRESS:
                self._addresses[address] = key


def etag(tag: str, key: str) -> str:
    """The ETag of a page: the same in every process, and there without its bytes."""
    return f'"{tag}.{hashlib.sha256(key.encode()).hexdigest()[:12]}"'
