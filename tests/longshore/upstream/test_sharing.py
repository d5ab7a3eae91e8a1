"""What processes share: budget, breaker, keys, kept answers. With Redis away each has its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from longshore import connections, keys
from longshore.upstream import (
    CircuitOpen,
    Credits,
    Kind,
    Policy,
    RateLimited,
    Unreachable,
    Unreadable,
    Upstream,
    Verdict,
    for_process,
)
from longshore.upstream import state as states
from longshore.upstream.budget import Budget
from longshore.upstream.circuit import FAILURES, OPEN
from longshore.upstream.state import State
from tests.longshore.upstream.conftest import KEYS, Make, Time
from tests.support.misbehaving_server import MisbehavingServer, Plan

OK = Plan(body=b'{"fine": true}')
NOWHERE = "redis://127.0.0.1:1/0"


# The budget

STEPS = st.lists(
    st.tuples(
        st.floats(-30, 300),
        st.one_of(
            st.tuples(st.just("wait"), st.floats(0, 60)),
            st.tuples(st.just("slow_down"), st.floats(0, 400)),
            st.tuples(st.just("pause"), st.floats(0, 400)),
            st.tuples(st.just("at_most"), st.integers(0, 9)),
        ),
    ),
    max_size=25,
)


@given(steps=STEPS)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_process_alone_counts_as_all_do_together(redis: Redis, steps: list[Any]) -> None:
    redis.flushall()
    time = Time()
    policy = Policy("Test", "http://127.0.0.1:1", rate=0.5, burst=5)
    shared, own = (Budget(policy, State(one, lambda: time.now)) for one in (redis, None))
    for passed, (what, number) in steps:
        time.now += passed
        waits = [getattr(one, what)(number) for one in (shared, own)]
        assert waits[0] == pytest.approx(waits[1], abs=1e-3)


@pytest.mark.parametrize("shared", [True, False])
def test_who_is_sent_away_leaves_no_debt(
    make: Make, server: MisbehavingServer, redis: Redis, shared: bool
) -> None:
    one = make(redis if shared else None, rate=1.0, burst=1)
    server.plan(Plan(429, headers={"Retry-After": "100"}), OK)
    for _ in range(50):
        with pytest.raises(RateLimited) as raised:
            one.get("/x")
    assert 100 <= raised.value.retry_after <= 105
    assert len(server.calls) == 1


def test_calls_that_were_refused_together_slow_down_once(make: Make, time: Time) -> None:
    several = [make(rate=10.0, burst=1)._budget for _ in range(5)]
    for one in several:
        one.slow_down(1, sent=time.now)
    time.now += 1
    assert several[0].wait() == pytest.approx(0.2, rel=0.01)
    several[0].slow_down(1, sent=time.now)
    time.now += 1
    assert several[0].wait() == pytest.approx(
        0.8, rel=0.02
    )  # it is the second to wait, at a quarter of the rate


@pytest.mark.parametrize("shared", [True, False])
def test_a_clock_that_is_ahead_shuts_nobody_out(
    make: Make, server: MisbehavingServer, time: Time, redis: Redis, shared: bool
) -> None:
    one = make(redis if shared else None, rate=10.0, burst=1)
    time.now += 3_600
    one.get("/x")
    time.now -= 3_600
    for _ in range(20):
        one.get("/x")
    assert sum(time.slept) == pytest.approx(2.0, abs=0.11)


def test_a_pause_outlives_the_buckets_own_time(make: Make, time: Time, redis: Redis) -> None:
    one = make()
    one._budget.pause(50_000)
    assert redis.ttl(keys.upstream(one.policy.slug, "budget")) > 50_000
    one._budget.pause(1e9)
    assert one._budget.wait(0) <= 86_401


def test_what_the_upstream_has_left_is_all_that_is_sent_at_once(
    make: Make, server: MisbehavingServer, time: Time
) -> None:
    server.plan(Plan(headers={"X-RateLimit-Remaining": "2"}), OK)
    for _ in range(4):
        make(rate=1.0, burst=100).get("/x")
    assert time.slept == [pytest.approx(1, abs=0.01)]


# The breaker


def test_calls_that_were_under_way_do_not_open_it_further(make: Make) -> None:
    for one in [make() for _ in range(FAILURES + 4)]:
        one._circuit.failed()
    with pytest.raises(CircuitOpen) as raised:
        make().get("/x")
    assert raised.value.retry_after == pytest.approx(OPEN)


def test_one_process_finds_out_and_the_others_wait_for_it(
    make: Make, server: MisbehavingServer, time: Time
) -> None:
    for _ in range(FAILURES):
        make()._circuit.failed()
    time.now += OPEN
    assert make()._circuit.check() is True
    with pytest.raises(CircuitOpen):
        make().get("/x")
    assert not server.calls


def test_a_call_that_cannot_be_made_lets_another_find_out(
    make: Make, server: MisbehavingServer, time: Time
) -> None:
    for _ in range(FAILURES):
        make()._circuit.failed()
    time.now += OPEN
    make()._budget.pause(500)
    with pytest.raises(RateLimited):
        make().get("/x")
    time.now += 501
    server.plan(OK)
    assert make().get("/x").json == {"fine": True}


def test_who_opens_it_says_what_was_wrong(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(500))
    with pytest.raises(Unreachable, match="it answers 500"):
        make(tries=FAILURES + 3).get("/x")
    assert len(server.calls) == FAILURES


# Keys


def test_a_block_by_a_cdn_is_not_the_keys_fault(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(403, b"<!DOCTYPE html>Access denied", {"Content-Type": "text/html; charset=UTF-8"}))
    with pytest.raises(Unreadable, match="blocked by its CDN, maybe; it begins with '<!DOCTYPE html>"):
        make().get("/x")
    server.plan(OK)
    make().get("/x")
    assert server.calls[-1].query["apiKey"] == KEYS[0]


def test_a_key_that_may_be_used_again_at_once_is_no_endless_loop(
    make: Make, server: MisbehavingServer
) -> None:
    server.plan(Plan(401))
    with mock.patch("longshore.upstream.keyring.Keyring.set_aside"), pytest.raises(Exception, match="401"):
        make().get("/x")
    assert len(server.calls) <= 5


# Kept answers


def test_kept_answers_are_bounded_in_number(
    make: Make, server: MisbehavingServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "CONDITIONAL_ANSWERS", 5)
    server.plan(Plan(headers={"ETag": '"e"'}))
    for number in range(9):
        make(conditional=True).get("/x", {"n": number})
    kept = [one for one in redis.scan_iter("*") if b":answer:" in one]
    assert len(kept) == 5


def test_the_sandbox_and_the_service_know_nothing_of_each_other(make: Make) -> None:
    for _ in range(FAILURES):
        make(base_url="http://127.0.0.1:1/the-odds-api")._circuit.failed()
    assert make().get("/x").status == 200


# Redis


def spoil(redis: Redis, one: Upstream) -> None:
    """Put into each of its keys what is none of ours."""
    digests = list(one.keyring._by_digest)
    names = [f"{what}:{digest}" for what in ("aside", "credits") for digest in digests]
    for number, what in enumerate(("circuit", "failures", "probe", "budget", "answers", *names)):
        key = keys.upstream(one.policy.slug, what)
        redis.set(key, [b"\xff\xfe", b"[1]", b'{"until": "x"}', b"{"][number % 4])


@pytest.mark.parametrize(
    "headers", [{}, {"ETag": "x", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}]
)
def test_what_others_have_written_into_our_keys_does_no_harm(
    make: Make, server: MisbehavingServer, redis: Redis, headers: dict[str, str]
) -> None:
    server.plan(Plan(500), Plan(429, headers={"Retry-After": "1"}), Plan(headers=headers))
    one = make(conditional=True, credits=lambda headers: Credits(5))
    spoil(redis, one)
    assert one.get("/x").status == 200
    one.keyring.remaining()


def test_what_a_process_knows_it_still_knows_when_redis_goes(make: Make, server: MisbehavingServer) -> None:
    one = make(
        classify=lambda reply: Verdict(Kind.SPENT if reply.status == 401 else Kind.OK),
    )
    server.plan(Plan(401), OK)
    one.get("/x")
    one.keyring._state.redis = Redis.from_url(NOWHERE)
    one.get("/x")
    assert [call.query["apiKey"] for call in server.calls] == [KEYS[0], KEYS[1], KEYS[1]]


def test_a_process_remembers_from_call_to_call(
    server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "shared", lambda: Redis.from_url(NOWHERE))
    policy = Policy("Remembering", server.url, tries=1)
    server.plan(Plan(500))
    for _ in range(FAILURES):
        with pytest.raises(Unreachable):
            for_process(policy).get("/x")
    with pytest.raises(CircuitOpen):
        for_process(policy).get("/x")
    states._memories.clear()


def test_a_forked_child_has_no_locks_of_its_parents_threads() -> None:
    held = states.memory("held")
    child: Callable[[], bool] = lambda: states.memory("held") is not held  # noqa: E731
    with held.lock:
        pid = os.fork()
        if pid == 0:
            os._exit(0 if child() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    states._memories.clear()
