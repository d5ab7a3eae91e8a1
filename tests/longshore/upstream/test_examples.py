"""What services mean by their answers can be said in a few lines: The Odds API, CoinGecko, nflverse."""

from __future__ import annotations

import json

import pytest

from longshore import upstream
from longshore.upstream import Kind, NoKey, OutOfCredits, RateLimited, Refused, Reply, Unreadable, Verdict
from tests.longshore.upstream.conftest import KEYS, Make, Time
from tests.support.misbehaving_server import MisbehavingServer, Plan

OK = Plan(body=b"[]")
KINDS = {
    "OUT_OF_USAGE_CREDITS": Kind.SPENT, "EXCEEDED_FREQ_LIMIT": Kind.SLOW_DOWN, "INVALID_KEY": Kind.BAD_KEY,
    "MISSING_KEY": Kind.BAD_KEY, "DEACTIVATED_KEY": Kind.BAD_KEY,
}  # fmt: skip


def the_odds_api(reply: Reply) -> Verdict:
    """Its code decides, whatever the status."""
    body = reply.json if isinstance(reply.json, dict) else {}
    code, message = str(body.get("error_code", "")), str(body.get("message", ""))
    found = upstream.policy.by_status(reply)
    return Verdict(KINDS.get(code, found.kind), message or found.message, code)


def coingecko(reply: Reply) -> Verdict:
    """Its code is one level down; 10002 is a missing key, 10010 and 10011 one on the wrong host."""
    status = reply.json.get("status") if isinstance(reply.json, dict) else None
    said = status if isinstance(status, dict) else {}
    found = upstream.policy.by_status(reply)
    kind = Kind.BAD_KEY if said.get("error_code") in (10002, 10010, 10011) else found.kind
    return Verdict(kind, str(said.get("error_message", found.message)), str(said.get("error_code", "")))


def fault(code: str, status: int) -> Plan:
    return Plan(status, json.dumps({"message": "No.", "error_code": code}).encode())


def geckos(code: int, status: int, **headers: str) -> Plan:
    words = {"status": {"error_code": code, "error_message": "You've exceeded the Rate Limit."}}
    return Plan(status, json.dumps(words).encode(), {k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.parametrize(
    ("code", "status", "keys", "end"),
    [
        ("OUT_OF_USAGE_CREDITS", 401, [0, 1], OutOfCredits),
        ("OUT_OF_USAGE_CREDITS", 429, [0, 1], OutOfCredits),
        ("INVALID_KEY", 401, [0, 1], NoKey), ("DEACTIVATED_KEY", 401, [0, 1], NoKey),
        ("MISSING_KEY", 401, [0, 1], NoKey), ("EXCEEDED_FREQ_LIMIT", 429, [0, 0, 0, 0], RateLimited),
        ("INVALID_MARKET", 422, [0], Refused), ("UNKNOWN_SPORT", 404, [0], Refused),
    ],
)  # fmt: skip
def test_the_odds_apis_code_decides(
    make: Make, server: MisbehavingServer, code: str, status: int, keys: list[int], end: type[Exception]
) -> None:
    server.plan(fault(code, status))
    with pytest.raises(end):
        make(classify=the_odds_api, deadline=200).get("/sports")
    assert [call.query["apiKey"] for call in server.calls] == [KEYS[one] for one in keys]


def test_coingecko_says_how_long_and_all_wait_so_long(
    make: Make, server: MisbehavingServer, time: Time
) -> None:
    gecko = {"classify": coingecko, "key_param": None, "key_header": "x-cg-demo-api-key"}
    server.plan(geckos(429, 429, retry_after="119"), OK)
    for _ in range(2):
        with pytest.raises(RateLimited) as raised:
            make(**gecko).get("/coins/markets")
        assert raised.value.retry_after == pytest.approx(119, abs=0.1)
    assert len(server.calls) == 1
    time.now += 120
    assert make(**gecko).get("/coins/markets").json == []
    assert server.calls[1].headers["x-cg-demo-api-key"] == KEYS[0]


def test_coingeckos_other_troubles(make: Make, server: MisbehavingServer) -> None:
    gecko = {"classify": coingecko, "key_param": None, "key_header": "x-cg-demo-api-key"}
    server.plan(Plan(403, b"<html>blocked", {"Content-Type": "text/html"}), OK)
    assert make(**gecko).get("/coins/markets").json == []
    server.plan(Plan(200, b"<html>blocked", {"Content-Type": "text/html"}))
    with pytest.raises(Unreadable):
        make(**gecko).get("/coins/markets")
    server.plan(geckos(10010, 400))
    with pytest.raises(NoKey):
        make(**gecko).get("/coins/markets")


def test_coingecko_may_be_read_without_a_key(make: Make, server: MisbehavingServer) -> None:
    make(classify=coingecko, key_param=None, keys=()).get("/coins/markets")
    assert "x-cg-demo-api-key" not in server.calls[0].headers


def test_a_release_of_nflverse_lies_on_another_host(make: Make, server: MisbehavingServer) -> None:
    with MisbehavingServer() as storage:
        storage.plan(Plan(body=b"season,week\r\n"))
        server.plan(Plan(302, headers={"Location": f"{storage.url}/signed?sig=a%2Fb&x=1"}))
        made = make(key_param=None, keys=(), redirects=3).get("/games.csv", expect="bytes")
        assert made.body == b"season,week\r\n"
        assert storage.calls[0].query == {"sig": "a/b", "x": "1"}
