"""Reports on the record, kept for a minute: each is made from all that is recorded."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 60
"""Seconds that a report is used again."""
MOST = 200
"""Reports that are kept; those that were asked for longest ago go first."""


@dataclass(frozen=True)
class Made:
    """A report that is ready to be sent.

    Attributes:
        body: as JSON.
        at: when it was made, as Unix time.
        etag: with its quotes.
    """

    body: bytes
    at: float
    etag: str


class Reports:
    """The reports of one process, for all threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Made] = OrderedDict()

    def get(self, key: str, now: float, make: Callable[[], bytes]) -> Made:
        """A report that is no older than KEPT.

        Args:
            key: the same for all questions that mean the same.
            now: Unix time.
            make: makes it.
        """
        found = self._kept.get(key)
        if found is not None and 0 <= now - found.at < KEPT:
            return found
        body = make()
        made = Made(body, now, f'"{hashlib.sha256(body).hexdigest()[:24]}"')
        with self._lock:
            self._kept[key] = made
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made
