"""Whatever an upstream does, a call ends in time, with an answer or with an error that says what is wrong."""

from __future__ import annotations

import gzip
import json
import logging
import os
import random
import traceback
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from redis import Redis

from longshore import upstream
from longshore.upstream import (
    CircuitOpen,
    Credits,
    Kind,
    NoKey,
    OutOfCredits,
    RateLimited,
    Refused,
    Reply,
    TooLarge,
    Unreachable,
    Unreadable,
    UpstreamError,
    Verdict,
)
from longshore.upstream.circuit import FAILURES, LONGEST, OPEN
from tests.longshore.upstream.conftest import KEYS, Make, Time
from tests.support.misbehaving_server import MisbehavingServer, Plan

OK = Plan(body=b'{"fine": true}')


def the_odds_api(reply: Reply) -> Verdict:
    """The Odds API's words, as its job says them: the code decides, not the status."""
    code = reply.json.get("error_code", "") if isinstance(reply.json, dict) else ""
    kinds = {
        "OUT_OF_USAGE_CREDITS": Kind.SPENT,
        "EXCEEDED_FREQ_LIMIT": Kind.SLOW_DOWN,
        "INVALID_KEY": Kind.BAD_KEY,
    }
    message = reply.json.get("message", "") if isinstance(reply.json, dict) else ""
    return Verdict(kinds[code], message, code) if code in kinds else upstream.policy.by_status(reply)


def fault(code: str, status: int = 401) -> Plan:
    return Plan(status, json.dumps({"message": f"It is {code}.", "error_code": code}).encode())


def test_an_answer_comes_with_what_it_says_of_itself(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b'{"a": [1]}', headers={"x-requests-remaining": "7", "x-longshore-sandbox": "1"}))
    one = make(credits=lambda headers: Credits(int(headers["X-Requests-Remaining"])))
    answer = one.get("/sports", {"all": "true"})
    assert (answer.json, answer.status, answer.source) == ({"a": [1]}, 200, "sandbox")
    assert answer.credits == Credits(7)
    assert one.keyring.remaining() == 7
    assert server.calls[0].path == "/sports"
    assert server.calls[0].query == {"all": "true", "apiKey": KEYS[0]}


def test_a_key_may_go_in_a_header(make: Make, server: MisbehavingServer) -> None:
    make(key_param=None, key_header="x-cg-demo-api-key").get("/coins")
    assert server.calls[0].headers["x-cg-demo-api-key"] == KEYS[0]
    assert server.calls[0].query == {}


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_the_upstreams_own_trouble_is_tried_again_with_growing_waits(
    make: Make, server: MisbehavingServer, time: Time, status: int
) -> None:
    server.plan(Plan(status), Plan(status), OK)
    assert make().get("/x").json == {"fine": True}
    rng = random.Random(1)
    assert time.slept == [rng.uniform(0, 0.5), rng.uniform(0, 1.0)]


def test_tries_are_bounded(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(500))
    with pytest.raises(Unreachable, match="Test Service: it answers 500"):
        make().get("/x")
    assert len(server.calls) == 4


@pytest.mark.parametrize("status", [400, 404, 422, 301])
def test_a_wrong_call_is_never_tried_again(make: Make, server: MisbehavingServer, status: int) -> None:
    server.plan(Plan(status, headers={"Location": "http://127.0.0.1:1/elsewhere"} if status == 301 else {}))
    with pytest.raises(Refused) as raised:
        make().get("/x")
    assert raised.value.status == status
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "after", ["7", format_datetime(datetime(2026, 3, 1, 12, 0, 7, tzinfo=UTC), usegmt=True)]
)
def test_retry_after_is_honoured(make: Make, server: MisbehavingServer, time: Time, after: str) -> None:
    server.plan(Plan(429, headers={"Retry-After": after}), OK)
    assert make().get("/x").json == {"fine": True}
    assert sum(time.slept) == pytest.approx(7, abs=0.1)


def test_a_wait_that_is_too_long_is_the_callers_to_make(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(429, headers={"Retry-After": "119"}))
    with pytest.raises(RateLimited, match="119 s") as raised:
        make().get("/x")
    assert raised.value.retry_after == 119
    assert len(server.calls) == 1


def test_a_429_slows_every_process_down(make: Make, server: MisbehavingServer, time: Time) -> None:
    one, other = make(rate=10.0, burst=1), make(rate=10.0, burst=1)
    server.plan(Plan(429, headers={"Retry-After": "5"}), OK)
    one.get("/x")
    time.slept.clear()
    other.get("/x")
    assert time.slept == [pytest.approx(0.2, rel=0.05)]  # half of the rate is left


def test_headers_that_say_that_no_call_is_left_are_believed(
    make: Make, server: MisbehavingServer, time: Time
) -> None:
    server.plan(Plan(headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"}), OK)
    make().get("/x")
    make().get("/x")
    assert time.slept == [pytest.approx(9, abs=0.1)]


@pytest.mark.parametrize("shared", [True, False])
def test_calls_keep_to_the_rate(
    make: Make, server: MisbehavingServer, time: Time, redis: Redis, shared: bool
) -> None:
    began = time.now
    several = (
        [make(redis, rate=2.0, burst=4) for _ in range(3)] if shared else [make(None, rate=2.0, burst=4)]
    )
    for number in range(12):
        several[number % len(several)].get("/x")
    assert time.now - began == pytest.approx((12 - 4) / 2, abs=0.01)


# Keys


@pytest.mark.parametrize(("code", "status"), [("OUT_OF_USAGE_CREDITS", 401), ("OUT_OF_USAGE_CREDITS", 429)])
def test_a_spent_key_gives_way_to_the_next_until_the_first(
    make: Make, server: MisbehavingServer, time: Time, code: str, status: int
) -> None:
    server.plan(fault(code, status), OK)
    make(classify=the_odds_api).get("/x")
    make(classify=the_odds_api).get("/x")  # another process knows of it
    assert [call.query["apiKey"] for call in server.calls] == [KEYS[0], KEYS[1], KEYS[1]]
    time.now = datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC).timestamp()
    time_of_redis_stands_still = make(None, classify=the_odds_api)
    time_of_redis_stands_still.get("/x")
    assert server.calls[-1].query["apiKey"] == KEYS[0]


def test_when_all_are_spent_the_call_says_until_when(make: Make, server: MisbehavingServer) -> None:
    server.plan(fault("OUT_OF_USAGE_CREDITS"))
    with pytest.raises(OutOfCredits, match="1 April 2026, 00:00 UTC") as raised:
        make(classify=the_odds_api).get("/x")
    assert raised.value.until == datetime(2026, 4, 1, tzinfo=UTC)
    assert len(server.calls) == 2
    with pytest.raises(OutOfCredits):
        make(classify=the_odds_api).get("/x")
    assert len(server.calls) == 2
    assert make(classify=the_odds_api).keyring.remaining() == 0


def test_a_bad_key_is_left_alone_for_a_while(make: Make, server: MisbehavingServer, time: Time) -> None:
    server.plan(fault("INVALID_KEY"), OK, OK, OK)
    one = make(None, classify=the_odds_api)
    one.get("/x")
    one.get("/x")
    time.now += 901
    one.get("/x")
    assert [call.query["apiKey"] for call in server.calls] == [KEYS[0], KEYS[1], KEYS[1], KEYS[0]]


def test_no_key_that_is_taken_is_said_in_so_many_words(make: Make, server: MisbehavingServer) -> None:
    server.plan(fault("INVALID_KEY"))
    with pytest.raises(NoKey, match="does not take any of its 2 keys"):
        make(classify=the_odds_api).get("/x")
    with pytest.raises(NoKey, match="there is no key"):
        make(keys=()).get("/x")


def test_too_many_calls_a_second_are_no_matter_of_the_key(make: Make, server: MisbehavingServer) -> None:
    server.plan(fault("EXCEEDED_FREQ_LIMIT", 429), OK)
    make(classify=the_odds_api).get("/x")
    assert [call.query["apiKey"] for call in server.calls] == [KEYS[0], KEYS[0]]


# What comes is not what should


def test_a_server_that_stalls_is_given_up(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(before=server.stall))
    with pytest.raises(Unreachable, match="no whole answer in time"):
        make(read_timeout=0.05, tries=2).get("/x")
    assert len(server.calls) == 2


def test_a_server_that_drips_cannot_stretch_the_deadline(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b"x" * 10_000, drip=0.02))
    with pytest.raises(Unreachable, match="no whole answer in time"):
        make(tries=1).get("/x", deadline=0.2)


def test_a_body_that_breaks_off_is_tried_again(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b'{"fi', length=14), OK)
    assert make().get("/x").json == {"fine": True}


def test_html_in_place_of_json_is_named(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b"<html><body>Access denied", headers={"Content-Type": "text/html"}))
    with pytest.raises(Unreadable, match="it begins with '<html>"):
        make().get("/x")


def test_html_with_an_error_status_goes_by_the_status(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(429, b"<html>slow down", {"Retry-After": "1"}), OK)
    assert make().get("/x").json == {"fine": True}


def test_bytes_are_given_as_they_came(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b"Div,Date\r\n\xff"))
    answer = make().get("/x", expect="bytes")
    assert (answer.body, answer.json) == (b"Div,Date\r\n\xff", None)


@pytest.mark.parametrize(
    "plan",
    [
        Plan(body=b"x" * 100_000, parts=600),
        Plan(body=gzip.compress(b"0" * 50_000_000), headers={"Content-Encoding": "gzip"}),
    ],
    ids=["endless", "a bomb"],
)
def test_too_much_is_refused_before_it_is_all_read(make: Make, server: MisbehavingServer, plan: Plan) -> None:
    server.plan(plan)
    with pytest.raises(TooLarge, match="larger than 1,000,000 bytes"):
        make(max_bytes=1_000_000).get("/x")
    assert len(server.calls) == 1


def test_what_is_compressed_is_unpacked(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=gzip.compress(b'{"fine": true}'), headers={"Content-Encoding": "gzip"}))
    assert make().get("/x").json == {"fine": True}


def test_json_that_is_nested_without_end_is_no_crash(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b"[" * 200_000))
    with pytest.raises(Unreadable):
        make().get("/x")


# The breaker


def test_an_upstream_that_fails_and_fails_is_left_alone_by_all(
    make: Make, server: MisbehavingServer, time: Time
) -> None:
    server.plan(Plan(500))
    with pytest.raises(Unreachable):
        make(tries=FAILURES).get("/x")
    with pytest.raises(CircuitOpen, match="asked again in") as raised:
        make().get("/x")
    assert raised.value.retry_after == pytest.approx(OPEN, abs=1)
    assert len(server.calls) == FAILURES
    time.now += OPEN + 1
    server.plan(OK)
    assert make().get("/x").json == {"fine": True}
    assert make().get("/x").json == {"fine": True}


@pytest.mark.parametrize("shared", [True, False])
def test_one_call_finds_out_and_the_while_doubles(
    make: Make, server: MisbehavingServer, time: Time, redis: Redis, shared: bool
) -> None:
    one = make(redis if shared else None, tries=1)
    server.plan(Plan(500))
    for _ in range(FAILURES):
        with pytest.raises(Unreachable):
            one.get("/x")
    lengths = []
    for _ in range(8):
        with pytest.raises(CircuitOpen) as raised:
            one.get("/x")
        lengths.append(raised.value.retry_after)
        time.now += raised.value.retry_after
        before = len(server.calls)
        with pytest.raises(Unreachable):
            one.get("/x")
        assert len(server.calls) == before + 1
    assert lengths[:3] == [pytest.approx(OPEN), pytest.approx(2 * OPEN), pytest.approx(4 * OPEN)]
    assert lengths[-1] == pytest.approx(LONGEST)


def test_wrong_calls_do_not_open_it(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(404))
    for _ in range(2 * FAILURES):
        with pytest.raises(Refused):
            make().get("/x")


# What was there before


def test_what_has_not_changed_does_not_come_again(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=b'{"v": 1}', headers={"ETag": '"one"'}), Plan(304, b""))
    assert make(conditional=True).get("/x", {"a": 1}).json == {"v": 1}
    again = make(conditional=True).get("/x", {"a": 1})
    assert (again.json, again.not_modified) == ({"v": 1}, True)
    assert server.calls[1].headers["If-None-Match"] == '"one"'
    server.plan(OK)
    make(conditional=True).get("/x", {"a": 2})
    assert "If-None-Match" not in server.calls[2].headers


def test_what_is_too_large_to_keep_comes_again(make: Make, server: MisbehavingServer) -> None:
    server.plan(Plan(body=json.dumps(os.urandom(2_000_000).hex()).encode(), headers={"ETag": '"big"'}))
    make(conditional=True).get("/x")
    make(conditional=True).get("/x")
    assert "If-None-Match" not in server.calls[1].headers


# Redis


def test_without_redis_all_is_as_before_but_not_shared(make: Make, server: MisbehavingServer) -> None:
    nowhere = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    one = make(nowhere, classify=the_odds_api, conditional=True)
    server.plan(fault("INVALID_KEY"), Plan(500), OK)
    assert one.get("/x").json == {"fine": True}
    assert [call.query["apiKey"] for call in server.calls] == [KEYS[0], KEYS[1], KEYS[1]]


def test_what_is_kept_in_redis_has_an_end(make: Make, server: MisbehavingServer, redis: Redis) -> None:
    server.plan(fault("INVALID_KEY"), Plan(500), Plan(headers={"ETag": '"e"'}))
    make(classify=the_odds_api, conditional=True, credits=lambda headers: Credits(5)).get("/x")
    found: list[Any] = list(redis.scan_iter("*"))
    assert len(found) >= 4
    assert all(redis.ttl(key) > 0 for key in found)  # type: ignore[operator]


# Secrets


@pytest.mark.parametrize(
    "plan",
    [
        fault("INVALID_KEY"), fault("OUT_OF_USAGE_CREDITS"), Plan(500), Plan(422, b'{"message": "no"}'),
        Plan(body=b"<html>?apiKey=first-very-secret"), Plan(body=b"{", length=9), Plan(body=b"x" * 3_000_000),
        Plan(status=302, headers={"Location": "/elsewhere?apiKey=first-very-secret"}), None,
    ],
    ids=["bad key", "spent", "500", "422", "html", "cut", "huge", "redirect", "refused connection"],
)  # fmt: skip
def test_a_key_is_never_seen(
    make: Make, server: MisbehavingServer, redis: Redis, caplog: pytest.LogCaptureFixture, plan: Plan | None
) -> None:
    caplog.set_level(logging.DEBUG)
    options: dict[str, Any] = {"classify": the_odds_api, "max_bytes": 1_000_000}
    if plan is None:
        options["base_url"] = "http://127.0.0.1:1"
    else:
        server.plan(plan)
    with pytest.raises(UpstreamError) as raised:
        make(**options).get("/x")
    told = "".join(traceback.format_exception(raised.value)) + repr(raised.value) + str(raised.value)
    inner: BaseException | None = raised.value
    while inner is not None:
        told += repr(inner) + str(vars(inner))
        inner = inner.__context__
    kept = [repr(key) + repr(redis.dump(key)) for key in redis.scan_iter("*")]
    for secret in KEYS:
        assert secret not in told
        assert secret not in caplog.text
        assert secret not in "".join(kept)
    assert plan is None or "apiKey=key-" in caplog.text  # urllib3 did log the address


def test_a_forked_child_does_not_read_from_its_parents_connection(
    make: Make, server: MisbehavingServer
) -> None:
    make().get("/x")
    own = upstream.sessions.session()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(write, b"another" if upstream.sessions.session() is not own else b"the same")
        os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(read, 100) == b"another"
    os.close(read)
    os.close(write)
