"""Waiting for something to become true, in place of sleeping and hoping."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(condition: Callable[[], T], timeout: float = 10.0, *, interval: float = 0.02) -> T:
    """Ask until the answer is truthy, and return it.

    Args:
        condition: asked again and again.
        timeout: seconds; they bound a broken test, a right one never uses them up.
        interval: seconds between two questions.

    Raises:
        AssertionError: it did not become true in time.
    """
    deadline = time.monotonic() + timeout
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not true within {timeout} s: {condition!r}, last answer {answer!r}")
        time.sleep(interval)
    return answer
