"""How many calls go out: a token bucket that all processes share, and that a 429 makes smaller.

A slowed rate grows back to the policy's within 10 minutes. While Redis is away each process has its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from longshore import keys
from longshore.scripts import script
from longshore.upstream.policy import Policy
from longshore.upstream.state import State

_TTL = 3_600
_HALVED = 0.5
"""What becomes of the rate after a 429."""
_RECOVERY = 600.0
"""Seconds in which a rate grows from nothing to the policy's, as in budget.lua."""
_LEAST = 0.05
"""Least share of the policy's rate, as in budget.lua."""


@dataclass
class _Bucket:
    """What budget.lua keeps, for one process."""

    tokens: float
    at: float
    slow: float = 1.0
    closed: float = 0.0


class Budget:
    """The budget of one upstream.

    Args:
        policy: rate and burst.
        state: where it is shared, and what time it is.
    """

    def __init__(self, policy: Policy, state: State) -> None:
        self._policy, self._state = policy, state
        self._own = _Bucket(policy.burst, state.now())

    def wait(self) -> float:
        """Take a call out of the budget; seconds to wait before it is made."""
        return self._draw(calls=1, closed=0.0, factor=1.0)

    def slow_down(self, seconds: float) -> None:
        """Nobody calls for so long, and after that at half the rate."""
        self._draw(calls=0, closed=seconds, factor=_HALVED)

    def pause(self, seconds: float) -> None:
        """Nobody calls for so long: the upstream said beforehand that no call is left."""
        self._draw(calls=0, closed=seconds, factor=1.0)

    def _draw(self, calls: int, closed: float, factor: float) -> float:
        policy, now = self._policy, self._state.now()
        return float(
            self._state.attempt(
                lambda redis: script(redis, "upstream/budget.lua")(
                    keys=[keys.upstream(policy.slug, "budget")],
                    args=[policy.rate, policy.burst, now, calls, closed, factor, _TTL],
                ),
                lambda: self._draw_here(now, calls, closed, factor),
            )
        )

    def _draw_here(self, now: float, calls: int, closed: float, factor: float) -> float:
        """As budget.lua."""
        own, policy = self._own, self._policy
        if now > own.at:
            own.slow = min(1.0, own.slow + (now - own.at) / _RECOVERY)
            open_for = max(now - max(own.at, own.closed), 0.0)
            own.tokens = min(policy.burst, own.tokens + open_for * policy.rate * own.slow)
            own.at = now
        own.slow = max(_LEAST, own.slow * factor)
        if closed > 0:
            own.closed, own.tokens = max(own.closed, now + closed), min(own.tokens, 0.0)
        own.tokens -= calls
        late = -own.tokens / (policy.rate * own.slow) if own.tokens < 0 else 0.0
        return max(own.closed - now, 0.0) + late
