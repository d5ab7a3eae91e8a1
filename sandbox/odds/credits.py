"""Keys and their credits, counted as The Odds API counts them, in memory: a restart forgets them.

Any key is taken. How some begin makes them special, so that each refusal can be had at will.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.odds.query import Refused

MONTHLY = 5_000_000
"""Credits a month: enough for a house that asks every few minutes."""
FREE = 500
"""Credits a month of the real service's free plan, and of keys that begin with `free`."""
CALLS_A_SECOND = 30
MOST_KEYS = 1_000
"""Keys whose credits are remembered; of more, those used last."""

SPENT = (401, "OUT_OF_USAGE_CREDITS", "Usage quota has been reached.")
BUSY = (429, "EXCEEDED_FREQ_LIMIT", "Requests are too frequent. Please retry in a few seconds.")
BAD = (401, "INVALID_KEY", "API key is not valid.")


@dataclass
class _Account:
    month: str
    used: int = 0
    calls: deque[float] = field(default_factory=lambda: deque(maxlen=CALLS_A_SECOND))


class Credits:
    """What each key has used this month.

    Args:
        monthly: credits of an ordinary key.
        clock: seconds, for the calls a second.
    """

    def __init__(self, monthly: int = MONTHLY, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._monthly = monthly
        self._clock = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._lock = threading.Lock()

    def admit(self, query: Mapping[str, str], now: float) -> str:
        """The key of a call.

        Raises:
            Refused: there is none, it is one of the bad ones, or it calls too often.
        """
        key = query.get("apiKey", "")
        if not key:
            raise Refused(401, "MISSING_KEY", "API key is missing.")
        if key.startswith("bad"):
            raise Refused(*BAD)
        if key.startswith("gone"):
            raise Refused(401, "DEACTIVATED_KEY", "API key has been deactivated.")
        if key.startswith("busy") or not self._in_time(key, now):
            raise Refused(*BUSY)
        return key

    def _in_time(self, key: str, now: float) -> bool:
        with self._lock:
            calls, at = self._account(key, now).calls, self._clock()
            if len(calls) == CALLS_A_SECOND and at - calls[0] < 1:
                return False
            calls.append(at)
            return True

    def check(self, key: str, now: float) -> None:
        """Whether a call that costs something may be made.

        Raises:
            Refused: the month's credits are used up.
        """
        if self._left(key, now) <= 0:
            raise Refused(429 if key.startswith("spent429") else SPENT[0], *SPENT[1:])

    def headers(self, key: str, now: float, cost: int = 0) -> dict[str, str]:
        """Charge a call, and what its answer says of the key."""
        with self._lock:
            account = self._account(key, now)
            account.used += cost
            used = account.used
        return {
            "x-requests-remaining": str(max(0, self._limit(key) - used)),
            "x-requests-used": str(used),
            "x-requests-last": str(cost),
        }

    def _left(self, key: str, now: float) -> int:
        with self._lock:
            return self._limit(key) - self._account(key, now).used

    def _limit(self, key: str) -> int:
        if key.startswith("spent"):
            return 0
        return FREE if key.startswith("free") else self._monthly

    def _account(self, key: str, now: float) -> _Account:
        """The account of a key, in whose month nothing is used yet. Call with the lock."""
        month = datetime.fromtimestamp(now, UTC).strftime("%Y-%m")
        account = self._accounts.setdefault(key, _Account(month))
        if account.month != month:
            account.month, account.used = month, 0
        self._accounts.move_to_end(key)
        while len(self._accounts) > MOST_KEYS:
            self._accounts.popitem(last=False)
        return account
