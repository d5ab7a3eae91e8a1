"""One call, with everything that the policy says around it."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from redis import Redis

from longshore import connections
from longshore.upstream import redaction, sessions, waits
from longshore.upstream.budget import Budget
from longshore.upstream.circuit import Circuit
from longshore.upstream.conditional import Conditional, Kept
from longshore.upstream.errors import RateLimited, Refused, TooLarge, Unreachable, Unreadable, UpstreamError
from longshore.upstream.keyring import Keyring
from longshore.upstream.policy import Answer, Kind, Policy, Reply, Verdict
from longshore.upstream.sessions import Raw
from longshore.upstream.state import State

logger = logging.getLogger("longshore.upstream")
SANDBOX_HEADER = "x-longshore-sandbox"
"""What every answer of the stand-ins on this machine carries."""
_GUESS = 10.0
"""Seconds to wait after a 429 that does not say how long."""
_MESSAGE = 300
"""Characters that are shown of an upstream's own words."""


class Upstream:
    """One outside service.

    Args:
        policy: how it is called.
        redis: where budget, keys and breaker are shared between processes; None for this one alone.
        now: seconds since the epoch.
        sleep: waits.
        rng: spreads the waits.
    """

    def __init__(
        self,
        policy: Policy,
        redis: Redis | None = None,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
    ) -> None:
        self.policy, self._now, self._sleep, self._rng = policy, now, sleep, rng or random.Random()
        state = State(redis, now)
        self.keyring, self._budget = Keyring(policy, state), Budget(policy, state)
        self._circuit, self._kept = Circuit(policy, state), Conditional(policy, state)

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        expect: Literal["json", "bytes"] = "json",
        deadline: float | None = None,
    ) -> Answer:
        """Ask, and ask again where that helps.

        Args:
            path: after the policy's base URL, e.g. "/sports".
            params: the query, without the key.
            expect: whether the body is to be JSON.
            deadline: seconds that all of it may take; None for the policy's.

        Raises:
            Unreachable: no whole answer, or only errors of the upstream's, however often it was asked.
            RateLimited: too many calls, and the wait is longer than the deadline.
            Refused: it does not answer such a call.
            NoKey: no key, or none that is taken.
            OutOfCredits: the keys' credits are used up.
            CircuitOpen: it is left alone for a while.
            TooLarge: the answer is larger than the policy takes.
            Unreadable: the answer is no JSON.
        """
        return _Call(self, path, dict(params or {}), expect, deadline or self.policy.deadline).run()


class _Call:
    """One call with its tries."""

    def __init__(
        self, upstream: Upstream, path: str, params: dict[str, Any], expect: str, deadline: float
    ) -> None:
        self._up, self._path, self._params, self._expect = upstream, path, params, expect
        self._policy = upstream.policy
        self._left = deadline
        """Seconds that waits may still take. They are counted and not measured: `sleep` may be another."""
        self._until = time.monotonic() + deadline
        self._kept: Kept | None = upstream._kept.find(path, params) if self._policy.conditional else None

    def run(self) -> Answer:
        """Try until there is an answer or no use."""
        attempt, changes = 1, 0
        while True:
            self._up._circuit.check()
            digest = self._up.keyring.take()
            self._wait(self._up._budget.wait())
            fault: UpstreamError
            try:
                raw = self._send(digest)
            except Unreachable as error:
                self._up._circuit.failed()
                fault = error
            except TooLarge:
                self._up._circuit.succeeded()
                raise
            else:
                verdict = self._judge(digest, raw)
                if verdict.kind is Kind.OK:
                    return self._answer(digest, raw)
                if (
                    verdict.kind in (Kind.SPENT, Kind.BAD_KEY)
                    and digest
                    and changes <= len(self._policy.keys)
                ):
                    changes += 1
                    self._change_key(digest, verdict)
                    continue
                fault = self._fault(verdict, raw)
            if isinstance(fault, Refused) or attempt >= self._policy.tries:
                raise fault
            self._pause(attempt, fault)
            attempt += 1

    def _send(self, digest: str) -> Raw:
        policy, params, headers = self._policy, self._params, dict(self._kept.asked if self._kept else {})
        if digest and policy.key_param:
            params = {**params, policy.key_param: self._up.keyring.secret(digest)}
        if digest and policy.key_header:
            headers[policy.key_header] = self._up.keyring.secret(digest)
        return sessions.send(policy, policy.base_url + self._path, params, headers, self._until)

    def _judge(self, digest: str, raw: Raw) -> Verdict:
        """What the answer means; noted for everybody."""
        verdict = self._policy.classify(Reply(raw.status, raw.headers, raw.json))
        if verdict.kind is Kind.RETRY:
            self._up._circuit.failed()
        else:
            self._up._circuit.succeeded()
        if digest and (credits := self._policy.credits(raw.headers)) is not None:
            self._up.keyring.note(digest, credits)
        if (closed := waits.pause_in(raw.headers, self._up._now())) is not None:
            self._up._budget.pause(min(closed, self._policy.deadline))
        return verdict

    def _answer(self, digest: str, raw: Raw) -> Answer:
        policy, not_modified = self._policy, raw.status == 304
        if not_modified and self._kept is None:
            raise Unreadable(f"{policy.name}: it answers 304 to a call that did not ask for it.")
        if not_modified and self._kept is not None:
            raw = Raw(raw.status, raw.headers, self._kept.body)
        body, found = raw.body, raw.json if self._expect == "json" else None
        if found is None and self._expect == "json" and body.strip() != b"null":
            raise Unreadable(f"{policy.name}: the answer is no JSON; it begins with {_beginning(body)!r}.")
        if policy.conditional and not not_modified:
            self._up._kept.keep(self._path, self._params, raw.headers, body)
        source = "sandbox" if SANDBOX_HEADER in raw.headers else "live"
        credits = policy.credits(raw.headers) if digest else None
        return Answer(found, body, raw.status, raw.headers, credits, source, not_modified)

    def _change_key(self, digest: str, verdict: Verdict) -> None:
        self._up.keyring.set_aside(digest, verdict)
        why = "has no credits left" if verdict.kind is Kind.SPENT else "is not taken"
        logger.warning("%s: a key %s: %s", self._policy.name, why, _short(verdict.message))

    def _fault(self, verdict: Verdict, raw: Raw) -> UpstreamError:
        said = f"{self._policy.name}: {_short(verdict.message) or f'it answers {raw.status}'}"
        if verdict.kind is Kind.SLOW_DOWN:
            asked = verdict.retry_after
            if asked is None:
                asked = waits.asked_for(raw.headers, self._up._now())
            seconds = _GUESS if asked is None else asked
            self._up._budget.slow_down(seconds)
            return RateLimited(f"{said}; it may be asked again in {seconds:.0f} s.", seconds)
        if verdict.kind is Kind.RETRY:
            return _Failing(f"{said}.", waits.asked_for(raw.headers, self._up._now()))
        return Refused(f"{said}.", raw.status, verdict.code)

    def _pause(self, attempt: int, fault: UpstreamError) -> None:
        """Wait before the next try; the budget makes everybody wait after a 429."""
        logger.info("%s It is tried again.", fault)
        if isinstance(fault, RateLimited):
            if fault.retry_after > self._left:
                raise fault
            return
        asked = fault.retry_after if isinstance(fault, _Failing) else None
        seconds = waits.between(attempt, self._up._rng) if asked is None else asked
        if seconds > self._left:
            raise fault
        self._wait(seconds)

    def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            return
        if seconds > self._left:
            raise RateLimited(
                f"{self._policy.name}: as many calls as it takes are under way; the next is possible in "
                f"{seconds:.0f} s.",
                seconds,
            )
        self._left -= seconds
        self._up._sleep(seconds)


class _Failing(Unreachable):
    """An error of the upstream's own, and when it wants to be asked again."""

    def __init__(self, message: str, retry_after: float | None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def _short(text: str) -> str:
    return redaction.clean(" ".join(text.split()))[:_MESSAGE].rstrip(".")


def _beginning(body: bytes) -> str:
    return redaction.clean(body[:60].decode(errors="replace"))


def for_process(policy: Policy) -> Upstream:
    """An upstream whose budget, keys and breaker are shared through this process's Redis."""
    return Upstream(policy, connections.shared())
