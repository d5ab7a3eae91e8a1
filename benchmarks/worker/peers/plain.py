"""Plain functions for stock RQ workers; each of the other peers' modules wraps them as it likes them."""

import time


def noop(number: int) -> int:
    """Return the number, so that there is a result to store."""
    return number


def now() -> float:
    """Return the instant at which the task runs."""
    return time.time()
