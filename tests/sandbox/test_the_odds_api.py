"""The Odds API's stand-in: what it takes, what it refuses and with which code."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from tests.sandbox.conftest import HOUR, NOW, Sandbox

ODDS = "/sports/soccer_epl/odds"
ALL = "us,us2,us_dfs,us_ex,uk,eu,fr,se,au"


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/sports", {"apiKey": None}, 401, "MISSING_KEY"),
        ("/sports", {"apiKey": ""}, 401, "MISSING_KEY"),
        ("/sports", {"apiKey": "bad-one"}, 401, "INVALID_KEY"),
        ("/sports", {"apiKey": "gone-one"}, 401, "DEACTIVATED_KEY"),
        ("/sports", {"apiKey": "busy-one"}, 429, "EXCEEDED_FREQ_LIMIT"),
        (ODDS, {"apiKey": "spent-one", "regions": "us"}, 401, "OUT_OF_USAGE_CREDITS"),
        (ODDS, {"apiKey": "spent429", "regions": "us"}, 429, "OUT_OF_USAGE_CREDITS"),
        ("/sports", {"all": "yes"}, 422, "INVALID_ALL_SPORTS_PARAM"),
        ("/sports/quidditch/odds", {"regions": "us"}, 404, "UNKNOWN_SPORT"),
        ("/sports/quidditch/events", {}, 404, "UNKNOWN_SPORT"),
        ("/sports/quidditch/scores", {}, 404, "UNKNOWN_SPORT"),
        (ODDS, {}, 422, "MISSING_REGION"),
        (ODDS, {"regions": "us,mars"}, 422, "INVALID_REGION"),
        (ODDS, {"bookmakers": "pinnacle,nobody"}, 422, "INVALID_BOOKMAKERS"),
        (ODDS, {"regions": "us", "markets": "h2h,nonsense"}, 422, "INVALID_MARKET"),
        (ODDS, {"regions": "us", "markets": "player_points"}, 422, "INVALID_MARKET"),
        (ODDS, {"regions": "us", "oddsFormat": "hongkong"}, 422, "INVALID_ODDS_FORMAT"),
        (ODDS, {"regions": "us", "dateFormat": "roman"}, 422, "INVALID_DATE_FORMAT"),
        (ODDS, {"regions": "us", "eventIds": "short"}, 422, "INVALID_EVENT_IDS"),
        (ODDS, {"regions": "us", "commenceTimeFrom": "today"}, 422, "INVALID_COMMENCE_TIME_FROM"),
        (ODDS, {"regions": "us", "commenceTimeTo": "2026-11-30"}, 422, "INVALID_COMMENCE_TIME_TO"),
        (
            ODDS,
            {
                "regions": "us",
                "commenceTimeFrom": "2026-12-01T00:00:00Z",
                "commenceTimeTo": "2026-11-01T00:00:00Z",
            },
            422,
            "INVALID_COMMENCE_TIME_RANGE",
        ),
        (ODDS, {"regions": "us", "includeLinks": "1"}, 422, "INVALID_INCLUDE_LINKS"),
        (ODDS, {"regions": "us", "includeSids": "1"}, 422, "INVALID_INCLUDE_SIDS"),
        (ODDS, {"regions": "us", "includeBetLimits": "1"}, 422, "INVALID_INCLUDE_BET_LIMITS"),
        ("/sports/soccer_epl/scores", {"daysFrom": "4"}, 422, "INVALID_SCORES_DAYS_FROM"),
        ("/sports/soccer_epl/scores", {"daysFrom": "0"}, 422, "INVALID_SCORES_DAYS_FROM"),
        ("/sports/soccer_epl/events/short/odds", {"regions": "us"}, 422, "INVALID_EVENT_ID"),
        (f"/sports/soccer_epl/events/{'0' * 32}/odds", {"regions": "us"}, 404, "EVENT_NOT_FOUND"),
        (
            "/sports/americanfootball_nfl_super_bowl_winner/odds",
            {"regions": "us", "markets": "h2h"},
            422,
            "INVALID_MARKET_COMBO",
        ),
        ("/historical/sports/soccer_epl/odds", {}, 401, "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN"),
    ],
)
def test_a_wrong_call_is_refused_with_the_code_of_the_real_service(
    sandbox: Sandbox, path: str, query: dict[str, Any], status: int, code: str
) -> None:
    assert sandbox.refused(path, **query) == (status, code)


def test_a_path_that_is_none_is_not_found(sandbox: Sandbox) -> None:
    assert sandbox.ask("/spots").status == 404


def test_sports_out_of_season_are_listed_only_on_demand_and_have_no_events(sandbox: Sandbox) -> None:
    active, everything = sandbox.get("/sports"), sandbox.get("/sports/", all="true")
    assert all(one["active"] for one in active)
    closed = [one["key"] for one in everything if one not in active]
    assert closed == ["americanfootball_cfl"]
    assert 10 <= len(active) <= 16
    assert sandbox.get("/sports/americanfootball_cfl/odds", regions="us") == []
    assert sandbox.get("/sports/americanfootball_cfl/scores") == []


def test_events_are_those_of_the_odds_without_the_books(sandbox: Sandbox) -> None:
    events, odds = sandbox.get("/sports/soccer_epl/events"), sandbox.get(ODDS, regions="eu")
    assert events == [{name: one[name] for name in one if name != "bookmakers"} for one in odds]
    assert [one["commence_time"] for one in events] == sorted(one["commence_time"] for one in events)
    assert all(re.fullmatch(r"[0-9a-f]{32}", one["id"]) for one in events)


def test_regions_choose_the_books(sandbox: Sandbox) -> None:
    books = {
        region: {book["key"] for event in sandbox.get(ODDS, regions=region) for book in event["bookmakers"]}
        for region in ALL.split(",")
    }
    assert "fanduel" in books["us"] - books["eu"]
    assert "pinnacle" in books["eu"] - books["us"]
    assert "sportsbet" in books["au"]
    assert {"betclic_fr", "winamax_fr"} <= books["fr"]
    assert books["us_dfs"] == set()  # they offer nothing but players' markets
    both = sandbox.get(ODDS, regions="us,eu")
    assert {book["key"] for event in both for book in event["bookmakers"]} == books["us"] | books["eu"]


def test_bookmakers_go_before_regions(sandbox: Sandbox) -> None:
    events = sandbox.get(ODDS, regions="us", bookmakers="unibet_nl,casumo")
    assert {book["key"] for one in events for book in one["bookmakers"]} == {"unibet_nl", "casumo"}


def test_the_market_is_h2h_unless_others_are_named_and_lay_prices_come_with_it(sandbox: Sandbox) -> None:
    def keys(**query: str) -> set[str]:
        events = sandbox.get(ODDS, regions="uk", **query)
        return {market["key"] for one in events for book in one["bookmakers"] for market in book["markets"]}

    assert keys() == {"h2h", "h2h_lay"}
    assert keys(markets="totals") == {"totals"}
    assert keys(markets="h2h,spreads,totals") == {"h2h", "h2h_lay", "spreads", "totals"}
    assert keys(markets="h2h_lay") == {"h2h_lay"}


def test_american_odds_are_whole_numbers_for_the_same_prices(sandbox: Sandbox) -> None:
    def prices(style: str) -> list[Any]:
        events = sandbox.get(ODDS, regions="us,eu", oddsFormat=style)
        return [
            outcome["price"]
            for one in events
            for book in one["bookmakers"]
            for market in book["markets"]
            for outcome in market["outcomes"]
        ]

    pairs = list(zip(prices("decimal"), prices("american"), strict=True))
    assert all(type(decimal) is float and type(american) is int for decimal, american in pairs)
    for decimal, american in pairs:
        back = 1 + american / 100 if american > 0 else 1 - 100 / american
        assert back == pytest.approx(decimal, rel=0.006)


def test_unix_times_are_the_same_times_in_seconds(sandbox: Sandbox) -> None:
    iso, unix = sandbox.get(ODDS, regions="us"), sandbox.get(ODDS, regions="us", dateFormat="unix")
    for one, other in zip(iso, unix, strict=True):
        assert datetime.fromisoformat(one["commence_time"]).timestamp() == other["commence_time"]
        assert type(other["commence_time"]) is int
        for book, same in zip(one["bookmakers"], other["bookmakers"], strict=True):
            assert datetime.fromisoformat(book["last_update"]).timestamp() == same["last_update"]


def test_links_ids_and_limits_come_when_asked_for(sandbox: Sandbox) -> None:
    asked = {"includeLinks": "true", "includeSids": "true", "includeBetLimits": "true"}
    plain = sandbox.get(ODDS, bookmakers="pinnacle,unibet_nl")
    full = sandbox.get(ODDS, bookmakers="pinnacle,unibet_nl", **asked)
    assert "link" not in str(plain)
    limits = set()
    for event in full:
        for book in event["bookmakers"]:
            assert {"link", "sid"} <= set(book)
            for market in book["markets"]:
                assert {"link", "sid"} <= set(market)
                for outcome in market["outcomes"]:
                    assert outcome["link"].startswith("https://sandbox.invalid/")
                    limits.add((book["key"], outcome["bet_limit"]))
    assert limits == {("pinnacle", 2000), ("unibet_nl", None)}


def test_events_are_chosen_by_id_and_by_time(sandbox: Sandbox) -> None:
    every = sandbox.get(ODDS, regions="us")
    some = f"{every[3]['id']},{every[0]['id']}"
    assert sandbox.get(ODDS, regions="us", eventIds=some) == [every[0], every[3]]
    begin, end = every[2]["commence_time"], every[5]["commence_time"]
    found = sandbox.get(ODDS, regions="us", commenceTimeFrom=begin, commenceTimeTo=end)
    assert found == [one for one in every if begin <= one["commence_time"] <= end]


def test_the_odds_of_one_event_are_those_of_the_list_but_for_the_books_update(sandbox: Sandbox) -> None:
    listed = sandbox.get(ODDS, regions="us")[1]
    alone = sandbox.get(f"/sports/soccer_epl/events/{listed['id']}/odds", regions="us")
    for book in listed["bookmakers"]:
        del book["last_update"]
    assert alone == listed
    props = {"regions": "us", "markets": "h2h,alternate_spreads,player_points"}
    assert sandbox.get(f"/sports/soccer_epl/events/{listed['id']}/odds", **props) == alone


def test_upcoming_lists_what_is_played_anywhere_and_the_next_eight(sandbox: Sandbox) -> None:
    events = sandbox.get("/sports/upcoming/odds", regions="us", dateFormat="unix")
    to_come = [one for one in events if one["commence_time"] > NOW]
    assert len(to_come) == 8
    assert len({one["sport_key"] for one in events}) > 1
    nba = sandbox.get("/sports/basketball_nba/events", dateFormat="unix")
    live = {one["id"] for one in nba if one["commence_time"] <= NOW}
    assert live <= {one["id"] for one in events}


def test_outrights_have_no_teams(sandbox: Sandbox) -> None:
    (event,) = sandbox.get("/sports/americanfootball_nfl_super_bowl_winner/odds", regions="uk")
    assert (event["home_team"], event["away_team"]) == (None, None)
    markets = [market for book in event["bookmakers"] for market in book["markets"]]
    assert {one["key"] for one in markets} == {"outrights", "outrights_lay"}
    assert {len(one["outcomes"]) for one in markets} == {32}


def test_scores_are_texts_and_come_with_the_events_that_were_served_before(sandbox: Sandbox) -> None:
    before = {one["id"]: one for one in sandbox.get("/sports/icehockey_nhl/events")}
    sandbox.now = NOW + 30 * HOUR
    scores = {one["id"]: one for one in sandbox.get("/sports/icehockey_nhl/scores", daysFrom=3)}
    ended = [one for one in scores.values() if one["id"] in before and one["completed"]]
    assert len(ended) > 3
    for one in ended:
        assert one["commence_time"] == before[one["id"]]["commence_time"]
        home, away = one["scores"]
        assert (home["name"], away["name"]) == (one["home_team"], one["away_team"])
        assert home["score"].isdigit()
        assert home["score"] != away["score"]  # ice hockey knows no draw


def test_scores_reach_back_as_far_as_asked(sandbox: Sandbox) -> None:
    def ended(days: int | None) -> set[str]:
        found = sandbox.get("/sports/basketball_nba/scores", daysFrom=days)
        return {one["id"] for one in found if one["completed"]}

    assert ended(None) == set()
    assert set() < ended(1) < ended(3)


def test_a_game_that_is_being_played_has_a_score_that_only_grows(sandbox: Sandbox) -> None:
    events = sandbox.get("/sports/basketball_nba/events", dateFormat="unix")
    game = next(one for one in events if one["commence_time"] > NOW)
    seen = []
    for minutes in range(-5, 300, 20):
        sandbox.now = game["commence_time"] + 60.0 * minutes
        (score,) = sandbox.get("/sports/basketball_nba/scores", daysFrom=1, eventIds=game["id"])
        seen.append((score["completed"], *(int(side["score"]) for side in score["scores"] or [])))
    assert seen[0] == (False,)
    assert seen[-1][0] is True
    assert all(one <= two for one, two in pairwise(seen[1:]) if one[0] == two[0])
    for side in (1, 2):
        points = [one[side] for one in seen[1:]]
        assert points == sorted(points)
