"""Credits, counted as the real service counts them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from sandbox.odds.credits import CALLS_A_SECOND, MOST_KEYS, Credits
from sandbox.odds.query import Refused
from tests.sandbox.conftest import NOW, Sandbox


def used(sandbox: Sandbox, path: str, **query: str) -> tuple[int, int]:
    """What a call cost, and what is used by then."""
    headers = sandbox.ask(path, **query).headers
    return int(headers["x-requests-last"]), int(headers["x-requests-used"])


def test_a_call_costs_regions_times_markets_and_an_empty_one_nothing(sandbox: Sandbox) -> None:
    odds = "/sports/soccer_epl/odds"
    assert used(sandbox, odds, regions="us") == (1, 1)
    assert used(sandbox, odds, regions="us,eu", markets="h2h,spreads,totals") == (6, 7)
    assert used(sandbox, odds, bookmakers="pinnacle,unibet_nl") == (1, 8)
    eleven = "unibet_nl,casumo,leovegas,tabtouch,betrivers,ballybet,betparx,grosvenor,pmu_fr,unibet_se,unibet"
    assert used(sandbox, odds, bookmakers=eleven, markets="h2h,totals") == (4, 12)
    assert used(sandbox, odds, regions="us", commenceTimeFrom="2030-01-01T00:00:00Z") == (0, 12)
    assert used(sandbox, "/sports/americanfootball_cfl/odds", regions="us") == (0, 12)
    assert used(sandbox, odds, regions="mars") == (0, 12)
    assert used(sandbox, "/sports") == (0, 12)
    assert used(sandbox, "/sports/soccer_epl/events") == (0, 12)
    assert used(sandbox, "/sports/soccer_epl/scores") == (1, 13)
    assert used(sandbox, "/sports/soccer_epl/scores", daysFrom="2") == (2, 15)


def test_the_odds_of_one_event_cost_only_what_markets_there_are(sandbox: Sandbox) -> None:
    event = sandbox.get("/sports/soccer_epl/events")[1]["id"]
    path = f"/sports/soccer_epl/events/{event}/odds"
    assert used(sandbox, path, regions="us,eu", markets="h2h,totals,player_points,btts")[0] == 4


def test_each_key_has_its_own_and_free_ones_have_five_hundred(sandbox: Sandbox) -> None:
    sandbox.ask("/sports/soccer_epl/odds", regions="us")
    headers = sandbox.ask("/sports/soccer_epl/odds", apiKey="free-one", regions="us").headers
    assert (headers["x-requests-used"], headers["x-requests-remaining"]) == ("1", "499")


def test_a_key_that_has_run_dry_is_refused_until_the_first_of_the_month(
    make_sandbox: Callable[..., Sandbox],
) -> None:
    sandbox = make_sandbox(credits=3)
    query = {"regions": "us,eu", "markets": "h2h,totals"}
    assert used(sandbox, "/sports/soccer_epl/odds", **query) == (4, 4)
    answer = sandbox.ask("/sports")
    assert (answer.status, answer.headers["x-requests-remaining"]) == (200, "0")
    assert sandbox.refused("/sports/soccer_epl/odds", **query) == (401, "OUT_OF_USAGE_CREDITS")
    sandbox.now = datetime(2026, 12, 1, tzinfo=UTC).timestamp() - 1
    assert sandbox.refused("/sports/soccer_epl/odds", **query) == (401, "OUT_OF_USAGE_CREDITS")
    sandbox.now += 1
    assert used(sandbox, "/sports/soccer_epl/odds", **query) == (4, 4)


def test_more_than_thirty_calls_a_second_are_too_many() -> None:
    at = [0.0]
    credits = Credits(clock=lambda: at[0])
    for _ in range(CALLS_A_SECOND):
        credits.admit({"apiKey": "any"}, NOW)
    with pytest.raises(Refused) as refused:
        credits.admit({"apiKey": "any"}, NOW)
    assert (refused.value.status, refused.value.code) == (429, "EXCEEDED_FREQ_LIMIT")
    assert credits.admit({"apiKey": "another"}, NOW) == "another"
    at[0] = 1.0
    assert credits.admit({"apiKey": "any"}, NOW) == "any"


def test_no_more_keys_are_remembered_than_there_is_room_for() -> None:
    credits = Credits()
    credits.headers("first", NOW, cost=5)
    for number in range(MOST_KEYS):
        credits.headers(f"key {number}", NOW)
    assert credits.headers("first", NOW)["x-requests-used"] == "0"
