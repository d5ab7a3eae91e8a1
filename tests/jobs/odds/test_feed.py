"""The Odds API's answers and errors, and the right behaviour for each: its error code decides."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import SecretStr
from redis import Redis

from jobs.odds import feed
from jobs.odds.chosen import Scope
from jobs.odds.errors import MissingKey, UnknownSport
from jobs.odds.feed import OddsFeed
from jobs.odds.reading import read_all
from jobs.odds.wire import UnreadableOdds
from longshore.errors import LongshoreError
from longshore.settings import load
from longshore.upstream import (
    CircuitOpen,
    OutOfCredits,
    RateLimited,
    Refused,
    Unreachable,
    Unreadable,
    Upstream,
)
from tests.support.misbehaving_server import MisbehavingServer, Plan

SCOPE = Scope(("basketball_nba", "soccer_epl"), ("us", "eu"), ("h2h", "totals"))
EVENT = {
    "id": "a" * 32, "sport_key": "basketball_nba", "sport_title": "NBA",
    "commence_time": "2026-03-01T20:00:00Z", "home_team": "Alpha", "away_team": "Beta",
    "bookmakers": [
        {"key": "pinnacle", "title": "Pinnacle", "last_update": "2026-03-01T12:00:00Z", "markets": [
            {"key": "h2h", "outcomes": [{"name": "Alpha", "price": 1.9}, {"name": "Beta", "price": 2.0}]}]}
    ],
}  # fmt: skip
HEADERS = {"x-requests-remaining": "480", "x-requests-used": "20", "x-requests-last": "4"}
ODDS = Plan(body=json.dumps([EVENT]).encode(), headers=HEADERS)


def refused(code: str, status: int, message: str = "It is refused.") -> Plan:
    body = {"message": message, "error_code": code, "details_url": "https://the-odds-api.com"}
    return Plan(status, json.dumps(body).encode())


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with MisbehavingServer() as running:
        yield running


@pytest.fixture
def odds(server: MisbehavingServer, redis: Redis) -> OddsFeed:
    """A feed with two keys, which does not really wait."""
    using = load(
        upstreams="live",
        odds_api_url=server.url + "/v4",
        odds_api_key=SecretStr("key-number-one,key-number-two"),
    )
    return OddsFeed(Upstream(feed.policy(using), redis, sleep=lambda seconds: None, rng=random.Random(1)))


def test_a_sport_is_asked_for_as_the_service_wants_it(odds: OddsFeed, server: MisbehavingServer) -> None:
    server.plan(ODDS)
    read = odds.odds("basketball_nba", SCOPE)
    assert [one.id for one in read.events] == ["a" * 32]
    assert (read.faults, read.source) == ([], "live")
    assert read.credits is not None
    assert (read.credits.remaining, read.credits.used) == (480, 20)
    call = server.calls[0]
    assert call.path == "/v4/sports/basketball_nba/odds"
    assert call.query == {
        "apiKey": "key-number-one", "regions": "us,eu", "markets": "h2h,totals", "oddsFormat": "decimal",
        "dateFormat": "iso",
    }  # fmt: skip


def test_scores_come_by_event(odds: OddsFeed, server: MisbehavingServer) -> None:
    over = {"id": "b" * 32, "completed": True, "home_team": "Alpha", "away_team": "Beta",
            "scores": [{"name": "Beta", "score": "98"}, {"name": "Alpha", "score": "101"}]}  # fmt: skip
    server.plan(Plan(body=json.dumps([over]).encode()))
    assert odds.scores("basketball_nba", 2).final == {"b" * 32: (101.0, 98.0)}
    assert server.calls[0].query["daysFrom"] == "2"


@pytest.mark.parametrize("status", [401, 429])
def test_a_key_without_credits_gives_way_and_the_plan_counts_all_keys(
    odds: OddsFeed, server: MisbehavingServer, status: int
) -> None:
    server.plan(refused("OUT_OF_USAGE_CREDITS", status), ODDS)
    read = odds.odds("basketball_nba", SCOPE)
    assert [call.query["apiKey"] for call in server.calls] == ["key-number-one", "key-number-two"]
    assert read.credits is not None
    assert read.credits.remaining == 480  # the first has 0


def test_when_no_key_has_credits_the_others_are_not_even_asked(
    odds: OddsFeed, server: MisbehavingServer
) -> None:
    server.plan(refused("OUT_OF_USAGE_CREDITS", 401))
    with pytest.raises(OutOfCredits, match="no key has credits left"):
        odds.odds("basketball_nba", SCOPE)
    reading = read_all(odds, SCOPE, lambda *said: None)
    assert isinstance(reading.hopeless, OutOfCredits)
    assert len(server.calls) == 2


@pytest.mark.parametrize("code", ["INVALID_KEY", "MISSING_KEY", "DEACTIVATED_KEY"])
def test_a_wrong_key_says_where_to_get_a_right_one(
    odds: OddsFeed, server: MisbehavingServer, code: str
) -> None:
    server.plan(refused(code, 401))
    with pytest.raises(MissingKey, match="set ODDS_API_KEY, or set UPSTREAMS=sandbox"):
        odds.odds("basketball_nba", SCOPE)


def test_no_key_is_told_before_anything_is_sent(server: MisbehavingServer, redis: Redis) -> None:
    using = load(upstreams="live", odds_api_url=server.url, odds_api_key=SecretStr(""))
    with pytest.raises(MissingKey, match="there is no key"):
        OddsFeed(Upstream(feed.policy(using), redis)).odds("basketball_nba", SCOPE)
    assert server.calls == []


def test_too_many_calls_a_second_are_waited_out(odds: OddsFeed, server: MisbehavingServer) -> None:
    server.plan(refused("EXCEEDED_FREQ_LIMIT", 429), ODDS)
    assert odds.odds("basketball_nba", SCOPE).events
    assert [call.query["apiKey"] for call in server.calls] == ["key-number-one", "key-number-one"]


def test_an_unknown_sport_is_named(odds: OddsFeed, server: MisbehavingServer) -> None:
    server.plan(refused("UNKNOWN_SPORT", 404, "Unknown sport"))
    with pytest.raises(UnknownSport, match="no sport 'underwater_chess'"):
        odds.odds("underwater_chess", SCOPE)


@pytest.mark.parametrize("code", ["INVALID_REGION", "MISSING_REGION", "INVALID_MARKET"])
def test_a_wrong_question_is_asked_once(odds: OddsFeed, server: MisbehavingServer, code: str) -> None:
    server.plan(refused(code, 422, f"It is {code}"))
    with pytest.raises(Refused, match=f"It is {code}") as raised:
        odds.odds("basketball_nba", SCOPE)
    assert raised.value.code == code
    assert len(server.calls) == 1


def test_an_unknown_sport_does_not_lose_the_others(odds: OddsFeed, server: MisbehavingServer) -> None:
    server.plan(refused("UNKNOWN_SPORT", 404), ODDS)
    reading = read_all(odds, SCOPE, lambda *said: None)
    assert list(reading.by_sport) == ["soccer_epl"]
    assert list(reading.failed) == ["basketball_nba"]


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (Plan(500), Unreachable),
        (Plan(body=b'[{"id"', length=400), Unreachable),
        (Plan(body=b"<html>We are down"), Unreadable),
        (Plan(body=b'{"events": []}'), UnreadableOdds),
        (Plan(429, b"<html>blocked", {"Retry-After": "3600"}), RateLimited),
    ],
    ids=["500", "cut off", "html", "no list", "blocked"],
)
def test_whatever_comes_is_an_error_of_that_sport(
    odds: OddsFeed, server: MisbehavingServer, plan: Plan, error: type[LongshoreError]
) -> None:
    server.plan(plan)
    with pytest.raises(error):
        odds.odds("basketball_nba", SCOPE)


def test_wrong_types_lose_what_is_wrong_and_no_more(odds: OddsFeed, server: MisbehavingServer) -> None:
    wrong: dict[str, Any] = {**EVENT, "id": 7}
    server.plan(Plan(body=json.dumps([wrong, EVENT, None]).encode()))
    read = odds.odds("basketball_nba", SCOPE)
    assert len(read.events) == 1
    assert len(read.faults) == 2


@pytest.mark.parametrize(
    ("error", "hopeless"),
    [
        (MissingKey("no"), True), (CircuitOpen("x", 3), True), (RateLimited("x", 3), True),
        (UnknownSport("x"), False), (Unreachable("x"), False), (Refused("x", 422), False),
    ],
)  # fmt: skip
def test_what_holds_for_all_sports_is_known(odds: OddsFeed, error: LongshoreError, hopeless: bool) -> None:
    assert odds.is_hopeless(error) is hopeless
