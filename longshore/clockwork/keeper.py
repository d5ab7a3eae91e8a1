"""The clock's line to SQL, in a thread of its own: a database that hangs must not keep a slot from firing.

It reads the schedules now and then and when told to, and writes down how far the clock has come.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from longshore import keys
from longshore.catalog import Catalog
from longshore.schedules import book
from longshore.schedules.book import Schedule
from longshore.schedules.reader import Reader, ReadError

logger = logging.getLogger("longshore.clock")
_LAST_WORDS = 1.0
"""Seconds that a stop waits for SQL."""
MARK_INTERVAL = 1.0
"""Seconds between two writes of how far the clock has come."""


class Source(Protocol):
    """What a keeper reads from and writes to."""

    def rows(self) -> Sequence[Any]:
        """What people have changed."""

    def mark(self) -> datetime | None:
        """Until when all slots are decided."""

    def save_mark(self, until: datetime) -> None:
        """Note that."""

    def close(self) -> None:
        """Let go of what is held open."""


class NoSource:
    """Nothing that people have changed, and nothing to note: what a clock without a catalog has."""

    def rows(self) -> Sequence[Any]:
        """Nothing."""
        return ()

    def mark(self) -> datetime | None:
        """Nothing."""
        return None

    def save_mark(self, until: datetime) -> None:
        """Nothing is noted."""

    def close(self) -> None:
        """Nothing is open."""


class Keeper:
    """Keeps the clock's copy of the schedules up to date.

    Args:
        catalog: what the code declares.
        reader: the line to SQL, or whatever reads and writes in its place.
    """

    def __init__(self, catalog: Catalog, reader: Source | None = None) -> None:
        self._catalog, self._reader = catalog, reader or Reader()
        self.book: dict[str, Schedule] | None = None
        self.decided: datetime | None = None
        self._noted: datetime | None = None
        self._seen: dict[str, tuple[int, datetime]] | None = None
        self._away = False
        self._poked, self._ended = threading.Event(), False
        self._wanted = self.read_for = ""
        self._thread: threading.Thread | None = None

    @property
    def runs(self) -> bool:
        """Whether its thread runs; if not, somebody has to call `refresh`."""
        return self._thread is not None

    def start(self) -> None:
        """Begin to read and write by itself."""
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write down what is to be written, and end; what hangs is left behind."""
        self._ended = True
        self._poked.set()
        if self._thread:
            self._thread.join(timeout=_LAST_WORDS)
        if self._thread is None or not self._thread.is_alive():
            self._reader.close()
        self._thread = None

    def poke(self, changes: str = "") -> None:
        """Read soon: something has changed. `read_for` tells when it is done.

        Args:
            changes: what the caller has seen; `read_for` is that once what is read is at least as new.
        """
        self._wanted = changes
        self._poked.set()

    def note(self, until: datetime) -> None:
        """All slots up to this instant are decided; it is written down soon, without a thread at once."""
        self._noted = until
        if not self.runs:
            self._write()

    def refresh(self) -> None:
        """Read now. Rows that have not changed keep the book as it is."""
        wanted = self._wanted
        try:
            rows = self._reader.rows()
            self.decided = self._reader.mark()
        except ReadError as error:
            self._tell(error)
            return
        self._away = False
        seen = {row.name: (row.version, row.changed_at) for row in rows}
        if seen != self._seen:
            self.book, self._seen = book.combine(self._catalog, rows), seen
        self.read_for = wanted

    def _run(self) -> None:
        quiet = float(keys.RECONCILE_INTERVAL)
        self._poked.set()
        while not self._ended:
            poked = self._poked.wait(MARK_INTERVAL)
            self._poked.clear()
            quiet += MARK_INTERVAL
            try:
                self._write()
                if poked or quiet >= keys.RECONCILE_INTERVAL:
                    quiet = 0.0
                    self.refresh()
            except Exception:  # whatever it is: without this thread no edit would ever be followed again
                logger.exception("the schedules cannot be read; trying again soon")

    def _write(self) -> None:
        noted, self._noted = self._noted, None
        if noted is None:
            return
        try:
            self._reader.save_mark(noted)
        except ReadError as error:
            self._noted = self._noted or noted
            self._tell(error)

    def _tell(self, error: ReadError) -> None:
        """Say once that SQL is away: the schedules as last read hold on."""
        if not self._away:
            held = "those of a moment ago hold on" if self.book is not None else "none fires until it is back"
            logger.error("the schedules cannot be read from SQL; %s: %s", held, error)
        self._away = True
