"""Tells the app that its server was asked to stop, so that open event streams can end by themselves.

A WSGI server has no call for this. A server that sets its SIGTERM handler before it loads the app (gunicorn)
gets it chained. One that sets it afterwards (granian) would overwrite ours, so there we use Python's wakeup
descriptor, which receives the number of every signal, whichever handler is set.
"""

import os
import signal
import threading
from types import FrameType

draining = threading.Event()


def watch_sigterm() -> None:
    """Set `draining` at SIGTERM. Call it once, from the main thread of the process that serves requests."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    in_use = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    if in_use != -1:
        signal.set_wakeup_fd(in_use, warn_on_full_buffer=False)
        _chain_handler(writer)
    threading.Thread(target=_drain_when_told, args=(reader,), daemon=True).start()


def _drain_when_told(reader: int) -> None:
    while signal.SIGTERM not in os.read(reader, 64):
        pass
    draining.set()


def _chain_handler(writer: int) -> None:
    """Only writes a byte: `Event.set` in a handler deadlocks when a second SIGTERM interrupts the first."""
    previous = signal.getsignal(signal.SIGTERM)

    def tell_then(number: int, frame: FrameType | None) -> None:
        os.write(writer, bytes([number]))
        if callable(previous):
            previous(number, frame)

    signal.signal(signal.SIGTERM, tell_then)
