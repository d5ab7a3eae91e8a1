"""How a failed task is tried again: how often, how long apart, after which errors.

RQ counts the tries and holds the delays; this module only says what to tell it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from longshore.durations import Duration, seconds

Backoff = Literal["fixed", "exponential"]
ExceptionTypes = tuple[type[BaseException], ...]
MAX_DELAY = 86_400
"""Longest wait between two tries, in seconds: exponents grow fast."""


@dataclass(frozen=True)
class RetryPolicy:
    """When a failure is tried again.

    Attributes:
        retries: tries after the first; 0 for none.
        backoff: "fixed" waits `base` each time, "exponential" doubles it each time.
        base: seconds before the first retry.
        jitter: share by which each wait is stretched at random (0.1 is up to 10 % more), so that
            tasks that failed together do not come back together.
        retry_on: only these exceptions are tried again.
        give_up_on: these never are, even when `retry_on` would have them.
    """

    retries: int = 0
    backoff: Backoff = "exponential"
    base: float = 10.0
    jitter: float = 0.1
    retry_on: ExceptionTypes = (Exception,)
    give_up_on: ExceptionTypes = ()

    def delays(self, rng: random.Random) -> list[int]:
        """The wait before each retry in whole seconds, jitter included."""
        factor = 2 if self.backoff == "exponential" else 1
        waits = (min(self.base * factor**n, MAX_DELAY) for n in range(self.retries))
        return [round(wait * (1 + self.jitter * rng.random())) for wait in waits]

    def allows(self, error: BaseException) -> bool:
        """Whether a task that ended with this error may be tried again."""
        return isinstance(error, self.retry_on) and not isinstance(error, self.give_up_on)


def policy(
    retries: int,
    backoff: Backoff,
    base: Duration,
    retry_on: type[BaseException] | ExceptionTypes,
    give_up_on: type[BaseException] | ExceptionTypes,
) -> RetryPolicy:
    """Build a policy from a declaration.

    Raises:
        ValueError: `retries` is not 0 to 100, `base` is no duration, or `backoff` is neither name.
    """
    if not 0 <= retries <= 100:
        raise ValueError(f"retries is 0 to 100, got {retries}")
    if backoff not in ("fixed", "exponential"):
        raise ValueError(f"backoff is 'fixed' or 'exponential', got {backoff!r}")
    return RetryPolicy(
        retries, backoff, seconds(base), retry_on=_as_tuple(retry_on), give_up_on=_as_tuple(give_up_on)
    )


def _as_tuple(types: type[BaseException] | ExceptionTypes) -> ExceptionTypes:
    return types if isinstance(types, tuple) else (types,)
