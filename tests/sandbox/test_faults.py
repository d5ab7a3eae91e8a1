"""Faults on demand, short of what they do to the wire; test_server.py sees to that."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.faults import HUGE, MOST_WAITING
from tests.sandbox.conftest import Sandbox

ODDS = "/sports/soccer_epl/odds"


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("429", 429, "EXCEEDED_FREQ_LIMIT"),
        ("401", 401, "INVALID_KEY"),
        ("no_credits", 401, "OUT_OF_USAGE_CREDITS"),
        ("no_credits_429", 429, "OUT_OF_USAGE_CREDITS"),
    ],
)
@pytest.mark.parametrize("by_query", [True, False])
def test_a_refusal_is_worded_as_the_service_words_it(
    sandbox: Sandbox, fault: str, status: int, code: str, by_query: bool
) -> None:
    if by_query:
        assert sandbox.refused(ODDS, regions="us", fault=fault) == (status, code)
    else:
        assert sandbox.fault(fault=fault).status == 200
        assert sandbox.refused(ODDS, regions="us") == (status, code)
    assert sandbox.ask(ODDS, regions="us").status == 200


def test_a_429_says_when_to_come_back(sandbox: Sandbox) -> None:
    sandbox.fault(fault="429", retry_after=7)
    assert sandbox.ask(ODDS, regions="us").headers["retry-after"] == "7"
    assert sandbox.ask(ODDS, regions="us", fault="429", retry_after=0.2).headers["retry-after"] == "1"


def test_an_error_of_the_service_has_no_error_code(sandbox: Sandbox) -> None:
    answer = sandbox.ask(ODDS, regions="us", fault="500")
    assert (answer.status, json.loads(answer.body)) == (500, {"message": "Internal server error"})


def test_faults_hit_the_next_calls_in_order_as_often_as_asked(sandbox: Sandbox) -> None:
    sandbox.fault(fault="500", times=2)
    waiting = json.loads(sandbox.fault(fault="401").body)["waiting"]
    assert [(one["fault"], one["times"]) for one in waiting] == [("500", 2), ("401", 1)]
    assert [sandbox.ask("/sports").status for _ in range(4)] == [500, 500, 401, 200]


def test_a_fault_may_be_for_some_paths_only(sandbox: Sandbox) -> None:
    sandbox.fault(fault="500", path="icehockey_nhl")
    assert sandbox.ask(ODDS, regions="us").status == 200
    assert sandbox.ask("/sports/icehockey_nhl/odds", regions="us").status == 500
    assert sandbox.ask("/sports/icehockey_nhl/odds", regions="us").status == 200


def test_faults_can_be_taken_back(sandbox: Sandbox) -> None:
    sandbox.fault(fault="500", times=100)
    assert json.loads(sandbox.answer("/faults", "DELETE").body) == {"waiting": []}
    assert sandbox.ask("/sports").status == 200


def test_html_comes_with_a_good_status(sandbox: Sandbox) -> None:
    answer = sandbox.ask(ODDS, regions="us", fault="html")
    assert (answer.status, answer.content_type) == (200, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!DOCTYPE html>")


def test_broken_json_cannot_be_read(sandbox: Sandbox) -> None:
    answer = sandbox.ask(ODDS, regions="us", fault="broken")
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(answer.body)


def test_wrong_types_are_strewn_over_the_right_answer_always_the_same(sandbox: Sandbox) -> None:
    right = sandbox.get(ODDS, regions="us,eu")
    wrong = sandbox.get(ODDS, regions="us,eu", fault="types")
    assert isinstance(wrong, list)
    assert len(wrong) == len(right)
    assert wrong != right
    assert wrong == sandbox.get(ODDS, regions="us,eu", fault="types")
    whole = [one for one in wrong if isinstance(one, dict) and set(one) == set(right[0])]
    assert whole  # most is as it was: a reader that gives up at once would lose it
    prices = {type(one) for one in found(wrong, "price")}
    assert {float, str, type(None)} <= prices
    assert {str, int} <= {type(one) for one in found(wrong, "commence_time") + found(wrong, "last_update")}


def found(value: Any, name: str) -> list[Any]:
    """All that goes by a name, at any depth."""
    if isinstance(value, list):
        return [one for part in value for one in found(part, name)]
    if isinstance(value, dict):
        here = [value[name]] if name in value else []
        return here + [one for part in value.values() for one in found(part, name)]
    return []


@pytest.mark.parametrize(
    ("query", "delivery"),
    [
        ({"fault": "stall", "seconds": 3}, {"wait": 3.0}),
        ({"fault": "stall"}, {"wait": 5.0}),
        ({"fault": "cut"}, {"cut": True}),
        ({"fault": "huge"}, {"padding": HUGE}),
    ],
)
def test_what_happens_on_the_wire_is_left_to_the_server(
    sandbox: Sandbox, query: dict[str, Any], delivery: dict[str, Any]
) -> None:
    plain, spoiled = sandbox.ask("/sports"), sandbox.ask("/sports", **query)
    assert spoiled.body == plain.body
    assert {name: getattr(spoiled.delivery, name) for name in delivery} == delivery


def test_a_trickle_takes_as_long_as_it_is_told(sandbox: Sandbox) -> None:
    answer = sandbox.ask("/sports", fault="trickle", seconds=4)
    assert answer.delivery.pause * len(answer.body) == pytest.approx(4)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "a JSON object is due"),
        (b"[]", "a JSON object is due"),
        (b'{"upstream": "the_odds_api", "fault": "x"}', "fault is one of 429, 401"),
        (b'{"upstream": "the_odds_api"}', "fault is one of 429, 401"),
        (b'{"upstream": "nobody", "fault": "429"}', "upstream is one of the_odds_api"),
        (b'{"upstream": "the_odds_api", "fault": "429", "time": 2}', "time is not known; there are upstream"),
        (b'{"upstream": "the_odds_api", "fault": "429", "times": 0}', "times is a number from 1 to 10000"),
        (b'{"upstream": "the_odds_api", "fault": "429", "times": "x"}', "times is a number from 1 to 10000"),
        (b'{"upstream": "the_odds_api", "fault": "stall", "seconds": 1e9}', "seconds is a number from 0"),
        (b'{"upstream": "the_odds_api", "fault": "429", "path": 3}', "path is a text"),
    ],
)
def test_what_is_no_fault_is_refused_and_nothing_waits(sandbox: Sandbox, body: bytes, said: str) -> None:
    answer = sandbox.answer("/faults", "POST", body)
    assert answer.status == 422
    assert said in json.loads(answer.body)["error"]
    assert json.loads(sandbox.answer("/faults").body) == {"waiting": []}


def test_a_wrong_fault_in_a_query_is_refused(sandbox: Sandbox) -> None:
    answer = sandbox.ask("/sports", fault="flood")
    assert answer.status == 422
    assert "fault is one of" in json.loads(answer.body)["error"]


def test_no_more_faults_wait_than_there_is_room_for(sandbox: Sandbox) -> None:
    for _ in range(MOST_WAITING):
        assert sandbox.fault(fault="500").status == 200
    assert sandbox.fault(fault="500").status == 422
