"""Functions for `when=`, one of which answers only when it is told to."""

from __future__ import annotations

import threading

gate = threading.Event()


def opens() -> bool:
    """Say yes."""
    return True


def hangs() -> bool:
    """Say nothing for a minute."""
    return gate.wait(60)
