"""How many calls go out: a token bucket that all processes share, and that a 429 makes smaller.

A slowed rate grows back to the policy's within 10 minutes. While Redis is away each process has its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from longshore import keys
from longshore.upstream.policy import Policy
from longshore.upstream.state import Bucket, State

if TYPE_CHECKING:
    from redis import Redis

_TTL = 3_600
_HALVED = 0.5
"""What becomes of the rate after a 429."""
_RECOVERY = 600.0
"""Seconds in which a rate grows from nothing to the policy's, as in budget.lua."""
_LEAST = 0.05
"""Least share of the policy's rate, as in budget.lua."""
LONGEST_PAUSE = 86_400.0
"""Seconds for which an upstream can shut everybody out, whatever it says."""
_MANY = 1e9


@dataclass(frozen=True)
class _Draw:
    """What is asked of the bucket; see budget.lua."""

    calls: int = 0
    closed: float = 0.0
    factor: float = 1.0
    longest: float = _MANY
    sent: float = 0.0
    left: float = _MANY


class Budget:
    """The budget of one upstream.

    Args:
        policy: rate and burst.
        state: where it is shared, and what time it is.
    """

    def __init__(self, policy: Policy, state: State) -> None:
        self._policy, self._state = policy, state

    def wait(self, longest: float = _MANY) -> float:
        """Take a call out of the budget; seconds to wait before it is made.

        Args:
            longest: seconds; if it takes longer no call is taken out, and none may be made.
        """
        return self._draw(_Draw(calls=1, longest=longest))

    def slow_down(self, seconds: float, sent: float | None = None) -> None:
        """Nobody calls for so long, and after that at half the rate.

        Args:
            seconds: how long.
            sent: when the call was sent that the upstream found too many; one that was under way when the
                rate was halved does not halve it again.
        """
        when = self._state.now() if sent is None else sent
        self._draw(_Draw(closed=min(seconds, LONGEST_PAUSE), factor=_HALVED, sent=when))

    def pause(self, seconds: float) -> None:
        """Nobody calls for so long: the upstream said beforehand that no call is left."""
        self._draw(_Draw(closed=min(seconds, LONGEST_PAUSE)))

    def at_most(self, calls: int) -> None:
        """The upstream said that so many calls are left just now."""
        if calls < self._policy.burst:
            self._draw(_Draw(left=calls))

    def _draw(self, draw: _Draw) -> float:
        now = self._state.now()
        return float(
            self._state.attempt(
                lambda redis: self._draw_there(redis, now, draw), lambda: self._draw_here(now, draw)
            )
        )

    def _draw_there(self, redis: Redis, now: float, draw: _Draw) -> Any:
        from longshore.scripts import script

        policy = self._policy
        return script(redis, "upstream/budget.lua")(
            keys=[keys.upstream(policy.slug, "budget")],
            args=[
                policy.rate, policy.burst, now, draw.calls, draw.closed, draw.factor, _TTL, draw.longest,
                draw.sent, draw.left,
            ],
        )  # fmt: skip

    def _draw_here(self, now: float, draw: _Draw) -> float:
        """As budget.lua."""
        policy = self._policy
        with self._state.memory.lock:
            own = self._state.memory.bucket or Bucket(policy.burst, now)
            self._state.memory.bucket = own
            _refill(own, policy, now)
            if draw.factor < 1 and draw.sent > own.slowed:
                own.slow, own.slowed = max(_LEAST, own.slow * draw.factor), now
            if draw.closed > 0:
                own.closed, own.tokens = max(own.closed, now + draw.closed), min(own.tokens, 0.0)
            own.tokens = min(own.tokens, draw.left)
            after = own.tokens - draw.calls
            late = -after / (policy.rate * own.slow) if after < 0 else 0.0
            wait = max(own.closed - now, 0.0) + late
            own.tokens = after if wait <= draw.longest else own.tokens
        return math.ceil(wait * 1e6) / 1e6


def _refill(own: Bucket, policy: Policy, now: float) -> None:
    gone = max(now - own.at, 0.0)
    own.slow = min(1.0, own.slow + gone / _RECOVERY)
    open_for = min(gone, max(now - own.closed, 0.0))
    own.tokens = min(policy.burst, own.tokens + open_for * policy.rate * own.slow)
    own.at = now
