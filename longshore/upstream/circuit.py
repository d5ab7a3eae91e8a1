"""A circuit breaker for one upstream: after several failures in a row nobody calls it for a while.

Then one call goes through; if it succeeds all do again, if not the while is doubled. Shared, so that other
processes need not find out for themselves.
"""

from __future__ import annotations

import json

from longshore import keys
from longshore.upstream.errors import CircuitOpen
from longshore.upstream.policy import Policy
from longshore.upstream.state import State

FAILURES = 5
"""Failed tries within a minute that open it."""
OPEN, LONGEST = 30.0, 600.0
"""Seconds that it stays open at first, and at most."""
_WITHIN = 60.0
_PROBE = 60.0
"""Seconds after which another process may ask, when the one that asks has died."""
_TTL = 3_600.0


class Circuit:
    """The breaker of one upstream.

    Args:
        policy: whose.
        state: where it is shared, and what time it is.
    """

    def __init__(self, policy: Policy, state: State) -> None:
        self._name, self._state = policy.name, state
        self._open, self._failures, self._probe = (
            keys.upstream(policy.slug, what) for what in ("circuit", "failures", "probe")
        )

    def check(self) -> bool:
        """Go on if calls may be made.

        Returns:
            Whether this call is the one that finds out; if it is not made after all, `release` says so.

        Raises:
            CircuitOpen: not now.
        """
        until, _ = self._opened()
        if not until:
            return False
        left = until - self._state.now()
        if left > 0:
            raise CircuitOpen(self._name, left)
        if not self._state.set(self._probe, "1", _PROBE, only_new=True):
            raise CircuitOpen(self._name, 1.0)
        return True

    def succeeded(self) -> None:
        """The upstream has answered, with whatever."""
        if self._state.get(self._failures) is not None or self._state.get(self._open) is not None:
            self._state.drop(self._open, self._failures, self._probe)

    def failed(self) -> None:
        """No answer, or one of the upstream's own failures."""
        until, length = self._opened()
        if until > self._state.now():  # it was under way when others found out
            return
        if not until and self._state.count(self._failures, _WITHIN) < FAILURES:
            return
        length = min(length * 2, LONGEST) if until else OPEN
        text = json.dumps({"until": self._state.now() + length, "length": length})
        self._state.set(self._open, text, _TTL)
        self._state.drop(self._probe)

    def release(self) -> None:
        """The call that was to find out was never made: let another one through."""
        self._state.drop(self._probe)

    def _opened(self) -> tuple[float, float]:
        """Until when it is open, and how long that is; 0 and 0 if it is closed."""
        read = self._state.read(self._open)
        until, length = read.get("until"), read.get("length")
        if isinstance(until, int | float) and isinstance(length, int | float):
            return float(until), float(length)
        return 0.0, 0.0
