"""One call, with everything that the policy says around it."""

from __future__ import annotations

import logging
import random
import time
import urllib.parse
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from longshore.upstream import redaction, sessions, waits
from longshore.upstream.budget import Budget
from longshore.upstream.circuit import Circuit
from longshore.upstream.conditional import Conditional, Kept
from longshore.upstream.errors import (
    CircuitOpen,
    RateLimited,
    Refused,
    Unreachable,
    Unreadable,
    UpstreamError,
)
from longshore.upstream.keyring import Keyring
from longshore.upstream.policy import Answer, Kind, Policy, Reply, Verdict
from longshore.upstream.sessions import Raw
from longshore.upstream.state import Memory, State, memory
from longshore.upstream.wire import Flight

if TYPE_CHECKING:
    from redis import Redis

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
        memory: what this process knows by itself; None for nothing yet.
    """

    def __init__(
        self,
        policy: Policy,
        redis: Redis | None = None,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        rng: random.Random | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.policy, self._now, self._sleep, self._rng = policy, now, sleep, rng or random.Random()
        state = State(redis, now, memory)
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
            path: after the policy's base URL, e.g. "/sports"; plain text, it is encoded here.
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
            ValueError: the path does not begin with a slash, or steps out of the base URL.
        """
        if not path.startswith("/") or ".." in path.split("/"):
            raise ValueError(f"a path begins with / and holds no .. between slashes, got {path!r}")
        within = self.policy.deadline if deadline is None else deadline
        return _Call(self, path, dict(params or {}), expect, within).run()


class _Call:
    """One call with its tries."""

    def __init__(
        self, upstream: Upstream, path: str, params: dict[str, Any], expect: str, deadline: float
    ) -> None:
        self._up, self._path, self._params, self._expect = upstream, path, params, expect
        self._policy = upstream.policy
        self._deadline, self._began = deadline, time.monotonic()
        self._slept, self._passed, self._sent = 0.0, 0.0, 0.0
        self._kept: Kept | None = upstream._kept.find(path, params) if self._policy.conditional else None

    def run(self) -> Answer:
        """Try until there is an answer or no use."""
        attempt, changes = 1, 0
        fault: UpstreamError | None = None
        while True:
            digest = self._turn(fault)
            outcome = self._try(digest, may_change=changes <= len(self._policy.keys))
            if isinstance(outcome, Answer):
                return outcome
            if outcome is None:
                changes += 1
                continue
            fault = outcome
            if isinstance(fault, Refused) or attempt >= self._policy.tries:
                raise fault
            self._pause(attempt, fault)
            attempt += 1

    def _try(self, digest: str, *, may_change: bool) -> Answer | UpstreamError | None:
        """Send it once: the answer, or what is wrong; None if the key was, and another may be right."""
        try:
            raw = self._send(digest)
        except Unreachable as error:
            self._up._circuit.failed()
            return error
        except UpstreamError:
            self._up._circuit.succeeded()  # it has answered
            raise
        verdict = self._judge(digest, raw)
        if verdict.kind is Kind.OK:
            return self._answer(digest, raw)
        if verdict.kind in (Kind.SPENT, Kind.BAD_KEY) and digest and may_change:
            self._change_key(digest, verdict)
            return None
        return self._fault(verdict, raw)

    @property
    def _left(self) -> float:
        """Seconds that it may still take. Waits are counted and not measured: `sleep` may be another."""
        return self._deadline - self._slept - (time.monotonic() - self._began - self._passed)

    def _turn(self, fault: UpstreamError | None) -> str:
        """Wait until the next try may be sent; the digest of the key that it takes.

        Args:
            fault: what came of the last try; it says more than that the breaker has opened since.
        """
        try:
            finds_out = self._up._circuit.check()
        except CircuitOpen:
            if fault is None:
                raise
        else:
            return self._ready(finds_out)
        raise fault

    def _ready(self, finds_out: bool) -> str:
        ready = False
        try:
            digest = self._up.keyring.take()
            self._wait(self._up._budget.wait(max(self._left, 0.0)))
            ready = True
        finally:
            if finds_out and not ready:
                self._up._circuit.release()
        return digest

    def _send(self, digest: str) -> Raw:
        policy, params, headers = self._policy, self._params, dict(self._kept.asked if self._kept else {})
        flight = Flight(time.monotonic() + self._left)
        if digest:
            flight = Flight(flight.ends, f"key-{digest}", self._up.keyring.secret(digest))
        if digest and policy.key_param:
            params = {**params, policy.key_param: flight.placeholder}
        if digest and policy.key_header:
            headers[policy.key_header] = flight.placeholder
        self._sent = self._up._now()
        url = policy.base_url.rstrip("/") + urllib.parse.quote(self._path, safe="/:,@")
        return sessions.send(policy, url, params, headers, flight)

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
            self._up._budget.pause(closed)
        elif (calls := waits.calls_left(raw.headers)) is not None:
            self._up._budget.at_most(calls)
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
            self._up._budget.slow_down(seconds, self._sent)
            return RateLimited(f"{said}; it may be asked again in {seconds:.0f} s.", seconds)
        if verdict.kind is Kind.RETRY and raw.body[:300].lstrip()[:1] == b"<" and self._expect == "json":
            return Unreadable(f"{said}; it begins with {_beginning(raw.body)!r}.")
        if verdict.kind is Kind.RETRY:
            return Unreachable(f"{said}.", waits.asked_for(raw.headers, self._up._now()))
        return Refused(f"{said}.", raw.status, _short(verdict.code))

    def _pause(self, attempt: int, fault: UpstreamError) -> None:
        """Wait before the next try; the budget makes everybody wait after a 429."""
        logger.info("%s It is tried again.", fault)
        if isinstance(fault, RateLimited):
            if fault.retry_after > self._left:
                raise fault
            return
        asked = fault.retry_after if isinstance(fault, Unreachable) else None
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
        before = time.monotonic()
        self._up._sleep(seconds)
        self._slept += seconds
        self._passed += time.monotonic() - before


def _short(text: str) -> str:
    return redaction.clean(" ".join(text.split()))[:_MESSAGE].rstrip(".")


def _beginning(body: bytes) -> str:
    return redaction.clean(body[:1_000].decode(errors="replace"))[:60]  # cut last: half a key would stay


def for_process(policy: Policy) -> Upstream:
    """An upstream whose budget, keys and breaker are shared through this process's Redis."""
    from longshore import connections  # a job can be read and called without the redis package

    return Upstream(policy, connections.shared(), memory=memory(policy.slug))
