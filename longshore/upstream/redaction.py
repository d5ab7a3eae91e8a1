"""Keys are never shown: what a server repeats of them, and what libraries log of that, is cleaned here.

Libraries are never given a key (wire.py). But a server may send one back: in the address that it redirects
to, in words of an error, in headers that are broken, which urllib3 logs.
"""

from __future__ import annotations

import logging
import urllib.parse

MASK = "***"
_hidden: dict[str, bytes] = {}
_LOGGERS = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry", "requests")
_SHORTEST = 4
"""Characters of a key below which hiding it would garble everything else."""
_SHORTEST_IN_BODY = 16
"""The same for bodies, whose data must not change: the sandbox's key may be a word."""


def hide(secret: str) -> None:
    """Never show this text again in what these libraries log, nor as `clean` gives it."""
    if len(secret) >= _SHORTEST:
        for form in (secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote_plus(secret)):
            _hidden[form] = form.encode()
        _install()


def clean(text: str) -> str:
    """A text without any key."""
    for secret in sorted(_hidden, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def clean_bytes(body: bytes) -> bytes:
    """A body without any key that is long enough to be nothing else."""
    for secret, raw in list(_hidden.items()):
        if len(secret) >= _SHORTEST_IN_BODY and raw in body:
            body = body.replace(raw, MASK.encode())
    return body


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
