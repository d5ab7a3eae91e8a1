"""Keys are never shown: what is logged about calls, and what libraries say of them, is cleaned here.

urllib3 logs the address of every call, and its exceptions hold it; a key in a query would be in both.
"""

from __future__ import annotations

import logging
import urllib.parse

MASK = "***"
_hidden: set[str] = set()
_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry", "requests")
_SHORTEST = 4
"""Characters of a key below which hiding it would garble everything else."""


def hide(secret: str) -> None:
    """Never show this text again in what these libraries log, nor as `clean` gives it."""
    if len(secret) >= _SHORTEST:
        _hidden.update((secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)))
        _install()


def clean(text: str) -> str:
    """A text without any key."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


class _Cleaner(logging.Filter):
    """Cleans a record where it is made, so that every handler gets it clean."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        cleaned = clean(said)
        if cleaned != said:
            record.msg, record.args = cleaned, ()
        if record.exc_info:
            record.exc_info, record.exc_text = None, None
        return True


_cleaner = _Cleaner()


def _install() -> None:
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if _cleaner not in logger.filters:
            logger.addFilter(_cleaner)
