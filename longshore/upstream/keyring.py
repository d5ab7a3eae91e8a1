"""Which of several keys a call takes: the first that is neither spent nor refused.

Keys go by a digest here and in Redis; the key itself is only ever put into a request.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from longshore import keys
from longshore.instants import next_month
from longshore.upstream import redaction
from longshore.upstream.errors import NoKey, OutOfCredits
from longshore.upstream.policy import Credits, Kind, Policy, Verdict
from longshore.upstream.state import State

BAD_FOR = 900.0
"""Seconds that a key which was refused is left alone: somebody may have mended it."""


class Keyring:
    """The keys of one upstream.

    Args:
        policy: which keys.
        state: where what happened to them is shared.
    """

    def __init__(self, policy: Policy, state: State) -> None:
        self._policy, self._state = policy, state
        self._by_digest = {_digest(policy.slug, one): one for one in policy.keys}
        for one in policy.keys:
            redaction.hide(one.get_secret_value())

    def take(self) -> str:
        """The digest of the key to use; empty for an upstream without keys.

        Raises:
            NoKey: there is none, or none is taken.
            OutOfCredits: those that are taken have no credits.
        """
        if not self._policy.needs_key:
            return ""
        if not self._by_digest:
            raise NoKey(f"{self._policy.name}: there is no key.")
        asides = {digest: self._aside(digest) for digest in self._by_digest}
        free = [digest for digest, aside in asides.items() if aside is None]
        if free:
            return free[0]
        spent = [until for why, until in filter(None, asides.values()) if why is Kind.SPENT]
        if spent:
            raise OutOfCredits(self._policy.name, min(spent))
        count = len(self._by_digest)
        which = "its key" if count == 1 else f"any of its {count} keys"
        raise NoKey(
            f"{self._policy.name} does not take {which}; it is tried again within {BAD_FOR / 60:.0f} min."
        )

    def secret(self, digest: str) -> SecretStr:
        """The key itself, for the wire."""
        return self._by_digest[digest]

    def set_aside(self, digest: str, verdict: Verdict) -> None:
        """Use a key no more until its time has come."""
        now = datetime.fromtimestamp(self._state.now(), UTC)
        until = verdict.until or (
            next_month(now) if verdict.kind is Kind.SPENT else now + timedelta(seconds=BAD_FOR)
        )
        text = json.dumps({"kind": verdict.kind.name, "until": until.isoformat()})
        self._state.set(self._key("aside", digest), text, max((until - now).total_seconds(), 1))

    def note(self, digest: str, credits: Credits) -> None:
        """Remember what the upstream said of a key's credits."""
        text = json.dumps({"remaining": credits.remaining, "used": credits.used, "at": self._state.now()})
        self._state.set(self._key("credits", digest), text, keys.UPSTREAM_TTL)

    def remaining(self) -> int | None:
        """Credits that all keys have left together, as far as it is known; None if nothing is."""
        found = [self._remaining(digest) for digest in self._by_digest]
        known = [one for one in found if one is not None]
        return sum(known) if known else None

    def _remaining(self, digest: str) -> int | None:
        if (aside := self._aside(digest)) is not None:
            return 0 if aside[0] is Kind.SPENT else None
        value = self._state.read(self._key("credits", digest)).get("remaining")
        return int(value) if isinstance(value, int | float) else None

    def _aside(self, digest: str) -> tuple[Kind, datetime] | None:
        read = self._state.read(self._key("aside", digest))
        try:
            return Kind[read["kind"]], datetime.fromisoformat(read["until"])
        except (KeyError, TypeError, ValueError):  # none, or none of ours
            return None

    def _key(self, what: str, digest: str) -> str:
        return keys.upstream(self._policy.slug, f"{what}:{digest}")


def _digest(slug: str, key: SecretStr) -> str:
    return hashlib.sha256(f"{slug}:{key.get_secret_value()}".encode()).hexdigest()[:16]
