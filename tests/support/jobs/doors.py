"""Functions for `when=` in processes of their own."""

from __future__ import annotations

import threading


def opens() -> bool:
    """Say yes."""
    return True


def hangs() -> bool:
    """Say nothing for a minute."""
    return threading.Event().wait(60)
