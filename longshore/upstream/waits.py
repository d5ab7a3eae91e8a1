"""How long to wait between two tries."""

from __future__ import annotations

import random
from datetime import UTC
from email.utils import parsedate_to_datetime

from longshore.upstream.policy import Headers

BASE, CAP = 0.5, 20.0
"""Seconds: the first wait is at most BASE, each next one at most twice as long, none longer than CAP."""

_PREFIXES = ("RateLimit", "X-RateLimit")


def between(attempt: int, rng: random.Random) -> float:
    """Seconds before the next try, spread over the whole range so that processes do not come back together.

    "Full jitter" in the words of AWS's architecture blog, Exponential Backoff And Jitter (2015).

    Args:
        attempt: tries so far, from 1.
        rng: source of the spread.
    """
    return rng.uniform(0, min(CAP, BASE * 2.0 ** (attempt - 1)))


def asked_for(headers: Headers, now: float) -> float | None:
    """Seconds that Retry-After asks for: a number, or a date; None if there is none that can be read."""
    value = (headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() - now, 0.0)


def pause_in(headers: Headers, now: float) -> float | None:
    """Seconds for which no call is left, as rate-limit headers have it; None if one is left, or unknown.

    Both the draft's names and those with X- are understood. A reset of more than a year is an instant.
    """
    for prefix in _PREFIXES:
        remaining, reset = headers.get(f"{prefix}-Remaining", ""), headers.get(f"{prefix}-Reset", "")
        if remaining.strip() == "0" and reset.strip().isdecimal():
            seconds = float(reset.strip()[:12])
            return max(seconds - now, 0.0) if seconds > 31_536_000 else seconds
    return None


def calls_left(headers: Headers) -> int | None:
    """Calls that are left, as rate-limit headers have it; None if they do not say."""
    for prefix in _PREFIXES:
        remaining = headers.get(f"{prefix}-Remaining", "").strip()
        if remaining.isdecimal():
            return int(remaining[:9])
    return None
