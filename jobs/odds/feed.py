"""The Odds API v4: how it is called, and what its answers mean.

Owns the policy, the routes and the words of its errors; wire.py owns the form of the odds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from jobs.odds import chosen, scores, wire
from jobs.odds.chosen import Scope
from jobs.odds.errors import MissingKey, UnknownSport
from jobs.odds.reading import Read
from jobs.odds.scores import Scores
from longshore import upstream
from longshore.errors import LongshoreError
from longshore.settings import Settings
from longshore.upstream import Answer, Credits, Kind, Policy, Refused, Reply, Upstream, Verdict

_KINDS = {
    "OUT_OF_USAGE_CREDITS": Kind.SPENT,
    "EXCEEDED_FREQ_LIMIT": Kind.SLOW_DOWN,
    "INVALID_KEY": Kind.BAD_KEY,
    "MISSING_KEY": Kind.BAD_KEY,
    "DEACTIVATED_KEY": Kind.BAD_KEY,
}
"""What error codes mean, whatever the status: credits that are gone come as 401 and as 429."""
CALLS_A_SECOND = 20.0
"""The service takes 30 and answers EXCEEDED_FREQ_LIMIT above."""
SCORES_COST = 2
"""Credits of a call for the scores of past days."""


def verdict(reply: Reply) -> Verdict:
    """What an answer means: its error code decides."""
    body = reply.json if isinstance(reply.json, dict) else {}
    code, message = str(body.get("error_code") or ""), str(body.get("message") or "")
    if code not in _KINDS:
        found = upstream.policy.by_status(reply)
        return Verdict(found.kind, message or found.message, code)
    return Verdict(_KINDS[code], message, code)


def credits_of(headers: Mapping[str, str]) -> Credits | None:
    """What the headers say of the key's credits."""
    remaining, used, last = (
        _whole(headers.get(f"x-requests-{name}")) for name in ("remaining", "used", "last")
    )
    return None if remaining is None and used is None else Credits(remaining, used, last)


def _whole(text: str | None) -> int | None:
    try:
        return int(float(text)) if text else None
    except ValueError:
        return None


def policy(using: Settings | None = None) -> Policy:
    """How The Odds API is called, by the settings."""
    return Policy(
        name="The Odds API",
        base_url=chosen.base_url(using),
        keys=tuple(map(SecretStr, chosen.keys(using))),
        key_param="apiKey",
        rate=CALLS_A_SECOND,
        burst=10,
        max_bytes=40_000_000,
        classify=verdict,
        credits=credits_of,
    )


class OddsFeed:
    """The Odds API, or the sandbox in its place.

    Args:
        service: how it is called.
    """

    def __init__(self, service: Upstream) -> None:
        self.service = service

    def sports(self) -> list[dict[str, Any]]:
        """The sports in season, as the service describes them; costs nothing, and tells what is left.

        Raises:
            LongshoreError: there is no answer; the text says why.
        """
        answer = self._ask("/sports", {})
        return [one for one in answer.json if isinstance(one, dict)] if isinstance(answer.json, list) else []

    def odds(self, sport: str, scope: Scope) -> Read:
        """All events of a sport with their prices.

        Raises:
            UnknownSport: the service has none of that name.
            LongshoreError: there is no answer, or none that can be read.
        """
        query = {
            "regions": ",".join(scope.regions),
            "markets": ",".join(scope.markets),
            "oddsFormat": "decimal",
            "dateFormat": "iso",
        }
        answer = self._ask(f"/sports/{sport}/odds", query, sport)
        parsed = wire.parse(answer.json)
        return Read(parsed.events, parsed.faults, self._left(answer), answer.source)

    def scores(self, sport: str, days: int) -> Scores:
        """Results of the last 1 to 3 days. It costs 2 credits.

        Raises:
            LongshoreError: as `odds`.
        """
        answer = self._ask(f"/sports/{sport}/scores", {"daysFrom": days, "dateFormat": "iso"}, sport)
        return scores.parse(answer.json)

    def remaining(self) -> int | None:
        """Credits that all keys have left together, as far as it is known."""
        return self.service.keyring.remaining()

    def is_hopeless(self, error: LongshoreError) -> bool:
        """Whether the next sport would fail for the same reason."""
        return isinstance(
            error, MissingKey | upstream.OutOfCredits | upstream.CircuitOpen | upstream.RateLimited
        )

    def _ask(self, path: str, query: Mapping[str, Any], sport: str = "") -> Answer:
        try:
            return self.service.get(path, query)
        except upstream.NoKey as error:
            raise MissingKey(str(error)) from None
        except Refused as error:
            if error.code == "UNKNOWN_SPORT" or (sport and error.status == 404):
                raise UnknownSport(
                    f"The Odds API has no sport {sport!r}; GET /sports lists those in season."
                ) from None
            raise

    def _left(self, answer: Answer) -> Credits | None:
        """Credits of all keys together: the plan spends them all."""
        if answer.credits is None:
            return None
        together = self.remaining()
        return answer.credits if together is None else replace(answer.credits, remaining=together)


def feed(using: Settings | None = None) -> OddsFeed:
    """The feed that the settings name, shared with the other processes."""
    return OddsFeed(upstream.for_process(policy(using)))
